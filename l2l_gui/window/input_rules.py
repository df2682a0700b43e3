"""What Space and the mouse wheel do throughout the application."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QScrollArea,
    QSlider,
    QWidget,
)

TAKES_SPACE = "takesSpace"
"""A property by which other widgets than buttons and boxes keep the Space key to themselves."""
BY_MOUSE = "focused by the mouse"
RULED = frozenset({QWheelEvent, QFocusEvent, QKeyEvent})


class InputRules(QObject):
    """An event filter of the application.

    Space runs and pauses, as the tool bar says, unless the keyboard was moved to a button or
    box: a button that was clicked, or that is hidden by now, does not take it. The wheel scrolls
    a form and changes none of its values.
    """

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Apply the rules; every other event passes."""
        if type(event) not in RULED:  # as nearly all, hundreds of a second: asks no enumeration
            return False
        assert watched is not None
        assert event is not None
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
    """Keep the wheel from what it would edit, and scroll the form around that instead."""
    boxes = QAbstractSpinBox | QComboBox
    if not isinstance(watched, boxes | QSlider):
        return False
    forms = _forms_around(watched)
    if not (forms or isinstance(watched, boxes)):
        return False
    bars = (form.verticalScrollBar() for form in forms)
    bar = next((bar for bar in bars if bar is not None and bar.maximum() > 0), None)
    if bar is not None:
        QApplication.sendEvent(bar, event)
    event.accept()
    return True


def _forms_around(watched: QObject) -> list[QScrollArea]:
    """The scroll areas that hold a widget, the nearest first."""
    found, parent = [], watched.parent()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            found.append(parent)
        parent = parent.parent()
    return found
