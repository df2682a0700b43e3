"""A panel's own options: entries of its menu, and the row of choices above its plots."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QWidget


def check(parent: QWidget, text: str, changed: Callable[[], object], on: bool = False) -> QAction:
    """A menu entry that is on or off."""
    action = QAction(text, parent)
    action.setCheckable(True)
    action.setChecked(on)
    action.toggled.connect(lambda _: changed())
    return action


class Choice(QComboBox):
    """One of several named values, shown in words."""

    def __init__(self, name: str, words: Mapping[str, str], changed: Callable[[], object]) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for value, text in words.items():
            self.addItem(text, value)
        self.currentIndexChanged.connect(lambda _: changed())

    @property
    def value(self) -> str:
        """The value chosen."""
        return str(self.currentData())

    def choose(self, value: Any) -> None:
        """Choose a value; an unknown one changes nothing."""
        index = self.findData(value)
        if index >= 0:
            self.setCurrentIndex(index)


def row(*parts: QWidget | str) -> QHBoxLayout:
    """A line of words and controls, from the left."""
    line = QHBoxLayout()
    line.setContentsMargins(4, 2, 4, 0)
    line.setSpacing(6)
    for part in parts:
        line.addWidget(QLabel(part) if isinstance(part, str) else part)
    line.addStretch()
    return line
