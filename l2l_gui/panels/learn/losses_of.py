"""The losses of one problem, from the file or of the problem in training."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig
from l2l_engine.recipes.sampling import running_mean
from l2l_gui.model.sessions import OpenSession


@dataclass(frozen=True, eq=False)
class Losses:
    """One problem's task loss (nats), n trials."""

    problem: int
    values: NDArray[np.float32]  # (n,)
    config: RunConfig
    live: bool
    count: float = math.nan
    """Trials to criterion; NaN where it is not met."""

    @property
    def criterion_window(self) -> tuple[int, int] | None:
        """First and last trial of those whose mean met the criterion; None where none are."""
        first, last = self.count + 1, len(self.values)
        whole = last - self.count == self.config.criterion_trials
        return (int(first), last) if whole else None

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean over the criterion window up to each trial, (n,); shorter windows at first."""
        return running_mean(self.values, self.config.criterion_trials)


def losses_of(session: OpenSession, number: int) -> Losses:
    """The losses of a finished problem, from the file."""
    reader = session.reader(number)
    first = reader.first_trial
    start = int(first[number - 1])
    stop = int(first[number]) if number < len(first) else None
    values = np.empty(0, np.float32)
    if start >= 0:
        rows = slice(start, stop if stop is None or stop >= 0 else None)
        belongs = reader.trial_column("problem", rows.start, rows.stop) == number - 1
        values = reader.trial_column("task_loss", rows.start, rows.stop)[belongs]
    count = float(reader.trials_to_criterion[number - 1])
    return Losses(number, values, session.config, live=False, count=count)
