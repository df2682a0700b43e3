"""Opens, creates and trains sessions: what the user asks for, passed on to the engine."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from pathlib import Path

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from l2l_engine.config import RunConfig
from l2l_engine.protocols.protocol import Protocol
from l2l_engine.storage.errors import SessionError, SessionMovedError
from l2l_gui.model.goals import Goal
from l2l_gui.model.pace import TEXT, RefreshPace
from l2l_gui.model.selection import SharedSelection
from l2l_gui.model.sessions import OpenSession, Sessions
from l2l_gui.model.settings import settings
from l2l_gui.model.snapshot import RunState, Snapshot
from l2l_gui.model.working_copy import is_example, must_copy
from l2l_gui.workers import engine_commands as engine
from l2l_gui.workers import quiet_import
from l2l_gui.workers.engine_thread import EngineThread
from l2l_gui.workers.glances import Glances, glances
from l2l_gui.workers.jobs import Computation, Jobs
from l2l_gui.workers.readiness import get_ready

log = logging.getLogger(__name__)

WARM_MS = 400
READY_MS = 300  # after the first session is shown
MOST_NAMED = 3  # sessions refused at once, each in a notification


class Runner(QObject):
    """Keeps sessions, selection and engine consistent; knows nothing of widgets.

    Signals
    -------
    changed : :attr:`training`, :attr:`stage` or the primary session differs.
    informed(str), failed(Exception) : news for the user.
    lost(SessionMovedError) : the file of the session in training was moved, deleted, replaced or cut
        off; training pauses until :meth:`save_lost`, :meth:`give_up` or :meth:`train`.
    """

    changed = pyqtSignal()
    informed = pyqtSignal(str)
    failed = pyqtSignal(object)
    lost = pyqtSignal(object)

    def __init__(
        self,
        selection: SharedSelection,
        sessions: Sessions,
        jobs: Jobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._selection, self._sessions, self._jobs = selection, sessions, jobs
        self.stage = ""
        """The stage of getting ready, for the status bar."""
        self._beside: list[Path] = []  # to compare with what is being opened
        self._wanted = False  # training was asked for and has not been seen to end
        self._trained: Path | None = None  # the file it was asked for
        self._latest: Snapshot | None = None
        self._pace = RefreshPace(TEXT)
        self.warms = True
        self._ready = False  # whether the analyses have been asked into memory
        self.engine = EngineThread()
        self.engine.arrived.connect(self._take)
        self.engine.stage.connect(self._show_stage)
        self.engine.created.connect(self._created)
        self.engine.moved.connect(self._moved)
        self.engine.relocated.connect(self._relocated)
        self.engine.extended.connect(self._extended)
        self.engine.saved.connect(self._saved)
        self.engine.failed.connect(self._engine_failed)
        self.engine.start()

    # -- what is -----------------------------------------------------------------------

    @property
    def session(self) -> OpenSession | None:
        """The session that can be trained."""
        return self._sessions.get(self._selection.value.primary)

    @property
    def compared(self) -> tuple[Path, ...]:
        """The sessions shown beside the primary one."""
        return self._selection.value.sessions[1:]

    @property
    def training(self) -> bool:
        """Whether it is being trained, or about to be."""
        return self._wanted

    # -- sessions ----------------------------------------------------------------------

    def open(self, path: Path, beside: Sequence[Path] = ()) -> None:
        """Show a session instead of the present one, and perhaps others beside it."""
        path = path.resolve()
        self._beside = list(beside)
        if self.session is not None and self.session.path == path:
            self._compare_waiting()
            return
        self._read(path, release=True)  # training continues until the file proves readable

    def create(self, path: Path, config: RunConfig, protocol: Protocol | None = None) -> None:
        """Begin a new session, perhaps by a protocol, and show it."""
        self.engine.post(engine.Create(path.resolve(), config, protocol=protocol))

    def branch(self, command: engine.Branch) -> None:
        """Begin a new session from a problem of another, and show it."""
        self.engine.post(command)

    def compare(self, paths: Iterable[Path]) -> None:
        """Show more sessions beside the primary one; those that cannot be read are named."""
        wanted = tuple(path.resolve() for path in paths)
        if not wanted:
            return
        what = wanted[0].name if len(wanted) == 1 else f"{len(wanted)} sessions"
        self._jobs.submit(
            Computation(glances, (wanted,), label=f"Opening {what}", reports=True),
            self._add_compared,
            self.failed.emit,
        )

    def leave_out(self, path: Path) -> None:
        """Stop comparing a session with the primary one."""
        chosen = self._selection.value.sessions
        if path in chosen[1:]:
            self._selection.update(sessions=tuple(kept for kept in chosen if kept != path))
            self._sessions.remove(path)

    def save_copy(self, target: Path) -> None:
        """Copy the session as it is now."""
        if self.session is not None:
            self.engine.post(engine.Save(self.session.path, target))

    def save_lost(self, path: Path, target: Path, *, overwrite: bool = False) -> None:
        """Continue in a copy of a session whose file was lost."""
        self.engine.post(engine.Move(path, target.resolve(), overwrite))

    def give_up(self, path: Path) -> None:
        """Close a session whose file was lost, dropping what was not yet saved."""
        self.engine.post(engine.Abandon(path))

    def _read(self, path: Path, release: bool = False) -> None:
        self._jobs.submit(
            Computation(OpenSession.open, (path,), label=f"Opening {path.name}"),
            lambda session: self._opened(session, release),
            self.failed.emit,
            owner="primary session",
        )

    def _opened(self, session: OpenSession, release: bool) -> None:
        if release:
            self.engine.post(engine.Release())
            self._wanted, self._trained = False, None
        before = self._selection.value.primary
        self._sessions.add(session)
        if self._latest is not None and self._latest.path == session.path and not release:
            self._sessions.advance(self._latest)
        rest = [p for p in self._selection.value.sessions[1:] if p != session.path]
        self._selection.update(sessions=(session.path, *rest), follow_live=True)
        self._set_limits(session)
        if before is not None and before != session.path:
            self._sessions.remove(before)
        if not is_example(session.path):
            settings.add_recent(session.path)
            settings.put("last session", str(session.path))
        log.info("Opened %s: %d problems", session.path, session.problems)
        self._compare_waiting()
        if self.warms and release and quiet_import.loaded():
            QTimer.singleShot(WARM_MS, self._warm)
        if not self._ready:
            self._ready = True
            QTimer.singleShot(READY_MS, lambda: self._jobs.aside(get_ready))
        self.changed.emit()

    def _compare_waiting(self) -> None:
        beside, self._beside = self._beside, []
        self.compare(beside)

    def _warm(self) -> None:
        if self.session is not None and not self._wanted:
            self.engine.post(engine.Warm(self.session.config))

    def _add_compared(self, found: Glances) -> None:
        chosen = dict.fromkeys(self._selection.value.sessions)
        for session in found.sessions:
            if session.path in chosen or not chosen:
                session.close()
                continue
            self._sessions.add(session)
            chosen[session.path] = None
        self._selection.update(sessions=tuple(chosen))
        for error in found.refused:
            log.warning("%s", error)
        named, more = found.refused[:MOST_NAMED], found.refused[MOST_NAMED:]
        for error in named:
            self.failed.emit(error)
        if more:
            self.failed.emit(
                SessionError(f"{len(more)} more files are refused: the log names them.")
            )

    def _set_limits(self, session: OpenSession) -> None:
        self._selection.set_limits(session.problems, session.duration)

    # -- training ----------------------------------------------------------------------

    def train(self, goal: Goal) -> None:
        """Train the primary session until the goal."""
        session = self.session
        if session is None:
            self.failed.emit(SessionError("No session is open: open one or make a new one."))
            return
        self._wanted, self._trained = True, session.path
        self._selection.update(follow_live=True)
        self.engine.post(engine.Train(session.path, goal))
        self.changed.emit()

    def pause(self) -> None:
        """Stop after the trial in progress."""
        if self._wanted:
            self.engine.post(engine.Pause())

    def toggle(self) -> None:
        """Run, or pause."""
        if self._wanted:
            self.pause()
        else:
            self.train(Goal())

    def close(self) -> None:
        """Save and end the engine's thread; waits for it."""
        self.engine.end()

    # -- from the engine ---------------------------------------------------------------

    def _take(self) -> None:
        snapshot = self.engine.take()
        if snapshot is None:
            return
        self._latest = snapshot
        self._sessions.advance(snapshot)
        session = self.session
        if session is not None and session.path == snapshot.path:
            self._set_limits(session)
        wanted = self._wanted
        self._see_whether_it_trains()
        if self._pace.due(snapshot) or wanted != self._wanted:
            self.changed.emit()

    def _see_whether_it_trains(self) -> None:
        """By the latest snapshot, which can come before the news that its file is another."""
        if self._latest is not None and self._latest.path == self._trained:
            self._wanted = self._latest.state is RunState.TRAINING

    def _show_stage(self, sentence: str) -> None:
        self.stage = sentence
        self.changed.emit()

    def _created(self, path: Path) -> None:
        self._wanted, self._trained = False, None
        self._read(path)

    def _moved(self, original: Path, path: Path) -> None:
        why = "the example that comes with the program" if is_example(original) else "read-only"
        self.informed.emit(f"{original.name} is {why}: training continues in a copy, {path}.")
        if self._trained == original:
            self._trained = path
            self._see_whether_it_trains()
        self._read(path)

    def _relocated(self, lost: Path, path: Path) -> None:
        self.informed.emit(f"{lost.name} was saved as {path}: training continues there.")
        if self._trained == lost:
            self._trained = path
            self._see_whether_it_trains()
        self._read(path)

    def _extended(self, path: Path, problems: int) -> None:
        self.informed.emit(
            f"All problems of {path.name} are done: it now continues to problem {problems:,}."
        )

    def _saved(self, path: Path) -> None:
        self.informed.emit(f"Saved {path}.")

    def _engine_failed(self, error: Exception, ended: bool) -> None:
        if ended:
            self._wanted = False
        self.stage = ""
        if isinstance(error, SessionMovedError):
            self._wanted = False
            self.lost.emit(error)
        else:
            self.failed.emit(error)
        self.changed.emit()


def note_of(session: OpenSession) -> str:
    """What the status bar says about keeping the session."""
    return "Example, not written to" if must_copy(session.path) else "Saved"
