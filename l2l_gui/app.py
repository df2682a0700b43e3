"""The program: arguments, the application, the first window."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PyQt6.QtWidgets import QApplication

SWITCH_SECONDS = 0.0001
"""How long a thread may keep the interpreter from another; Python's own 5 ms would cost the
engine a third of its trials and the window its frames."""

FIRST_STEPS_MS = 1500
"""When somebody who is new is shown around: once the session is there."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program; the process's exit code."""
    options = _parser().parse_args(arguments)
    # analyses multiply many small matrices: several threads would only wait for each other
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if options.version:
        from l2l_gui.help import version

        print(f"l2l-gui {version()}")
        return 0
    if options.tour is not None:
        from l2l_gui.tour import main as tour

        return tour(options.tour, options.files)
    return show(options.files)


def show(files: list[Path]) -> int:
    """Open the window on these sessions, or on the last one."""
    from PyQt6.QtCore import QTimer

    from l2l_gui import logs
    from l2l_gui.settings import settings

    logs.start()
    app = application()
    from l2l_gui.main_window import MainWindow
    from l2l_gui.theme import theme

    theme.set_mode(settings.text("theme") or "system")
    window = MainWindow()
    logs.catch(window.notifications.complain)
    window.show()
    paths = files or first_session()
    if paths:
        QTimer.singleShot(0, lambda: window.open_files(paths))
    QTimer.singleShot(FIRST_STEPS_MS, window.features.first_steps.welcome)
    return app.exec()


def application() -> QApplication:
    """The QApplication, styled; and the interpreter set for two busy threads."""
    from PyQt6.QtGui import QIcon
    from PyQt6.QtWidgets import QApplication

    from l2l_gui.resources_path import resource
    from l2l_gui.theme import theme

    sys.setswitchinterval(SWITCH_SECONDS)
    app = QApplication.instance() or QApplication([sys.argv[0]])
    assert isinstance(app, QApplication)
    app.setApplicationName("L2L Explorer")
    app.setApplicationDisplayName("L2L Explorer")
    app.setDesktopFileName("l2l-explorer")
    icon = resource("icons/application.svg")
    if icon.exists():
        app.setWindowIcon(QIcon(str(icon)))
    theme.apply(app)
    return app


def first_session() -> list[Path]:
    """The last session, or else the one that comes with the program."""
    from l2l_gui.resources_path import data
    from l2l_gui.settings import settings
    from l2l_gui.working_copy import EXAMPLE

    last = settings.text("last session")
    for path in (Path(last) if last else None, data(EXAMPLE)):
        if path is not None and path.is_file():
            return [path]
    return []


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
    parser.add_argument("--version", action="store_true", help="print the version and exit")
    return parser


if __name__ == "__main__":
    logging.captureWarnings(True)
    sys.exit(main())
