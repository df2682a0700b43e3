"""How much learning each problem changed the vector field."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.analysis.change_table import COLUMNS
from l2l_engine.analysis.learning_curve import moving_mean
from l2l_engine.analysis.vector_field import change_sizes
from l2l_engine.figures import compose
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import predecessor
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIRST = 2  # the first problem that has one before it
WINDOW = 30
WHOLE = ("total", "weight_driven", "state_driven")
COLOURS = {
    "total": "C0",
    "weight_driven": drawing.WEIGHT,
    "state_driven": drawing.STATE,
    "recurrent": drawing.GREY,
}


def heading(name: str) -> str:
    """A column of the table of changes with its unit."""
    unit = "a.u." if name in ("current", "recurrent") else "a.u./step"
    return f"{name.replace('_', ' ')} ({unit})"


def numbers(session: Session, *, problems: int) -> Tables:
    """One row a problem: means over the trial and both stimuli."""
    rows = np.full((max(problems - 1, 0), len(COLUMNS)), np.nan)
    for row, number in enumerate(range(FIRST, problems + 1)):
        before = predecessor(session, number)
        start = session.initial if before == 0 else session.weights(before - 1)
        after = session.weights(number - 1)
        if start.is_finite() and after.is_finite():
            stimuli = session.stimuli[number - 1][None]
            rows[row] = change_sizes(start[None], after[None], stimuli, session.config)[0]
    table = {
        "problem": np.arange(FIRST, problems + 1),
        "trials to criterion": np.asarray(session.trials_to_criterion[FIRST - 1 : problems]),
    }
    columns = {heading(name): rows[:, place] for place, name in enumerate(COLUMNS)}
    return {"vector_field_problems": table | columns}


def picture(
    figure: Figure,
    tables: Tables,
    *,
    quantities: tuple[str, ...] = WHOLE,
    related: str = "recurrent",
    log: bool = True,
    scatter: bool = True,
) -> None:
    """Changes over problems, beside the trials to criterion against one of them."""
    table = tables["vector_field_problems"]
    axes = figure.subplots(1, 2, width_ratios=(3, 2)) if scatter else [figure.subplots()]
    for name in quantities:
        values = np.asarray(table[heading(name)])
        colour = COLOURS.get(name, drawing.ORANGE)
        line = axes[0].plot(table["problem"], values, "o", ms=2.2, mew=0, color=colour, alpha=0.5)
        if len(values) >= WINDOW:
            mean = moving_mean(values, WINDOW)
            line = axes[0].plot(table["problem"], mean, color=colour, lw=1.4)
        line[0].set_label(name.replace("_", " "))
    axes[0].set_xlabel("Problem")
    axes[0].set_ylabel("Size of the change (a.u./step)")
    if log:
        axes[0].set_yscale("log")
    axes[0].legend()
    if scatter:
        trials = table["trials to criterion"]
        axes[1].plot(table[heading(related)], trials, "o", ms=2.5, mew=0, color=drawing.GREY)
        compose.plain_log(axes[1])
        compose.plain_log(axes[1], "x")
        axes[1].set_xlabel(heading(related).capitalize())
        axes[1].set_ylabel("Trials to criterion")
