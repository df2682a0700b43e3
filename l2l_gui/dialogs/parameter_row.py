"""One parameter's label, editor, unit, reset button and message."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any

from PyQt6.QtWidgets import QCheckBox, QComboBox, QLabel, QToolButton, QWidget

from l2l_gui.dialogs.number_edit import NumberEdit
from l2l_gui.look.theme import theme
from l2l_gui.widgets.message import repolish


class ParameterRow:
    """The widgets of one parameter."""

    def __init__(self, item: dataclasses.Field[Any]) -> None:
        self.name, self.title = item.name, item.metadata["label"]
        self.whole = isinstance(item.default, int) and not isinstance(item.default, bool)
        meta = item.metadata
        self.label = QLabel(meta["label"])
        self.editor: QWidget
        if isinstance(item.default, enum.Enum):
            self.editor = box = QComboBox()
            for member in type(item.default):
                box.addItem(member.value.replace("_", " "), member)
        elif isinstance(item.default, bool):
            self.editor = QCheckBox()
        else:
            self.editor = NumberEdit(self.whole)
        allowed = f", {meta['allowed']}" if meta["allowed"] else ""
        self.editor.setToolTip(f"{item.name}{allowed}")
        self.editor.setAccessibleName(meta["label"])
        self.label.setBuddy(self.editor)
        self.unit = QLabel(meta["unit"])
        self.unit.setProperty("quiet", True)
        self.reset = QToolButton()
        theme.set_icon(self.reset, "reset")
        self.reset.setAccessibleName(f"Reset {meta['label']}")
        self.message = QLabel()
        self.message.setProperty("error", True)
        self.message.setWordWrap(True)
        self.message.hide()

    def value(self) -> Any:
        """What the editor shows: a number's text, an enum member or a bool."""
        if isinstance(self.editor, QComboBox):
            return self.editor.currentData()
        if isinstance(self.editor, QCheckBox):
            return self.editor.isChecked()
        return self.editor.text()  # type: ignore[attr-defined]

    def show_value(self, value: Any) -> None:
        """Show a value without announcing it."""
        self.editor.blockSignals(True)
        if isinstance(self.editor, QComboBox):
            self.editor.setCurrentIndex(self.editor.findData(value))
        elif isinstance(self.editor, QCheckBox):
            self.editor.setChecked(value)
        elif self.editor.text() != value:  # type: ignore[attr-defined]
            self.editor.setText(value)  # type: ignore[attr-defined]
        self.editor.blockSignals(False)

    def leave_to(self, whom: str, value: Any) -> None:
        """Show who decides the parameter instead of its value; empty: show the value again."""
        self.editor.blockSignals(True)
        if isinstance(self.editor, QComboBox):
            self.editor.setPlaceholderText(f"As {whom} says" if whom else "")
            self.editor.setCurrentIndex(-1 if whom else self.editor.findData(value))
        elif isinstance(self.editor, QCheckBox):
            self.editor.setText(f"as {whom} says" if whom else "")
            self.editor.setChecked(value and not whom)
        else:
            self.editor.setPlaceholderText(f"as {whom} says" if whom else "")  # type: ignore[attr-defined]
            self.editor.setText("" if whom else value)  # type: ignore[attr-defined]
        self.editor.blockSignals(False)

    def show_error(self, text: str) -> None:
        """Show or clear what is wrong."""
        self.message.setText(text)
        self.message.setVisible(bool(text))
        self.editor.setProperty("invalid", bool(text))
        repolish(self.editor)
