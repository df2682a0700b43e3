"""The lab: the disturbance shared by all panels of the Perturb workspace.

Panels edit the disturbance and draw the responses; simulations run on a thread of their own.
While a slider moves, the newest disturbance waits and everything between is skipped, so that the
picture is never more than one simulation behind.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from PyQt6.QtCore import QObject, QRunnable, QThreadPool, QTimer, pyqtSignal

from l2l_engine.config import L2LError
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.contract import Context
from l2l_gui.panels.perturb.lab.model import Disturbance, History
from l2l_gui.panels.perturb.lab.response import (
    Responder,
    Response,
    Subject,
    find_subject,
    subject_key,
)
from l2l_gui.panels.view import View
from l2l_gui.workers.jobs import Computation
from l2l_gui.workers.relearning import Learner, Report

log = logging.getLogger(__name__)

SETTLE_MS = 700
CLOSING_MS = 5000


class LatestWins(QObject):
    """Runs a function of the newest request on one thread.

    Signals
    -------
    done(result, error) : on the thread this object lives in; one of the two is None.
    """

    done = pyqtSignal(object, object)
    _returned = pyqtSignal(object, object)

    def __init__(self, function: Callable[..., Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._function = function
        self._pool = QThreadPool(self)
        self._pool.setMaxThreadCount(1)
        self._waiting: tuple[Any, ...] | None = None
        self._running = False
        self._returned.connect(self._finished)

    @property
    def idle(self) -> bool:
        """Whether nothing is running or waiting."""
        return not self._running

    def request(self, *arguments: Any) -> None:
        """Run with these arguments soon, replacing any request that is still waiting."""
        self._waiting = arguments
        if not self._running:
            self._start()

    def drop(self) -> None:
        """Cancel the request that waits."""
        self._waiting = None

    def close(self) -> None:
        """Cancel the request that waits and wait for the one that runs."""
        self.drop()
        self._pool.waitForDone(CLOSING_MS)

    def _start(self) -> None:
        assert self._waiting is not None
        arguments, self._waiting = self._waiting, None
        self._running = True
        self._pool.start(_Call(self._function, arguments, self._returned))

    def _finished(self, result: Any, error: Exception | None) -> None:
        self._running = False
        if self._waiting is not None:  # simulate the newest while the last is drawn
            self._start()
        self.done.emit(result, error)


class _Call(QRunnable):
    def __init__(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], returned: Any
    ) -> None:
        super().__init__()
        self._function, self._arguments, self._returned = function, arguments, returned

    def run(self) -> None:
        result, error = None, None
        try:
            result = self._function(*self._arguments)
        except Exception as raised:
            error = raised
        self._returned.emit(result, error)


class Lab(QObject):
    """The disturbance, its history, the network it is done to and the newest response.

    Use :meth:`of` to have the one that belongs to a window.

    Signals
    -------
    edited(Disturbance) : it changed.
    responded(Response) : the newest response; at most one simulation behind.
    refused(str) : the disturbance cannot be done; one sentence.
    subject_changed(Subject) : another network is copied.
    """

    edited = pyqtSignal(object)
    responded = pyqtSignal(object)
    refused = pyqtSignal(str)
    subject_changed = pyqtSignal(object)

    def __init__(self, context: Context) -> None:
        super().__init__(context.selection)
        self._context = context
        self._history = History()
        self._responses = LatestWins(Responder().respond, self)
        self._responses.done.connect(self._answered)
        self._settling = QTimer(self)
        self._settling.setSingleShot(True)
        self._settling.setInterval(SETTLE_MS)
        self._settling.timeout.connect(self.settle)
        self.learner = Learner(self)
        self.learner.changed.connect(self._reported)
        self.reports: dict[type, Report] = {}
        """The newest report of each kind of task of :attr:`learner`."""
        self.subject: Subject | None = None
        self.response: Response | None = None
        self.refusal = ""
        """Why the present disturbance cannot be done; "" while it can."""
        context.sessions.closed.connect(self._session_closed)
        context.jobs.closed.connect(self.close)

    @classmethod
    def of(cls, context: Context) -> Lab:
        """The lab of this context's window."""
        found = context.selection.findChild(cls)
        return found if found is not None else cls(context)

    def close(self) -> None:
        """End all threads; this takes at most a trial, or as long as loading TensorFlow."""
        self.learner.close()
        self._responses.close()

    # -- the network -------------------------------------------------------------------

    def ask(self, view: View) -> Computation:
        """What a panel of the workspace asks for: the selected :class:`Subject`."""
        chosen = (view.problem, view.selection.group, self.disturbance.source)
        return Computation(
            find_subject,
            (view.session, *chosen),
            key=subject_key(view.session, *chosen),
            label="Finding subspaces",
            reports=True,
        )

    def look_at(self, subject: Subject) -> None:
        """Use this network from now on."""
        if self.subject is not None and self.subject.key == subject.key:
            return
        self.subject, self.response, self.refusal = subject, None, ""
        changed = self._history.fit(subject.config)
        self.subject_changed.emit(subject)
        if changed:
            self.edited.emit(self.disturbance)
        self._respond()

    # -- the disturbance ---------------------------------------------------------------

    @property
    def disturbance(self) -> Disturbance:
        """What is done to the copy."""
        return self._history.value

    @property
    def can_undo(self) -> bool:
        """Whether an edit can be undone."""
        return self._history.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether an edit can be redone."""
        return self._history.can_redo

    def edit(self, *, gesture: str | None = None, **changes: Any) -> None:
        """Change some fields; edits of one ``gesture`` in quick succession undo as one."""
        value = self.disturbance.replace(**changes)
        if self.subject is not None:
            value = value.within(self.subject.config)
        if self._history.edit(value, gesture):
            self._settling.start()
            self._changed()

    def set(self, disturbance: Disturbance) -> None:
        """Change everything at once."""
        self.settle()
        self.edit(**{name: getattr(disturbance, name) for name in disturbance.__slots__})

    def start_from(self, disturbance: Disturbance) -> None:
        """Begin a new history here."""
        self._history = History(disturbance)
        self._changed()

    def settle(self) -> None:
        """End a gesture: the next edit is undone separately."""
        self._settling.stop()
        self._history.settle()

    def undo(self) -> None:
        """Undo the last edit."""
        self._history.undo()
        self._changed()

    def redo(self) -> None:
        """Redo the last undone edit."""
        self._history.redo()
        self._changed()

    # -- responses ---------------------------------------------------------------------

    @property
    def idle(self) -> bool:
        """Whether the newest response belongs to the present disturbance."""
        return self._responses.idle

    def _reported(self, report: Report) -> None:
        self.reports[type(report.task)] = report

    def _changed(self) -> None:
        self.edited.emit(self.disturbance)
        self._respond()

    def _respond(self) -> None:
        if self.subject is not None:
            self._responses.request(self.subject, self.disturbance)

    def _answered(self, response: Response | None, error: Exception | None) -> None:
        if response is not None:
            if response.subject is self.subject:
                self.response, self.refusal = response, ""
                self.responded.emit(response)
        elif isinstance(error, L2LError):
            self._refuse(str(error))
        else:
            log.error("The disturbed trials failed", exc_info=error)
            self._refuse("The disturbed trials could not be computed. The log has the details.")

    def _refuse(self, sentence: str) -> None:
        self.refusal = sentence
        self.refused.emit(sentence)

    def _session_closed(self, session: OpenSession) -> None:
        subject = self.subject
        if subject is None or self._context.sessions.get(session.path) is not None:
            return
        self.learner.abandon()
        self._responses.drop()
        self.subject = self.response = None
