"""A text field for one number that leaves undo to its form and steps with the arrow keys."""

from __future__ import annotations

import re
from typing import Any

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import QLineEdit, QWidget

GROUPED = re.compile(r"-?\d{1,3}(,\d{3})+")
"""A whole number with its thousands separated."""
_UNDO = (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo)


class NumberEdit(QLineEdit):
    """Text of a whole or a floating-point number; Up and Down step whole ones."""

    def __init__(self, whole: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = whole
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Step whole numbers with Up and Down; leave undo to the form."""
        assert event is not None
        if any(event.matches(key) for key in _UNDO):
            event.ignore()
            return
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()))
        value = parsed(self.text(), self._whole)
        if step and self._whole and isinstance(value, int):
            self.setText(str(max(0, value + step)))
            event.accept()
            return
        super().keyPressEvent(event)


def parsed(value: Any, whole: bool = False) -> Any:
    """A number's text as int or float; anything else unchanged.

    Parameters
    ----------
    value : a text, or something else that is returned as it is.
    whole : whether a whole number is wanted. Then commas may separate thousands ("20,000");
        otherwise one comma is a decimal sign, as in many languages ("0,05").
    """
    if not isinstance(value, str):
        return value
    text = value.strip()
    if whole and GROUPED.fullmatch(text):
        text = text.replace(",", "")
    elif text.count(",") == 1 and "." not in text:
        text = text.replace(",", ".")
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return value
