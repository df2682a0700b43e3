"""How fast the state moves over the trial of a learned problem, noise off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine import network, task
from l2l_engine.analysis.geometry import trajectory_speed
from l2l_engine.config import RunConfig
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def numbers(session: Session, *, problem: int) -> Tables:
    """The speed along the trajectory of each stimulus."""
    config = session.config
    weights = session.weights(problem - 1).astype(np.float64)
    stimuli = session.stimuli[problem - 1].astype(np.float64)
    states = network.simulate(weights[None], stimuli[None], config)[0]
    speeds = trajectory_speed(np.ascontiguousarray(states), weights.initial_state, config)
    columns = {f"stimulus {k} speed (a.u./s)": speed for k, speed in enumerate(speeds)}
    return {"speed": {"time (ms)": task.times(config)} | columns}


def picture(
    figure: Figure,
    tables: Tables,
    config: RunConfig,
    *,
    stimulus: int | None = None,
    log: bool = False,
) -> None:
    """A curve a stimulus."""
    axes, table = figure.subplots(), tables["speed"]
    drawing.over_trial(axes, config, "Speed (a.u./s)")
    for k, colour in enumerate(drawing.STIMULUS):
        if stimulus in (None, k):
            values = table[f"stimulus {k} speed (a.u./s)"]
            axes.plot(table["time (ms)"], values, color=colour, label=f"stimulus {k}")
    if log:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.legend()
