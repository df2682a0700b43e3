"""An estimate of how many trials a run still needs, for progress displays."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from l2l_engine.config import RunConfig, RunType
from l2l_engine.perturbation import RUN_TYPE_KINDS, PerturbationKind
from l2l_engine.training.course import Course
from l2l_engine.training.plan import Interleaved, Plan, Replay

_ENOUGH = 5
_RECENT = 30  # problems whose counts say what the next will take
_FIRST_PROBLEM = 3500.0  # published networks: some 2500 to 4500 trials
_PERTURBED_PROBLEM = {  # means of five networks trained here (docs/reproduction.md), rounded up
    RunType.ControlManifPert: 400.0,
    RunType.SSManifPert: 500.0,
    RunType.DSManifPert: 3500.0,
}
_PERTURBED_READOUT: dict[PerturbationKind | None, float] = {
    RUN_TYPE_KINDS[run_type]: trials for run_type, trials in _PERTURBED_PROBLEM.items()
}


def trials_left(
    config: RunConfig,
    finished: Sequence[float],
    trial_in_problem: int,
    course: Course | None = None,
) -> float:
    """Expected trials until the run's last problem is learned.

    Parameters
    ----------
    finished : trials run in each finished problem, in order
    trial_in_problem : trials the present problem has had
    course : what the run follows, if it follows a protocol

    Notes
    -----
    A fixed number of trials is known. Otherwise the mean of the last 30 problems of the same kind
    where there are five or more, else the published learning curve (Goudar et al. 2023, Fig. 1:
    asymptote 22.7 trials, time constant 37.9 problems, and the criterion window). Of a protocol,
    problems are of one kind where they are alike new or repeated or so on, and learned by the same
    rule among the same trials; nothing is presumed of a rule that makes learning slower.
    """
    remaining = range(len(finished), config.problems)
    kind = _kinds(config, course)
    seen: dict[Hashable, list[float]] = {}
    for number, count in enumerate(finished):
        if number and kind(number).fixed is None:
            seen.setdefault(kind(number).name, []).append(count)
    means = {
        name: float(np.mean(counts[-_RECENT:]))
        for name, counts in seen.items()
        if len(counts) >= _ENOUGH
    }
    total = 0.0
    for number in remaining:
        here = kind(number)
        expected = means.get(here.name)
        if expected is None:
            expected = here.presumed or _published(number, config) / here.own_share
        total += min(expected, here.most) if here.fixed is None else here.fixed
    return max(total - trial_in_problem, 1.0) if remaining else 0.0


@dataclass(frozen=True, slots=True)
class _Kind:
    """What is known of a problem before it is learned."""

    name: Hashable
    presumed: float = 0.0  # trials; 0: as the published curve has it
    own_share: float = 1.0  # of the trials, that show the problem itself
    fixed: float | None = None  # trials it has in any case
    most: float = math.inf


def _kinds(config: RunConfig, course: Course | None) -> Callable[[int], _Kind]:
    if course is None:
        baseline = config.baseline_problems if config.run_type.perturbs else config.problems
        perturbed = _Kind(True, _PERTURBED_PROBLEM.get(config.run_type, 0.0))
        return lambda number: perturbed if number >= baseline else _Kind(False)
    return lambda number: _planned(course.plan(number), config)


def _planned(plan: Plan, config: RunConfig) -> _Kind:
    until, mixture, perturbation = plan.until, plan.mixture, plan.readout.perturbation
    share = 1.0
    if isinstance(mixture, Interleaved):
        share = 1.0 / (len(mixture.problems) + 1)
    elif isinstance(mixture, Replay):
        share = 1.0 - mixture.share
    name = (type(plan.problem), type(plan.rule), type(mixture), perturbation)
    return _Kind(
        name,
        presumed=_PERTURBED_READOUT.get(perturbation, 0.0),
        own_share=share,
        fixed=None if until.criterion or until.trials is None else float(until.trials),
        most=float(min(until.trials or config.max_trials, config.max_trials)),
    )


def _published(problem: int, config: RunConfig) -> float:
    if problem == 0:
        return _FIRST_PROBLEM
    return 22.7 + 150.0 * math.exp(-problem / 37.9) + config.criterion_trials


def duration(seconds: float) -> str:
    """A time span in words: ``45 s``, ``12 min``, ``3 h 20 min``."""
    if not math.isfinite(seconds):
        return "–"
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02d} min" if hours < 48 else f"{hours // 24} d {hours % 24} h"
