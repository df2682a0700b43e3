"""Values of a stage's field that are earlier problems: by their numbers, or by the labels of their stages."""

from __future__ import annotations

from typing import Any

from PyQt6.QtWidgets import QComboBox

from l2l_gui.dialogs.protocol.inputs import Before, Input, Text


class Reference(Input):
    """An earlier problem: its number in the run, or the label of its stage."""

    def fill(self) -> None:
        """A box of labels that takes numbers too."""
        self.box = QComboBox()
        self.box.setEditable(True)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setMinimumContentsLength(12)
        self.box.setToolTip("The label of an earlier stage, or a problem's number")
        self.box.editTextChanged.connect(self._typed)
        self._silent = False
        self._add(self.box)

    def _typed(self) -> None:
        if not self._silent:
            self.edited.emit(True)

    def value(self) -> Any:
        """A number from 1, or a label."""
        return _reference(self.box.currentText())

    def show_value(self, value: Any) -> None:
        """Show it."""
        if value is not None and value == self.value():
            return
        self._silent = True
        self.box.setEditText("" if value is None else str(value))
        self._silent = False

    def refer(self, before: Before) -> None:
        """Offer the labels; the nearest, or else the last problem, is the default."""
        self.default = next(iter(before.labels), before.learned or 1)
        if [self.box.itemText(k) for k in range(self.box.count())] != list(before.labels):
            text, self._silent = self.box.currentText(), True
            self.box.clear()
            self.box.addItems(before.labels)
            self.box.setEditText(text)
            self._silent = False


class References(Text):
    """Earlier problems, separated by commas; labels with commas have to be referred to by number."""

    def value(self) -> Any:
        """A list, or None where nothing is typed."""
        return [_reference(part) for part in self.line.text().split(",") if part.strip()] or None

    def show_value(self, value: Any) -> None:
        """Show it, unless it is what is being typed."""
        if value != self.value() or value is None:
            super().show_value(", ".join(map(str, value)) if isinstance(value, list) else value)

    def refer(self, before: Before) -> None:
        """The nearest problem is the default."""
        self.default = [next(iter(before.labels), before.learned or 1)]


def _reference(text: str) -> int | str:
    """A problem's number where the text is one, else a label."""
    text = text.strip()
    return int(text) if text.lstrip("-").isdecimal() and len(text) < 10 else text
