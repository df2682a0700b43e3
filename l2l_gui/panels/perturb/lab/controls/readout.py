"""What is done to the readout."""

from __future__ import annotations

import random

from PyQt6.QtCore import QSignalBlocker, Qt
from PyQt6.QtWidgets import QFormLayout, QLabel, QLineEdit, QPushButton

from l2l_engine import perturbation
from l2l_engine.config import L2LError
from l2l_engine.perturbation import PerturbationKind
from l2l_gui.panels.perturb.lab.controls.group import Controls
from l2l_gui.panels.perturb.lab.controls.small_widgets import choose, combo, mark, quiet, spin
from l2l_gui.panels.perturb.lab.lab import Lab
from l2l_gui.panels.perturb.lab.model import Disturbance, Draw, Source
from l2l_gui.panels.perturb.lab.response import Subject
from l2l_gui.widgets.small import side_by_side

LARGEST_SEED = 2**31 - 1


class ReadoutControls(Controls):
    """What is done to the readout: kind, subspaces, k and permutation."""

    def __init__(self, lab: Lab) -> None:
        super().__init__("Readout", lab)
        self.kind = combo("Perturbation of the readout", {k: k.label for k in PerturbationKind})
        self.source = combo("States the subspaces are found from", {s: s.label for s in Source})
        self.source_words = quiet()
        self.k = spin("Dimensions of each subspace, k", 1, 33)
        self.draw = combo("Permutation", {d: d.label for d in Draw})
        self.seed = spin("Seed of the permutation", 0, LARGEST_SEED)
        self.again = QPushButton("New")
        self.again.setToolTip("Draw another permutation, with a new seed")
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
        form.setHorizontalSpacing(6)
        form.addRow("Kind", self.kind)
        form.addRow("Subspaces", self.source)
        form.addRow("", self.source_words)
        form.addRow("k", side_by_side(self.k, None))
        form.addRow("Permutation", self.draw)
        self._seed_row = side_by_side(self.seed, self.again, None, spacing=2)
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
        choose(self.kind, disturbance.kind)
        choose(self.source, disturbance.source)
        choose(self.draw, disturbance.draw)
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
            mark(self.words, False)
            mark(self.typed, False, "invalid")
            return
        try:
            order = disturbance.permutation
        except L2LError as error:
            self.words.setText(str(error))
            mark(self.words, True)
            mark(self.typed, True, "invalid")
            return
        words = perturbation.describe_permutation(order)
        unmoved = disturbance.identity and disturbance.kind in (
            PerturbationKind.STIMULUS_TO_STIMULUS,
            PerturbationKind.WITHIN_MANIFOLD,
        )
        if unmoved:
            words += ". The readout is unchanged: take a new seed or ask for a derangement."
        self.words.setText(words)
        mark(self.words, unmoved)
        mark(self.typed, False, "invalid")
