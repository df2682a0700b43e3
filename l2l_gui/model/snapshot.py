"""What the window knows about a run at one instant; made by the engine's thread, only read here.

Every snapshot is complete: nothing is lost when one is missed. Its arrays are never written
to again, so handing them over costs no copy.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from l2l_engine.config import RunConfig
from l2l_engine.protocols.outline import origin_of
from l2l_engine.recipes.sampling import accuracies
from l2l_engine.storage.outline import Outline
from l2l_engine.storage.session import Session
from l2l_engine.training.records import Origin
from l2l_gui.model.stages import Span, spans

if TYPE_CHECKING:
    from l2l_engine.training.curriculum import TrialView


class RunState(enum.Enum):
    """What the run is doing; the value is shown to the user."""

    STOPPED = "stopped"
    TRAINING = "training"
    FINISHED = "finished"
    FAILED = "failed"


def _nothing() -> NDArray[Any]:
    return np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The state of one run: K completed problems, n trials of the current problem."""

    path: Path
    config: RunConfig
    state: RunState = RunState.STOPPED
    goal: str = ""
    """What training stops at, in words."""
    trials: int = 0
    """Trials over all problems."""
    counts: NDArray[np.float64] = field(default_factory=_nothing)
    """Trials to criterion, (K,); NaN = failed."""
    ran: NDArray[np.float64] = field(default_factory=_nothing)
    """Trials run, (K,), criterion window included; NaN = unknown."""
    accuracy: NDArray[np.float64] = field(default_factory=_nothing)
    """Fraction answered right in the criterion window, (K,); NaN = unknown."""
    origins: tuple[Origin, ...] = ()
    """How each problem came about, (K,), and then the present one where that is known."""
    stages: tuple[Span, ...] = ()
    """The stages of a protocol that these problems belong to; none where there is at most one."""
    losses: NDArray[np.float32] = field(default_factory=_nothing)
    """Task loss of each trial of the present problem, (n,), nats."""
    view: TrialView | None = None
    """The last trial in full, if one was run since opening."""
    rate: float = math.nan
    """Trials a second while training."""

    @property
    def problems(self) -> int:
        """Problems finished."""
        return len(self.counts)

    def after(self, problems: int) -> Snapshot:
        """What is known of the first problems alone, and how the one after them came about."""
        origins = self.origins[: problems + 1]
        return replace(
            self,
            counts=self.counts[:problems],
            ran=self.ran[:problems],
            accuracy=self.accuracy[:problems],
            origins=origins,
            stages=spans(origins),
        )

    @property
    def present(self) -> int:
        """Number of the present problem, from 1."""
        return len(self.counts) + 1

    @property
    def mean_loss(self) -> float:
        """Mean task loss over the criterion window so far; NaN before the first trial."""
        window = self.losses[-self.config.criterion_trials :]
        return float(window.mean()) if len(window) else math.nan


class Growing:
    """Numbers that are appended and never change: a view of those so far costs nothing."""

    def __init__(self, start: NDArray[Any] | None = None, dtype: DTypeLike = np.float64) -> None:
        start = np.empty(0, dtype) if start is None else np.asarray(start, dtype)
        self._buffer = np.empty(max(1024, 2 * len(start)), dtype)
        self._buffer[: len(start)] = start
        self._length = len(start)

    def append(self, value: float) -> None:
        """Add a number."""
        if self._length == len(self._buffer):  # views of the old buffer stay as they are
            self._buffer = np.concatenate([self._buffer, np.empty_like(self._buffer)])
        self._buffer[self._length] = value
        self._length += 1

    @property
    def values(self) -> NDArray[Any]:
        """All so far, read-only."""
        view = self._buffer[: self._length]
        view.flags.writeable = False
        return view


class TrialHistory:
    """The numbers of a run that snapshots show, grown trial by trial."""

    def __init__(
        self, session: Session, trials: int | None = None, problems: int | None = None
    ) -> None:
        """Start from a file; of its first trials and problems, if it holds more than asked for."""
        self.trials = session.n_trials if trials is None else trials
        done = session.n_problems if problems is None else problems
        self._window = session.config.criterion_trials
        correct = session.trial_column("correct", 0, self.trials)
        problem = session.trial_column("problem", 0, self.trials)
        loss = session.trial_column("task_loss", 0, self.trials)
        self.counts = Growing(session.trials_to_criterion[:done])
        ran = session.trials_run[:done].astype(np.float64)
        self.ran = Growing(np.where(ran < 0, np.nan, ran))
        self.accuracy = Growing(accuracies(correct, problem, done, self._window))
        self.origins = session.origins[:done]
        self._present = planned(session, done)
        self._know()
        self.losses = Growing(loss[problem == done], np.float32)
        self._correct = Growing(correct[problem == done], np.float32)

    def add_trial(self, loss: float, correct: float) -> None:
        """A trial of the present problem."""
        self.losses.append(loss)
        self._correct.append(correct)
        self.trials += 1

    def end_problem(self, count: float, origin: Origin, following: Origin) -> None:
        """The present problem is over; the next begins."""
        self.origins = (*self.origins, origin)
        self.begin_problem(following)
        self.counts.append(count)
        self.ran.append(float(len(self.losses.values)))
        self.accuracy.append(float(self._correct.values[-self._window :].mean()))
        self.losses, self._correct = Growing(dtype=np.float32), Growing(dtype=np.float32)

    def begin_problem(self, origin: Origin) -> None:
        """How the present problem came about."""
        self._present = origin
        self._know()

    def _know(self) -> None:
        present = self._present
        self._known = self.origins if present is None else (*self.origins, present)
        self._stages = spans(self._known)

    def snapshot(self, path: Path, config: RunConfig, **rest: Any) -> Snapshot:
        """The numbers as they are now."""
        return Snapshot(
            path=path,
            config=config,
            trials=self.trials,
            counts=self.counts.values,
            ran=self.ran.values,
            accuracy=self.accuracy.values,
            origins=self._known,
            stages=self._stages,
            losses=self.losses.values,
            **rest,
        )


def planned(session: Session, problem: int) -> Origin | None:
    """How a problem to come (0-based) will come about by the session's protocol; None where it has none."""
    course = session.course
    if course is None:
        return None
    return origin_of(course.plan(problem), course.stage(problem))


def of_session(session: Session) -> Snapshot:
    """What a session file shows while it is not being trained."""
    history = TrialHistory(session)
    done = session.n_problems >= session.config.problems
    state = RunState.FINISHED if done else RunState.STOPPED
    return history.snapshot(session.path, session.config, state=state)


def of_outline(outline: Outline) -> Snapshot:
    """What the outline of a session shows; its problems' accuracies and origins are not known."""
    ran = np.where(outline.trials_run < 0, np.nan, outline.trials_run)
    return Snapshot(
        outline.path,
        outline.config,
        trials=int(np.nansum(ran)),
        counts=outline.trials_to_criterion,
        ran=ran,
        accuracy=np.full(len(ran), np.nan),
    )
