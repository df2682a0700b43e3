"""Which stimuli each trial of a batch shows, drawn so that a draw can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task


class Mixture:
    """Draws the problem a trial shows: the present one, or one of others.

    Parameters
    ----------
    others : other problems, 0-based
    share : of the trials that show others; None gives the present and each other equal chances
    """

    def __init__(self, others: Sequence[int], share: float | None) -> None:
        self._others, self._share = others, share

    def draw(self, random: np.random.RandomState) -> int | None:
        """A problem (0-based); None is the present one."""
        if self._share is None:
            drawn = int(random.randint(len(self._others) + 1))
            return self._others[drawn - 1] if drawn else None
        if random.random_sample() >= self._share:
            return None
        return self._others[int(random.randint(len(self._others)))]


class StimulusDraws:
    """The draws of one problem, from a stream nothing else draws from meanwhile.

    Attributes
    ----------
    problem : the problem (0-based) the last draw shows; None is the present one
    """

    def __init__(self, batch_size: int, mixture: Mixture | None = None) -> None:
        self._batch_size, self._mixture = batch_size, mixture
        self._before: dict[str, Any] | None = None  # the stream's state before the first
        self._count = 0
        self.problem: int | None = None

    def draw(self, random: np.random.RandomState) -> NDArray[np.integer]:
        """The stimulus of each trial of a batch, (B,), 0 or 1; all are of one problem."""
        if self._before is None:
            self._before = random.get_state(legacy=False)
        self._count += 1
        return self._draw(random)

    def _draw(self, random: np.random.RandomState) -> NDArray[np.integer]:
        if self._mixture is not None:
            self.problem = self._mixture.draw(random)
        return random.randint(task.RESPONSES, size=self._batch_size)

    def forget_last(self, random: np.random.RandomState) -> None:
        """Draw all but the last again: keeping the stream's state at each would cost 0.07 ms."""
        assert self._before is not None
        random.set_state(self._before)
        self._count -= 1
        for _ in range(self._count):
            self._draw(random)
