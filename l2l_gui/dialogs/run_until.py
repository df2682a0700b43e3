"""Asks what to train until."""

from __future__ import annotations

from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from l2l_gui.model.goals import Goal
from l2l_gui.model.snapshot import Snapshot
from l2l_gui.widgets.decimal_box import DecimalBox

MOST = 1_000_000


class RunUntilDialog(QDialog):
    """One choice of four, each with its number."""

    def __init__(self, now: Snapshot, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Run until")
        self.criterion = QRadioButton(f"Problem {now.present} reaches the criterion")
        self.more = QRadioButton("This many more problems are done")
        self.number = QRadioButton("The problem with this number is done")
        self.loss = QRadioButton(f"The mean loss of {now.config.criterion_trials} trials is below")
        self.more_value, self.number_value = QSpinBox(), QSpinBox()
        self.more_value.setRange(1, MOST)
        self.more_value.setValue(10)
        self.number_value.setRange(now.present, MOST)
        self.number_value.setValue(max(now.config.problems, now.present + 9))
        self.loss_value = DecimalBox()
        self.loss_value.setDecimals(4)
        self.loss_value.setRange(0.0001, 10.0)
        self.loss_value.setSingleStep(0.005)
        self.loss_value.setValue(0.05)
        self.loss_value.setSuffix(" nats")
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.addWidget(self.criterion, 0, 0)
        for row, (choice, value) in enumerate(
            (
                (self.more, self.more_value),
                (self.number, self.number_value),
                (self.loss, self.loss_value),
            ),
            1,
        ):
            grid.addWidget(choice, row, 0)
            grid.addWidget(value, row, 1)
            value.setAccessibleName(choice.text())
            choice.toggled.connect(value.setEnabled)
            value.setEnabled(False)
        self.more.setChecked(True)
        self.more_value.setFocus()
        self.more_value.selectAll()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        run = buttons.addButton("Run", QDialogButtonBox.ButtonRole.AcceptRole)
        assert run is not None
        run.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        note = QLabel("Pause at any time with Space.")
        note.setProperty("quiet", True)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addLayout(grid)
        column.addWidget(note)
        column.addWidget(buttons)

    def goal(self) -> Goal:
        """What was chosen."""
        if self.criterion.isChecked():
            return Goal(problems=1)
        if self.more.isChecked():
            return Goal(problems=self.more_value.value())
        if self.number.isChecked():
            return Goal(number=self.number_value.value())
        return Goal(loss_below=self.loss_value.value())
