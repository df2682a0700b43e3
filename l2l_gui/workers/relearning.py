"""Training copies of a network on a thread of their own, apart from the run.

:class:`Learner` is the face in the window's thread: it starts one task at a time and holds its
newest state. Tasks are plain descriptions; what they report are whole, unchanging values.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, QThread, pyqtSignal

from l2l_engine.config import L2LError, RunConfig
from l2l_engine.manifold import Subspaces
from l2l_engine.network import NetworkWeights
from l2l_engine.perturbation import PerturbationKind
from l2l_gui.look.deletion import delete_later
from l2l_gui.model.snapshot import Growing
from l2l_gui.workers import quiet_import
from l2l_gui.workers.mailbox import Mailbox

log = logging.getLogger(__name__)

FRAME = 1.0 / 30.0


@dataclass(frozen=True, eq=False, kw_only=True)
class Task:
    """What both tasks need to know."""

    config: RunConfig
    set_point: float
    seed: int
    frozen_readout: bool
    words: str = ""
    """What is learned, for the panel."""
    given: Mapping[str, Any] = field(default_factory=dict)
    """What it follows from, as plain values: session, problem, group, disturbance and options."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Learn(Task):
    """Train the network and its disturbed copy on one problem."""

    networks: tuple[NetworkWeights, ...]
    """Unperturbed, perturbed."""
    stimuli: NDArray[np.float32]


@dataclass(frozen=True, eq=False, kw_only=True)
class RepeatTask(Task):
    """Train copies under several conditions, each time on a fresh problem."""

    weights: NetworkWeights
    subspaces: Subspaces
    kinds: tuple[PerturbationKind, ...]
    repeats: int
    derangement: bool


@dataclass(frozen=True, eq=False)
class Curves:
    """How copies learn: task losses of each copy's trials so far, and how each ended."""

    losses: tuple[NDArray[np.float32], ...]
    outcomes: tuple[Any, ...]
    """An :class:`~l2l_engine.training.relearning.Outcome` each, None while it learns."""


@dataclass(frozen=True, eq=False)
class Counts:
    """How far repetitions are."""

    kinds: tuple[PerturbationKind, ...]
    counts: NDArray[np.float64]
    """(repetitions done, conditions) trials to criterion; NaN: failed."""
    permutations: NDArray[np.int64]
    """(repetitions done, k)"""
    repeats: int
    trial: int = 0
    """Of the repetition that runs."""
    seconds: float = 0.0
    """Since the first trial."""

    @property
    def remaining(self) -> float:
        """Seconds left, judged by the repetitions done; NaN before the first."""
        done = len(self.counts)
        return self.seconds / done * (self.repeats - done) if done else np.nan


@dataclass(frozen=True, eq=False)
class Report:
    """The newest state of a task."""

    task: Learn | RepeatTask
    stage: str = ""
    """What is being prepared."""
    value: Curves | Counts | None = None
    running: bool = True
    stopped: bool = False
    """Ended before its time."""
    error: str = ""


class _Thread(QThread):
    arrived = pyqtSignal()

    def __init__(self, task: Learn | RepeatTask) -> None:
        super().__init__()
        self.setObjectName("relearning")
        self.mailbox: Mailbox[Report] = Mailbox()
        self._stopping = threading.Event()
        self._report = Report(task)
        self._due = 0.0

    def stop(self) -> None:
        """End after the trial in progress."""
        self._stopping.set()

    def run(self) -> None:
        task = self._report.task
        error = ""
        try:
            if not quiet_import.loaded():
                self.prepare("Loading TensorFlow")
                quiet_import.load_tensorflow()
            for value in learn(task, self) if isinstance(task, Learn) else repeat(task, self):
                self._tell(replace(self._report, stage="", value=value))
        except L2LError as raised:
            error = str(raised)
        except Exception:
            log.exception("Relearning failed")
            error = "Learning failed unexpectedly. The log has the details."
        ended = replace(self._report, stage="", running=False, stopped=self.stopping, error=error)
        self._tell(ended)

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def prepare(self, stage: str) -> None:
        self._tell(replace(self._report, stage=stage))

    def due(self) -> bool:
        """Whether it is time for another picture, and the last one was taken."""
        now = time.perf_counter()
        if now < self._due or not self.mailbox.empty:
            return False
        self._due = now + FRAME
        return True

    def _tell(self, report: Report) -> None:
        self._report = report
        if self.mailbox.put(report):
            self.arrived.emit()


