"""A problem learned again on a thread of its own, a frame a trial, for slow motion."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from PyQt6.QtCore import QObject, QThread, pyqtSignal

from l2l_engine.config import L2LError
from l2l_engine.network import NetworkWeights
from l2l_engine.storage.session import Session
from l2l_gui.look.deletion import delete_later
from l2l_gui.workers import quiet_import
from l2l_gui.workers.mailbox import Mailbox

log = logging.getLogger(__name__)

TELL_S = 1.0 / 15.0
Look = Callable[[NetworkWeights], Any]
"""What is kept of a trial's network."""


@dataclass(frozen=True, eq=False)
class Replayed:
    """How far a replay is.

    ``frames`` grows; the first ``count`` of them, one a trial, are there.
    """

    frames: list[Any]
    count: int = 0
    stage: str = ""
    running: bool = True
    exact: bool | None = None
    """Whether it ended with the network of the file, to the bit; None until it has ended."""
    error: str = ""


class Replayer(QObject):
    """Replays one problem at a time.

    Signals
    -------
    changed(Replayed) : at most 15 a second.
    """

    changed = pyqtSignal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thread: _Thread | None = None
        self._leaving: set[_Thread] = set()
        self.report: Replayed | None = None

    @property
    def running(self) -> bool:
        """Whether a problem is being replayed."""
        return self._thread is not None

    def start(self, session: Callable[[], Session], problem: int, look: Look) -> None:
        """Replay a problem of the session that ``session`` gives on the thread, in place of another."""
        self.drop()
        thread = self._thread = _Thread(session, problem, look)
        thread.arrived.connect(self._take)
        thread.finished.connect(self._ended)
        self.report = Replayed([], stage="Preparing")
        self.changed.emit(self.report)
        thread.start()

    def stop(self) -> None:
        """End after the trial in progress, keeping its frames."""
        if self._thread is not None:
            self._thread.stopping.set()

    def drop(self) -> None:
        """Forget everything; what runs ends by itself."""
        thread, self._thread, self.report = self._thread, None, None
        if thread is not None:
            thread.stopping.set()
            thread.arrived.disconnect(self._take)
            thread.finished.disconnect(self._ended)
            self._leaving.add(thread)
            thread.finished.connect(self._forget)
            self._forget()

    def close(self) -> None:
        """Stop and wait."""
        self.drop()
        for thread in self._leaving:
            thread.wait()
        self._forget()

    def _forget(self) -> None:
        for thread in [thread for thread in self._leaving if thread.isFinished()]:
            self._leaving.remove(thread)
            delete_later(thread)

    def _take(self) -> None:
        report = self._thread.mailbox.take() if self._thread is not None else None
        if report is not None:
            self.report = report
            self.changed.emit(report)

    def _ended(self) -> None:
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self.report = thread.mailbox.take() or self.report
        if self.report is not None:
            self.changed.emit(self.report)
        delete_later(thread)


class _Thread(QThread):
    arrived = pyqtSignal()

    def __init__(self, session: Callable[[], Session], problem: int, look: Look) -> None:
        super().__init__()
        self.setObjectName("replaying")
        self.mailbox: Mailbox[Replayed] = Mailbox()
        self.stopping = threading.Event()
        self._session, self._problem, self._look = session, problem, look
        self._report = Replayed([])

    def run(self) -> None:
        error, exact = "", None
        try:
            if not quiet_import.loaded():
                self._tell(stage="Loading TensorFlow")
                quiet_import.load_tensorflow()
            exact = self._replay()
        except L2LError as raised:
            error = str(raised)
        except Exception:
            log.exception("The replay failed")
            error = "The replay failed unexpectedly. The log has the details."
        self._tell(stage="", running=False, exact=exact, error=error)

    def _replay(self) -> bool | None:
        from l2l_engine.replay import Replay

        frames, told = self._report.frames, 0.0
        with Replay(
            self._session(), self._problem, lambda words: self._tell(stage=words)
        ) as replay:
            for step in replay:
                frames.append(self._look(replay.after_trial(step)))
                if time.monotonic() - told > TELL_S:
                    told = time.monotonic()
                    self._tell(stage="", count=len(frames))
                if self.stopping.is_set():
                    break
            self._tell(stage="", count=len(frames))
            return None if self.stopping.is_set() else replay.exact()

    def _tell(self, **changes: Any) -> None:
        self._report = replace(self._report, **changes)
        if self.mailbox.put(self._report):
            self.arrived.emit()
