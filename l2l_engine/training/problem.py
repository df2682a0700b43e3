"""One problem being learned: its trials so far, and when it counts as learned or failed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig
from l2l_engine.training.trial import Summary

_TOP_SQUARE = len(Summary._fields)  # the singular-value mean rides along as a last column


class ProblemProgress:
    """The criterion window of the present problem.

    A problem is learned when it has had more than ``criterion_trials`` trials and the mean task
    loss of the last ``criterion_trials`` of them is below ``criterion_loss``; it fails past
    ``max_trials`` (Goudar et al. 2023, Methods). The loss is that of training: noisy, and with
    the weights moving during the window.
    """

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._window = np.full((config.criterion_trials, _TOP_SQUARE + 1), np.nan)
        self.trials = 0

    def add(self, summary: Summary, top_square: float) -> None:
        """Count a trial."""
        row = self._window[self.trials % len(self._window)]
        row[:_TOP_SQUARE] = summary
        row[_TOP_SQUARE] = top_square
        self.trials += 1

    @property
    def mean_loss(self) -> float:
        """Mean task loss (nats) of the trials in the window; NaN before the first."""
        filled = self._window[: self.trials, 0]
        return float(filled.mean()) if len(filled) else math.nan

    @property
    def learned(self) -> bool:
        """Whether the criterion is reached."""
        config = self._config
        return self.trials > config.criterion_trials and self.mean_loss < config.criterion_loss

    @property
    def failed(self) -> bool:
        """Whether it took too long."""
        return not self.learned and self.trials > self._config.max_trials

    @property
    def trials_to_criterion(self) -> float:
        """Trials run less the window; NaN for a failed problem."""
        return float(self.trials - self._config.criterion_trials) if self.learned else math.nan

    def norms(self) -> dict[str, float]:
        """The summaries of a learned problem: means over the window, the largest rate its maximum."""
        filled = self._window[: self.trials]
        means = Summary(*filled[:, :_TOP_SQUARE].mean(axis=0))
        return {
            "input_norm": float(means.input_norm),
            "output_norm": float(means.output_norm),
            "recurrent_norm": float(means.recurrent_norm),
            "top_singular_norm": float(filled[:, _TOP_SQUARE].mean()),
            "mean_square_rate": float(means.mean_square_rate),
            "largest_rate": float(filled[:, Summary._fields.index("largest_rate")].max()),
        }

    def state(self) -> dict[str, NDArray[Any]]:
        """Named arrays of fixed shape, for a checkpoint."""
        return {"window": self._window.copy(), "trial_in_problem": np.array(self.trials, np.int64)}

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """The inverse of :meth:`state`."""
        self._window = np.array(state["window"], np.float64)
        self.trials = int(state["trial_in_problem"])
