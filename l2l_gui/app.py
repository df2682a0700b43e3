"""The program: arguments, the application, the first window."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from l2l_engine import __version__, extras
from l2l_engine.config import L2LError
from l2l_gui import desktop, display

FIRST_STEPS_MS = 1500
"""When somebody who is new is shown around: once the session is there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the process's exit code."""
    options = _parser().parse_args(arguments)
    if options.version:
        print(f"l2l-gui {__version__}")
        return 0
    try:
        extras.require("gui")
        if options.install_desktop:
            print(desktop.install())
            return 0
        display.require(unseen=options.tour is not None)
    except L2LError as error:
        print(f"l2l-gui: {error}", file=sys.stderr)
        return 2
    # analyses multiply many small matrices: several threads would only wait for each other
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if options.tour is not None:
        from l2l_gui.tour.driver import main as take_tour
        from l2l_gui.tour.steps import STEPS

        return take_tour(options.tour, options.files, STEPS)
    try:
        return show(options.files)
    except KeyboardInterrupt:  # while starting: once the window is there, a signal closes it
        return 128 + signal.SIGINT


def show(files: list[Path]) -> int:
    """Open the window on these sessions, or on the last one."""
    from PyQt6.QtCore import QTimer

    from l2l_gui.model.settings import settings
    from l2l_gui.model.working_copy import first_session
    from l2l_gui.window import logs
    from l2l_gui.window.application import application
    from l2l_gui.workers.memory import limit_arenas

    limit_arenas()
    logs.start()
    app = application()
    from l2l_gui.look.theme import theme
    from l2l_gui.window.main_window import MainWindow
    from l2l_gui.window.stop_signals import StopSignals

    theme.set_mode(settings.text("theme") or "system")
    window = MainWindow()
    logs.catch(window.notifications.complain)
    window.show()
    paths = files or first_session()
    if paths:
        QTimer.singleShot(0, lambda: window.open_files(paths))
    QTimer.singleShot(FIRST_STEPS_MS, window.features.first_steps.welcome)
    QTimer.singleShot(FIRST_STEPS_MS, window.features.say_what_waits)
    with StopSignals(window) as signals:
        return app.exec() or signals.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="l2l-gui", description="Watch a recurrent network learn to learn."
    )
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="sessions to open: the first can be trained, the others are compared with it",
    )
    parser.add_argument(
        "--tour",
        type=Path,
        metavar="DIR",
        help="use the window without a person and leave screenshots and tour.json in DIR",
    )
    parser.add_argument(
        "--install-desktop",
        action="store_true",
        help="add the program to the desktop's menu, and open .l2l.h5 files with it (Linux)",
    )
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    return parser


if __name__ == "__main__":
    logging.captureWarnings(True)
    sys.exit(main())
