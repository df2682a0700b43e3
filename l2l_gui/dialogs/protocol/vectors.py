"""Two stimuli of the user's own, from a file."""

from __future__ import annotations

from typing import Any

from PyQt6.QtWidgets import QFileDialog, QLineEdit, QMessageBox, QPushButton

from l2l_engine.storage.stimuli import SUFFIXES, StimuliError, read_stimuli
from l2l_gui.dialogs.protocol.inputs import Before, Input
from l2l_gui.dialogs.typed_path import typed_path

FILTER = f"Two vectors ({' '.join(f'*{suffix}' for suffix in SUFFIXES)})"


class Vectors(Input):
    """Numbers row by row, with a semicolon between the rows; they can be read from a file."""

    stretch = 1
    _channels = 10

    def fill(self) -> None:
        """A line for the numbers, and a button for a file."""
        self.line = QLineEdit()
        self.line.setPlaceholderText("1 0 0 …; 0 1 0 …")
        self.line.setToolTip(
            "Two vectors with a number for each stimulus channel, normalised to unit length"
        )
        self.line.textEdited.connect(lambda: self.edited.emit(True))
        self._add(self.line)
        self.browse = QPushButton("From a file…")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        self._row.addWidget(self.browse)

    def value(self) -> Any:
        """Rows of numbers, or of what was typed in their place."""
        rows = self.line.text().split(";")
        return [[_number(word) for word in row.replace(",", " ").split()] for row in rows]

    def show_value(self, value: Any) -> None:
        """Show rows of numbers."""
        if value == self.value():
            return
        rows = value if isinstance(value, list) else []
        self.line.setText(
            "; ".join(
                " ".join(f"{item:.7g}" if _is_number(item) else str(item) for item in row)
                for row in rows
                if isinstance(row, list)
            )
        )

    def read(self, text: str) -> str:
        """Take the numbers of a file; what is wrong with it, or nothing."""
        try:
            found = read_stimuli(typed_path(text), self._channels)
        except StimuliError as error:
            return str(error)
        self.show_value([[float(item) for item in row] for row in found])
        self.edited.emit(False)
        return ""

    def _browse(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Stimuli", "", FILTER)
        if name:
            problem = self.read(name)
            if problem:
                QMessageBox.warning(self, "Stimuli", problem)

    def refer(self, before: Before) -> None:
        """Take in how many numbers a vector has; zeros but for one are the default."""
        self._channels = before.channels
        self.default = [[float(k == row) for k in range(self._channels)] for row in (0, 1)]


def _number(word: str) -> Any:
    try:
        return float(word)
    except ValueError:
        return word


def _is_number(item: Any) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool)
