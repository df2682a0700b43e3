"""Geometry of the networks of a run, problem by problem: speed, subspace angles, weight changes.

The measures are those of :mod:`l2l_engine.analysis.geometry`, on noise-free trials of both stimuli.
"""

from __future__ import annotations

import numpy as np

from l2l_engine import network, task
from l2l_engine.analysis import geometry, known
from l2l_engine.analysis.groups import PAIR, pair_numbers
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Parameter, Takes, analysis
from l2l_engine.analysis.statistics import participation_ratio
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray


def _known_speed() -> KnownAnswer:
    config = known.CONFIG
    start = np.array([3.0, 4.0])
    decay = (1 - config.alpha) ** np.arange(config.steps)
    return KnownAnswer(
        "a state without input or recurrence leaks to 0 at exactly known speed",
        (known.unconnected([0.0, 0.0], start), known.STIMULI, config),
        {"speed": np.tile(5.0 * decay * config.alpha / (config.dt * 1e-3), 2)},
    )


@analysis(
    name="speed",
    title="Speed of the state",
    takes=Takes.NETWORK,
    columns={
        "stimulus": Column("", "stimulus shown, 0 or 1"),
        "time": Column("ms", "time from trial onset"),
        "speed": Column("a.u. per s", "norm of ds/dt"),
    },
    cost="10 ms a problem",
    source="Sussillo & Barak, Neural Comput. 25, 626-649 (2013)",
    known=_known_speed,
)
def speed(weights: NetworkWeights, stimuli: FloatArray, config: RunConfig) -> Columns:
    """How fast the state moves along its trajectories; slow stretches are where it settles.

    Parameters
    ----------
    weights : one network
    stimuli : (2, stimulus_channels)
    config : RunConfig

    Returns
    -------
    Columns
        One row for each stimulus and step.
    """
    states = network.simulate(weights[None], stimuli[None], config)
    found = geometry.trajectory_speed(states, weights.initial_state[None, None], config)[0]
    stimulus = np.repeat(np.arange(len(found)), config.steps)
    times = np.tile(task.times(config), len(found))
    return {"stimulus": stimulus, "time": times, "speed": found.ravel()}


def _known_angles() -> KnownAnswer:
    same = NetworkWeights.stack([known.bistable(), known.bistable()])
    return KnownAnswer(
        "a network is at no angle to itself",
        (same, np.stack([known.STIMULI] * 2), known.CONFIG),
        {"problem": [1], "other_problem": [2], "smallest": [0.0], "largest": [0.0]},
        options={"dimensions": 1},
        tolerance=1e-7,
    )


@analysis(
    name="subspace-angles",
    title="Angles between problems' subspaces",
    takes=Takes.GROUP,
    columns={
        **PAIR,
        "smallest": Column("rad", "smallest principal angle"),
        "mean": Column("rad", "mean principal angle"),
        "largest": Column("rad", "largest principal angle"),
    },
    cost="10 ms a problem and 8 µs a pair",
    source="Bjorck & Golub, Math. Comput. 27, 579-594 (1973)",
    known=_known_angles,
    parameters=(Parameter("dimensions", "Dimensions", 1, 50),),
)
def subspace_angles(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    dimensions: int = 4,
    progress: Progress | None = None,
) -> Columns:
    """Principal angles between the subspaces in which problems' trajectories lie.

    Parameters
    ----------
    weights : stack of K networks
    stimuli : (K, 2, stimulus_channels)
    config : RunConfig
    dimensions : int
        Leading principal components, centred, of each problem.
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.

    Returns
    -------
    Columns
        One row for each pair of problems.
    """
    covariances = np.empty((len(weights), weights.units, weights.units))
    places = range(len(weights))
    for place in tracked(places, [1.0] * len(places), progress):
        chosen = slice(place, place + 1)
        states = network.simulate(weights[chosen], stimuli[chosen], config)
        covariances[chosen] = geometry.covariances(states)
    bases = geometry.principal_components(covariances, dimensions)
    first, second = np.triu_indices(len(weights), 1)
    angles = geometry.pairwise_angles(bases)[first, second]
    return pair_numbers(first, second) | {
        "smallest": angles[:, 0],
        "mean": angles.mean(axis=1),
        "largest": angles[:, -1],
    }


def _known_change() -> KnownAnswer:
    before = known.unconnected(np.zeros(4))
    after = before.copy()
    after.recurrent[:] = np.diag([3.0, 3.0, 0.0, 0.0])
    stack = np.zeros((1, 2, 10))
    return KnownAnswer(
        "the planted change has two equal singular values of 3",
        (before[None], after[None], stack, known.CONFIG.replace(units=4)),
        {"norm": [np.sqrt(18)], "effective_rank": [2.0], "leading_share": [0.5]},
    )


@analysis(
    name="recurrent-change",
    title="Rank and size of the recurrent weight change",
    takes=Takes.PAIRS,
    columns={
        "norm": Column("a.u.", "Frobenius norm of the change of W_rec"),
        "effective_rank": Column("", "participation ratio of the squared singular values"),
        "leading_share": Column("", "share of the squared norm in the first singular vector"),
    },
    cost="3 ms a problem",
    source="Schuessler et al., NeurIPS 33, 13352-13362 (2020)",
    known=_known_change,
)
def recurrent_change(
    before: NetworkWeights, after: NetworkWeights, stimuli: FloatArray, config: RunConfig
) -> Columns:
    """Size and dimensionality of each problem's change in the recurrent weights.

    Parameters
    ----------
    before, after : stacks of K networks
    stimuli : (K, 2, stimulus_channels)
        Not used.
    config : RunConfig
        Not used.

    Returns
    -------
    Columns
        One row for each pair.
    """
    change = np.subtract(after.recurrent, before.recurrent, dtype=np.float64)
    energies = np.square(np.linalg.svd(change, compute_uv=False))
    total = energies.sum(axis=1)
    return {
        "norm": np.sqrt(total),
        "effective_rank": participation_ratio(energies),
        "leading_share": energies[:, 0] / np.where(total > 0, total, np.nan),
    }
