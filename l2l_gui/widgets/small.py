"""Small widgets used in many parts of the window."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from l2l_gui.look.theme import theme


def tool_button(
    icon: str, tip: str, name: str = "", *, size: int = 16, checkable: bool = False
) -> QToolButton:
    """A button with an icon of the theme's.

    Parameters
    ----------
    icon : the icon's name
    tip : what the button does
    name : for screen readers, if not the tip
    size : of the icon, pixels
    """
    button = QToolButton()
    theme.set_icon(button, icon)
    button.setIconSize(QSize(size, size))
    button.setToolTip(tip)
    button.setAccessibleName(name or tip)
    button.setCheckable(checkable)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def side_by_side(*widgets: QWidget | None, spacing: int = 6) -> QWidget:
    """Widgets in a row; None takes the remaining space."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(spacing)
    for widget in widgets:
        if widget is None:
            row.addStretch()
        else:
            row.addWidget(widget)
    return holder
