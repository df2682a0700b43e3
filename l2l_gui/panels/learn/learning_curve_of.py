"""A run's learning curve and its moving mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

WINDOW = 30


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """K problems: counts and their moving mean."""

    counts: NDArray[np.float64]  # (K,)
    mean: NDArray[np.float64]  # (K,)
    accuracy: NDArray[np.float64]  # (K,)
    max_trials: int


def curve(counts: NDArray[Any], accuracy: NDArray[Any], max_trials: int) -> LearningCurve:
    """The learning curve and its 30-problem moving mean."""
    from l2l_engine.analysis.learning_curve import moving_mean  # brings SciPy, so not at start

    return LearningCurve(counts, moving_mean(counts, WINDOW), accuracy, max_trials)
