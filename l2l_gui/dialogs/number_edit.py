"""A line for one number that leaves undo to its form and steps with the arrow keys."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QLineEdit, QWidget

_UNDO = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class NumberEdit(QLineEdit):
    """Text of a whole or a floating-point number; Up and Down step whole ones."""

    def __init__(self, whole: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = whole
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step whole numbers with Up and Down; leave undo to the form."""
        if any(event.matches(key) for key in _UNDO):
            event.ignore()
            return
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        value = parsed(self.text())
        if step and self._whole and isinstance(value, int):
            self.setText(str(max(0, value + step)))
            event.accept()
            return
        super().keyPressEvent(event)


def parsed(value: Any) -> Any:
    """A number's text as int or float where it is one; anything else as it is."""
    if not isinstance(value, str):
        return value
    for kind in (int, float):
        try:
            return kind(value.strip())
        except ValueError:
            continue
    return value
