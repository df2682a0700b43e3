"""The program: arguments, the application, the first window."""

# PYTHON_ARGCOMPLETE_OK
from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from l2l_engine import extras
from l2l_engine.commands import common
from l2l_engine.commands.output import Output
from l2l_gui import desktop, display

FIRST_STEPS_MS = 1500
"""When somebody who is new is shown around: once the session is there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the exit codes are those of :mod:`l2l_engine.commands.common`."""
    return common.run(_parser(), _work, arguments, stopped="Stopped.")


def _work(options: argparse.Namespace, output: Output) -> int:
    extras.require("gui")
    if options.install_desktop:
        output.result(desktop.install())
        return common.DONE
    display.require(unseen=options.tour is not None)
    # analyses multiply many small matrices: several threads would only wait for each other
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if options.tour is not None:
        from l2l_gui.tour.driver import main as take_tour
        from l2l_gui.tour.steps import STEPS

        return take_tour(options.tour, options.files, STEPS, output)
    return show(options.files)


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


def _parser() -> common.Parser:
    parser = common.parser(
        "l2l-gui",
        "Watch a recurrent network learn to learn.",
        "l2l-gui",
        "l2l-gui run.l2l.h5 another.l2l.h5",
        "l2l-gui --tour pictures example",
    )
    parser.add_argument(
        "files",
        nargs="*",
        type=common.session,
        metavar="FILE",
        help="sessions to open: the first can be trained, the others are compared with it",
    )
    more = parser.add_argument_group("instead of a window", "such as --tour pictures")
    more.add_argument(
        "--tour",
        type=Path,
        metavar="DIR",
        help="operate the window by itself and leave screenshots and tour.json in DIR",
    )
    more.add_argument(
        "--install-desktop",
        action="store_true",
        help="add the program to the desktop's menu, and open .l2l.h5 files with it (Linux)",
    )
    return parser


if __name__ == "__main__":
    logging.captureWarnings(True)
    sys.exit(main())
