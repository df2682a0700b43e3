"""A run's learning curve and its moving mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_gui.panels.columns import Column

WINDOW = 30


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """K problems: counts and their moving mean."""

    counts: NDArray[np.float64]  # (K,)
    mean: NDArray[np.float64]  # (K,)
    accuracy: NDArray[np.float64]  # (K,)
    failed: NDArray[np.float64]
    """Trials run of those not learned, (K,); the most there can be where that is not known."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """One row a problem."""
        return (
            Column("problem", np.arange(1, len(self.counts) + 1), words="Problem {}"),
            Column("trials to criterion", self.counts, "trials", "{:,.0f} trials", "not learned"),
            Column(f"mean of {WINDOW}", self.mean, "trials"),
            Column("accuracy", self.accuracy, words="{:.0%} right"),
        )

    @property
    def heights(self) -> NDArray[np.float64]:
        """Where the points stand; failed problems at the trials run, unknown ones left out."""
        counts = np.where(np.isfinite(self.counts), self.counts, self.failed)
        return counts[counts > 0]


def curve(
    counts: NDArray[Any], accuracy: NDArray[Any], ran: NDArray[Any], max_trials: int
) -> LearningCurve:
    """The learning curve and its 30-problem moving mean."""
    failed = np.where(np.isfinite(ran), ran, float(max_trials))
    return LearningCurve(counts, mean_of(counts), accuracy, failed)


def mean_of(counts: NDArray[Any]) -> NDArray[np.float64]:
    """Moving mean of 30 problems, (K,), as in the paper's Figure 1 without the very first.

    NaN for that one, and for all of fewer than 30, of which it would be no such mean.
    """
    from l2l_engine.analysis.learning_curve import moving_mean  # brings SciPy, so not at start

    mean = np.full(len(counts), np.nan)
    if len(counts) >= WINDOW:
        mean[1:] = moving_mean(counts[1:], WINDOW)
    return mean
