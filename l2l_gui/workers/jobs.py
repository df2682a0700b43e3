"""Pure functions run in the background, their results kept by key.

Whoever wants a result submits a :class:`Computation`; two who want the same one share it. An
owner (a panel, say) waits for one result at a time: asking again releases what it asked for
before, and a job that nothing waits for is cancelled.
"""

from __future__ import annotations

import itertools
import logging
import sys
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import partial
from typing import Any

from PyQt6.QtCore import QObject, QRunnable, QThreadPool, QTimer, pyqtSignal

from l2l_gui.workers.memory import return_freed_memory
from l2l_gui.workers.results import Results, results

log = logging.getLogger(__name__)

QUICK_THREADS = 2
CLOSING_MS = 10_000
PATIENT_MS = 150
TRIM_MS = 3000


class JobCancelledError(Exception):
    """Raised inside a function by its ``progress`` once nothing waits for the result."""


@dataclass(frozen=True)
class Computation:
    """A pure function and what it is applied to.

    ``key`` identifies the result (session key, problem, parameters); without one it is not
    kept. A function that takes a keyword ``progress`` (a callable given the fraction done)
    says so by ``reports``, and can then be cancelled half-way. One that also takes a keyword
    ``coarse`` says so by ``refines``: it hands a first, coarser result to that callable, perhaps
    several, each of which says what it leaves out. ``slow`` computations, over a second, have a
    queue of their own, and so have those in the ``background``, which take minutes. A ``patient``
    one begins after a moment, unless it is not wanted any more by then.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()
    key: Hashable | None = None
    label: str = "Computing"
    reports: bool = False
    refines: bool = False
    slow: bool = False
    background: bool = False
    patient: bool = False


@dataclass(frozen=True)
class _Listener:
    on_result: Callable[[Any], None]
    on_error: Callable[[Exception], None] | None
    on_coarse: Callable[[Any], None] | None


class Job(QRunnable):
    """A computation waiting, running or done."""

    def __init__(self, computation: Computation, done: Any, progressed: Any, coarse: Any) -> None:
        super().__init__()
        self.setAutoDelete(False)
        self.computation = computation
        self.coarse: tuple[Any] | None = None
        """The latest coarse result."""
        self.fraction = 0.0
        self.cancelled = False
        self.listeners: dict[Hashable, _Listener] = {}
        self._done, self._progressed, self._coarse = done, progressed, coarse

    def cancel(self) -> None:
        """Ask the function to stop at its next report."""
        self.cancelled = True

    def run(self) -> None:
        """Compute; called in a worker thread."""
        result, error = None, None
        try:
            if self.cancelled:
                raise JobCancelledError
            extra: dict[str, Any] = {"progress": self._report} if self.computation.reports else {}
            if self.computation.refines:
                extra["coarse"] = self._hand_over
            result = self.computation.function(*self.computation.arguments, **extra)
        except Exception as raised:
            error = raised
        self._done.emit(self, result, error)

    def _report(self, fraction: float) -> None:
        if self.cancelled:
            raise JobCancelledError
        if fraction - self.fraction >= 0.01 or fraction >= 1.0:
            self.fraction = fraction
            self._progressed.emit()

    def _hand_over(self, result: Any) -> None:
        if self.cancelled:
            raise JobCancelledError
        self._coarse.emit(self, (result,))


class Jobs(QObject):
    """Runs computations and hands their results over on the GUI thread.

    Signals
    -------
    changed : the list of jobs, or the progress of one, differs.
    closed : every job was cancelled, for good.
    """

    changed = pyqtSignal()
    closed = pyqtSignal()
    _done = pyqtSignal(object, object, object)
    _coarse = pyqtSignal(object, object)

    def __init__(self, parent: QObject | None = None, kept: Results = results) -> None:
        super().__init__(parent)
        self.cache = kept
        self._jobs: dict[Hashable, Job] = {}
        self._ending: set[Job] = set()  # cancelled, not yet back
        self._afterwards: list[tuple[set[Job], Callable[[], object]]] = []
        self._quick, self._slow, self._background = (QThreadPool(self) for _ in range(3))
        self._quick.setMaxThreadCount(QUICK_THREADS)
        self._slow.setMaxThreadCount(1)
        self._background.setMaxThreadCount(1)
        self._is_closed = False
        self._anonymous = itertools.count()
        self._trim = QTimer(self)  # soon after a job, but not after each of many
        self._trim.setSingleShot(True)
        self._trim.setInterval(TRIM_MS)
        self._trim.timeout.connect(lambda: self._quick.start(return_freed_memory))
        self._done.connect(self._finish)
        self._coarse.connect(self._show_coarse)

    @property
    def running(self) -> list[Job]:
        """Jobs that something waits for, oldest first."""
        return list(self._jobs.values())

    def submit(
        self,
        computation: Computation,
        on_result: Callable[[Any], None],
        on_error: Callable[[Exception], None] | None = None,
        owner: Hashable = None,
        on_coarse: Callable[[Any], None] | None = None,
    ) -> bool:
        """Hand the result to ``on_result``: at once if it is known, else later.

        Coarse results that come before it go to ``on_coarse``.

        Returns
        -------
        bool
            Whether it was known.
        """
        owner = f"job {next(self._anonymous)}" if owner is None else owner
        kept, result = self.cache.get(computation.key)
        job = None if kept else self._jobs.get(computation.key)
        if job is None or owner not in job.listeners:
            self.release(owner)
        if kept:
            on_result(result)
            return True
        if job is None:
            job = Job(computation, self._done, self.changed, self._coarse)
            key = computation.key
            self._jobs[key if key is not None else job] = job
            start = partial(self._start, job)
            QTimer.singleShot(PATIENT_MS, start) if computation.patient else start()
        job.listeners[owner] = _Listener(on_result, on_error, on_coarse)
        self.changed.emit()
        if on_coarse is not None and job.coarse is not None:
            _tell(on_coarse, *job.coarse)
        return False

    def aside(self, action: Callable[[], None]) -> None:
        """Run an action that nothing waits for, in the background and unseen."""
        if not self._is_closed:
            self._background.start(action)

    def release(self, owner: Hashable) -> None:
        """The owner no longer waits for anything."""
        for job in self.running:
            if job.listeners.pop(owner, None) is not None and not job.listeners:
                self.cancel(job)

    def cancel(self, job: Job) -> None:
        """Cancel a job; its callers receive :class:`JobCancelledError`."""
        job.cancel()
        listeners, job.listeners = job.listeners, {}
        self._drop(job)
        self._ending.add(job)
        for listener in listeners.values():
            if listener.on_error is not None:
                _tell(listener.on_error, JobCancelledError())
        self.changed.emit()

    def when_done(self, action: Callable[[], object]) -> None:
        """Call ``action`` once every present job has ended; later jobs do not delay it."""
        jobs = {*self.running, *self._ending}
        if jobs:
            self._afterwards.append((jobs, action))
        else:
            action()

    def close(self) -> None:
        """Cancel every job and wait for the threads."""
        for job in self.running:
            self.cancel(job)
        for pool in (self._quick, self._slow, self._background):
            pool.clear()
            pool.waitForDone(CLOSING_MS)
        self._is_closed = True
        self._trim.stop()
        afterwards, self._afterwards = self._afterwards, []
        for _, action in afterwards:
            _tell(action)
        self.closed.emit()

    def _start(self, job: Job) -> None:
        if not self._is_closed:
            self._line(job.computation).start(job)

    def _line(self, computation: Computation) -> QThreadPool:
        if computation.background:
            return self._background
        return self._slow if computation.slow else self._quick

    def _drop(self, job: Job) -> None:
        for key, kept in list(self._jobs.items()):
            if kept is job:
                del self._jobs[key]

    def _end(self, ended: Job) -> None:
        """Call what waited for this job and no longer waits for another."""
        for jobs, _ in self._afterwards:
            jobs.discard(ended)
        due = [action for jobs, action in self._afterwards if not jobs]
        self._afterwards = [entry for entry in self._afterwards if entry[0]]
        for action in due:
            _tell(action)

    def _show_coarse(self, job: Job, result: tuple[Any]) -> None:
        job.coarse = result
        for listener in list(job.listeners.values()):
            if listener.on_coarse is not None:
                _tell(listener.on_coarse, *result)

    def _finish(self, job: Job, result: Any, error: Exception | None) -> None:
        self._ending.discard(job)
        self._end(job)
        if not self._trim.isActive() and not self._is_closed:
            self._trim.start()
        if error is None and job.computation.key is not None:
            self.cache.put(job.computation.key, result)
        self._drop(job)
        listeners, job.listeners = job.listeners, {}
        for listener in listeners.values():
            if error is None:
                _tell(listener.on_result, result)
            elif listener.on_error is not None:
                _tell(listener.on_error, error)
            else:
                log.error("%s failed", job.computation.label, exc_info=error)
        self.changed.emit()


def _tell(listener: Callable[..., object], *news: Any) -> None:
    """Call one of several listeners; an error in it is reported, and the others are called too."""
    try:
        listener(*news)
    except Exception:
        sys.excepthook(*sys.exc_info())
