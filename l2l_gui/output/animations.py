"""Animations: the trial, problem after problem, and learning as it happened.

Each sets the window's selection (or what it knows about the run) to a moment, and restores it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from l2l_gui.model.selection import Selection, SharedSelection
from l2l_gui.model.sessions import OpenSession, Sessions
from l2l_gui.model.snapshot import RunState, Snapshot
from l2l_gui.plotting.camera import Camera


class Animation(Protocol):
    """Moments from 0 (begin) to 1 (end)."""

    def show(self, moment: float) -> None:
        """Show a moment; panels follow."""

    def restore(self) -> None:
        """Restore the state before the animation."""


class TrialPlaying:
    """The time cursor runs through the trial."""

    def __init__(self, selection: SharedSelection) -> None:
        self._selection, self._before = selection, selection.value.time

    def show(self, moment: float) -> None:
        """Move the cursor."""
        self._selection.update(time=moment * self._selection.duration)

    def restore(self) -> None:
        """Put it back."""
        self._selection.update(time=self._before)


class Orbit:
    """Cameras go round once while the trial plays."""

    def __init__(self, selection: SharedSelection, cameras: Sequence[Camera]) -> None:
        self._trial = TrialPlaying(selection)
        self._cameras = [(camera, camera.azimuth, camera.elevation) for camera in cameras]

    def show(self, moment: float) -> None:
        """Move the cursor, and each camera from where it stood."""
        self._trial.show(moment)
        for camera, azimuth, elevation in self._cameras:
            camera.look_from(azimuth + 360.0 * moment, elevation)

    def restore(self) -> None:
        """Put both back."""
        self._trial.restore()
        for camera, azimuth, elevation in self._cameras:
            camera.look_from(azimuth, elevation)


class ProblemByProblem:
    """Problems ``first`` to ``last``, from 1."""

    def __init__(self, selection: SharedSelection, first: int, last: int) -> None:
        self._selection, self._before = selection, selection.value
        self._first, self._last = first, last

    def show(self, moment: float) -> None:
        """Select a problem."""
        number = round(self._first + moment * (self._last - self._first))
        if number != self._selection.value.problem or self._selection.value.follow_live:
            self._selection.select_problem(number)

    def restore(self) -> None:
        """Select the one before."""
        before = self._before
        self._selection.update(problem=before.problem, follow_live=before.follow_live)


@dataclass(frozen=True, eq=False)
class Past:
    """Every trial of a run: T trials of K finished problems and the present one."""

    losses: NDArray[np.float32]  # (T,)
    problem: NDArray[np.int64]  # (T,), from 0
    now: Snapshot

    @classmethod
    def of(cls, session: OpenSession) -> Past:
        """Read them; for a job. Problems whose trials are not in the file are left out."""
        now, reader = session.snapshot, session.reader(session.problems)
        losses = reader.trial_column("task_loss", 0, now.trials)
        problem = reader.trial_column("problem", 0, now.trials)
        return cls(losses, problem.astype(np.int64), now)

    def __len__(self) -> int:
        return len(self.losses)

    def at(self, trial: int) -> Snapshot:
        """What the run had shown after its first ``trial`` trials, from 1."""
        index = int(self.problem[trial - 1])
        start = int(np.searchsorted(self.problem, index))
        return replace(
            self.now.after(index),
            state=RunState.STOPPED,
            trials=trial,
            losses=self.losses[start:trial],
            view=None,
        )

    def span(self, first: int, last: int) -> tuple[int, int]:
        """Numbers of the first and last trial of problems ``first`` to ``last``, from 1."""
        start = int(np.searchsorted(self.problem, first - 1)) + 1
        return start, max(start, int(np.searchsorted(self.problem, last - 1, side="right")))


class LearningAgain:
    """The run of these trials once more, as it was seen while it was trained."""

    def __init__(
        self, selection: SharedSelection, sessions: Sessions, past: Past, trials: tuple[int, int]
    ) -> None:
        self._selection, self._sessions, self._past = selection, sessions, past
        self._trials, self._before = trials, selection.value
        self._duration = selection.duration

    def show(self, moment: float) -> None:
        """Turn the run back to a trial."""
        first, last = self._trials
        self._put(self._past.at(round(first + moment * (last - first))))
        self._selection.update(follow_live=True)

    def restore(self) -> None:
        """Up to the present again."""
        self._put(self._past.now)
        before: Selection = self._before
        self._selection.update(
            problem=before.problem, follow_live=before.follow_live, group=before.group
        )

    def _put(self, snapshot: Snapshot) -> None:
        self._sessions.advance(snapshot)
        self._selection.set_limits(snapshot.problems, self._duration)
