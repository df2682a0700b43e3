"""The data of the flow field: a network's trajectories on a plane, and its slow points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.analysis import flow
from l2l_engine.analysis.fixed_points import Points, fixed_points
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunConfig
from l2l_engine.recipes.sampling import CURVE_POINTS, evenly
from l2l_gui.model.selection import Group
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.columns import Column
from l2l_gui.panels.learned import Learned, learned, network_after, subspaces_of

PLANES = {
    "components": "components 1, 2 of the trajectories",
    "decision": "decision 1, 2",
    "decision-stimulus": "decision 1, stimulus 1",
}
SEARCHES = 8
RELEASED_MS = 500.0
RELEASED_STEPS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A network's trajectories and the plane they are seen on."""

    learned: Learned
    config: RunConfig
    plane: flow.Plane
    labels: tuple[str, str]
    trajectories: NDArray[np.float64]  # (2, T + 1, 2) from the initial state on

    def at(self, stimulus: int, ms: float) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
        """The state of a stimulus's trajectory and its input current, (N,) each, at a time."""
        own = self.learned
        initial = own.weights.initial_state
        state = flow.state_at(own.states[stimulus], initial, self.config, ms)
        return state, flow.input_current(own.weights, own.stimuli[stimulus], self.config, ms)

    @property
    def paths(self) -> tuple[Column, ...]:
        """Both trajectories on the plane, one row a point drawn, from the initial state on."""
        kept = evenly(self.trajectories.shape[1], CURVE_POINTS)
        times = np.concatenate([[0.0], task.times(self.config)])[kept]
        return (
            Column("stimulus", np.repeat(np.arange(task.RESPONSES), len(kept))),
            Column("time", np.tile(times, task.RESPONSES), "ms"),
            Column("axis 1", self.trajectories[:, kept, 0].ravel(), "a.u."),
            Column("axis 2", self.trajectories[:, kept, 1].ravel(), "a.u."),
        )

    def released(self, place: NDArray[np.float64], stimulus: int, ms: float) -> NDArray[np.float64]:
        """The path on the plane, (steps, 2), of a state let go at ``place`` under the input then."""
        through, current = self.at(stimulus, ms)
        start = self.plane.lift(place, through)
        duration = min(RELEASED_MS, RELEASED_STEPS * self.config.dt)
        path = flow.release(self.learned.weights, current, self.config, start, duration)
        return self.plane.coordinates(path)

    def points_at(self, found: Sequence[Points] | None, stimulus: int, ms: float) -> Points | None:
        """Those of the points of every epoch that belong to a time."""
        epoch = flow.epoch_at(self.config, ms)
        name = f"sample, stimulus {stimulus}" if epoch == "sample" else epoch
        return next((points for points in found or () if points.name == name), None)


def scene_of(session: OpenSession, number: int, group: Group | None, kind: str) -> Scene:
    """Simulate a learned problem and find the plane."""
    own = learned(session, number)
    if group is None:
        plane = flow.principal_plane(own.states)
        labels = ("Component 1 (a.u.)", "Component 2 (a.u.)")
    else:
        subspaces = subspaces_of(session, group)
        second = subspaces.decision[:, 1] if kind == "decision" else subspaces.stimulus[:, 0]
        axes = np.stack([subspaces.decision[:, 0], second], axis=1)
        plane = flow.Plane(axes, np.zeros(len(axes)))
        other = "Decision 2" if kind == "decision" else "Stimulus 1"
        labels = ("Decision 1 (a.u.)", f"{other} (a.u.)")
    start = np.broadcast_to(own.weights.initial_state, (task.RESPONSES, 1, own.weights.units))
    path = plane.coordinates(np.concatenate([start, own.states], axis=1))
    return Scene(own, session.config, plane, labels, path)


def points_of(session: OpenSession, number: int, progress: Progress | None = None) -> list[Points]:
    """Slow points of every epoch of a learned problem."""
    weights = network_after(session, number)
    return fixed_points(
        weights, session.stimuli(number), session.config, starts=SEARCHES, progress=progress
    )
