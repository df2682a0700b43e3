"""Units to silence."""

from __future__ import annotations

from PyQt6.QtWidgets import QLabel, QLineEdit, QPushButton

from l2l_engine.config import L2LError
from l2l_gui.panels.perturb.lab.controls.group import Controls
from l2l_gui.panels.perturb.lab.controls.small_widgets import mark
from l2l_gui.panels.perturb.lab.lab import Lab
from l2l_gui.panels.perturb.lab.model import Disturbance, format_units, parse_units
from l2l_gui.panels.perturb.lab.response import Subject
from l2l_gui.panels.perturb.lab.unit_grid import UnitGrid
from l2l_gui.widgets.small import side_by_side


class LesionControls(Controls):
    """Units to silence."""

    def __init__(self, lab: Lab) -> None:
        super().__init__("Lesion", lab)
        self.grid = UnitGrid()
        self.text = QLineEdit()
        self.text.setPlaceholderText("Units, for example 3, 7, 12-15")
        self.text.setAccessibleName("Units to silence, as numbers")
        self.clear = QPushButton("None")
        self.clear.setToolTip("Silence no unit")
        self.error = QLabel()
        self.error.setWordWrap(True)
        self.error.hide()
        mark(self.error, True)
        self.column.addWidget(self.grid)
        self.column.addWidget(side_by_side(self.text, self.clear))
        self.column.addWidget(self.error)
        self.grid.changed.connect(lambda units: lab.edit(gesture="lesioned", lesioned=units))
        self.grid.released.connect(lab.settle)
        self.text.editingFinished.connect(self._typed)
        self.clear.clicked.connect(lambda: lab.edit(lesioned=()))
        self._units = 100

    def _typed(self) -> None:
        try:
            units = parse_units(self.text.text(), self._units)
        except L2LError as error:
            self._refuse(str(error))
            return
        self._refuse("")
        self.lab.edit(lesioned=units)

    def _refuse(self, sentence: str) -> None:
        self.error.setText(sentence)
        self.error.setVisible(bool(sentence))
        mark(self.text, bool(sentence), "invalid")

    def show_subject(self, subject: Subject) -> None:
        """Its units and their rates."""
        self._units = subject.config.units
        self.grid.set_rates(subject.unperturbed.states.mean(axis=(0, 1)))

    def show_disturbance(self, disturbance: Disturbance) -> None:
        """The units chosen."""
        self.grid.set_chosen(disturbance.lesioned)
        self.clear.setEnabled(bool(disturbance.lesioned))
        self.text.setText(format_units(disturbance.lesioned))
        self._refuse("")
