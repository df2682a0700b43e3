"""How vector-field changes accumulate over problems, and suppress new ones (paper Fig. 7).

For problem p and each earlier problem q, along p's trajectory: the cumulative change
alpha (F_p(s) - F_q(s)), in intervals of 250 ms, projected on two directions of p's own
weight-driven change (p-1 to p): the first uncentred principal components of its parts parallel
and perpendicular to dZ. As in the published scripts the directions come from the states before
each step, the cumulative change from those after it.

Cost
----
Each problem asks for F_q along its trajectory from every earlier q, so the work grows with the
square of the number of problems: some 50 ms a problem and 0.4 ms a pair. Measured at the paper's
size on one core: 125 problems 8 s, 250 problems 21 s, 500 problems 72 s, in under 300 MB. What
keeps a pair cheap: within an interval and an epoch the input is constant, the projection a smooth
function of time, and 12 to 32 of 250 steps give the others by polynomial interpolation, to 1e-7 of the
magnitude on trained networks; evaluating every step takes four to seven times as long.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import barycentric_interpolate
from scipy.linalg import block_diag, eigh

from l2l_engine import task
from l2l_engine.analysis import known
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Takes, analysis
from l2l_engine.analysis.vector_field import decompose
from l2l_engine.config import Activation, L2LError, RunConfig
from l2l_engine.network import NetworkWeights, activate
from l2l_engine.task import FloatArray

Float64 = NDArray[np.float64]

PARALLEL, PERPENDICULAR = 0, 1
"""Places along the first axis of an :class:`Accumulation`'s arrays."""

INTERVAL_MS = 250.0
"""Length of the intervals of the trial over which changes are averaged, as published."""

_BLOCK = 4  # earlier networks evaluated at once: their currents stay near the processor
_TOLERANCE = 1e-8  # of interpolation in time, relative to the largest rate
_OWN_COST = 120  # of a problem's own decomposition, in evaluations of one earlier network


@dataclass(frozen=True, slots=True, eq=False)
class Accumulation:
    """Cumulative vector-field changes of P problems with respect to all earlier ones.

    The first axis is ``PARALLEL``, ``PERPENDICULAR``; I are the intervals of the trial.

    Attributes
    ----------
    first : int
        Index in the stack of networks of the first problem here.
    magnitude : (2, I, P, Q)
        Mean absolute cumulative change from network q (index in the stack) along p's direction,
        in rate units a step; NaN where q is not earlier than p.
    suppression : (2, I, P)
        Net suppression by q = 0: size of the sign-corrected cumulative change minus that of the
        weight-driven change, each averaged over the interval. Larger is more. Both terms are
        sign-corrected separately, so that their relative sign is lost, and growth of the cumulative
        change alone raises it.
    """

    first: int
    magnitude: Float64
    suppression: Float64

    def grouped_suppression(self, group_size: int = 50) -> Float64:
        """(2, G): suppression averaged over intervals and groups of problems. Fig. 7, right.

        The last group may be shorter.
        """
        each = self.suppression.mean(axis=1)
        starts = range(0, each.shape[1], group_size)
        return np.stack([each[:, at : at + group_size].mean(axis=1) for at in starts], axis=1)


def _known_accumulation() -> KnownAnswer:
    config = known.CONFIG.replace(activation=Activation.RELU)
    networks = [known.unconnected([level, 0.0]) for level in (0.1, 0.3, 0.4)]
    step = config.alpha * np.array([0.2, 0.1])  # from the problem before
    since = config.alpha * np.array([0.2, 0.3])  # from problem 1
    return KnownAnswer(
        "unconnected rectifying units whose bias grew by 0.2, then by 0.1",
        (NetworkWeights.stack(networks), np.stack([known.STIMULI] * 3), config),
        {
            "problem": [2, 3],
            "since_first_parallel": since,
            "since_previous_parallel": step,
            "difference_parallel": since - step,
        },
    )


