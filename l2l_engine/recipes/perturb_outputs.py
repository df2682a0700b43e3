"""The outputs of a network and of its disturbed copy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine import task
from l2l_engine.config import RunConfig
from l2l_engine.recipes import drawing
from l2l_engine.recipes.disturbing import disturbed
from l2l_engine.recipes.drawing import Tables
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from matplotlib.figure import Figure


def numbers(
    session: Session, *, problem: int, group: tuple[int, int], disturbance: Mapping[str, Any]
) -> Tables:
    """One row a time step."""
    pair = disturbed(session, problem, group, disturbance)
    columns = {
        f"stimulus {k} {output} {name}": outputs[k, :, place]
        for k in range(task.RESPONSES)
        for place, output in enumerate(drawing.OUTPUTS)
        for name, outputs in pair.outputs.items()
    }
    config = session.config
    scored = {"scored": task.loss_mask(config).astype(np.int8)}
    return {"perturb_outputs": {"time (ms)": task.times(config)} | columns | scored}


def picture(figure: Figure, tables: Tables, config: RunConfig) -> None:
    """Three outputs by two stimuli, the network thick and its copy thin."""
    table = tables["perturb_outputs"]
    grid = drawing.grid(figure, len(drawing.OUTPUTS), task.RESPONSES, sharey=True)
    for row, (output, colour) in zip(grid, drawing.OUTPUTS.items(), strict=True):
        for k, axes in enumerate(row):
            drawing.over_trial(axes, config, output.capitalize(), mask=True)
            axes.plot(
                table["time (ms)"],
                table[f"stimulus {k} {output} unperturbed"],
                color=colour,
                lw=1.6,
            )
            copy = table.get(f"stimulus {k} {output} perturbed")
            if copy is not None:
                axes.plot(table["time (ms)"], copy, color="C0", lw=0.8)
            axes.set_ylim(-0.06, 1.06)
    for k, axes in enumerate(grid[0]):
        axes.set_title(f"stimulus {k}")
    drawing.outer_labels(grid)
