"""What files of format version 1 did not record, worked out from what they did."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig
from l2l_engine.storage import layout
from l2l_engine.training.records import Outcome


class Recorded(Protocol):
    """What of a session this needs."""

    config: RunConfig
    n_problems: int
    n_trials: int

    def problem_column(self, name: str) -> NDArray[Any]:
        """A column of /problems."""

    def trial_column(self, name: str) -> NDArray[Any]:
        """A column of /trials."""


def problem_column(session: Recorded, name: str) -> NDArray[Any]:
    """A column of /problems that came with a later version, (K, ...)."""
    if name == "trials_run":
        return _trials_run(session)
    if name == "outcome":
        learned = np.isfinite(session.problem_column("trials_to_criterion"))
        return np.where(learned, Outcome.LEARNED, Outcome.FAILED).astype(np.int8)
    column = layout.problem_columns(session.config)[name]
    return np.full((session.n_problems, *column.shape), column.fill, column.dtype)


def trial_column(session: Recorded, name: str, rows: range) -> NDArray[Any]:
    """A column of /trials that came with a later version, (T, ...)."""
    column = layout.trial_columns(session.config)[name]
    return np.full((len(rows), *column.shape), column.fill, column.dtype)


def parent_of(text: str) -> tuple[str, int | None]:
    """Path of the parent and problems shared, from "PATH after problem N"."""
    path, _, number = text.rpartition(" after problem ")
    return (path, int(number)) if path and number.isdecimal() else (text, None)


def _trials_run(session: Recorded) -> NDArray[np.int64]:
    """Counted in the trial table; where a problem's trials are not there, from the criterion.

    A branch could have another criterion window than the problems it inherited, so the table is
    what can be relied on. Imports without trials have one window throughout.
    """
    config, criterion = session.config, session.problem_column("trials_to_criterion")
    failed = config.max_trials + 1
    counts = np.where(np.isfinite(criterion), criterion + config.criterion_trials, failed)
    counts = counts.astype(np.int64)
    # first_trial may be known where the rows are not there: a branch with another batch size
    first = np.append(session.problem_column("first_trial"), session.n_trials)
    rows = np.bincount(
        np.maximum(session.trial_column("problem"), 0), minlength=session.n_problems
    )[: session.n_problems]
    follows = (first[:-1] >= 0) & (first[1:] > first[:-1])
    steps = np.where(follows, np.diff(first), 0)
    if session.n_problems:
        steps[-1] = 0  # trials of the problem in progress follow its own
    return np.where(rows > 0, rows, np.where(steps > 0, steps, counts))
