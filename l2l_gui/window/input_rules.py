"""What Space and the mouse wheel do anywhere in the application."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QScrollArea,
    QSlider,
    QWidget,
)

TAKES_SPACE = "takesSpace"
"""A property by which other widgets than buttons and boxes keep the Space key to themselves."""
BY_MOUSE = "focused by the mouse"


class InputRules(QObject):
    """An event filter of the application.

    Space runs and pauses, as the tool bar says, unless the keyboard was moved to a button or
    box: a button that was clicked, or that is hidden by now, does not take it. The wheel scrolls
    a form and changes none of its values.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Apply the rules; every other event passes."""
        kind = event.type()
        if kind == QEvent.Type.Wheel:
            return isinstance(event, QWheelEvent) and _leave_to_form(watched, event)
        if kind == QEvent.Type.FocusIn:
            if isinstance(event, QFocusEvent) and _uses_space(watched):
                by_mouse = event.reason() == Qt.FocusReason.MouseFocusReason
                watched.setProperty(BY_MOUSE, by_mouse)
        elif (
            kind == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
            and _uses_space(watched)
            and _keeps_space(watched)
        ):
            event.accept()
            return True
        return False


def _uses_space(watched: QObject) -> bool:
    return isinstance(watched, QAbstractButton | QComboBox) or bool(watched.property(TAKES_SPACE))


def _keeps_space(watched: QObject) -> bool:
    if not isinstance(watched, QWidget) or not watched.isVisible():
        return False
    return isinstance(watched.window(), QDialog) or not watched.property(BY_MOUSE)


def _leave_to_form(watched: QObject, event: QWheelEvent) -> bool:
    """Refuse the wheel for what it would edit; Qt then offers it to the form around it."""
    edits = isinstance(watched, QAbstractSpinBox | QComboBox) or (
        isinstance(watched, QSlider) and _inside_form(watched)
    )
    if edits:
        event.ignore()
    return edits


def _inside_form(widget: QWidget) -> bool:
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            return True
        parent = parent.parentWidget()
    return False
