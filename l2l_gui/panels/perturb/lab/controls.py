"""The groups of controls that edit the disturbance, a class each.

Each shows a :class:`Disturbance` when told to, and edits the lab's when a person acts.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from PyQt6.QtCore import QSignalBlocker, Qt
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from l2l_engine import perturbation
from l2l_engine.config import L2LError
from l2l_engine.perturbation import PerturbationKind
from l2l_gui.panels.perturb.lab.lab import Lab
from l2l_gui.panels.perturb.lab.model import (
    NOTHING,
    Direction,
    Disturbance,
    Draw,
    Source,
    format_units,
    go_time,
    parse_units,
)
from l2l_gui.panels.perturb.lab.response import Subject
from l2l_gui.panels.perturb.lab.slider_row import SliderRow
from l2l_gui.panels.perturb.lab.unit_grid import UnitGrid

LARGEST_PUSH = 20.0
LARGEST_NOISE = 0.5
LARGEST_SEED = 2**31 - 1
MOST_RANDOM = 999


class Controls(QGroupBox):
    """A titled group that edits some fields."""

    def __init__(self, title: str, lab: Lab) -> None:
        super().__init__(title)
        self.lab = lab
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(10, 8, 10, 8)
        self.column.setSpacing(6)

    def show_subject(self, subject: Subject) -> None:
        """Another network is copied: fit ranges to it."""

    def show_disturbance(self, disturbance: Disturbance) -> None:
        """Show these values without editing anything."""

    def slide(self, row: SliderRow, field: str, scale: float = 1.0) -> None:
        """Let a slider edit a field."""
        row.changed.connect(lambda value: self.lab.edit(gesture=field, **{field: value / scale}))
        row.released.connect(self.lab.settle)
        self.column.addWidget(row)


class ReadoutControls(Controls):
    """What is done to the readout: kind, subspaces, k and permutation."""

    def __init__(self, lab: Lab) -> None:
        super().__init__("Readout", lab)
        self.kind = _combo("Perturbation of the readout", {k: k.label for k in PerturbationKind})
        self.source = _combo("States the subspaces are found from", {s: s.label for s in Source})
        self.source_words = _quiet()
        self.k = _spin("Dimensions of each subspace, k", 1, 33)
        self.draw = _combo("Permutation", {d: d.label for d in Draw})
        self.seed = _spin("Seed of the permutation", 0, LARGEST_SEED)
        self.again = QPushButton("Draw anew")
        self.again.setToolTip("Draw another permutation, from a seed of its own")
        self.typed = QLineEdit()
        self.typed.setAccessibleName("Permutation, as target of each direction")
        self.typed.setToolTip("The target of each direction, counted from 1: 2 3 4 1")
        self.words = QLabel()
        self.words.setWordWrap(True)
        self.words.setAccessibleName("The permutation in words")
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setVerticalSpacing(6)
        form.addRow("Kind", self.kind)
        form.addRow("Subspaces", self.source)
        form.addRow("", self.source_words)
        form.addRow("k", _row(self.k, None))
        form.addRow("Permutation", self.draw)
        self._seed_row = _row(self.seed, self.again, None)
        form.addRow("Seed", self._seed_row)
        form.addRow("Order", self.typed)
        self.form = form
        self.column.addLayout(form)
        self.column.addWidget(self.words)
        self.kind.activated.connect(lambda: lab.edit(kind=self.kind.currentData()))
        self.source.activated.connect(lambda: lab.edit(source=self.source.currentData()))
        self.k.valueChanged.connect(self._choose_k)
        self.draw.activated.connect(lambda: lab.edit(draw=self.draw.currentData()))
        self.seed.valueChanged.connect(lambda seed: lab.edit(gesture="seed", seed=seed))
        self.again.clicked.connect(lambda: lab.edit(seed=random.randrange(10_000)))
        self.typed.textEdited.connect(lambda text: lab.edit(gesture="typed", typed=text))
        self.typed.editingFinished.connect(lab.settle)

    def _choose_k(self, k: int) -> None:
        """A typed permutation of another length would be none: start from a shift by one."""
        typed = " ".join(str(n % k + 1) for n in range(1, k + 1))
        self.lab.edit(gesture="k", k=k, typed=typed)

    def show_subject(self, subject: Subject) -> None:
        """At most a third of the units in each subspace."""
        with QSignalBlocker(self.k):
            self.k.setMaximum(max(1, subject.config.units // 3))
        self.source_words.setText(f"States of {subject.manifold.words}")

    def show_disturbance(self, disturbance: Disturbance) -> None:
        """The values, and the permutation in words."""
        permutes = disturbance.kind.permutes
        typed = disturbance.draw is Draw.TYPED
        _choose(self.kind, disturbance.kind)
        _choose(self.source, disturbance.source)
        _choose(self.draw, disturbance.draw)
        with QSignalBlocker(self.k), QSignalBlocker(self.seed):
            self.k.setValue(disturbance.k)
            self.seed.setValue(disturbance.seed)
        if self.typed.text() != disturbance.typed:
            self.typed.setText(disturbance.typed)
        outside = disturbance.kind is PerturbationKind.OUTSIDE_MANIFOLD
        self.form.setRowVisible(self._seed_row, not typed or outside)
        self.form.setRowVisible(self.typed, typed)
        self.draw.setEnabled(permutes)
        self._seed_row.setEnabled(permutes)
        self.typed.setEnabled(permutes)
        self._show_words(disturbance)

    def _show_words(self, disturbance: Disturbance) -> None:
        self.words.setToolTip(disturbance.kind.description)
        if not disturbance.kind.permutes:
            self.words.setText("Nothing is permuted: the readout keeps its weights.")
            _mark(self.words, False)
            _mark(self.typed, False, "invalid")
            return
        try:
            order = disturbance.permutation
        except L2LError as error:
            self.words.setText(str(error))
            _mark(self.words, True)
            _mark(self.typed, True, "invalid")
            return
        words = perturbation.describe_permutation(order)
        unmoved = disturbance.identity and disturbance.kind in (
            PerturbationKind.STIMULUS_TO_STIMULUS,
            PerturbationKind.WITHIN_MANIFOLD,
        )
        if unmoved:
            words += ". The readout is unchanged: draw anew or ask for a derangement."
        self.words.setText(words)
        _mark(self.words, unmoved)
        _mark(self.typed, False, "invalid")


class PulseControls(Controls):
    """A push of the state."""

    def __init__(self, lab: Lab) -> None:
        super().__init__("State pulse", lab)
        self.direction = _combo("Direction of the push", {d: d.label for d in Direction})
        self.axis = _spin("Which direction of its kind", 1, 33)
        self.column.addWidget(_row(self.direction, QLabel("number"), self.axis, None))
        self.push = SliderRow(
            "Size",
            low=-LARGEST_PUSH,
            high=LARGEST_PUSH,
            step=0.1,
            unit="a.u.",
            tip="Length of the push in rate units; negative pushes the other way",
        )
        self.time = SliderRow("Time", low=0, high=2000, step=10, unit="ms")
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
        _choose(self.direction, disturbance.direction)
        drawn = disturbance.direction is Direction.RANDOM
        with QSignalBlocker(self.axis):
            self.axis.setMaximum(MOST_RANDOM if drawn else disturbance.k)
            self.axis.setValue(disturbance.axis)
        self.push.set_value(disturbance.size)
        self.time.set_value(disturbance.pulse_ms)


class TrialControls(Controls):
    """Stimulus, go signal and noise."""

    def __init__(self, lab: Lab) -> None:
        super().__init__("Trial", lab)
        self.morph = SliderRow(
            "Morph",
            low=0,
            high=100,
            step=1,
            unit="%",
            tip="How far each stimulus is moved towards the other",
        )
        self.go = SliderRow(
            "Go signal",
            low=0,
            high=2000,
            step=10,
            unit="ms",
            tip="When fixation goes off; at the end of the trial it never does",
        )
        self.noise = SliderRow(
            "Noise", low=0, high=LARGEST_NOISE, step=0.005, tip="Recurrent noise, sigma"
        )
        self.hold = QCheckBox("Hold the go signal")
        self.hold.setToolTip("Keep fixation on to the end of the trial")
        self.noise_again = QPushButton("Other noise")
        self.noise_again.setToolTip("Draw other noise of the same level")
        self.slide(self.morph, "morph", 100.0)
        self.slide(self.go, "go_ms")
        self.slide(self.noise, "sigma_rec")
        self.column.addWidget(_row(self.hold, None, self.noise_again))
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
        _mark(self.error, True)
        self.column.addWidget(self.grid)
        self.column.addWidget(_row(self.text, self.clear))
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
        _mark(self.text, bool(sentence), "invalid")

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


# -- small widgets ---------------------------------------------------------------------


def _combo(name: str, choices: Mapping[Any, str]) -> QComboBox:
    combo = QComboBox()
    combo.setAccessibleName(name)
    combo.setToolTip(name)
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    combo.setMinimumContentsLength(8)
    for value, label in choices.items():
        combo.addItem(label, value)
    return combo


def _choose(combo: QComboBox, value: object) -> None:
    for index in range(combo.count()):
        if combo.itemData(index) is value:
            with QSignalBlocker(combo):
                combo.setCurrentIndex(index)


def _spin(name: str, low: int, high: int) -> QSpinBox:
    box = QSpinBox()
    box.setAccessibleName(name)
    box.setToolTip(name)
    box.setRange(low, high)
    box.setKeyboardTracking(False)
    box.setMaximumWidth(96)
    return box


def _row(*widgets: QWidget | None) -> QWidget:
    """Widgets side by side; None takes the room that is left."""
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(6)
    for widget in widgets:
        if widget is None:
            row.addStretch()
        else:
            row.addWidget(widget)
    return holder


def _quiet() -> QLabel:
    label = QLabel()
    label.setProperty("quiet", True)
    label.setWordWrap(True)
    return label


def _mark(widget: QWidget, wrong: bool, mark: str = "error") -> None:
    """Give a widget the look of something wrong, or take it away."""
    if bool(widget.property(mark)) == wrong:
        return
    widget.setProperty(mark, wrong)
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