def learn(task: Learn, thread: _Thread) -> Iterator[Curves]:
    """Run a :class:`Learn`, yielding pictures of it as they fall due and at its end."""
    from l2l_engine.training.relearning import Relearning

    relearning = Relearning(
        task.config,
        task.networks,
        task.stimuli,
        set_point=task.set_point,
        seed=task.seed,
        frozen_readout=task.frozen_readout,
        report=thread.prepare,
    )
    losses = [Growing(dtype=np.float32) for _ in task.networks]

    def picture() -> Curves:
        return Curves(tuple(each.values for each in losses), relearning.outcomes)

    try:
        yield picture()
        while not relearning.finished and not thread.stopping:
            for each, loss in zip(losses, relearning.step(), strict=True):
                if loss is not None:
                    each.append(loss)
            if thread.due():
                yield picture()
    finally:
        relearning.close()
    yield picture()


def repeat(task: RepeatTask, thread: _Thread) -> Iterator[Counts]:
    """Run a :class:`RepeatTask`, yielding pictures of it as they fall due and at its end."""
    from l2l_engine.training.relearning import Relearning, draw_repeat

    counts: list[list[float]] = []
    permutations: list[NDArray[np.integer]] = []
    began = 0.0

    def picture(trial: int) -> Counts:
        return Counts(
            task.kinds,
            np.array(counts, np.float64).reshape(-1, len(task.kinds)),
            np.array(permutations, np.int64).reshape(-1, task.subspaces.dimensions),
            task.repeats,
            trial,
            time.perf_counter() - began if began else 0.0,
        )

    yield picture(0)
    while len(counts) < task.repeats and not thread.stopping:
        drawn = draw_repeat(
            task.weights,
            task.config,
            task.subspaces,
            task.kinds,
            seed=task.seed,
            number=len(counts),
            derangement=task.derangement,
        )
        relearning = Relearning(
            task.config,
            [drawn.networks[kind] for kind in task.kinds],
            drawn.stimuli,
            set_point=task.set_point,
            seed=drawn.seed,
            frozen_readout=task.frozen_readout,
            report=None if counts else thread.prepare,
        )
        began = began or time.perf_counter()
        try:
            while not relearning.finished and not thread.stopping:
                relearning.step()
                if thread.due():
                    yield picture(relearning.trial)
        finally:
            relearning.close()
        if relearning.finished:  # one stopped half-way says nothing about trials to criterion
            ended = [outcome for outcome in relearning.outcomes if outcome is not None]
            counts.append([outcome.trials_to_criterion for outcome in ended])
            permutations.append(drawn.permutation)
            yield picture(0)


class Learner(QObject):
    """Runs one task at a time.

    Signals
    -------
    changed(Report) : the newest report of the task that runs; at most 30 a second.
    """

    changed = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: _Thread | None = None
        self._abandoned: set[_Thread] = set()
        self.report: Report | None = None

    @property
    def running(self) -> bool:
        """Whether a task is running."""
        return self._thread is not None

    def start(self, task: Learn | RepeatTask) -> None:
        """Start, unless a task is running already."""
        if self._thread is not None:
            return
        thread = self._thread = _Thread(task)
        thread.arrived.connect(self._take)
        thread.finished.connect(self._ended)
        self.report = Report(task, stage="Preparing")
        self.changed.emit(self.report)
        thread.start()

    def stop(self) -> None:
        """End after the trial in progress, keeping what is there."""
        if self._thread is not None:
            self._thread.stop()

    def abandon(self) -> None:
        """Drop the task that runs, without waiting: it may be loading TensorFlow for seconds."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        thread.stop()
        thread.arrived.disconnect(self._take)
        thread.finished.disconnect(self._ended)
        self._abandoned.add(thread)
        thread.finished.connect(self._forget)
        self._forget()
        if self.report is not None:
            self.report = replace(self.report, stage="", running=False, stopped=True)
            self.changed.emit(self.report)

    def close(self) -> None:
        """Stop and wait for every thread."""
        self.abandon()
        for thread in self._abandoned:
            thread.wait()
        self._forget()

    def _forget(self) -> None:
        """Delete the abandoned threads that have ended."""
        for thread in [thread for thread in self._abandoned if thread.isFinished()]:
            self._abandoned.remove(thread)
            delete_later(thread)

    def _take(self) -> None:
        report = self._thread.mailbox.take() if self._thread is not None else None
        if report is not None:
            self.report = report
            self.changed.emit(report)

    def _ended(self) -> None:
        thread = self._thread
        if thread is None or thread.isRunning():
            return
        last = thread.mailbox.take()
        self._thread = None
        if last is not None:
            self.report = last
        if self.report is not None:
            self.changed.emit(self.report)
        delete_later(thread)
