"""The program's log file, and the handling of unexpected errors."""

from __future__ import annotations

import logging
import logging.handlers
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import platformdirs

APPLICATION = "L2L Explorer"
BYTES, FILES = 1_000_000, 3
FORMAT = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"

log = logging.getLogger("l2l_gui")


def log_file() -> Path:
    """The log's place."""
    return platformdirs.user_log_path(APPLICATION, appauthor=False) / "l2l-gui.log"


def start() -> None:
    """Log to a rotating file; where that cannot be, only to the console in the window."""
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    try:
        log_file().parent.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(
            log_file(), maxBytes=BYTES, backupCount=FILES, encoding="utf-8", delay=True
        )
    except OSError:
        return
    handler.setFormatter(logging.Formatter(FORMAT))
    root.addHandler(handler)


def catch(tell: Callable[[BaseException], None]) -> None:
    """Log unhandled errors and tell the user, instead of ending the program."""

    def hook(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, traceback)
            return
        log.critical("Unexpected error", exc_info=(kind, error, traceback))
        if threading.current_thread() is threading.main_thread():
            tell(error)

    sys.excepthook = hook
