"""Trials to criterion of every problem, and their mean over thirty."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from l2l_engine.analysis.learning_curve import moving_mean
from l2l_engine.figures import compose
from l2l_engine.recipes import drawing
from l2l_engine.recipes.drawing import Tables
from l2l_engine.recipes.sampling import accuracies
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WINDOW = 30


def numbers(session: Session, *, problems: int) -> Tables:
    """One row a problem; a problem that failed has no count."""
    counts = np.asarray(session.trials_to_criterion[:problems], np.float64)
    mean = np.full(len(counts), np.nan)
    if len(counts) >= WINDOW:  # as in the paper without the very first
        mean[1:] = moving_mean(counts[1:], WINDOW)
    accuracy = accuracies(
        session.trial_column("correct"),
        session.trial_column("problem"),
        len(counts),
        session.config.criterion_trials,
    )
    return {
        "learning_curve": {
            "problem": np.arange(1, len(counts) + 1),
            "trials to criterion (trials)": counts,
            f"mean of {WINDOW} (trials)": mean,
            "accuracy": accuracy,
        }
    }


def picture(figure: Figure, tables: Tables) -> None:
    """Points and their mean on a logarithmic axis."""
    axes, table = figure.subplots(), tables["learning_curve"]
    problem, counts = table["problem"], table["trials to criterion (trials)"]
    axes.plot(problem, counts, "o", ms=2.5, color=drawing.GREY, mew=0, label="problem")
    mean = table[f"mean of {WINDOW} (trials)"]
    if np.isfinite(mean).any():
        axes.plot(problem, mean, color=drawing.BLUE, lw=1.4, label=f"mean of {WINDOW}")
    compose.plain_log(axes)
    axes.set_xlabel("Problem")
    axes.set_ylabel("Trials to criterion")
    axes.legend()
