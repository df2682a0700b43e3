"""The copy's state-space trajectories beside the unperturbed network's."""

from __future__ import annotations

import enum
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QHBoxLayout

from l2l_engine import task
from l2l_gui.look.theme import Palette
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.perturb.lab.panel import LabPanel
from l2l_gui.panels.perturb.lab.response import Response, Subject
from l2l_gui.plotting.key import DASHED, LINE, Key, Sign
from l2l_gui.plotting.projected_plot import Family, Markers, ProjectedPlot
from l2l_gui.plotting.projection import thinned_samples
from l2l_gui.widgets.elided_label import ElidedLabel

GROWTH = 1.25
UNMOVED = 1e-3  # rate units: rounding, not a disturbance
AXES = 3


class Space(enum.Enum):
    """Three directions of state space to look along."""

    DECISION = "decision"
    STIMULUS = "stimulus"
    MIXED = "mixed"

    @property
    def names(self) -> tuple[str, str, str]:
        """Of the axes."""
        return _NAMES[self]


_NAMES = {
    Space.DECISION: ("D1", "D2", "D3"),
    Space.STIMULUS: ("S1", "S2", "S3"),
    Space.MIXED: ("D1", "D2", "S1"),
}
_LABELS = {
    Space.DECISION: "Decision subspace",
    Space.STIMULUS: "Stimulus subspace",
    Space.MIXED: "Decision and stimulus",
}


