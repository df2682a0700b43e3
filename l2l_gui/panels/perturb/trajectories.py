"""The copy's state-space trajectories beside the unperturbed network's."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import Qt

from l2l_engine import task
from l2l_engine.manifold import Subspaces
from l2l_gui.panels.base import Answer, Choice, Column, Table
from l2l_gui.panels.perturb.lab.panel import LabPanel, Scene
from l2l_gui.plotting.legend import DASHED, LINE, Legend, Sign
from l2l_gui.plotting.projected_plot import Family, Markers, ProjectedPlot
from l2l_gui.plotting.projection import thinned_samples

GROWTH = 1.25
UNMOVED = 1e-3  # rate units: rounding, not a disturbance
AXES = 3
SIGNS = (
    Sign(LINE, "stimulus0", "stimulus 0"),
    Sign(LINE, "stimulus1", "stimulus 1"),
    Sign(LINE, "perturbed", "perturbed: 0"),
    Sign(DASHED, "perturbed", "1"),
)


class Space(NamedTuple):
    """Three directions of state space to look along: a label, and the names of the axes."""

    label: str
    names: tuple[str, str, str]
    directions: Callable[[Subspaces], NDArray[np.float64]]
    """Of a group's subspaces, (N, 3)."""


SPACES = {
    "decision": Space(
        "Decision subspace", ("D1", "D2", "D3"), lambda found: found.decision[:, :AXES]
    ),
    "stimulus": Space(
        "Stimulus subspace", ("S1", "S2", "S3"), lambda found: found.stimulus[:, :AXES]
    ),
    "mixed": Space(
        "Decision and stimulus",
        ("D1", "D2", "S1"),
        lambda found: np.column_stack([found.decision[:, :2], found.stimulus[:, 0]]),
    ),
}


class PerturbTrajectoriesPanel(LabPanel[Scene]):
    """Rotatable trajectories of both networks."""

    name = "perturb_trajectories"
    title = "Trajectories"
    recipe = "perturb_trajectories"
    depends = frozenset({"problem", "group", "stimulus"})
    run_parameters = True

    options = (
        Choice(
            "space", "Directions", {name: space.label for name, space in SPACES.items()}, bar="list"
        ),
    )

    def build(self) -> None:
        """The plot under its legend, which would be repainted every frame inside the plot."""
        self.plot = ProjectedPlot()
        self.body_layout.addWidget(Legend(*SIGNS))
        self.body_layout.addWidget(self.plot, 1)

    def draw(self, answer: Answer[Scene]) -> None:
        """Both networks' trajectories in one view."""
        scene, stimuli = answer.value, answer.view.stimuli
        space, chosen = SPACES[answer.view["space"]], list(stimuli)
        basis = _basis(scene, space)
        kept = thinned_samples(scene.subject.config.steps)
        before = _projected(scene.subject.unperturbed.states[:, kept], basis)
        after = before[:0]
        if scene.response is not None:
            after = _projected(scene.response.perturbed.states[:, kept], basis)
        self._fit(before, after)
        shown = [before[[s]] for s in stimuli] + [after[[s]] for s in stimuli if len(after)]
        self.plot.set_axes(space.names)
        self.plot.set_markers([Markers(before[chosen, 0], "quiet", filled=False)])
        looks = _looks(stimuli)[: len(shown)]
        self.plot.set_families(
            [Family(lines, *look) for lines, look in zip(shown, looks, strict=True)]
        )

    def _fit(self, before: NDArray[np.float64], after: NDArray[np.float64]) -> None:
        """Show the unperturbed trajectories, and in rough steps more if the copy needs it."""
        flat = before.reshape(-1, AXES)
        centre = (flat.min(axis=0) + flat.max(axis=0)) / 2
        reach = float(np.linalg.norm(flat - centre, axis=1).max()) or 1.0
        gaps = np.linalg.norm(after.reshape(-1, AXES) - centre, axis=1)
        furthest = float(gaps.max(initial=1e-9 * reach))
        steps = max(0, math.ceil(math.log(furthest / reach) / math.log(GROWTH)))
        self.plot.set_bounds(centre, reach * GROWTH**steps)

    def show_time(self, answer: Answer[Scene], ms: float) -> None:
        """Mark the states at a time."""
        config = answer.value.subject.config
        kept = thinned_samples(config.steps)
        self.plot.set_cursor(int(np.searchsorted(kept, ms / config.dt - 1).clip(0, len(kept) - 1)))

    def reset_zoom(self) -> None:
        """The camera as at first."""
        self.plot.camera.reset()

    def caption(self, answer: Answer[Scene]) -> str:
        """Whose states, in whose subspaces, and whether they moved at all."""
        scene = answer.value
        words = f"subspaces of {scene.subject.manifold.words}"
        if scene.response is not None and np.allclose(
            scene.response.perturbed.states,
            scene.subject.unperturbed.states,
            rtol=0.0,
            atol=UNMOVED,
        ):
            return f"the states are as before; {words}"
        return f"problem {scene.subject.problem}; {words}"

    def recipe_settings(self, answer: Answer[Scene]) -> dict[str, Any]:
        """What is done to the copy, and the point of view."""
        camera = self.plot.camera.state()
        return {"disturbance": answer.value.disturbance.to_values(), "camera": camera}

    def data(self, answer: Answer[Scene]) -> Table:
        """Every time step of both networks along the directions shown."""
        scene, space = answer.value, SPACES[answer.view["space"]]
        basis = _basis(scene, space)
        columns = [
            Column(f"stimulus {stimulus} {name} along {label}", along, "a.u.")
            for stimulus in range(task.RESPONSES)
            for name, trials in scene.networks.items()
            for label, along in zip(
                space.names, _projected(trials.states[stimulus], basis).T, strict=True
            )
        ]
        times = Column("time", task.times(scene.subject.config), "ms")
        return Table("Trajectories under a disturbance", scene.notes, times, *columns)


def _basis(scene: Scene, space: Space) -> NDArray[np.float64]:
    """The three directions (N, 3) looked along."""
    return space.directions(scene.subject.manifold.subspaces(max(AXES, scene.disturbance.k)))


def _projected(states: NDArray[np.floating], basis: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(states @ basis.astype(states.dtype), np.float64)


def _looks(stimuli: Iterable[int]) -> list[tuple[str, float, Qt.PenStyle]]:
    """Colour, width and style: of the network's trajectories, then of its copy's."""
    solid, styles = Qt.PenStyle.SolidLine, (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine)
    network = [(f"stimulus{s}", 3.0, solid) for s in stimuli]
    return network + [("perturbed", 1.0, styles[s]) for s in stimuli]
