"""The task loss of every trial of one problem, until the criterion was met."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.config import RunConfig
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import running_mean
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def numbers(session: Session, *, problem: int) -> Tables:
    """One row a trial."""
    belongs = session.trial_column("problem") == problem - 1
    losses = session.trial_column("task_loss")[belongs]
    return {
        "present_problem": {
            "trial": np.arange(1, len(losses) + 1),
            "task loss (nats)": losses,
            "mean over the window (nats)": running_mean(losses, session.config.criterion_trials),
        }
    }


def picture(figure: Figure, tables: Tables, config: RunConfig) -> None:
    """Each trial thin, their mean over the criterion's window thick."""
    axes, table = figure.subplots(), tables["present_problem"]
    axes.plot(table["trial"], table["task loss (nats)"], color=drawing.GREY, lw=0.4, label="trial")
    mean = table["mean over the window (nats)"]
    words = f"mean of {config.criterion_trials} trials"
    axes.plot(table["trial"], mean, color=drawing.BLUE, lw=1.4, label=words)
    level = config.criterion_loss
    axes.axhline(level, color=drawing.CRITERION, ls="--", lw=0.8, label=f"criterion {level:g}")
    axes.set_yscale("log")
    axes.set_xlabel("Trial of the problem")
    axes.set_ylabel("Task loss (nats)")
    axes.legend()
