"""A push of the state."""

from __future__ import annotations

from PyQt6.QtCore import QSignalBlocker
from PyQt6.QtWidgets import QLabel

from l2l_gui.panels.perturb.lab.controls.group import Controls
from l2l_gui.panels.perturb.lab.controls.small_widgets import choose, combo, spin
from l2l_gui.panels.perturb.lab.lab import Lab
from l2l_gui.panels.perturb.lab.model import NOTHING, Direction, Disturbance
from l2l_gui.panels.perturb.lab.response import Subject
from l2l_gui.panels.perturb.lab.slider_row import SliderRow
from l2l_gui.widgets.small import side_by_side

LARGEST_PUSH = 20.0
MOST_RANDOM = 999


class PulseControls(Controls):
    """A push of the state."""

    def __init__(self, lab: Lab) -> None:
        super().__init__("State pulse", lab)
        self.direction = combo("Direction of the push", {d: d.label for d in Direction})
        self.axis = spin("Which direction of its kind", 1, 33)
        self.column.addWidget(side_by_side(self.direction, QLabel("number"), self.axis, None))
        length = "Length of the push in rate units; negative pushes the other way"
        self.push = SliderRow("Size", (-LARGEST_PUSH, LARGEST_PUSH, 0.1), "a.u.", length)
        self.time = SliderRow("Time", (0, 2000, 10), "ms")
        self.slide(self.push, "size")
        self.slide(self.time, "pulse_ms")
        self.time.set_default(NOTHING.pulse_ms)
        self.direction.activated.connect(lambda: lab.edit(direction=self.direction.currentData()))
        self.axis.valueChanged.connect(lambda axis: lab.edit(gesture="axis", axis=axis))

    def show_subject(self, subject: Subject) -> None:
        """The whole trial."""
        self.time.set_range(0, subject.config.steps * subject.config.dt)

    def show_disturbance(self, disturbance: Disturbance) -> None:
        """The values."""
        choose(self.direction, disturbance.direction)
        drawn = disturbance.direction is Direction.RANDOM
        with QSignalBlocker(self.axis):
            self.axis.setMaximum(MOST_RANDOM if drawn else disturbance.k)
            self.axis.setValue(disturbance.axis)
        self.push.set_value(disturbance.size)
        self.time.set_value(disturbance.pulse_ms)
