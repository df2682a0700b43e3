"""A run that nothing happened to, and whether another one came to the same numbers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from tiny import TINY

from l2l_engine.config import RunConfig
from l2l_engine.run import Run
from l2l_engine.storage.session import Session

CONFIG = RunConfig(**{**TINY, "criterion_loss": 1e-9, "max_trials": 40}, problems=30)
"""1,200 trials of a millisecond; no problem is learned, so every run of it is as long."""


def train_to_the_end(run: Run) -> None:
    """Train what is left and close the session."""
    with run:
        while not run.finished:
            run.step()


def assert_same_numbers(path: Path, alone: Path) -> None:
    """Both sessions hold the whole run, with the same losses and networks."""
    with Session.open(path) as a, Session.open(alone) as b:
        assert a.n_problems == b.n_problems == a.config.problems
        np.testing.assert_array_equal(a.trial_column("task_loss"), b.trial_column("task_loss"))
        networks = b.weights(slice(None)).arrays()
        for name, array in a.weights(slice(None)).arrays().items():
            np.testing.assert_array_equal(array, networks[name])
