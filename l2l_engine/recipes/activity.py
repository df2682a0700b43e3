"""The rate of every unit over the trial of a learned problem, noise off."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine import network, task
from l2l_engine.config import RunConfig
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import steps_drawn
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def numbers(
    session: Session, *, problem: int, stimulus: int | None = None, sorted: bool = True
) -> Tables:
    """One row a time step, a column a unit, in the order of their peaks or by number."""
    config = session.config_of(problem - 1)
    weights = session.weights(problem - 1)[None].astype(np.float64)
    stimuli = session.stimuli[problem - 1].astype(np.float64)
    states = network.simulate(weights, stimuli[None], config)[0].astype(np.float32)
    shown = range(task.RESPONSES) if stimulus is None else (stimulus,)
    drawn = states[list(shown)][:, steps_drawn(config)[0]]
    order = np.arange(states.shape[-1])
    if sorted:
        order = np.argsort(drawn.mean(axis=0).argmax(axis=0), kind="stable")
    rates = {f"stimulus {k} rate (a.u.)": states[k][:, order] for k in shown}
    return {
        "activity": {"time (ms)": task.times(config)} | rates,
        "units": {"place": np.arange(1, len(order) + 1), "unit": order + 1},
    }


def picture(figure: Figure, tables: Tables, config: RunConfig, *, sorted: bool = True) -> None:
    """An image a stimulus, with one scale."""
    rates = {name: values for name, values in tables["activity"].items() if "rate" in name}
    grid = drawing.grid(figure, len(rates), 1)
    low, high = (np.array([f(v) for v in rates.values()]) for f in (np.min, np.max))
    signed = low.min() < 0
    top = float(np.abs([low, high]).max()) or 1.0
    for axes, (name, values) in zip(grid[:, 0], rates.items(), strict=True):
        extent = (0.0, config.steps * config.dt, 0.5, values.shape[1] + 0.5)
        levels = (-top, top) if signed else (0.0, top)
        colours = "RdBu_r" if signed else "viridis"
        drawing.matrix(
            axes, values.T, extent, "Rate (a.u.)", colours=colours, levels=levels, aspect="auto"
        )
        for epoch in task.epochs(config):
            axes.axvline(epoch.start, color="white", ls=":", lw=0.6)
        axes.set_title(name.split(" rate")[0])
        axes.set_ylabel("Unit, by time of peak" if sorted else "Unit")
    grid[-1, 0].set_xlabel("Time in the trial (ms)")
