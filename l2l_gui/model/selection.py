"""What the user is looking at: one selection that every panel reflects.

:class:`Selection` is a plain value; :class:`SharedSelection` holds the present one and tells
who listens. Problems are numbered from 1, as people count them; number 0 is the network
before any learning.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from PyQt6.QtCore import QObject, pyqtSignal


class Group(NamedTuple):
    """Consecutive problems: the number of the first, and how many."""

    start: int
    size: int

    @property
    def problems(self) -> range:
        """Numbers of the problems."""
        return range(self.start, self.start + self.size)

    def within(self, problems: int) -> Group:
        """The nearest group that exists among this many problems."""
        if problems < 1:
            return FIRST_GROUP
        start = max(1, min(self.start, problems))
        return Group(start, max(1, min(self.size, problems - start + 1)))


FIRST_GROUP = Group(2, 50)
"""The paper's first group of problems."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Session(s), problem, group of problems, stimulus and time looked at."""

    sessions: tuple[Path, ...] = ()
    """Files shown; the first is the one that can be trained."""
    problem: int | None = None
    """Number of a learned problem, from 1; None while there is none."""
    group: Group = FIRST_GROUP
    """The group of problems that averages are taken over."""
    stimulus: int | None = None
    """0, 1, or None for both."""
    time: float = 0.0
    """Time in the trial, ms from its onset."""
    follow_live: bool = True
    """Show the trial in training rather than the problem selected."""

    @property
    def primary(self) -> Path | None:
        """The session that can be trained."""
        return self.sessions[0] if self.sessions else None

    def within(self, problems: int, duration: float) -> Selection:
        """The nearest valid selection in a run with this many problems and trials of this length (ms)."""
        return dataclasses.replace(
            self,
            problem=max(1, min(self.problem or problems, problems)) if problems else None,
            group=self.group.within(problems),
            time=min(max(self.time, 0.0), duration),
            follow_live=self.follow_live or not problems,  # there is nothing else to look at
        )


class SharedSelection(QObject):
    """The present :class:`Selection`.

    Signals
    -------
    changed(Selection, frozenset[str]) : the new value, and the names of the fields that differ.
    """

    changed = pyqtSignal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._value = Selection()
        self._problems, self._duration = 0, 2000.0

    @property
    def value(self) -> Selection:
        """The present selection."""
        return self._value

    @property
    def problems(self) -> int:
        """Number of problems there are to select."""
        return self._problems

    @property
    def duration(self) -> float:
        """Length of a trial, ms."""
        return self._duration

    def update(self, **changes: Any) -> None:
        """Change some fields; values out of range become the nearest valid ones."""
        self._set(dataclasses.replace(self._value, **changes))

    def select_problem(self, number: int) -> None:
        """Select a learned problem instead of the current one."""
        self.update(problem=number, follow_live=False)

    def set_limits(self, problems: int, duration: float) -> None:
        """Say how many problems can be selected and how long (ms) a trial is.

        Following live, the newest learned problem is selected.
        """
        if (problems, duration) == (self._problems, self._duration):
            return
        value = self._value
        if value.group == FIRST_GROUP.within(self._problems):  # untouched: let it grow
            value = dataclasses.replace(value, group=FIRST_GROUP)
        self._problems, self._duration = problems, duration
        if value.follow_live:
            value = dataclasses.replace(value, problem=problems or None)
        self._set(value)

    def _set(self, value: Selection) -> None:
        value = value.within(self._problems, self._duration)
        before, self._value = self._value, value
        differ = frozenset(
            item.name
            for item in dataclasses.fields(Selection)
            if getattr(before, item.name) != getattr(value, item.name)
        )
        if differ:
            self.changed.emit(value, differ)
