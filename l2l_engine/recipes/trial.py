"""One trial of a learned problem for each stimulus: what goes in, what comes out, what should."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine import network, task
from l2l_engine.config import RunConfig
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Table, Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def numbers(session: Session, *, problem: int, stimulus: int | None = None) -> Tables:
    """One row a time step, noise off: outputs, their targets and the inputs."""
    config = session.config_of(problem - 1)
    weights = session.weights(problem - 1)[None].astype(np.float64)
    stimuli = session.stimuli[problem - 1].astype(np.float64)
    outputs = network.outputs(weights, network.simulate(weights, stimuli[None], config))[0]
    inputs = task.inputs(stimuli, config)
    table: Table = {"time (ms)": task.times(config)}
    for shown in range(task.RESPONSES) if stimulus is None else (stimulus,):
        target = task.targets(np.arange(task.RESPONSES)[shown], config)
        for place, name in enumerate(drawing.OUTPUTS):
            table[f"stimulus {shown} {name}"] = outputs[shown, :, place].astype(np.float32)
            table[f"stimulus {shown} {name} target"] = target[:, place]
        table[f"stimulus {shown} input"] = inputs[shown]
    return {"trial": table | {"scored": task.loss_mask(config)}}


def picture(figure: Figure, tables: Tables, config: RunConfig) -> None:
    """Inputs as an image above outputs and targets, a column a stimulus."""
    table = tables["trial"]
    shown = [k for k in range(task.RESPONSES) if f"stimulus {k} input" in table]
    grid = drawing.grid(figure, 2, len(shown), height_ratios=(2, 3))
    for (above, below), k in zip(grid.T, shown, strict=True):
        inputs = np.asarray(table[f"stimulus {k} input"])
        span, channels = float(np.abs(inputs).max()) or 1.0, inputs.shape[1]
        above.imshow(
            inputs.T,
            origin="lower",
            aspect="auto",
            cmap="PuOr",
            vmin=-span,
            vmax=span,
            extent=(0, config.steps * config.dt, 0.5, channels + 0.5),
        )
        above.set_title(f"stimulus {k}")
        above.set_ylabel("Input channel")
        drawing.over_trial(below, config, "Output", mask=True)
        for name, colour in drawing.OUTPUTS.items():
            target = table[f"stimulus {k} {name} target"]
            below.plot(table["time (ms)"], target, color=colour, ls=":", lw=0.6)
            below.plot(table["time (ms)"], table[f"stimulus {k} {name}"], color=colour, label=name)
        below.set_ylim(-0.04, 1.04)
    drawing.outer_labels(grid)
    grid[1, 0].legend()
