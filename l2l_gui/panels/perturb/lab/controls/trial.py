"""What is changed in the trial: stimulus, go signal and noise."""

from __future__ import annotations

from PyQt6.QtCore import QSignalBlocker
from PyQt6.QtWidgets import QCheckBox, QPushButton

from l2l_gui.panels.perturb.lab.controls.group import Controls
from l2l_gui.panels.perturb.lab.lab import Lab
from l2l_gui.panels.perturb.lab.model import LARGEST_NOISE, Disturbance, go_time
from l2l_gui.panels.perturb.lab.response import Subject
from l2l_gui.panels.perturb.lab.slider_row import SliderRow
from l2l_gui.widgets.small import side_by_side


class TrialControls(Controls):
    """Stimulus, go signal and noise."""

    def __init__(self, lab: Lab) -> None:
        super().__init__("Trial", lab)
        towards = "How far each stimulus is moved towards the other"
        self.morph = SliderRow("Morph", (0, 100, 1), "%", towards)
        never = "When fixation goes off; at the end of the trial it never does"
        self.go = SliderRow("Go signal", (0, 2000, 10), "ms", never)
        scale = (0, LARGEST_NOISE, 0.005)
        self.noise = SliderRow("Noise", scale, tip="Recurrent noise, sigma")
        self.hold = QCheckBox("Hold the go signal")
        self.hold.setToolTip("Keep fixation on to the end of the trial")
        self.noise_again = QPushButton("Other noise")
        self.noise_again.setToolTip("Draw other noise of the same level")
        self.slide(self.morph, "morph", 100.0)
        self.slide(self.go, "go_ms")
        self.slide(self.noise, "sigma_rec")
        self.column.addWidget(side_by_side(self.hold, None, self.noise_again))
        self.hold.toggled.connect(self._hold)
        self.noise_again.clicked.connect(
            lambda: lab.edit(noise_seed=lab.disturbance.noise_seed + 1)
        )
        self._end = 2000.0

    def _hold(self, held: bool) -> None:
        self.lab.edit(go_ms=self._end if held else None)

    def show_subject(self, subject: Subject) -> None:
        """The whole trial, the go signal where it was trained."""
        config = subject.config
        self._end = config.steps * config.dt
        self.go.set_range(0, self._end)
        self.go.set_default(go_time(config))

    def show_disturbance(self, disturbance: Disturbance) -> None:
        """The values."""
        subject = self.lab.subject
        trained = go_time(subject.config) if subject is not None else 1500.0
        go = trained if disturbance.go_ms is None else disturbance.go_ms
        self.morph.set_value(100.0 * disturbance.morph)
        self.go.set_value(go)
        self.noise.set_value(disturbance.sigma_rec)
        with QSignalBlocker(self.hold):
            self.hold.setChecked(go >= self._end)
        self.noise_again.setEnabled(disturbance.sigma_rec > 0)
