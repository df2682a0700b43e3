"""Building blocks of the protocol editor: rows, titled columns, buttons with shortcuts, a menu."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout, QWidget

from l2l_engine.protocols.designs import BUILT_IN
from l2l_engine.protocols.templates import TEMPLATES, explain
from l2l_gui.look.theme import theme


def row_of(*widgets: QWidget | None) -> QWidget:
    """Widgets side by side; None takes the remaining space."""
    place = QWidget()
    row = QHBoxLayout(place)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        if widget is None:
            row.addStretch()
        else:
            row.addWidget(widget)
    return place


def titled(title: str, *parts: QWidget) -> QWidget:
    """Widgets below a heading; the first takes the remaining space."""
    place = QWidget()
    column = QVBoxLayout(place)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    heading = QLabel(title)
    heading.setFont(theme.font(10, bold=True))
    column.addWidget(heading)
    for number, part in enumerate(parts):
        column.addWidget(part, int(not number))
    return place


def button_in(
    window: QWidget, text: str, slot: Callable[[], object], key: str, icon: str = "", name: str = ""
) -> QPushButton:
    """A button with a keyboard shortcut; ``name`` if its text says too little."""
    button = QPushButton(text)
    if icon:
        theme.set_icon(button, icon)
    button.setToolTip(f"{name or text} ({key})")
    button.setAccessibleName(name or text)
    button.setAutoDefault(False)
    button.clicked.connect(lambda: slot())
    QShortcut(QKeySequence(key), window).activated.connect(button.click)
    return button


def template_menu(window: QWidget, chosen: Callable[[str], None]) -> QMenu:
    """Every template by name."""
    menu = QMenu(window)
    menu.setToolTipsVisible(True)
    for name in TEMPLATES:
        action = menu.addAction(name, lambda name=name: chosen(name))
        assert action is not None
        if name in BUILT_IN:  # a plug-in's would be imported
            action.setToolTip(explain(name))
    return menu
