"""A titled group of controls: shows a disturbance when told to, edits the lab's when used."""

from __future__ import annotations

from PyQt6.QtWidgets import QGroupBox, QVBoxLayout

from l2l_gui.panels.perturb.lab.lab import Lab
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.panels.perturb.lab.response import Subject
from l2l_gui.panels.perturb.lab.slider_row import SliderRow


class Controls(QGroupBox):
    """A titled group that edits some fields."""

    def __init__(self, title: str, lab: Lab) -> None:
        super().__init__(title)
        self.lab = lab
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(8, 8, 8, 8)
        self.column.setSpacing(6)

    def show_subject(self, subject: Subject) -> None:
        """Fit ranges to another network."""

    def show_disturbance(self, disturbance: Disturbance) -> None:
        """Show these values without editing anything."""

    def slide(self, row: SliderRow, field: str, scale: float = 1.0) -> None:
        """Let a slider edit a field."""
        row.changed.connect(lambda value: self.lab.edit(gesture=field, **{field: value / scale}))
        row.released.connect(self.lab.settle)
        self.column.addWidget(row)
