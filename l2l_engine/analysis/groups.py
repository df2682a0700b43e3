"""What analyses that compare the problems of a group, or runs, share: states, and rows of pairs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from l2l_engine import network
from l2l_engine.analysis.record import Column, Parameter
from l2l_engine.analysis.running import RunData
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

EVERY_MS = 10.0
"""Default spacing of the times compared."""
EVERY = Parameter("every", "Times every", 1, 500, unit="ms", decimals=1)
"""The parameter of that name."""
PAIR = {
    "problem": Column("", "problem, counted from 1"),
    "other_problem": Column("", "a later problem"),
}
"""The columns that name a pair of problems."""
RUN = Column("", "a run")
RUN_PAIR = {"run": RUN, "other_run": Column("", "another run")}
"""The columns that name a pair of runs."""
_AT_ONCE = 16  # networks simulated together


def require_two(weights: NetworkWeights, what: str) -> None:
    """Raise L2LError, beginning with what is compared, where there are fewer than two problems."""
    if len(weights) < 2:
        raise L2LError(f"{what}: choose at least 2 problems with a saved network.")


def group_states(
    weights: NetworkWeights, stimuli: FloatArray, config: RunConfig, steps: slice
) -> NDArray[np.float64]:
    """Noise-free states of both trials of each problem at some of their steps, (K, 2, T', N)."""
    return np.concatenate(
        [
            network.simulate(weights[k : k + _AT_ONCE], stimuli[k : k + _AT_ONCE], config)[
                :, :, steps
            ]
            for k in range(0, len(weights), _AT_ONCE)
        ]
    ).astype(np.float64)


def stride(every: float, config: RunConfig) -> int:
    """Steps between times that are ``every`` ms apart, at least 1."""
    return max(round(every / config.dt), 1)


def pair_numbers(first: NDArray[np.integer], second: NDArray[np.integer]) -> dict[str, ArrayLike]:
    """The columns ``PAIR`` of pairs given by their 0-based places in the group, each (R,)."""
    return {"problem": first + 1, "other_problem": second + 1}


def pairs_of_runs(runs: Sequence[RunData]) -> list[tuple[int, int]]:
    """Every two of the runs, by their places; raise L2LError where there are fewer than two."""
    if len(runs) < 2:
        raise L2LError("Similarity compares runs: give at least 2 sessions.")
    return list(itertools.combinations(range(len(runs)), 2))


def pair_names(runs: Sequence[RunData], pairs: list[tuple[int, int]]) -> dict[str, ArrayLike]:
    """The columns ``RUN_PAIR`` of pairs."""
    return {
        "run": [runs[first].name for first, _ in pairs],
        "other_run": [runs[second].name for _, second in pairs],
    }
