"""Where the state would go: the flow on a plane of state space at one time of the trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine import network, task
from l2l_engine.analysis import flow
from l2l_engine.analysis.fixed_points import fixed_points
from l2l_engine.config import RunConfig
from l2l_engine.recipes import drawing, groups
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import evenly
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SEARCHES = 8  # from states of each epoch


def numbers(
    session: Session,
    *,
    problem: int,
    group: tuple[int, int],
    time: float,
    grid: tuple[tuple[float, float, int], tuple[float, float, int]],
    stimulus: int | None = None,
    plane: str = "components",
    search: bool = True,
) -> Tables:
    """The field at every point of a grid, both trajectories on the plane, slow points of the epoch.

    ``grid`` is the first place, the last and the number of places along each axis.
    """
    config, shown = session.config, stimulus or 0
    weights = session.weights(problem - 1).astype(np.float64)
    stimuli = session.stimuli[problem - 1].astype(np.float64)
    states = np.ascontiguousarray(network.simulate(weights[None], stimuli[None], config)[0])
    seen = flow.principal_plane(states)
    if plane != "components":
        found = groups.subspaces_of(session, group)
        second = found.decision[:, 1] if plane == "decision" else found.stimulus[:, 0]
        axes = np.stack([found.decision[:, 0], second], axis=1)
        seen = flow.Plane(axes, np.zeros(len(axes)))
    start = np.broadcast_to(weights.initial_state, (task.RESPONSES, 1, weights.units))
    path = seen.coordinates(np.concatenate([start, states], axis=1))
    places = np.stack(np.meshgrid(*(np.linspace(*axis) for axis in grid), indexing="ij"), axis=-1)
    through = flow.state_at(states[shown], weights.initial_state, config, time)
    current = flow.input_current(weights, stimuli[shown], config, time)
    field = flow.plane_flow(weights, current, config, seen, through, places)
    kept = evenly(path.shape[1], 500)
    moments = np.concatenate([[0.0], task.times(config)])[kept]
    tables = {
        "flow_field": {
            "axis 1 (a.u.)": places[..., 0].ravel(),
            "axis 2 (a.u.)": places[..., 1].ravel(),
            "velocity 1 (a.u./s)": field.velocity[..., 0].ravel(),
            "velocity 2 (a.u./s)": field.velocity[..., 1].ravel(),
            "speed (a.u./s)": field.speed.ravel(),
        },
        "paths": {
            "stimulus": np.repeat(np.arange(task.RESPONSES), len(kept)),
            "time (ms)": np.tile(moments, task.RESPONSES),
            "axis 1 (a.u.)": path[:, kept, 0].ravel(),
            "axis 2 (a.u.)": path[:, kept, 1].ravel(),
        },
    }
    if search:
        epoch = flow.epoch_at(config, time)
        name = f"sample, stimulus {shown}" if epoch == "sample" else epoch
        for points in fixed_points(weights, stimuli.astype(np.float32), config, starts=SEARCHES):
            if points.name == name:
                tables["slow points"] = {
                    "axis (a.u.)": seen.coordinates(points.states),
                    "speed (a.u./s)": points.speed,
                    "relative speed": points.relative_speed,
                    "eigenvalue real (1/s)": points.eigenvalues.real,
                    "eigenvalue imaginary (1/s)": points.eigenvalues.imag,
                }
    return tables


def picture(
    figure: Figure,
    tables: Tables,
    config: RunConfig,
    *,
    time: float,
    stimulus: int | None = None,
    plane: str = "components",
) -> None:
    """Speed as an image, the flow as arrows, trajectories with where they are at that time."""
    axes, field, paths = figure.subplots(), tables["flow_field"], tables["paths"]
    x, y = (np.unique(field[f"axis {number} (a.u.)"]) for number in (1, 2))
    speed, *velocity = (
        np.asarray(field[name]).reshape(len(x), len(y))
        for name in ("speed (a.u./s)", "velocity 1 (a.u./s)", "velocity 2 (a.u./s)")
    )
    extent = (float(x[0]), float(x[-1]), float(y[0]), float(y[-1]))
    drawing.matrix(axes, speed.T, extent, "Speed (a.u./s)", colours="Greys")
    some = (slice(1, None, max(1, len(x) // 20)), slice(1, None, max(1, len(y) // 16)))
    axes.quiver(
        x[some[0]], y[some[1]], velocity[0][some].T, velocity[1][some].T, width=0.002, color="C0"
    )
    for k, colour in enumerate(drawing.STIMULUS):
        own = np.asarray(paths["stimulus"]) == k
        line = [np.asarray(paths[f"axis {number} (a.u.)"])[own] for number in (1, 2)]
        now = int(np.abs(np.asarray(paths["time (ms)"])[own] - time).argmin())
        width = 1.6 if stimulus in (None, k) else 0.6
        axes.plot(*line, color=colour, lw=width, label=f"stimulus {k}")
        axes.plot(line[0][now], line[1][now], "o", ms=4, color=colour)
    for place in np.asarray(tables.get("slow points", {}).get("axis (a.u.)", np.empty((0, 2)))):
        axes.plot(*place, "X", ms=5, color=drawing.CRITERION)
    names = {"components": "Component", "decision": "Decision", "decision-stimulus": "Decision"}
    second = "Stimulus 1" if plane == "decision-stimulus" else f"{names[plane]} 2"
    axes.set_xlabel(f"{names[plane]} 1 (a.u.)")
    axes.set_ylabel(f"{second} (a.u.)")
    axes.set_title(f"{flow.epoch_at(config, time)}, {time:g} ms")
    axes.legend()
