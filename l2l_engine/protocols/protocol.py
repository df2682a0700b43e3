"""A protocol: a list of stages, each learned in turn.

A run type is one case of a protocol: Full is one stage of 1001 new problems.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from l2l_engine.config import RunConfig, RunType
from l2l_engine.perturbation import RUN_TYPE_KINDS
from l2l_engine.protocols import fitting, ranges, references
from l2l_engine.protocols.stage import MOST_PROBLEMS, Place, ProtocolError, Stage
from l2l_engine.training.course import Course
from l2l_engine.training.plan import Plan, Readout

PLANNED = ("run_type", "baseline_problems", "derangement")
"""Parameters of a run that mean nothing where it follows a protocol, which decides them."""


@dataclass(frozen=True, slots=True)
class Protocol:
    """Stages in the order in which they are learned.

    Parameters
    ----------
    name : str
        Short; shown in menus and kept in the session.
    stages : tuple of Stage
        At least one.
    description : str
        One or two sentences.
    after : int
        Problems learned before the first stage: those a branch keeps. Problems are numbered with them.

    Raises
    ------
    ProtocolError
        When a stage refers to a problem that is not learned before it, or a value is out of range.

    Examples
    --------
    >>> protocol = Protocol("again", (Stage(count=3), Stage(Plan(problem=Repeat(1)))))
    >>> protocol.problems
    4
    """

    name: str
    stages: tuple[Stage, ...]
    description: str = ""
    after: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.after <= MOST_PROBLEMS:
            raise ProtocolError(
                f"The protocol {self.name}: after = {self.after} must be from 0 to {MOST_PROBLEMS}."
            )
        if not self.stages:
            raise ProtocolError(f"The protocol {self.name} has no stages: add at least one.")
        for number, stage in enumerate(self.stages, 1):
            ranges.check_size(Place(number, stage))
        if self.total > MOST_PROBLEMS:
            raise ProtocolError(f"The protocol {self.name} has over {MOST_PROBLEMS} problems.")
        list(references.resolved(self.stages, self.after))  # checks every reference and every range

    @property
    def problems(self) -> int:
        """Problems in all stages together."""
        return sum(stage.count for stage in self.stages)

    @property
    def total(self) -> int:
        """Problems of a run that follows it to its end, those before the first stage included."""
        return self.after + self.problems

    def plans(self) -> tuple[Plan, ...]:
        """One plan a problem, (problems,), every reference a problem number from 1."""
        return tuple(
            plan
            for plan, count in references.resolved(self.stages, self.after)
            for _ in range(count)
        )

    def stage_of(self, problem: int) -> int:
        """The stage, from 0, of a problem, numbered from 1; IndexError outside the protocol."""
        left = problem - self.after
        for index, stage in enumerate(self.stages):
            if left <= stage.count and left > 0:
                return index
            left -= stage.count
        raise IndexError(problem)

    def course(self) -> Course:
        """The protocol in the form that training takes."""
        counts = [stage.count for stage in self.stages]
        stages = np.repeat(np.arange(len(counts)), counts).tolist()
        return Course(self.plans(), tuple(stages), self.after)

    def configure(self, values: Mapping[str, Any]) -> RunConfig:
        """The parameters of a run that follows the protocol, checked against it.

        Parameters
        ----------
        values
            Fields of :class:`RunConfig`. ``problems`` is the protocol's unless given; past its end
            problems are new ones. ``run_type`` is left out: it is the protocol's.

        Raises
        ------
        ProtocolError, ConfigError
            When they do not fit each other.
        """
        if "run_type" in values:
            raise ProtocolError(
                f"The protocol {self.name} says which problems are learned: leave the run type out."
            )
        given = {"problems": self.total, **values}
        config = RunConfig.from_values(given | {"run_type": self.run_type or RunType.Full})
        self.check(config)
        return config

    @property
    def run_type(self) -> RunType | None:
        """The published run type it equals; None if none."""
        for run_type in RunType:
            published = self.of_run_type(RunConfig(run_type=run_type, problems=self.problems))
            if self.stages == published.stages and not self.after:
                return run_type
        return None

    def check(self, config: RunConfig) -> None:
        """Raise ProtocolError or ConfigError where the protocol does not fit a configuration."""
        for number, stage in enumerate(self.stages, 1):
            fitting.check(Place(number, stage), config)

    def config_of(self, plan: Plan, config: RunConfig) -> RunConfig:
        """The configuration a problem is learned with."""
        return config.replace(**plan.changes) if plan.changes else config

    @classmethod
    def of_run_type(cls, config: RunConfig) -> Protocol:
        """The published run type of a configuration as a protocol."""
        name = config.run_type.value
        if config.run_type is RunType.Full:
            return cls(name, (Stage(count=config.problems),), "New problems, one after the other.")
        baseline = min(config.baseline_problems, config.problems)
        stages = [Stage(count=baseline)]
        if config.problems > baseline:
            readout = Readout(
                RUN_TYPE_KINDS[config.run_type], derangement=config.derangement, frozen=True
            )
            stages.append(Stage(Plan(start=1, readout=readout), config.problems - baseline))
        return cls(
            name,
            tuple(stages),
            "New problems, then problems that each start from the network after problem 1 with a "
            "perturbed, frozen readout.",
        )


__all__ = ["MOST_PROBLEMS", "PLANNED", "Protocol", "ProtocolError", "Stage"]