class PerturbTrajectoriesPanel(LabPanel):
    """Rotatable trajectories of both networks."""

    name = "perturb_trajectories"
    title = "Trajectories"
    help = (
        "The states of both trials over time along three directions of the decision or stimulus "
        "subspace: the network as learned in the stimuli's colours, its disturbed copy in black "
        "(white on dark), solid for stimulus 0 and dashed for stimulus 1. "
        "Circles mark the onset; drag to turn, scroll to zoom. A perturbed readout does not act "
        "back on the states, so it changes the outputs and leaves these as they are until the "
        "copy learns. "
        "Goudar et al. (2023), Figs. 2 and 3."
    )
    depends = frozenset({"problem", "group", "stimulus"})

    def build(self) -> None:
        """A choice of space above the plot."""
        self.space = QComboBox()
        self.space.setAccessibleName("Directions shown")
        for space in Space:
            self.space.addItem(_LABELS[space], space)
        self.space.currentIndexChanged.connect(self._chosen)
        self.words = ElidedLabel()
        self.words.setProperty("quiet", True)
        row = QHBoxLayout()
        row.setContentsMargins(4, 2, 4, 0)
        row.addWidget(self.space)
        row.addWidget(self.words, 1)
        self.plot = ProjectedPlot()
        self.body_layout.addLayout(row)
        self.body_layout.addWidget(
            Key(  # above the plot: a legend inside it would be painted anew every frame
                Sign(LINE, "stimulus0", "stimulus 0"),
                Sign(LINE, "stimulus1", "stimulus 1"),
                Sign(LINE, "perturbed", "perturbed: 0"),
                Sign(DASHED, "perturbed", "1"),
            )
        )
        self.body_layout.addWidget(self.plot, 1)
        self._basis: tuple[Any, NDArray[np.float64]] | None = None
        self._drawn: Any = None
        self.follow()

    @property
    def chosen(self) -> Space:
        """The space shown."""
        return Space(self.space.currentData())

    def _chosen(self) -> None:
        self._drawn = None
        self.invalidate()

    def basis(self, subject: Subject) -> NDArray[np.float64]:
        """The three directions (N, 3)."""
        disturbance = self.lab.disturbance
        key = (subject.key, max(AXES, disturbance.k), self.chosen)
        if self._basis is None or self._basis[0] != key:
            found = subject.manifold.subspaces(key[1])
            decision, stimulus = found.decision[:, :AXES], found.stimulus[:, :AXES]
            directions = {
                Space.DECISION: decision,
                Space.STIMULUS: stimulus,
                Space.MIXED: np.column_stack([decision[:, :2], stimulus[:, 0]]),
            }
            self._basis = (key, directions[self.chosen])
        return self._basis[1]

    def draw_response(self, response: Response) -> None:
        """Both networks' trajectories in one view."""
        subject = response.subject
        basis = self.basis(subject)
        kept = thinned_samples(subject.config.steps)
        before = self._projected(subject.unperturbed.states[:, kept], basis)
        after = self._projected(response.perturbed.states[:, kept], basis)
        only = self.context.selected.stimulus
        stimuli = range(task.RESPONSES) if only is None else (only,)
        drawn = (subject.key, self._basis and self._basis[0], only)
        self._fit(before, after)
        shown = [before[[s]] for s in stimuli] + [after[[s]] for s in stimuli]
        if drawn == self._drawn:
            self.plot.move_families(shown)
        else:
            self._drawn = drawn
            self.plot.set_axes(self.chosen.names)
            self.plot.set_markers([Markers(before[list(stimuli), 0], "quiet", filled=False)])
            self.plot.set_families(
                [Family(each, *look) for each, look in zip(shown, _looks(stimuli), strict=True)]
            )
            self.words.setText(subject.manifold.words)
        self.show_time(self.context.selected.time)
        unmoved = np.allclose(before, after, rtol=0.0, atol=UNMOVED)
        self.shown.emit("the states are as before" if unmoved else f"problem {subject.problem}")

    @staticmethod
    def _projected(states: NDArray[np.floating], basis: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(states @ basis.astype(states.dtype), np.float64)

    def _fit(self, before: NDArray[np.float64], after: NDArray[np.float64]) -> None:
        """Show the unperturbed trajectories, and in rough steps more if the copy needs it."""
        flat = before.reshape(-1, AXES)
        centre = (flat.min(axis=0) + flat.max(axis=0)) / 2
        reach = float(np.linalg.norm(flat - centre, axis=1).max()) or 1.0
        furthest = float(np.linalg.norm(after.reshape(-1, AXES) - centre, axis=1).max())
        steps = max(0, math.ceil(math.log(max(furthest / reach, 1e-9)) / math.log(GROWTH)))
        self.plot.set_bounds(centre, reach * GROWTH**steps)

    def show_time(self, ms: float) -> None:
        """Mark the states now."""
        subject = self.lab.subject
        if subject is None:
            return
        config = subject.config
        kept = thinned_samples(config.steps)
        self.plot.set_cursor(int(np.searchsorted(kept, ms / config.dt - 1).clip(0, len(kept) - 1)))

    def reset_zoom(self) -> None:
        """The camera as at first."""
        self.plot.camera.reset()

    def restyle(self, palette: Palette) -> None:
        """The plot restyles itself."""
        self._drawn = None

    def state(self) -> dict[str, Any]:
        """The space shown."""
        return {"space": self.chosen.value}

    def set_state(self, state: dict[str, Any]) -> None:
        """Show it again."""
        index = self.space.findData(state.get("space"))
        for number, space in enumerate(Space):
            if space.value == state.get("space"):
                index = number
        if index >= 0:
            self.space.setCurrentIndex(index)

    def data(self) -> PanelData | None:
        """Every time step of both networks along the directions shown."""
        response = self.lab.response
        if response is None or not self.has_content:
            return None
        subject = response.subject
        basis = self.basis(subject)
        arrays: dict[str, Any] = {"time": task.times(subject.config)}
        for stimulus in range(task.RESPONSES):
            for name, trials in (
                ("unperturbed", subject.unperturbed),
                ("perturbed", response.perturbed),
            ):
                along = self._projected(trials.states[stimulus], basis)
                for axis, label in enumerate(self.chosen.names):
                    arrays[f"stimulus {stimulus} {name} along {label}"] = along[:, axis]
        units = dict.fromkeys(arrays, "a.u.") | {"time": "ms"}
        return PanelData(
            arrays, units, title="Trajectories under a disturbance", notes=self.notes()
        )


def _looks(stimuli: Iterable[int]) -> list[tuple[str, float, Qt.PenStyle]]:
    """Colour, width and style: of the network's trajectories, then of its copy's."""
    solid, styles = Qt.PenStyle.SolidLine, (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)
    network = [(f"stimulus{s}", 3.0, solid) for s in stimuli]
    return network + [("perturbed", 1.0, styles[s]) for s in stimuli]
