"""A protocol: a list of stages, each learned in turn.

A run type is one case of a protocol: Full is one stage of 1001 new problems.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from l2l_engine.config import ConfigError, L2LError, RunConfig, RunType, field_names
from l2l_engine.network import WEIGHT_NAMES
from l2l_engine.perturbation import RUN_TYPE_KINDS, PerturbationKind
from l2l_engine.training.course import Course
from l2l_engine.training.plan import (
    Elastic,
    Interleaved,
    LowRank,
    Orthogonal,
    Own,
    Plan,
    Projected,
    Readout,
    Reference,
    Repeat,
    Replay,
    Reverse,
    Similar,
    Subspace,
)
from l2l_engine.training.records import LABEL_BYTES

MOST_PROBLEMS = 1_000_000
_FIXED = (
    frozenset(  # parameters a stage cannot change: they decide array sizes, or the run as a whole
        [
            "seed",
            "run_type",
            "problems",
            "units",
            "activation",
            "recurrent_init",
            "stimulus_channels",
            "batch_size",
            "same_problems",
            "criterion_trials",
            "baseline_problems",
            "manifold_dimensions",
            "derangement",
            "penalised_singular_values",
            "dt",
        ]
    )
)


_LONGEST = 400  # characters of a sentence


class ProtocolError(L2LError, ValueError):
    """A protocol cannot be run as written; the text names the stage, the field and what is allowed."""

    def __init__(self, sentence: str) -> None:
        # names and labels may be anybody's
        shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in sentence[:_LONGEST])
        super().__init__(shown if len(sentence) <= _LONGEST else f"{shown}… (shortened).")


@dataclass(frozen=True, slots=True)
class Stage:
    """``count`` problems in a row, each learned as ``plan`` says."""

    plan: Plan = field(default_factory=Plan)
    count: int = 1


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
            if not 1 <= stage.count <= MOST_PROBLEMS:
                raise _refused(number, stage, "count", stage.count, f"from 1 to {MOST_PROBLEMS}")
            _check_label(number, stage)
        if self.total > MOST_PROBLEMS:
            raise ProtocolError(f"The protocol {self.name} has over {MOST_PROBLEMS} problems.")
        list(self._resolved())  # checks every reference and every range

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
        return tuple(plan for plan, count in self._resolved() for _ in range(count))

    def stage_of(self, problem: int) -> int:
        """The stage, from 0, of a problem, numbered from 1; IndexError outside the protocol."""
        left = problem - self.after
        for index, stage in enumerate(self.stages):
            if left <= stage.count and left > 0:
                return index
            left -= stage.count
        raise IndexError(problem)

    def course(self) -> Course:
        """The protocol as the training takes it."""
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
        """The published run type it is; None where it is none."""
        for run_type in RunType:
            published = self.of_run_type(RunConfig(run_type=run_type, problems=self.problems))
            if self.stages == published.stages and not self.after:
                return run_type
        return None

    def check(self, config: RunConfig) -> None:
        """Raise ProtocolError or ConfigError where the protocol does not fit a configuration."""
        for number, stage in enumerate(self.stages, 1):
            plan = stage.plan
            self._check_changes(number, stage, config)
            self._check_readout(number, stage, config)
            if isinstance(plan.rule, LowRank) and plan.rule.rank > config.units:
                raise _refused(
                    number, stage, "rank", plan.rule.rank, f"at most units = {config.units}"
                )
            if isinstance(plan.rule, Projected) and (plan.rule.dimensions or 1) >= config.units:
                raise _refused(
                    number,
                    stage,
                    "rule dimensions",
                    plan.rule.dimensions,
                    f"below units = {config.units}",
                )
            self._check_subspace(number, stage, config)
            if isinstance(plan.problem, Own):
                lengths = {len(row) for row in plan.problem.stimuli}
                if lengths != {config.stimulus_channels}:
                    raise _refused(
                        number, stage, "own stimuli", f"vectors of length {sorted(lengths)}",
                        f"two vectors of stimulus_channels = {config.stimulus_channels} numbers",
                    )  # fmt: skip
            if isinstance(plan.problem, Similar) and config.stimulus_channels < 4:
                raise _refused(
                    number, stage, "similar", plan.problem.overlap,
                    "used with stimulus_channels of at least 4, so that there is room beside the pair",
                )  # fmt: skip

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

    # -- checking ----------------------------------------------------------------------

    def _resolved(self) -> Iterator[tuple[Plan, int]]:
        """The plan of each stage with numbers for references, and how many problems it is for."""
        labels: dict[str, int] = {}
        learned = self.after
        for number, stage in enumerate(self.stages, 1):
            if learned == 0:
                _check_first(number, stage)
            yield _numbered(number, stage, labels, learned), stage.count
            learned += stage.count
            if stage.plan.label:
                labels[stage.plan.label] = learned  # the last of the stage's problems

    @staticmethod
    def _check_readout(number: int, stage: Stage, config: RunConfig) -> None:
        readout, most = stage.plan.readout, config.manifold_dimensions
        if readout.perturbation is None:
            return
        k = len(readout.permutation or ()) or readout.dimensions or most
        if k > most:  # a session has room for permutations of so many
            raise _refused(
                number, stage, "readout dimensions", k, f"at most manifold_dimensions = {most}"
            )
        fold = 3 if readout.perturbation is PerturbationKind.OUTSIDE_MANIFOLD else 2
        if fold * k > config.units:
            allowed = f"at most units / {fold} = {config.units // fold}"
            raise _refused(number, stage, "readout dimensions", k, allowed)
        if readout.derangement and k < 2:
            raise _refused(number, stage, "readout dimensions", k, "at least 2 for a derangement")

    @staticmethod
    def _check_subspace(number: int, stage: Stage, config: RunConfig) -> None:
        rule = stage.plan.rule
        if not isinstance(rule, Projected) or rule.subspace is Subspace.PAST:
            return
        k = rule.dimensions or config.manifold_dimensions
        if 2 * k > config.units:
            allowed = f"at most units / 2 = {config.units // 2}"
            raise _refused(number, stage, "rule dimensions", k, allowed)

    @staticmethod
    def _check_changes(number: int, stage: Stage, config: RunConfig) -> None:
        changes: Mapping[str, Any] = stage.plan.changes
        for name in changes:
            if name not in field_names() or name in _FIXED:
                allowed = ", ".join(sorted(field_names() - _FIXED))
                raise _refused(number, stage, "changes", name, f"one of {allowed}")
        try:
            config.replace(**changes)
        except ConfigError as error:
            raise ProtocolError(f"{_where(number, stage)}: {error}") from error


def _where(number: int, stage: Stage) -> str:
    label = f" ({stage.plan.label})" if stage.plan.label else ""
    return f"Stage {number}{label}"


def _refused(number: int, stage: Stage, name: str, value: object, allowed: str) -> ProtocolError:
    return ProtocolError(f"{_where(number, stage)}: {name} = {value} must be {allowed}.")


def _check_label(number: int, stage: Stage) -> None:
    label = stage.plan.label
    if len(label.encode()) > LABEL_BYTES or "\0" in label:
        raise ProtocolError(
            f"Stage {number}: the label must have at most {LABEL_BYTES} bytes and no null character."
        )


def _check_first(number: int, stage: Stage) -> None:
    plan = stage.plan
    if plan.readout.perturbation not in (None, PerturbationKind.CONTROL):
        raise ProtocolError(
            f"{_where(number, stage)}: the readout cannot be perturbed before a problem is learned, "
            "since its subspaces come from earlier problems."
        )
    needs_past = isinstance(plan.rule, Elastic | Orthogonal) or isinstance(plan.mixture, Replay)
    if isinstance(plan.rule, Projected) or needs_past:
        raise ProtocolError(
            f"{_where(number, stage)}: this rule or mixture needs earlier problems: "
            "put a stage of new problems before it."
        )


def _numbered(number: int, stage: Stage, labels: Mapping[str, int], learned: int) -> Plan:
    """The plan with numbers for references, every range checked."""
    plan = stage.plan

    def refer(name: str, reference: Reference) -> int:
        if isinstance(reference, str):
            if reference not in labels:
                raise _refused(
                    number, stage, name, repr(reference), "the label of an earlier stage"
                )
            return labels[reference]
        if not 1 <= reference <= learned:
            allowed = f"a problem learned before, 1 to {learned}" if learned else "left out here"
            raise _refused(number, stage, name, reference, allowed)
        return reference

    changes: dict[str, Any] = {}
    problem = plan.problem
    if isinstance(problem, Repeat | Reverse | Similar):
        changes["problem"] = dataclasses.replace(problem, of=refer("problem", problem.of))
    if isinstance(problem, Similar) and not 0.0 <= problem.overlap <= 1.0:
        raise _refused(number, stage, "overlap", problem.overlap, "from 0 to 1")
    if isinstance(problem, Own):
        _check_own(number, stage, problem)
    if plan.start is not None:
        changes["start"] = refer("start", plan.start)
    mixture = plan.mixture
    if mixture is not None:
        named = tuple(refer("mixture", reference) for reference in mixture.problems)
        changes["mixture"] = dataclasses.replace(mixture, problems=named)
    if isinstance(mixture, Interleaved) and not mixture.problems:
        raise _refused(number, stage, "mixture", "nothing", "the problems to interleave")
    if isinstance(mixture, Replay) and not 0.0 < mixture.share < 1.0:
        raise _refused(number, stage, "replay share", mixture.share, "between 0 and 1")
    _check_until(number, stage)
    _check_rule(number, stage)
    return dataclasses.replace(plan, **changes) if changes else plan


def _check_own(number: int, stage: Stage, problem: Own) -> None:
    rows = np.asarray(problem.stimuli, np.float64) if _even(problem) else None
    if rows is None or rows.shape[0] != 2 or not np.isfinite(rows).all():
        raise _refused(
            number, stage, "own stimuli", "these", "two vectors of as many finite numbers"
        )
    if not (np.linalg.norm(rows, axis=1) > 0).all():
        raise _refused(number, stage, "own stimuli", "a vector of zeros", "of some length")


def _even(problem: Own) -> bool:
    return len(problem.stimuli) == 2 and len({len(row) for row in problem.stimuli}) == 1


def _check_until(number: int, stage: Stage) -> None:
    until = stage.plan.until
    if until.trials is not None and not 1 <= until.trials <= 10_000_000:
        raise _refused(number, stage, "trials", until.trials, "from 1 to 10000000")
    if not until.criterion and until.trials is None:
        raise _refused(
            number, stage, "until", "never", "the criterion, a number of trials, or both"
        )


def _check_rule(number: int, stage: Stage) -> None:
    plan = stage.plan
    unknown = [name for name in plan.plastic if name not in WEIGHT_NAMES]
    if unknown or not plan.plastic:
        value = unknown[0] if unknown else "nothing"
        raise _refused(number, stage, "plastic", value, f"some of {', '.join(WEIGHT_NAMES)}")
    match plan.rule:
        case LowRank(rank=rank) if rank < 1:
            raise _refused(number, stage, "rank", rank, "at least 1")
        case Elastic(strength=strength) if not (0.0 <= strength < math.inf):
            raise _refused(number, stage, "elastic strength", strength, "at least 0")
        case Orthogonal(regularisation=alpha) if not (0.0 < alpha < math.inf):
            raise _refused(number, stage, "orthogonal regularisation", alpha, "above 0")
        case Projected(subspace=Subspace.PAST, dimensions=None):
            raise _refused(
                number, stage, "rule dimensions", "nothing", "given for the past's subspace"
            )
        case Projected(dimensions=int(size)) if size < 1:
            raise _refused(number, stage, "rule dimensions", size, "at least 1")
    k, permutation = plan.readout.dimensions, plan.readout.permutation
    if k is not None and k < 1:
        raise _refused(number, stage, "readout dimensions", k, "at least 1")
    if permutation is not None and sorted(permutation) != list(range(len(permutation))):
        raise _refused(
            number,
            stage,
            "permutation",
            [p + 1 for p in permutation],
            "each direction once, from 1",
        )
    if permutation is not None and k not in (None, len(permutation)):
        raise _refused(number, stage, "permutation", f"of {len(permutation)}", f"of {k} directions")


__all__ = ["MOST_PROBLEMS", "Protocol", "ProtocolError", "Stage"]
