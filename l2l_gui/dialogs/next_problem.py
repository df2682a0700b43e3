"""The part of the branch dialog that asks where to continue from, and with which problem."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QFileDialog,
    QGridLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.storage.stimuli import SUFFIXES, StimuliError, read_stimuli
from l2l_gui.dialogs.typed_path import typed_path
from l2l_gui.model.branching import Again, Drawn, NextProblem, Own
from l2l_gui.widgets.message import Message

FILTER = f"Two vectors ({' '.join(f'*{suffix}' for suffix in SUFFIXES)})"


class NextProblemChoice(QWidget):
    """One choice of four for the problem after ``finished``.

    Parameters
    ----------
    problems : problems the parent has learned.
    selected : the one looked at.
    channels : stimulus channels of its network.

    Signals
    -------
    changed : something else is chosen.
    """

    changed = pyqtSignal()

    def __init__(self, problems: int, selected: int, channels: int, name: str) -> None:
        super().__init__()
        self._channels = channels
        self._own: Own | None = None
        self.after = _number(problems, selected, "Continue after problem")
        self.drawn = QRadioButton("A new one, as the run would draw it")
        self.again = QRadioButton("An earlier one again: problem")
        self.swapped = QRadioButton("An earlier one with its mapping reversed: problem")
        self.own = QRadioButton("My own stimuli, from a file")
        self.again_number = _number(problems, selected, self.again.text())
        self.swapped_number = _number(problems, selected, self.swapped.text())
        self.file = QLineEdit()
        self.file.setAccessibleName("File of stimuli")
        self.file.setPlaceholderText(f"two rows of {channels} numbers: {', '.join(SUFFIXES)}")
        self.file.textChanged.connect(self._read)
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        self.message = Message()
        self._arrange(name)
        for choice, needs in (
            (self.again, (self.again_number,)),
            (self.swapped, (self.swapped_number,)),
            (self.own, (self.file, self.browse)),
        ):
            for widget in needs:
                choice.toggled.connect(widget.setEnabled)
                widget.setEnabled(False)
        for choice in (self.drawn, self.again, self.swapped, self.own):
            choice.toggled.connect(self._changed)
        self.drawn.setChecked(True)
        for box in (self.after, self.again_number, self.swapped_number):
            box.valueChanged.connect(self._changed)

    def _arrange(self, name: str) -> None:
        start = QHBoxLayout()
        label = QLabel("Continue after problem")
        label.setBuddy(self.after)
        start.addWidget(label)
        start.addWidget(self.after)
        start.addWidget(QLabel(f"of {name}, which stays unchanged"))
        start.addStretch()
        self.setting = box = QGroupBox("Next problem")
        grid = QGridLayout(box)
        grid.setColumnStretch(2, 1)
        grid.setVerticalSpacing(5)
        grid.addWidget(self.drawn, 0, 0, 1, 3)
        grid.addWidget(self.again, 1, 0)
        grid.addWidget(self.again_number, 1, 1)
        grid.addWidget(self.swapped, 2, 0)
        grid.addWidget(self.swapped_number, 2, 1)
        grid.addWidget(self.own, 3, 0)
        place = QHBoxLayout()
        place.setSpacing(6)
        place.addWidget(self.file, 1)
        place.addWidget(self.browse)
        grid.addLayout(place, 4, 0, 1, 3)
        grid.addWidget(self.message, 5, 0, 1, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(start)
        column.addWidget(box)

    @property
    def finished(self) -> int:
        """The learned problem to continue after, from 1."""
        return self.after.value()

    def problem(self) -> str:
        """What is missing, or nothing."""
        if not self.own.isChecked() or self._own is not None:
            return ""
        return self.message.text() or "Choose the file with the two stimuli."

    def choice(self) -> NextProblem:
        """What was chosen; only while :meth:`problem` says nothing."""
        if self.again.isChecked():
            return Again(self.again_number.value())
        if self.swapped.isChecked():
            return Again(self.swapped_number.value(), swapped=True)
        if self.own.isChecked() and self._own is not None:
            return self._own
        return Drawn()

    def _changed(self, _: object = None) -> None:
        self.message.setVisible(self.own.isChecked() and bool(self.message.text()))
        self.changed.emit()

    def _browse(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Stimuli", self.file.text(), FILTER)
        if name:
            self.file.setText(name)

    def _read(self) -> None:
        text = self.file.text().strip()
        self._own, words = None, ""
        if text:
            try:
                vectors = read_stimuli(typed_path(text), self._channels)
            except StimuliError as error:
                words = str(error)
            else:
                self._own = Own(vectors)
                cosine = float(np.dot(*vectors.astype(float)))
                words = f"Two stimuli, normalised to unit length; the cosine between them is {cosine:.2f}."
        self.message.say(words, error=self._own is None)
        self._changed()


def _number(most: int, value: int, name: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, max(1, most))
    box.setValue(value)
    box.setAccessibleName(name)
    return box
