"""The parts of the vector-field change that one problem made, at every step of the trial."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine import task
from l2l_engine.analysis import vector_field
from l2l_engine.config import RunConfig
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import predecessor
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UNIT = "a.u. a step"
COLOURS = {
    "total": "C0",
    "weight driven": drawing.WEIGHT,
    "state driven": drawing.STATE,
    "weight parallel": drawing.WEIGHT,
    "state parallel": drawing.STATE,
    "perpendicular": drawing.GREY,
}


def numbers(session: Session, *, problem: int, stimulus: int | None = None) -> Tables:
    """One row a time step; parallel parts are signed along the total change."""
    config, before = session.config, predecessor(session, problem)
    start = session.initial if before == 0 else session.weights(before - 1)
    change = vector_field.decompose(
        start.astype(np.float64)[None],
        session.weights(problem - 1).astype(np.float64)[None],
        session.stimuli[problem - 1][None],
        config,
    )
    norms = vector_field.lengths(change)
    parts = {
        "total": norms.total,
        "weight driven": norms.weight_driven,
        "state driven": norms.state_driven,
        "weight parallel": change.weight_parallel,
        "state parallel": change.state_parallel,
        "perpendicular": norms.weight_perpendicular,
    }
    columns = {
        f"stimulus {k} {name} ({UNIT})": values[0, k]
        for k in (range(task.RESPONSES) if stimulus is None else (stimulus,))
        for name, values in parts.items()
    }
    return {"vector_field_trial": {"time (ms)": task.times(config)} | columns}


def picture(figure: Figure, tables: Tables, config: RunConfig, *, sizes: bool = False) -> None:
    """Whole changes above, their parts below, a column a stimulus."""
    table = tables["vector_field_trial"]
    shown = [k for k in range(task.RESPONSES) if f"stimulus {k} total ({UNIT})" in table]
    grid = drawing.grid(figure, 2, len(shown), sharey="row")
    for column, k in zip(grid.T, shown, strict=True):
        for axes in column:
            drawing.over_trial(axes, config, "Change (a.u./step)")
        for name, colour in COLOURS.items():
            values = np.asarray(table[f"stimulus {k} {name} ({UNIT})"])
            part = name not in ("total", "weight driven", "state driven")
            line = "--" if name == "perpendicular" else "-"
            shown_values = np.abs(values) if part and sizes else values
            column[int(part)].plot(table["time (ms)"], shown_values, line, color=colour, label=name)
        column[0].set_title(f"stimulus {k}")
    drawing.outer_labels(grid)
    for axes in grid[:, 0]:
        axes.legend()
