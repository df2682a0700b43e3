"""How learning a problem changes the network's vector field (paper Figs 4-6).

Weights 0 are those before a problem is learned, weights 1 those after. Along the trajectories
s (weights 1) and s0 (weights 0), both from the initial state of weights 1, and with
F(s) = phi(x W_in + s W_rec + b),

    weight-driven change  W  = alpha (F1(s) - F0(s))
    state-driven change   S  = alpha (s0 - s + F0(s) - F0(s0))
    total change          dZ = W + S

W and S are split into parts parallel and perpendicular to dZ at each step. The perpendicular
parts of W and S are opposite, so they share their length and their dimensionality.

A pair need not be consecutive problems. A gap among the networks is the caller's to leave out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.analysis import known
from l2l_engine.analysis.change_table import COLUMNS
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Parameter, Takes, analysis
from l2l_engine.analysis.statistics import matrix_participation_ratio
from l2l_engine.config import Activation, L2LError, RunConfig
from l2l_engine.network import NetworkWeights, activate, simulate
from l2l_engine.task import FloatArray

Float64 = NDArray[np.float64]

_BLOCK = 1  # pairs decomposed at once: fastest, as their states stay in the cache


@dataclass(frozen=True, slots=True, eq=False)
class Decomposition:
    """The vector-field change at every step of the trials of K pairs of networks.

    The signed lengths are along ``direction``, the unit vector of dZ (zero where dZ is).
    """

    states: Float64  # (K, M, T, N): s after each step
    direction: Float64  # (K, M, T, N)
    weight_perpendicular: Float64  # (K, M, T, N); the state-driven one is its opposite
    weight_parallel: Float64  # (K, M, T), signed
    state_parallel: Float64  # (K, M, T), signed
    total: Float64  # (K, M, T): |dZ|
    current: Float64  # (K, M, T): |x dW_in + s dW_rec + db|


@dataclass(frozen=True, slots=True, eq=False)
class Lengths:
    """Euclidean norms of the parts of the vector-field change, in rate units a step.

    Either at every step, (K, M, T), or averaged over steps and stimuli, (K,). ``current`` is the
    change of the net current instead.
    """

    current: Float64
    weight_driven: Float64
    state_driven: Float64
    total: Float64
    weight_parallel: Float64
    weight_perpendicular: Float64
    state_parallel: Float64

    @property
    def state_perpendicular(self) -> Float64:
        """Equal to the weight-driven one: together they are perpendicular to their own sum."""
        return self.weight_perpendicular

    def map(self, function: Callable[[Float64], Float64]) -> Lengths:
        """Apply ``function`` to every array."""
        return Lengths(*(function(getattr(self, name)) for name in self.__slots__))


@dataclass(frozen=True, slots=True, eq=False)
class Dimensionality:
    """Participation ratios (sum l)^2 / sum l^2 of uncentred covariance eigenvalues l.

    ``total`` is that of dZ's unit vectors.
    """

    weight_parallel: Float64
    weight_perpendicular: Float64
    state_parallel: Float64
    total: Float64

    @property
    def state_perpendicular(self) -> Float64:
        """Equal to the weight-driven one."""
        return self.weight_perpendicular


@dataclass(frozen=True, slots=True, eq=False)
class VectorFieldChange:
    """The quantities of Figs 5 and 6 for K pairs of networks.

    Attributes
    ----------
    lengths : Lengths of (K,)
        Averages over steps and stimuli.
    recurrent : (K,)
        Frobenius norm of the change of W_rec.
    problem_dimensionality, group_dimensionality
        Within each pair, (K,), and across each group of ``group_size`` consecutive pairs, of
        which the last may be shorter.
    """

    lengths: Lengths
    recurrent: Float64
    problem_dimensionality: Dimensionality
    group_dimensionality: Dimensionality
    group_size: int

    def table(self) -> Float64:
        """(K, 9): one row a pair, columns as in ``COLUMNS``.

        The published tables carry a minus sign in column 7; this one does not.
        """
        return _table(self.lengths, self.recurrent)


def change_sizes(
    before: NetworkWeights, after: NetworkWeights, stimuli: FloatArray, config: RunConfig
) -> Float64:
    """The table of :meth:`VectorFieldChange.table` alone, (K, 9): without the dimensionalities.

    Takes two thirds of the time of :func:`vector_field_change`, whose arguments it has.
    """
    rows = []
    for first in range(0, len(after), _BLOCK):
        block = slice(first, first + _BLOCK)
        change = decompose(before[block], after[block], stimuli[block], config)
        rows.append(_table(_means(change), _recurrent_change(before[block], after[block])))
    return np.concatenate(rows)


def _means(change: Decomposition) -> Lengths:
    """The norms of all parts, averaged over steps and stimuli, each (K,)."""
    return lengths(change).map(lambda values: values.mean(axis=(1, 2)))


def _recurrent_change(before: NetworkWeights, after: NetworkWeights) -> Float64:
    moved = np.subtract(after.recurrent, before.recurrent, dtype=np.float64)
    return np.linalg.norm(moved, axis=(1, 2))


def _table(means: Lengths, recurrent: Float64) -> Float64:
    named = [recurrent if name == "recurrent" else getattr(means, name) for name in COLUMNS]
    return np.stack(named, axis=1)


def decompose(
    before: NetworkWeights,
    after: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
) -> Decomposition:
    """The vector-field change from each network of ``before`` to its partner in ``after``.

    Holds about 20 MB a pair at the paper's size: meant for a few pairs at a time.

    Parameters
    ----------
    before, after : stacks of K networks
    stimuli : (K, M, stimulus_channels)
        Those of the problem that ``after`` has learned.
    """
    before, after = before.astype(np.float64), after.astype(np.float64)
    stimuli = np.asarray(stimuli, np.float64)
    pairs, trials = stimuli.shape[:2]
    start = np.broadcast_to(after.initial_state, (pairs, trials, after.units))
    both = NetworkWeights(*map(_join, after.arrays().values(), before.arrays().values()))
    states = simulate(both, _join(stimuli, stimuli), config, initial_state=_join(start, start))
    learned = np.ascontiguousarray(states[:pairs], np.float64)
    previous = np.concatenate([start[:, :, None], learned[:, :, :-1]], axis=2)
    # dZ is how much faster s and s0 part than before, so F1(s) and F0(s0) need no evaluation
    apart = learned - states[pairs:]
    direction = apart.copy()
    direction[:, :, 1:] -= apart[:, :, :-1]

    shown = task.inputs(stimuli, config)
    change = NetworkWeights(
        *(
            new - old
            for new, old in zip(after.arrays().values(), before.arrays().values(), strict=True)
        )
    )
    current = _norm(net_currents(change, shown, previous))
    weight_driven = net_currents(before, shown, previous)
    activate(weight_driven, config.activation, out=weight_driven)
    weight_driven *= -config.alpha
    weight_driven += learned
    previous *= 1.0 - config.alpha
    weight_driven -= previous
    weight_driven[current == 0] = 0.0  # exactly, where no current changed

    total = _norm(direction)
    direction /= np.where(total > 0, total, 1.0)[..., None]
    along = np.einsum("...n,...n->...", weight_driven, direction)
    weight_driven -= along[..., None] * direction
    return Decomposition(
        states=learned,
        direction=direction,
        weight_perpendicular=weight_driven,
        weight_parallel=along,
        state_parallel=total - along,
        total=total,
        current=current,
    )


def net_currents(weights: NetworkWeights, shown: FloatArray, states: FloatArray) -> Float64:
    """Net currents x W_in + s W_rec + b, (K, M, T, N).

    ``shown`` are the inputs (K, M, T, C) and ``states`` (K, M, T, N) those before each step.
    """
    currents = states @ weights.recurrent[:, None]
    currents += shown @ weights.input[:, None]
    currents += weights.bias[:, None, None]
    return currents


def lengths(change: Decomposition) -> Lengths:
    """The norms of all parts at every step, each (K, M, T)."""
    perpendicular = _norm(change.weight_perpendicular)
    return Lengths(
        current=change.current,
        weight_driven=np.hypot(change.weight_parallel, perpendicular),
        state_driven=np.hypot(change.state_parallel, perpendicular),
        total=change.total,
        weight_parallel=np.abs(change.weight_parallel),
        weight_perpendicular=perpendicular,
        state_parallel=np.abs(change.state_parallel),
    )


def _known_vector_field() -> KnownAnswer:
    config = known.CONFIG.replace(activation=Activation.RELU)
    before, after = known.unconnected([0.1, 0.1]), known.unconnected([0.4, 0.5])
    moved = config.alpha * 0.5  # biases differ by (0.3, 0.4)
    decay = (1 - config.alpha) ** np.arange(config.steps)
    return KnownAnswer(
        "unconnected rectifying units relax to biases that changed by 0.5",
        (before[None], after[None], known.STIMULI[None], config),
        {
            "current": [0.5],
            "weight_driven": [moved],
            "state_driven": [moved * (1 - decay).mean()],
            "recurrent": [0.0],
            "total": [moved * decay.mean()],
            "weight_parallel": [moved],
            "weight_perpendicular": [0.0],
            "state_parallel": [moved * (1 - decay).mean()],
            "total_dimensions": [1.0],
        },
    )


_MEANINGS = {
    "current": "change of the net current",
    "weight_driven": "weight-driven change W",
    "state_driven": "state-driven change S",
    "recurrent": "Frobenius norm of the change of W_rec",
    "total": "total change dZ",
    "weight_parallel": "part of W parallel to dZ",
    "weight_perpendicular": "part of W perpendicular to dZ",
    "state_parallel": "part of S parallel to dZ",
    "state_perpendicular": "part of S perpendicular to dZ",
}


def _change_columns(found: VectorFieldChange) -> Columns:
    sizes = dict(zip(COLUMNS, found.table().T, strict=True))
    dimensions = found.problem_dimensionality
    return sizes | {
        f"{name}_dimensions": getattr(dimensions, name) for name in Dimensionality.__slots__
    }


@analysis(
    name="vector-field-change",
    title="Vector-field change",
    takes=Takes.PAIRS,
    columns={
        **{
            name: Column("a.u." if name in ("current", "recurrent") else "a.u. per step", meaning)
            for name, meaning in _MEANINGS.items()
        },
        **{
            f"{name}_dimensions": Column("", f"dimensionality of the {_MEANINGS[name]}")
            for name in Dimensionality.__slots__
        },
    },
    cost="35 ms a problem",
    source="Goudar et al. (2023), Figs 5 and 6",
    known=_known_vector_field,
    tabulate=_change_columns,
    parameters=(Parameter("group_size", "Group", 2, 500, unit="problems"),),
)
def vector_field_change(
    before: NetworkWeights,
    after: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    group_size: int = 50,
    progress: Progress | None = None,
) -> VectorFieldChange:
    """Weight- and state-driven vector-field change of K pairs of networks (Figs 5 and 6).

    Streams over the pairs in blocks and holds some 60 MB beyond the weights: at the paper's size
    1.8 s for fifty pairs on one core, 36 s for a thousand. For a run's consecutive problems pass
    ``weights[:-1], weights[1:], stimuli[1:]``.

    Parameters
    ----------
    before, after : stacks of K networks
    stimuli : (K, M, stimulus_channels)
        Those of the problem that ``after`` has learned.
    group_size : int
        Consecutive pairs in a group; the paper's is 50.

    Raises
    ------
    L2LError
        When there is no pair, or the stacks differ in length.
    """
    pairs = len(after)
    if not pairs:
        raise L2LError("A vector-field change needs two learned problems; there are fewer.")
    if not len(before) == len(stimuli) == pairs:
        raise L2LError(
            f"There are {len(before)} networks before, {pairs} after and {len(stimuli)} problems: "
            "each pair needs one of each."
        )
    blocks = [slice(at, min(at + _BLOCK, pairs)) for at in range(0, pairs, _BLOCK)]
    groups = -(-pairs // group_size)
    means: list[Lengths] = []
    recurrent = np.empty(pairs)
    units = after.units
    within = np.empty((4, pairs))
    moments = np.zeros((groups, 4, units, units))
    for block in tracked(blocks, (block.stop - block.start for block in blocks), progress):
        change = decompose(before[block], after[block], stimuli[block], config)
        means.append(_means(change))
        recurrent[block] = _recurrent_change(before[block], after[block])
        for pair in range(block.start, block.stop):
            products = _second_moments(change, pair - block.start)
            within[:, pair] = matrix_participation_ratio(products)
            moments[pair // group_size] += products
    across = matrix_participation_ratio(moments)
    return VectorFieldChange(
        lengths=Lengths(
            *(np.concatenate([getattr(part, name) for part in means]) for name in Lengths.__slots__)
        ),
        recurrent=recurrent,
        problem_dimensionality=Dimensionality(*within),
        group_dimensionality=Dimensionality(*across.T),
        group_size=group_size,
    )


def _second_moments(change: Decomposition, pair: int) -> Float64:
    """X'X (4, N, N) of one pair's parts, in the order of :class:`Dimensionality`'s fields."""
    units = change.direction.shape[-1]
    direction = change.direction[pair].reshape(-1, units)
    parts = (
        change.weight_parallel[pair].reshape(-1, 1) * direction,
        change.weight_perpendicular[pair].reshape(-1, units),
        change.state_parallel[pair].reshape(-1, 1) * direction,
        direction,
    )
    return np.stack([part.T @ part for part in parts])


def _norm(vectors: Float64) -> Float64:
    return np.sqrt(np.einsum("...n,...n->...", vectors, vectors))


def _join(first: FloatArray, second: FloatArray) -> FloatArray:
    return np.concatenate([first, second])
