"""What is done to the copy of the network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import L2LError
from l2l_gui.look.theme import theme
from l2l_gui.panels.base import Answer, PanelData
from l2l_gui.panels.perturb.lab.controls import (
    Controls,
    LesionControls,
    PulseControls,
    ReadoutControls,
    TrialControls,
)
from l2l_gui.panels.perturb.lab.model import NOTHING, Disturbance
from l2l_gui.panels.perturb.lab.panel import LabPanel, Scene, provenance
from l2l_gui.panels.perturb.lab.response import Response
from l2l_gui.widgets.elided_label import ElidedLabel


class PerturbControlsPanel(LabPanel[Scene]):
    """Edits the disturbance, with undo."""

    name = "perturb_controls"
    title = "Disturbance"
    help = (
        "Everything here is done to a copy of the network after the selected problem; the session "
        "and its training are never touched. "
        "A readout perturbation moves the output weights' loadings from k directions of one "
        "subspace to another in the order of the permutation; pulses, lesions, noise, morphs and "
        "the go signal disturb the trial itself, and everything can be undone. "
        "Goudar et al. (2023), Fig. 3 and Methods, “Manifold perturbations”."
    )

    def build(self) -> None:
        """Summary and undo above, groups of controls in a scrolled column below."""
        lab = self.lab
        self.undo = _tool("undo", "Undo (Ctrl+Z)", "Undo")
        self.redo = _tool("redo", "Redo (Ctrl+Shift+Z)", "Redo")
        self.reset = _tool("reset", "Disturb nothing", "Reset all")
        self.reset.setText("Reset all")
        self.reset.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.network = ElidedLabel()
        self.network.setProperty("quiet", True)
        bar = QHBoxLayout()
        bar.setContentsMargins(6, 2, 6, 0)
        bar.addWidget(self.network, 1)
        for button in (self.undo, self.redo, self.reset):
            bar.addWidget(button)
        self.summary = QLabel()
        self.summary.setWordWrap(True)
        self.summary.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.summary.setAccessibleName("What is done to the network")
        self.summary.setContentsMargins(8, 2, 8, 4)
        self.readout = ReadoutControls(lab)
        self.pulse = PulseControls(lab)
        self.trial = TrialControls(lab)
        self.lesion = LesionControls(lab)
        self.groups: tuple[Controls, ...] = (self.readout, self.pulse, self.trial, self.lesion)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(6, 4, 6, 6)
        column.setSpacing(8)
        column.addWidget(self.summary)
        for group in self.groups:
            column.addWidget(group)
        column.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        self.body_layout.addLayout(bar)
        self.body_layout.addWidget(scroll, 1)
        bar_width = scroll.verticalScrollBar().sizeHint().width()
        self.setMinimumWidth(inside.minimumSizeHint().width() + bar_width + 12)
        self.undo.clicked.connect(lab.undo)
        self.redo.clicked.connect(lab.redo)
        self.reset.clicked.connect(lambda: lab.set(NOTHING))
        for keys, slot in (("Ctrl+Z", lab.undo), ("Ctrl+Shift+Z", lab.redo), ("Ctrl+Y", lab.redo)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        lab.edited.connect(self._show)
        lab.refused.connect(self._refuse)
        self._refused = False
        self._show(lab.disturbance)

    def draw(self, answer: Answer[Scene]) -> None:
        """Fit the controls to the network."""
        subject = answer.value.subject
        for group in self.groups:
            group.show_subject(subject)
        self.network.setText(f"Copy of {subject.session} after problem {subject.problem}")
        self._show(self.lab.disturbance)

    def responded(self, response: Response) -> None:
        """Every control stays as it is; only a refusal ends."""
        self._accepted()

    def caption(self, answer: Answer[Scene]) -> str:
        """Whose copy."""
        return f"problem {answer.value.subject.problem}"

    def _show(self, disturbance: Disturbance) -> None:
        for group in self.groups:
            group.show_disturbance(disturbance)
        self.undo.setEnabled(self.lab.can_undo)
        self.redo.setEnabled(self.lab.can_redo)
        self.reset.setEnabled(disturbance != NOTHING)
        self._summarise()

    def _summarise(self) -> None:
        subject = self.lab.subject
        if subject is None or self._refused:
            return
        done = self.lab.disturbance.describe(subject.config)
        self.summary.setText(" ".join(done) or "Nothing is disturbed: the copy is the network.")

    def _refuse(self, sentence: str) -> None:
        self._refused = True
        self.summary.setText(sentence)
        self._mark(True)

    def _accepted(self) -> None:
        if self._refused:
            self._refused = False
            self._mark(False)
            self._summarise()

    def _mark(self, wrong: bool) -> None:
        self.summary.setProperty("error", wrong)
        style = self.summary.style()
        style.unpolish(self.summary)
        style.polish(self.summary)

    def state(self) -> dict[str, Any]:
        """The disturbance."""
        return {"disturbance": self.lab.disturbance.to_values()}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Disturb as before."""
        values = state.get("disturbance")
        if isinstance(values, dict):
            self.lab.start_from(Disturbance.from_values(values))

    def data(self, answer: Answer[Scene]) -> PanelData:
        """The disturbance by name."""
        disturbance = self.lab.disturbance
        values = disturbance.to_values()
        try:
            values["permutation"] = " ".join(str(n + 1) for n in disturbance.permutation)
        except L2LError:
            values["permutation"] = ""
        return PanelData(
            {
                "name": np.array(list(values), dtype=str),
                "value": np.array([str(value) for value in values.values()], dtype=str),
            },
            title="Disturbance",
            notes=provenance(answer.value.subject, disturbance),
        )


def _tool(icon: str, tip: str, name: str) -> QToolButton:
    button = QToolButton()
    theme.set_icon(button, icon)
    button.setIconSize(QSize(16, 16))
    button.setToolTip(tip)
    button.setAccessibleName(name)
    return button
