"""The QApplication of the program."""

from __future__ import annotations

import atexit
import sys

from PyQt6.QtCore import QLocale
from PyQt6.QtGui import QIcon
from PyQt6.QtWidgets import QApplication

from l2l_gui.look.resources_path import resource
from l2l_gui.look.theme import theme
from l2l_gui.window.garbage import GarbageCollection, leave_to_the_system
from l2l_gui.window.input_rules import InputRules

SWITCH_SECONDS = 0.0001
"""How long a thread may keep the interpreter from another; Python's own 5 ms would cost the
engine a third of its trials and the window its frames."""


def application() -> QApplication:
    """The QApplication, styled; and the interpreter set for two busy threads.

    Numbers are written one way everywhere, with a decimal point and without separators, as in
    the files and on the axes; boxes read a decimal comma too.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    plain = QLocale.c()
    plain.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    QLocale.setDefault(plain)
    app = QApplication.instance() or QApplication([sys.argv[0]])
    assert isinstance(app, QApplication)
    app.setApplicationName("L2L Explorer")
    app.setApplicationDisplayName("L2L Explorer")
    app.setDesktopFileName("l2l-explorer")
    icon = resource("icons/application.svg")
    if icon.exists():
        app.setWindowIcon(QIcon(str(icon)))
    theme.apply(app)
    if app.findChild(InputRules) is None:
        rules = InputRules(app)
        app.installEventFilter(rules)
        GarbageCollection(app)
        atexit.register(leave_to_the_system)
        # Python is gone before the last of Qt's events
        atexit.register(app.removeEventFilter, rules)
    return app
