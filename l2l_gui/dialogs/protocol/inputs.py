"""Inputs for single values of a stage's field: a number, a choice, a line of text and so on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QLineEdit, QWidget

from l2l_gui.dialogs.number_edit import NumberEdit, parsed


@dataclass(frozen=True)
class Before:
    """What a stage may refer to: labels, the nearest first, and the number of problems learned before it."""

    labels: tuple[str, ...] = ()
    learned: int | None = None  # None: not known, since an earlier stage is wrong
    channels: int = 10  # of the stimuli


class Input(QWidget):
    """A value by its name in JSON, with its label.

    Signals
    -------
    edited(bool) : a person changed it; by typing, so that the next key belongs to the same change.
    """

    edited = pyqtSignal(bool)

    def __init__(self, name: str, title: str, default: Any = None, hint: str = "") -> None:
        super().__init__()
        self.name, self.title, self.default = name, title, default
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(6)
        self._hint = QLabel(hint)
        self._hint.setProperty("quiet", True)
        self.fill()
        self._row.addWidget(self._hint)
        self._hint.setVisible(bool(hint))
        if not self.stretch:
            self._row.addStretch()
        self.setFocusProxy(self.editor)
        self.editor.setAccessibleName(title)
        self.editor.setAccessibleDescription(hint)

    editor: QWidget
    stretch = 0
    """Whether the editor takes all the room there is."""

    def fill(self) -> None:
        """Make :attr:`editor`."""
        raise NotImplementedError

    def value(self) -> Any:
        """As JSON has it; None leaves it out."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value without announcing it; None is the default of the field."""
        raise NotImplementedError

    def refer(self, before: Before) -> None:
        """Take in what comes before the stage."""

    def _add(self, editor: QWidget) -> None:
        self.editor = editor
        self._row.addWidget(editor, self.stretch)


class Text(Input):
    """Free text; nothing is left out."""

    stretch = 1

    def fill(self) -> None:
        """A line."""
        self.line = QLineEdit()
        self.line.textEdited.connect(lambda: self.edited.emit(True))
        self._add(self.line)

    def value(self) -> Any:
        """What is typed."""
        return self.line.text() or None

    def show_value(self, value: Any) -> None:
        """Show it."""
        text = "" if value is None else str(value)
        if self.line.text() != text:
            self.line.setText(text)


class Number(Input):
    """A number; where it is ``optional``, an empty line leaves it out."""

    def __init__(
        self,
        name: str,
        title: str,
        default: Any = None,
        hint: str = "",
        *,
        whole: bool = False,
        optional: bool = False,
    ) -> None:
        self._whole, self._optional = whole, optional
        super().__init__(name, title, default, hint)

    def fill(self) -> None:
        """A line for a number."""
        self.line = NumberEdit(self._whole)
        self.line.setFixedWidth(90)
        self.line.textChanged.connect(self._typed)
        self._silent = False
        self._add(self.line)

    def _typed(self) -> None:
        if not self._silent:
            self.edited.emit(True)

    def value(self) -> Any:
        """The number, or what was typed in its place."""
        text = self.line.text().strip()
        return None if self._optional and not text else parsed(text, self._whole)

    def show_value(self, value: Any) -> None:
        """Show it, unless it is what is being typed."""
        if value == self.value() and value is not None:
            return
        number = isinstance(value, int | float) and not isinstance(value, bool)
        text = "" if value is None else f"{value:.12g}" if number else str(value)
        if text != self.line.text():
            self._silent = True
            self.line.setText(text)
            self._silent = False


class Flag(Input):
    """Yes or no; no is left out."""

    def fill(self) -> None:
        """A check box with the title."""
        self.box = QCheckBox(self.title)
        self.box.clicked.connect(lambda: self.edited.emit(False))
        self._add(self.box)

    def value(self) -> Any:
        """True, or None for no."""
        return self.box.isChecked() or None

    def show_value(self, value: Any) -> None:
        """Check or uncheck."""
        self.box.setChecked(bool(value))


class Choice(Input):
    """One of a few words, each with what it means."""

    def __init__(self, name: str, title: str, choices: dict[str, str]) -> None:
        self._choices = choices
        super().__init__(name, title, next(iter(choices)))

    def fill(self) -> None:
        """A box of the meanings."""
        self.box = QComboBox()
        for word, meaning in self._choices.items():
            self.box.addItem(meaning, word)
        self.box.activated.connect(lambda: self.edited.emit(False))
        self._add(self.box)

    def value(self) -> Any:
        """The word."""
        return self.box.currentData()

    def show_value(self, value: Any) -> None:
        """Choose a word."""
        self.box.setCurrentIndex(max(0, self.box.findData(value)))


class Numbers(Text):
    """Whole numbers, separated by commas; none is left out."""

    def value(self) -> Any:
        """A list of them, or of what was typed in their place."""
        parts = [part.strip() for part in self.line.text().replace(",", " ").split()]
        return [int(part) if part.isdecimal() else part for part in parts] or None

    def show_value(self, value: Any) -> None:
        """Show it, unless it is what is being typed."""
        if value != self.value() or value is None:
            super().show_value(", ".join(map(str, value)) if isinstance(value, list) else value)
