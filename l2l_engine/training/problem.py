"""One problem being learned: its trials so far, and when it counts as learned or failed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig
from l2l_engine.training.plan import Until
from l2l_engine.training.records import Outcome
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

    def add(self, summary: Summary, top_square: float, *, own: bool = True) -> None:
        """Count a trial; ``own`` says whether it showed this problem and not one mixed in."""
        row = self._window[self.trials % len(self._window)]
        row[:_TOP_SQUARE] = summary
        row[_TOP_SQUARE] = top_square
        self.trials += 1

    @property
    def _counted(self) -> int:
        """Trials that count towards the criterion."""
        return self.trials

    @property
    def mean_loss(self) -> float:
        """Mean task loss (nats) of the trials in the window; NaN before the first."""
        filled = self._window[: self._counted, 0]
        return float(filled.mean()) if len(filled) else math.nan

    @property
    def learned(self) -> bool:
        """Whether the criterion is reached."""
        config = self._config
        return self._counted > config.criterion_trials and self.mean_loss < config.criterion_loss

    @property
    def met(self) -> bool:
        """Whether the criterion was reached at any time."""
        return self.learned

    @property
    def outcome(self) -> Outcome | None:
        """How the problem ended; None while it goes on."""
        if self.learned:
            return Outcome.LEARNED
        return Outcome.FAILED if self.failed else None

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
        filled = self._window[: max(self._counted, 1)]  # NaN where no trial was its own
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


class PlannedProgress(ProblemProgress):
    """A problem of a protocol: it may end after a number of trials, and others may be mixed in.

    The criterion looks at the problem's own trials, those that showed it; ``max_trials`` and a planned
    number of trials count all. Where the criterion does not end the problem, the trials to criterion
    are those at which it was first reached.
    """

    def __init__(self, config: RunConfig, until: Until) -> None:
        super().__init__(config)
        self._until = until
        self._own = 0
        self._met_after: int | None = None  # own trials

    def add(self, summary: Summary, top_square: float, *, own: bool = True) -> None:
        """Count a trial; see :meth:`ProblemProgress.add`."""
        self.trials += 1
        if not own:
            return
        row = self._window[self._own % len(self._window)]
        row[:_TOP_SQUARE] = summary
        row[_TOP_SQUARE] = top_square
        self._own += 1
        if self._met_after is None and self.learned:
            self._met_after = self._own

    @property
    def _counted(self) -> int:
        return self._own

    @property
    def met(self) -> bool:
        """Whether the criterion was reached at any time."""
        return self._met_after is not None

    @property
    def outcome(self) -> Outcome | None:
        """How the problem ended; None while it goes on."""
        until = self._until
        if until.criterion and self.met:
            return Outcome.LEARNED
        if until.trials is not None:
            return Outcome.ENDED if self.trials >= until.trials else None
        return Outcome.FAILED if self.trials > self._config.max_trials else None

    @property
    def trials_to_criterion(self) -> float:
        """Own trials when the criterion was first reached, less the window; NaN: it was not."""
        if self._met_after is None:
            return math.nan
        return float(self._met_after - self._config.criterion_trials)

    def state(self) -> dict[str, NDArray[Any]]:
        """Named arrays of fixed shape, for a checkpoint."""
        met = -1 if self._met_after is None else self._met_after
        return super().state() | {
            "own_trials": np.array(self._own, np.int64),
            "met_after": np.array(met, np.int64),
        }

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """The inverse of :meth:`state`."""
        super().set_state(state)
        self._own, met = int(state["own_trials"]), int(state["met_after"])
        self._met_after = met if met >= 0 else None
