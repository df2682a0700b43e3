"""Ctrl-C, SIGTERM and SIGHUP close the window as its own button does, but without questions."""

from __future__ import annotations

import contextlib
import logging
import signal
import socket
from typing import Self

from PyQt6 import sip
from PyQt6.QtCore import QObject, QSocketNotifier, QTimer
from PyQt6.QtWidgets import QApplication

from l2l_engine.commands.stopping import SIGNALS, StopRequest
from l2l_engine.storage.closing import Closing
from l2l_gui.window.main_window import MainWindow

log = logging.getLogger(__name__)


class StopSignals(QObject, Closing):
    """Closes the window when a signal comes; a second signal ends the process at once.

    Python runs signal handlers between two of its own instructions, of which an idle event loop
    has none: the socket that Python writes every signal to wakes it.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__()
        self._window, self._request = window, StopRequest()
        self._here, self._there = socket.socketpair()
        for end in (self._here, self._there):
            end.setblocking(False)
        self._notifier = QSocketNotifier(
            sip.voidptr(self._here.fileno()), QSocketNotifier.Type.Read, self
        )
        self._notifier.activated.connect(self._woken)

    @property
    def exit_code(self) -> int:
        """128 and the signal's number; 0 if none came."""
        return self._request.exit_code if self._request.requested else 0

    def __enter__(self) -> Self:
        self._request.__enter__()
        self._previous = signal.set_wakeup_fd(self._there.fileno(), warn_on_full_buffer=False)
        return self

    def close(self) -> None:
        """Restore the previous signal handlers."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._previous)
        self._request.__exit__()
        for end in (self._here, self._there):
            end.close()

    def _woken(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while self._here.recv(64):
                pass
        QTimer.singleShot(0, self._close)  # by then Python has called the handler

    def _close(self) -> None:
        if not self._request.requested:
            return  # a signal of another kind
        self._notifier.setEnabled(False)
        for number in SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, signal.SIG_DFL)
        log.info("Closing on signal %s", self._request.number)
        self._window.close_unasked()
        QApplication.exit()  # also the loops of dialogs that wait for an answer