def _accumulation_columns(found: Accumulation) -> Columns:
    problems = np.arange(found.magnitude.shape[2])
    earlier = found.magnitude.mean(axis=1)
    difference = found.suppression.mean(axis=1)
    columns: dict[str, NDArray[Any]] = {"problem": problems + found.first + 1}
    for place, name in ((PARALLEL, "parallel"), (PERPENDICULAR, "perpendicular")):
        columns[f"since_first_{name}"] = earlier[place, :, 0]
        columns[f"since_previous_{name}"] = earlier[place, problems, problems + found.first - 1]
        columns[f"difference_{name}"] = difference[place]
    return columns


@analysis(
    name="accumulation",
    title="Accumulated vector-field change and net suppression",
    takes=Takes.GROUP,
    columns={
        "problem": Column("", "problem, counted from 1"),
        **{
            f"{what}_{name}": Column("a.u. per step", f"{meaning}, {name} component")
            for name in ("parallel", "perpendicular")
            for what, meaning in (
                ("since_first", "size of the change since problem 1"),
                ("since_previous", "size of the change since the problem before"),
                ("difference", "change since problem 1 minus the problem's own (net suppression)"),
            )
        },
    },
    cost="72 s for 500 problems; grows with the square of their number",
    source="Goudar et al. (2023), Fig. 7",
    known=_known_accumulation,
    tabulate=_accumulation_columns,
)
def accumulation(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    first: int = 1,
    count: int | None = None,
    interval_ms: float = INTERVAL_MS,
    nodes: int | None = 8,
    progress: Progress | None = None,
) -> Accumulation:
    """How vector-field changes add up over problems and suppress later ones (Fig. 7).

    Parameters
    ----------
    weights : stack of K networks, without gaps
        Network k as it stood when problem k + 1 was learned.
    stimuli : (K, M, stimulus_channels)
    first, count : int
        Which problems, as indices in the stack; index 0 has nothing before it. By default all.
    interval_ms : float
        Length of an interval; the last takes what is left.
    nodes : int or None
        Fewest steps evaluated within an interval and epoch; the rest is interpolated. Where that does
        not give the problem's own field to 1e-8, up to four times as many, or every step; every step
        also if None, and for rectifying activations, whose kinks no polynomial follows.

    Raises
    ------
    L2LError
        When the problems asked for are not in the stack, or have none before them.
    """
    stop = len(weights) if count is None else first + count
    if not 1 <= first < stop <= len(weights):
        raise L2LError(
            f"Accumulation needs problems with earlier ones: choose from 2 to {len(weights)}, "
            f"not {first + 1} to {stop}."
        )
    if config.activation in (Activation.RELU, Activation.SQUARED_RELU):
        nodes = None
    finer = () if nodes is None else (nodes, 3 * nodes // 2, 2 * nodes, 3 * nodes, 4 * nodes)
    # by interval, each as grids of more and more nodes
    grids = list(
        zip(*(_grid(config, interval_ms, number) for number in (*finer, None)), strict=True)
    )
    units = weights.units
    weights = weights[:stop].astype(np.float64)
    stimuli = np.asarray(stimuli[:stop], np.float64)
    # one matrix (C + N + 1, stop N) takes inputs, states and a one to every network's currents
    wide = np.concatenate([weights.input, weights.recurrent, weights.bias[:, None]], axis=1)
    wide = np.ascontiguousarray(wide.transpose(1, 0, 2).reshape(wide.shape[1], -1))

    magnitude = np.full((2, len(grids), stop - first, stop - 1), np.nan)
    suppression = np.empty((2, len(grids), stop - first))
    problems = range(first, stop)
    for p in tracked(problems, (p + _OWN_COST for p in problems), progress):
        this = slice(p, p + 1)
        change = decompose(weights[p - 1 : p], weights[this], stimuli[this], config)
        driven = (change.weight_parallel[..., None] * change.direction, change.weight_perpendicular)
        shown = task.inputs(stimuli[p], config)
        seen = np.concatenate([shown, change.states[0], np.ones((*shown.shape[:2], 1))], axis=2)
        columns = wide[:, : (p + 1) * units]
        own = columns[:, -units:]
        field = activate(seen @ own, config.activation)
        grid = [_sparsest(pieces, field) for pieces in grids]
        modes = [
            np.stack([_first_component(part[0, :, piece.steps]) for part in driven], axis=1)
            for piece in grid
        ]
        fields = _projected_fields(seen, columns, modes, grid, config)
        for place, (piece, field) in enumerate(zip(grid, fields, strict=True)):
            cumulative = config.alpha * (field[..., p, None] - field[..., :p])
            courses = piece.interpolation @ cumulative  # (2, M, steps, p)
            magnitude[:, place, p - first, :p] = np.abs(courses).mean(axis=(1, 2))
            means = np.abs(courses[..., [0, -1]].mean(axis=2)).mean(axis=1)
            suppression[:, place, p - first] = means[:, 0] - means[:, 1]
    return Accumulation(first, magnitude, suppression)


@dataclass(frozen=True, slots=True, eq=False)
class _Piece:
    """An interval of the trial: its steps, those evaluated, and how to get the rest from them."""

    steps: slice
    nodes: NDArray[np.intp]
    interpolation: Float64  # (steps, nodes)


def _grid(config: RunConfig, interval_ms: float, nodes: int | None) -> list[_Piece]:
    """The intervals of a trial; nodes near Chebyshev's in each stretch of constant input."""
    length = max(round(interval_ms / config.dt), 1)
    pieces = []
    for start in range(0, config.steps, length):
        stop = min(start + length, config.steps)
        switches = (step for step in (config.sample_steps, config.go_step) if start < step < stop)
        edges = [start, *sorted(set(switches)), stop]
        chosen: list[NDArray[np.intp]] = []
        matrices: list[Float64] = []
        for low, high in itertools.pairwise(edges):
            steps = np.arange(low, high)
            if nodes is None or high - low <= 2 * nodes:
                places = steps
                matrices.append(np.eye(high - low))
            else:
                angles = np.linspace(0, np.pi, nodes)
                places = np.unique(np.rint(low + (high - low - 1) * (1 - np.cos(angles)) / 2))
                matrices.append(barycentric_interpolate(places, np.eye(len(places)), steps))
            chosen.append(places.astype(np.intp))
        pieces.append(_Piece(slice(start, stop), np.concatenate(chosen), block_diag(*matrices)))
    return pieces


def _sparsest(pieces: Sequence[_Piece], field: FloatArray) -> _Piece:
    """The piece of the fewest nodes that give the field (M, T, N) at its steps, to ``_TOLERANCE``."""
    largest = _TOLERANCE * np.abs(field).max()
    for piece in pieces[:-1]:
        wrong = piece.interpolation @ field[:, piece.nodes] - field[:, piece.steps]
        if np.abs(wrong).max() <= largest:
            return piece
    return pieces[-1]


def _projected_fields(
    seen: Float64, wide: Float64, modes: list[Float64], grid: list[_Piece], config: RunConfig
) -> list[Float64]:
    """F_q at each piece's nodes along its modes, (2, M, nodes, Q) a piece.

    ``seen`` (M, T, C + N + 1) are inputs, states and a one; ``wide`` (C + N + 1, Q N) holds the
    Q networks; ``modes`` (N, 2) a piece.
    """
    trials, units = len(seen), len(modes[0])
    rows = np.concatenate([seen[:, piece.nodes].reshape(-1, seen.shape[2]) for piece in grid])
    ends = np.cumsum([trials * len(piece.nodes) for piece in grid])[:-1]
    networks = wide.shape[1] // units
    projected = np.empty((len(rows), networks, 2))
    for start in range(0, networks, _BLOCK):
        currents = rows @ wide[:, start * units : (start + _BLOCK) * units]
        rates = activate(currents, config.activation, out=currents).reshape(len(rows), -1, units)
        target = projected[:, start : start + _BLOCK]
        for part, out, mode in zip(
            np.split(rates, ends), np.split(target, ends), modes, strict=True
        ):
            out[...] = part @ mode
    return [
        part.reshape(trials, -1, networks, 2).transpose(3, 0, 1, 2)
        for part in np.split(projected, ends)
    ]


def _first_component(vectors: Float64) -> Float64:
    """First uncentred principal component (N,) of vectors (..., N)."""
    flat = vectors.reshape(-1, vectors.shape[-1])
    gram = flat.T @ flat
    last = len(gram) - 1
    return eigh(gram, subset_by_index=(last, last), check_finite=False)[1][:, 0]
