"""Widgets shared by the groups of controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import QSignalBlocker
from PyQt6.QtWidgets import QComboBox, QLabel, QSpinBox, QWidget


def combo(name: str, choices: Mapping[Any, str]) -> QComboBox:
    """A list of choices, the values as data."""
    made = QComboBox()
    made.setAccessibleName(name)
    made.setToolTip(name)
    made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    made.setMinimumContentsLength(5)
    for value, label in choices.items():
        made.addItem(label, value)
    return made


def choose(box: QComboBox, value: object) -> None:
    """Show a choice without acting on it."""
    for index in range(box.count()):
        if box.itemData(index) is value:
            with QSignalBlocker(box):
                box.setCurrentIndex(index)


def spin(name: str, low: int, high: int) -> QSpinBox:
    """A box for a whole number."""
    box = QSpinBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setRange(low, high)
    box.setKeyboardTracking(False)
    box.setMaximumWidth(84)
    return box


def quiet() -> QLabel:
    """An unobtrusive label."""
    label = QLabel()
    label.setProperty("quiet", True)
    label.setWordWrap(True)
    return label


def mark(widget: QWidget, wrong: bool, look: str = "error") -> None:
    """Mark a widget as wrong, or remove the mark."""
    if bool(widget.property(look)) == wrong:
        return
    widget.setProperty(look, wrong)
    style = widget.style()
    assert style is not None  # every widget has one
    style.unpolish(widget)
    style.polish(widget)
