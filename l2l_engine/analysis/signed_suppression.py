"""Whether earlier learning opposes a problem's own change, with its sign and a null.

The net suppression of the paper's Fig. 7 corrects the sign of both its terms and so loses whether they
oppose each other. Here the sign is kept. For problem p (p > 2), along p's trajectory s with its own
weight-driven change D = F_p(s) - F_(p-1)(s), the earlier change E = F_(p-1)(s) - F_1(s) is projected on
D's unit vector at every step, and the projection is divided by the size of D:

    opposition = mean(E . D) / mean(D . D),      fraction = share of steps at which E . D < 0

The null asks what the sum of the same changes would do if the problems had come in another order: each
earlier network is one problem's change of the parameters away from the one before it, and with the
changes shuffled, E is the change of the same number of problems drawn at random from all of them but p's
own. Where earlier learning only drifts, the observed value lies within the null.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.analysis import known
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.record import Column, KnownAnswer, Parameter, Takes, analysis
from l2l_engine.analysis.vector_field import net_currents
from l2l_engine.config import Activation, L2LError, RunConfig
from l2l_engine.network import NetworkWeights, activate, simulate
from l2l_engine.task import FloatArray


def _known_signed_suppression() -> KnownAnswer:
    config = known.CONFIG.replace(activation=Activation.RELU)
    networks = [known.unconnected([level, 0.2]) for level in (0.5, 0.3, 0.5)]
    return KnownAnswer(
        "the second problem took from a bias what the third gives back",
        (NetworkWeights.stack(networks), np.stack([known.STIMULI] * 3), config),
        {"problem": [3], "relative_change": [-1.0], "opposing": [1.0]},
        options={"shuffles": 2},
    )


@analysis(
    name="signed-suppression",
    title="Suppression with its sign, against shuffled problems",
    takes=Takes.GROUP,
    columns={
        "problem": Column("", "problem, counted from 1"),
        "relative_change": Column("", "earlier change along the problem's own; -1 cancels it"),
        "opposing": Column("", "share of steps at which the earlier change opposes the own"),
        "null_mean": Column("", "mean relative change with the problems' changes shuffled"),
        "null_deviation": Column("", "its standard deviation over shuffles"),
        "rank": Column("", "share of shuffles that oppose the own change no less"),
    },
    cost="70 ms a problem and 3 ms a shuffle",
    source="Goudar et al. (2023), Fig. 7, with the sign kept; null by permutation",
    known=_known_signed_suppression,
    parameters=(
        Parameter("shuffles", "Shuffles", 2, 1000),
        Parameter("seed", "Seed", 0, 1_000_000),
    ),
)
def signed_suppression(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    shuffles: int = 20,
    seed: int = 0,
    progress: Progress | None = None,
) -> Mapping[str, NDArray[np.generic]]:
    """How far earlier learning opposes each problem's own vector-field change, with a null.

    Parameters
    ----------
    weights : stack of K networks, in training order
        Network k as it stood when problem k + 1 was learned.
    stimuli : (K, M, stimulus_channels)
    shuffles : int
        Orders of the problems' changes drawn for the null; with 0 its columns are NaN.
    seed : int
        Of the shuffles.

    Returns
    -------
    mapping of str to (K - 2,)
        ``relative_change`` and ``opposing`` are NaN where a problem changed nothing; ``rank`` is
        (1 + shuffles no greater than the observed) / (1 + shuffles), a one-sided p value.

    Raises
    ------
    L2LError
        With fewer than three networks.
    """
    if len(weights) < 3:
        raise L2LError(
            f"Suppression with its sign needs three problems; there are {len(weights)}: choose more."
        )
    random = np.random.default_rng(seed)
    weights, stimuli = weights.astype(np.float64), np.asarray(stimuli, np.float64)
    problems = range(2, len(weights))
    relative, opposing, ranks = (np.full(len(problems), np.nan) for _ in range(3))
    null = np.full((len(problems), shuffles), np.nan)
    for place, p in enumerate(tracked(problems, [1.0] * len(problems), progress)):
        shown, states = _trajectory(weights[p : p + 1], stimuli[p : p + 1], config)
        before = _field(weights[p - 1 : p], shown, states, config)
        own = _field(weights[p : p + 1], shown, states, config) - before
        size = float(np.square(own).sum())
        if size == 0:
            continue
        along = np.sum((before - _field(weights[:1], shown, states, config)) * own, axis=-1)
        relative[place] = along.sum() / size
        moved = np.square(own).sum(axis=-1) > 0
        opposing[place] = (along[moved] < 0).mean()
        others = np.setdiff1d(np.arange(1, len(weights)), [p])
        for shuffle in range(shuffles):
            drawn = random.choice(others, p - 1, replace=False)
            origin = _field(_without(weights, p - 1, drawn), shown, states, config)
            null[place, shuffle] = np.sum((before - origin) * own) / size
        if shuffles:
            # rounding must not tell a shuffle from the observed order it happens to equal
            no_greater = null[place] <= relative[place] + 1e-9 * (1 + abs(relative[place]))
            ranks[place] = (1 + no_greater.sum()) / (1 + shuffles)
    several = shuffles > 0
    return {
        "problem": np.asarray(problems) + 1,
        "relative_change": relative,
        "opposing": opposing,
        "null_mean": null.mean(axis=1) if several else np.full(len(problems), np.nan),
        "null_deviation": null.std(axis=1) if several else np.full(len(problems), np.nan),
        "rank": ranks,
    }


def _trajectory(
    weights: NetworkWeights, stimuli: FloatArray, config: RunConfig
) -> tuple[FloatArray, FloatArray]:
    """Inputs (1, M, T, C), and the states (1, M, T, N) before each step, of one network's trials."""
    states = simulate(weights, stimuli, config)
    start = np.broadcast_to(weights.initial_state[:, None], (1, states.shape[1], 1, weights.units))
    return task.inputs(stimuli, config), np.concatenate([start, states[:, :, :-1]], axis=2)


def _field(
    weights: NetworkWeights, shown: FloatArray, states: FloatArray, config: RunConfig
) -> FloatArray:
    """F(s) = phi(x W_in + s W_rec + b) of a stack of one network, (1, M, T, N)."""
    return activate(net_currents(weights, shown, states), config.activation)


def _without(weights: NetworkWeights, last: int, drawn: NDArray[np.intp]) -> NetworkWeights:
    """Network ``last`` with the changes of the problems ``drawn`` taken back, as a stack of one."""
    return NetworkWeights.from_arrays(
        {
            name: array[last : last + 1] - (array[drawn] - array[drawn - 1]).sum(axis=0)
            for name, array in weights.arrays().items()
        }
    )
