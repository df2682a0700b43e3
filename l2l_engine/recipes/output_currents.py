"""What each part of a group's activity adds to the currents into the response outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine import task
from l2l_engine.analysis.statistics import mean_and_sem
from l2l_engine.config import RunConfig
from l2l_engine.figures import compose
from l2l_engine.recipes import drawing, groups
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import steps_drawn
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PARTS = drawing.PARTS | {"sum": "C0"}


def numbers(
    session: Session, *, group: tuple[int, int], problems: int, stimulus: int | None = None
) -> Tables:
    """One row a time: mean and s.e.m. over problems, without the output bias."""
    _, found = groups.represented(session, group, problems=problems)
    steps, times = steps_drawn(session.config)
    currents = found.currents
    table = {"time (ms)": times}
    for k in range(task.RESPONSES):
        parts = {
            "mean decision": currents.mean_decision[..., steps, :],
            "residual decision": currents.residual_decision[:, k, steps],
            "stimulus": currents.stimulus[:, k, steps],
        }
        parts = {name: values.astype(np.float32) for name, values in parts.items()}
        parts["sum"] = np.sum(list(parts.values()), axis=0)
        for name, values in parts.items():
            mean, error = mean_and_sem(values[..., : task.RESPONSES])
            for output in range(task.RESPONSES):
                words = f"{name}, stimulus {k}, response {output}"
                table[f"{words}, mean (a.u.)"] = mean[:, output]
                table[f"{words}, s.e.m. (a.u.)"] = error[:, output]
    chosen = {
        name: values
        for name, values in table.items()
        if stimulus is None or f"stimulus {1 - stimulus}" not in name
    }
    return {"output_currents": chosen}


def picture(figure: Figure, tables: Tables, config: RunConfig) -> None:
    """Responses below each other, stimuli side by side."""
    table = tables["output_currents"]
    shown = [
        k
        for k in range(task.RESPONSES)
        if any(f"stimulus {k}, response 0" in name for name in table)
    ]
    grid = drawing.grid(figure, task.RESPONSES, len(shown), sharey=True)
    for output, row in enumerate(grid):
        for axes, k in zip(row, shown, strict=True):
            drawing.over_trial(axes, config, f"Response {output} (a.u.)")
            for name, colour in PARTS.items():
                words = f"{name}, stimulus {k}, response {output}"
                mean, error = (table[f"{words}, {kind} (a.u.)"] for kind in ("mean", "s.e.m."))
                compose.band(axes, table["time (ms)"], mean, error, colour, label=name)
            if output == 0:
                axes.set_title(f"stimulus {k}")
    drawing.outer_labels(grid)
    grid[0, 0].legend()
