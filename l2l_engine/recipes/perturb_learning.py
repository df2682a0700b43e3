"""A network and its perturbed copy learning one problem side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine import task
from l2l_engine.recipes import drawing
from l2l_engine.recipes.disturbing import disturbed
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import running_mean
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from matplotlib.figure import Figure


def numbers(
    session: Session,
    *,
    problem: int,
    group: tuple[int, int],
    disturbance: Mapping[str, Any],
    trained: tuple[int, int],
    stimuli: str = "fresh",
    frozen: bool = True,
    seed: int = 0,
) -> Tables:
    """One row a trial, NaN once a network has learned; ``trained`` is how many trials each had."""
    from l2l_engine.training.relearning import Relearning

    pair, config = disturbed(session, problem, group, disturbance), session.config
    drawn = task.draw_stimuli(np.random.RandomState(seed), config)
    learning = Relearning(
        config,
        (pair.weights, pair.copy),
        drawn if stimuli == "fresh" else pair.stimuli,
        set_point=pair.set_point,
        seed=seed,
        frozen_readout=frozen,
    )
    longest = max(trained)
    losses = np.full((2, longest), np.nan, np.float32)
    try:
        while not learning.finished and learning.trial < longest:
            for place, loss in enumerate(learning.step()):
                if loss is not None:
                    losses[place, learning.trial - 1] = loss
    finally:
        learning.close()
    table = {"trial": np.arange(1, longest + 1)}
    for name, count, own in zip(drawing.COPIES, trained, losses, strict=True):
        mean = np.full(longest, np.nan)
        mean[:count] = running_mean(own[:count], config.criterion_trials)
        table[f"{name} task loss (nats)"] = own.astype(float)
        table[f"{name} mean over the window (nats)"] = mean
    return {"perturb_learning": table}


def picture(figure: Figure, tables: Tables) -> None:
    """Each trial thin, the means thick."""
    axes, table = figure.subplots(), tables["perturb_learning"]
    for name, colour in drawing.COPIES.items():
        axes.plot(
            table["trial"], table[f"{name} task loss (nats)"], lw=0.4, alpha=0.4, color=colour
        )
        mean = table[f"{name} mean over the window (nats)"]
        axes.plot(table["trial"], mean, lw=1.4, color=colour, label=name)
    axes.set_yscale("log")
    axes.set_xlabel("Trial")
    axes.set_ylabel("Task loss (nats)")
    axes.legend()
