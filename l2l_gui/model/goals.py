"""When training stops by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from l2l_engine.config import L2LError


class Trained(Protocol):
    """The part of a run that goals look at."""

    @property
    def n_trials(self) -> int:
        """Trials run so far."""

    @property
    def n_problems(self) -> int:
        """Problems learned so far."""

    @property
    def mean_loss(self) -> float:
        """Mean task loss of the criterion window (nats)."""

    @property
    def trial_in_problem(self) -> int:
        """Trials of the present problem."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What to train until; whichever comes first. Without any: until the run is done."""

    trials: int | None = None
    """So many trials more."""
    problems: int | None = None
    """So many problems more have ended; 1: the present one reaches the criterion."""
    number: int | None = None
    """The problem of this number, from 1, has ended."""
    loss_below: float | None = None
    """The mean loss over the criterion window (nats), once full, is below this."""

    def target(self, run: Trained, window: int) -> Target:
        """The goal for a run at this point; raises L2LError if it has already passed it."""
        ends = []
        if self.problems is not None:
            ends.append(run.n_problems + self.problems)
        if self.number is not None:
            if self.number <= run.n_problems:
                raise L2LError(
                    f"Problem {self.number} is learned already: "
                    f"choose {run.n_problems + 1} or a later one."
                )
            ends.append(self.number)
        return Target(
            trials=None if self.trials is None else run.n_trials + self.trials,
            problems=min(ends, default=None),
            loss_below=self.loss_below,
            window=window,
        )


@dataclass(frozen=True, slots=True)
class Target:
    """A :class:`Goal` in absolute numbers."""

    trials: int | None
    problems: int | None
    loss_below: float | None
    window: int

    def reached(self, run: Trained) -> bool:
        """Whether training should stop; asked after every trial."""
        if self.trials is not None and run.n_trials >= self.trials:
            return True
        if self.problems is not None and run.n_problems >= self.problems:
            return True
        if self.loss_below is None or run.trial_in_problem < self.window:
            return False
        return run.mean_loss < self.loss_below

    @property
    def words(self) -> str:
        """For the status bar."""
        parts = []
        if self.trials is not None:
            parts.append(f"trial {self.trials:,}")
        if self.problems is not None:
            parts.append(f"the end of problem {self.problems}")
        if self.loss_below is not None:
            parts.append(f"a mean loss below {self.loss_below:g}")
        return " or ".join(parts)
