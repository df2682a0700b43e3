"""Several results that a panel needs at once, asked for one after the other."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

from l2l_gui.workers.jobs import Computation


class Gathered:
    """Keeps what has come of the results wanted now.

    A panel answers with the first one missing and is told each as it comes; panels that want
    the same parts share their computation and, as long as both show them, their memory.
    """

    def __init__(self) -> None:
        self._kept: dict[Hashable, Any] = {}
        self._asked: Hashable = None

    def next(self, wanted: Sequence[Computation]) -> Computation | None:
        """The first result not here yet; those no longer wanted are let go."""
        self._kept = {one.key: self._kept[one.key] for one in wanted if one.key in self._kept}
        for one in wanted:
            if one.key not in self._kept:
                self._asked = one.key
                return one
        return None

    def take(self, value: Any) -> None:
        """The result :meth:`next` asked for last has come."""
        self._kept[self._asked] = value

    def __getitem__(self, computation: Computation) -> Any:
        """A result that is here; KeyError if it is not."""
        return self._kept[computation.key]

    def __contains__(self, computation: Computation) -> bool:
        return computation.key in self._kept
