"""The disturbance of the network's copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from l2l_gui.panels.base import Answer, Column, Ready, Table
from l2l_gui.panels.perturb.lab.controls.group import Controls
from l2l_gui.panels.perturb.lab.controls.lesion import LesionControls
from l2l_gui.panels.perturb.lab.controls.pulse import PulseControls
from l2l_gui.panels.perturb.lab.controls.readout import ReadoutControls
from l2l_gui.panels.perturb.lab.controls.small_widgets import mark
from l2l_gui.panels.perturb.lab.controls.trial import TrialControls
from l2l_gui.panels.perturb.lab.model import NOTHING, Disturbance
from l2l_gui.panels.perturb.lab.panel import LabPanel, provenance
from l2l_gui.panels.perturb.lab.response import Response, Subject
from l2l_gui.plotting.plots import differs
from l2l_gui.widgets.elided_label import ElidedLabel
from l2l_gui.widgets.small import tool_button

LINES = 3
"""Of the words that say what is done to the network."""


@dataclass(frozen=True, eq=False)
class Edit:
    """What is done to which network now; ``refusal`` says why it cannot be done."""

    subject: Subject
    disturbance: Disturbance
    refusal: str
    can_undo: bool
    can_redo: bool


class PerturbControlsPanel(LabPanel[Edit]):
    """Edits the disturbance, with undo."""

    name = "perturb_controls"
    title = "Disturbance"

    def build(self) -> None:
        """Summary and undo above, groups of controls in a scrolled column below."""
        lab = self.lab
        self.network = ElidedLabel()
        self.network.setProperty("quiet", True)
        self.undo = tool_button("undo", "Undo (Ctrl+Z)", "Undo")
        self.redo = tool_button("redo", "Redo (Ctrl+Shift+Z)", "Redo")
        self.reset = tool_button("reset", "Disturb nothing", "Reset all")
        self.reset.setText("Reset all")
        self.reset.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
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
        self.readout, self.pulse = ReadoutControls(lab), PulseControls(lab)
        self.trial, self.lesion = TrialControls(lab), LesionControls(lab)
        self.groups: tuple[Controls, ...] = (self.readout, self.pulse, self.trial, self.lesion)
        scroll = _scrolled(self.groups)
        self.body_layout.addLayout(bar)
        self.body_layout.addWidget(_of_fixed_height(self.summary))
        self.body_layout.addWidget(scroll, 1)
        self.setMinimumWidth(scroll.minimumWidth() + 8)
        self.undo.clicked.connect(lab.undo)
        self.redo.clicked.connect(lab.redo)
        self.reset.clicked.connect(lambda: lab.set(NOTHING))
        for keys, slot in (("Ctrl+Z", lab.undo), ("Ctrl+Shift+Z", lab.redo), ("Ctrl+Y", lab.redo)):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(slot)
        lab.refused.connect(lambda _: self.invalidate())

    def ask_about(self, subject: Subject) -> Ready:
        """Ask for the state of the lab."""
        lab = self.lab
        return Ready(Edit(subject, lab.disturbance, lab.refusal, lab.can_undo, lab.can_redo))

    def draw(self, answer: Answer[Edit]) -> None:
        """Fit the controls to the network, and describe the disturbance."""
        edit, subject = answer.value, answer.value.subject
        if differs(self.body, subject=subject.key):
            for group in self.groups:
                group.show_subject(subject)
        self._show_edit(edit.disturbance, edit.can_undo, edit.can_redo)
        self.network.setText(f"Copy of {subject.session} after problem {subject.problem}")
        done = " ".join(edit.disturbance.describe(subject.config))
        nothing = "Nothing is disturbed: the copy is the network."
        self.summary.setText(edit.refusal or done or nothing)
        mark(self.summary, bool(edit.refusal))

    def responded(self, response: Response) -> None:
        """Every control stays as it is; only a refusal ends."""
        if self.answer is not None and self.answer.value.refusal:
            self.invalidate()

    def edited(self, disturbance: Disturbance) -> None:
        """Show the controls as they are set at once, what is said of them with the next draw."""
        self._show_edit(disturbance, self.lab.can_undo, self.lab.can_redo)
        self.invalidate()

    def _show_edit(self, disturbance: Disturbance, can_undo: bool, can_redo: bool) -> None:
        for group in self.groups:
            group.show_disturbance(disturbance)
        self.undo.setEnabled(can_undo)
        self.redo.setEnabled(can_redo)
        self.reset.setEnabled(disturbance != NOTHING)

    def caption(self, answer: Answer[Edit]) -> str:
        """Whose copy."""
        return f"problem {answer.value.subject.problem}"

    def state(self) -> dict[str, Any]:
        """The disturbance."""
        return {"disturbance": self.lab.disturbance.to_values()}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Disturb as before."""
        values = state.get("disturbance")
        if isinstance(values, dict):
            self.lab.start_from(Disturbance.from_values(values))

    def data(self, answer: Answer[Edit]) -> Table:
        """The disturbance by name."""
        edit = answer.value
        values = {**edit.disturbance.to_values(), "permutation": edit.disturbance.order_words}
        return Table(
            "Disturbance",
            provenance(edit.subject, edit.disturbance),
            Column("name", np.array(list(values), dtype=str)),
            Column("value", np.array([str(value) for value in values.values()], dtype=str)),
        )


def _of_fixed_height(words: QLabel) -> QScrollArea:
    """A label with a fixed number of lines, so that what is below does not move."""
    room = QScrollArea()
    room.setWidgetResizable(True)
    room.setFrameShape(QFrame.Shape.NoFrame)
    words.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
    room.setWidget(words)
    room.setFixedHeight(LINES * words.fontMetrics().lineSpacing() + 8)
    room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return room


def _scrolled(widgets: tuple[QWidget, ...]) -> QScrollArea:
    """A column that scrolls up and down, as wide as its widgets need."""
    inside = QWidget()
    column = QVBoxLayout(inside)
    column.setContentsMargins(2, 4, 2, 6)
    column.setSpacing(8)
    for widget in widgets:
        column.addWidget(widget)
    column.addStretch()
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setFrameShape(QFrame.Shape.NoFrame)
    scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    scroll.setWidget(inside)
    bar = scroll.verticalScrollBar()
    scroll.setMinimumWidth(
        inside.minimumSizeHint().width() + (bar.sizeHint().width() if bar else 0)
    )
    return scroll
