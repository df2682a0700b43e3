"""How many trials a run still needs: an estimate for progress displays."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from l2l_engine.config import RunConfig, RunType

_RECENT = 30  # problems whose counts say what the next will take
_FIRST_PROBLEM = 3500.0  # published networks: some 2500 to 4500 trials
_PERTURBED_PROBLEM = {  # means of five networks trained here (docs/reproduction.md), rounded up
    RunType.ControlManifPert: 400.0,
    RunType.SSManifPert: 500.0,
    RunType.DSManifPert: 3500.0,
}


def trials_left(config: RunConfig, finished: Sequence[float], trial_in_problem: int) -> float:
    """Expected trials until the run's last problem is learned.

    Parameters
    ----------
    finished : trials run in each finished problem, in order
    trial_in_problem : trials the present problem has had

    Notes
    -----
    The mean of the last 30 problems of the same kind where there are five or more, else the
    published learning curve (Goudar et al. 2023, Fig. 1: asymptote 22.7 trials, time constant
    37.9 problems, and the criterion window).
    """
    total = 0.0
    remaining = list(range(len(finished), config.problems))
    baseline = config.baseline_problems if config.run_type.perturbs else config.problems
    for perturbed in (False, True):
        kind = [n for n in remaining if (n >= baseline) is perturbed]
        if not kind:
            continue
        seen = [count for n, count in enumerate(finished) if n and (n >= baseline) is perturbed]
        if len(seen) >= 5:
            total += len(kind) * float(np.mean(seen[-_RECENT:]))
        elif perturbed:
            total += len(kind) * _PERTURBED_PROBLEM[config.run_type]
        else:
            total += sum(_published(n, config) for n in kind)
    return max(total - trial_in_problem, 1.0) if remaining else 0.0


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
