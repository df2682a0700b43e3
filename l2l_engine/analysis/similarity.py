"""How similar two networks' representations are, whatever the order of their units.

Sources: Williams, Kunz, Kornblith & Linderman, NeurIPS (2021), Procrustes angle; Kornblith, Norouzi, Lee &
Hinton, ICML (2019), centred kernel alignment.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network
from l2l_engine.analysis import known
from l2l_engine.analysis.dynamics_similarity import network_dynamics
from l2l_engine.analysis.groups import (
    EVERY,
    PAIR,
    RUN,
    RUN_PAIR,
    pair_names,
    pair_numbers,
    pairs_of_runs,
    require_two,
    stride,
)
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Parameter, Takes, analysis
from l2l_engine.analysis.running import RunData
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

Float64 = NDArray[np.float64]
EVERY_MS = 20.0
GROUP = (2, 51)
"""First and last problem averaged for a network's own trajectories, as in the paper's figure 2."""


def procrustes_angle(first: FloatArray, second: FloatArray) -> float:
    """The angle (rad) left between two sets of points after the best rotation of one onto the other.

    Parameters
    ----------
    first, second : (points, units)
        The units may be as many or not; centred and scaled here.

    Returns
    -------
    float
        NaN where the points of a set do not differ.

    Examples
    --------
    >>> points = np.random.default_rng(0).normal(size=(9, 3))
    >>> round(procrustes_angle(points, points[:, ::-1] * [1, -1, 1]), 6)
    0.0
    """
    a, b = _normalised(first), _normalised(second)
    shared = a.T @ b
    if not np.isfinite(shared).all():
        return float("nan")
    nuclear = np.linalg.svd(shared, compute_uv=False).sum()
    return float(np.arccos(np.clip(nuclear, -1.0, 1.0)))


def linear_cka(first: FloatArray, second: FloatArray) -> float:
    """Linear centred kernel alignment of two sets of points (points, units): 1 if rotated copies."""
    a, b = _normalised(first), _normalised(second)
    shared = np.square(a.T @ b).sum()
    own = np.linalg.norm(a.T @ a) * np.linalg.norm(b.T @ b)
    return float(shared / own)


def _normalised(points: FloatArray) -> Float64:
    centred = np.asarray(points, np.float64) - np.mean(points, axis=0, dtype=np.float64)
    size = np.linalg.norm(centred)
    return np.asarray(centred / (size if size > 0 else np.nan))


def _rotation(weights: NetworkWeights) -> NetworkWeights:
    """The same network with its units in another order."""
    copy = weights.copy()
    order = np.arange(weights.units)[::-1]
    copy.input[:] = weights.input[..., order]
    copy.recurrent[:] = weights.recurrent[..., order, :][..., order]
    copy.bias[:] = weights.bias[..., order]
    copy.initial_state[:] = weights.initial_state[..., order]
    copy.output[:] = weights.output[..., order, :]
    return copy


# -- between problems of a run ---------------------------------------------------------


def _known_problems() -> KnownAnswer:
    memory = known.bistable(start=0.05)
    pair = NetworkWeights.stack([memory, _rotation(memory)])
    return KnownAnswer(
        "the second network is the first with its units in another order",
        (pair, np.stack([known.STIMULI] * 2), known.CONFIG),
        {"problem": [1], "other_problem": [2], "procrustes": [0.0], "cka": [1.0]},
        tolerance=1e-6,
    )


@analysis(
    name="representation-similarity",
    title="Similarity of representations between problems",
    takes=Takes.GROUP,
    columns={
        **PAIR,
        "procrustes": Column("rad", "Procrustes angle between the trajectories"),
        "cka": Column("", "linear centred kernel alignment"),
    },
    cost="10 ms a problem and 2 ms a pair",
    source="Williams et al., NeurIPS (2021); Kornblith et al., ICML (2019)",
    known=_known_problems,
    parameters=(EVERY,),
)
def representation_similarity(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    neighbours: bool = False,
    every: float = EVERY_MS,
    progress: Progress | None = None,
) -> Columns:
    """How similar the trajectories of two problems are, up to a rotation of state space.

    Parameters
    ----------
    weights : stack of K networks
    stimuli : (K, 2, stimulus_channels)
    config : RunConfig
    neighbours : bool
        Only successive problems, and not all pairs.
    every : float
        Spacing of the times compared (ms).
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.

    Returns
    -------
    Columns
        One row for each pair.
    """
    require_two(weights, "Similarity compares problems")
    points = [
        _points(weights[k : k + 1], stimuli[k : k + 1], config, every) for k in range(len(weights))
    ]
    first, second = np.triu_indices(len(weights), 1)
    if neighbours:
        first, second = np.arange(len(weights) - 1), np.arange(1, len(weights))
    angles, alignments = np.empty(len(first)), np.empty(len(first))
    for pair in tracked(range(len(first)), [1.0] * len(first), progress):
        a, b = points[first[pair]], points[second[pair]]
        angles[pair], alignments[pair] = procrustes_angle(a, b), linear_cka(a, b)
    return pair_numbers(first, second) | {"procrustes": angles, "cka": alignments}


def _points(
    weights: NetworkWeights, stimuli: FloatArray, config: RunConfig, every: float
) -> Float64:
    """Both trajectories, averaged over the networks, as points (2 T, N)."""
    step = stride(every, config)
    states = network.simulate(weights, stimuli, config)[:, :, step - 1 :: step]
    return np.asarray(states.mean(axis=0, dtype=np.float64).reshape(-1, weights.units))


# -- between runs ----------------------------------------------------------------------


def _known_runs() -> KnownAnswer:
    weights = NetworkWeights.stack([known.bistable(start=0.05)] * 2)
    stimuli = np.stack([known.STIMULI] * 2)
    counts = np.array([5.0, 3.0])
    runs = [
        RunData("a", known.CONFIG, counts, weights, stimuli),
        RunData("b", known.CONFIG, counts, _rotation(weights), stimuli),
    ]
    return KnownAnswer(
        "the second run is the first with its units in another order",
        (runs,),
        {"run": ["a"], "other_run": ["b"], "procrustes": [0.0], "cka": [1.0], "spectrum": [0.0], "counts": [0.0]},
        tolerance=1e-6,
    )  # fmt: skip


@analysis(
    name="network-similarity",
    title="Similarity of networks: representations, weights, behaviour",
    takes=Takes.RUNS,
    columns={
        **RUN_PAIR,
        "procrustes": Column("rad", "Procrustes angle between the group's mean trajectories"),
        "cka": Column("", "linear centred kernel alignment of the same"),
        "spectrum": Column("a.u.", "distance of the singular values of the last W_rec"),
        "counts": Column("", "distance of log10 trials to criterion, mean over problems"),
    },
    cost="0.3 s a run and 3 ms a pair",
    source="Maheswaranathan, Williams, Golub, Ganguli & Sussillo, NeurIPS (2019)",
    known=_known_runs,
    parameters=(EVERY,),
)
def network_similarity(
    runs: Sequence[RunData],
    *,
    every: float = EVERY_MS,
    progress: Progress | None = None,
) -> Columns:
    """How much networks trained alike differ in representation, weights and behaviour.

    Parameters
    ----------
    runs : sequence of RunData
        At least two. Trajectories are averaged over problems 2 to 51 (or as many as there are).
    every : float
        Spacing of the times compared (ms).
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.

    Returns
    -------
    Columns
        One row for each pair of runs.

    Raises
    ------
    L2LError
        With fewer than two runs, or where a run has no saved network.
    """
    pairs = pairs_of_runs(runs)
    points, spectra = [], []
    for data in tracked(runs, [1.0] * len(runs), progress):
        saved = np.flatnonzero(data.available)
        if not len(saved):
            raise L2LError(f"{data.name} has no saved network: leave it out.")
        group = saved[(saved >= GROUP[0] - 1) & (saved < GROUP[1])]
        group = group if len(group) else saved[:1]
        points.append(_points(data.weights[group], data.stimuli[group], data.config, every))
        spectra.append(np.linalg.svd(data.weights.recurrent[saved[-1]], compute_uv=False))
    rows = []
    for first, second in pairs:
        a, b = points[first], points[second]
        same = a.shape[0] == b.shape[0]
        rows.append(
            (
                procrustes_angle(a, b) if same else np.nan,
                linear_cka(a, b) if same else np.nan,
                _spectral_distance(spectra[first], spectra[second]),
                _count_distance(runs[first], runs[second]),
            )
        )
    names = ("procrustes", "cka", "spectrum", "counts")
    numbers = dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))
    return pair_names(runs, pairs) | numbers


def _spectral_distance(first: FloatArray, second: FloatArray) -> float:
    return float(np.linalg.norm(first - second)) if len(first) == len(second) else float("nan")


def _count_distance(first: RunData, second: RunData) -> float:
    shared = min(len(first.trials_to_criterion), len(second.trials_to_criterion))
    a, b = (np.log10(run.trials_to_criterion[:shared]) for run in (first, second))
    known_ = np.isfinite(a) & np.isfinite(b)
    return float(np.abs(a - b)[known_].mean()) if known_.any() else float("nan")


DISTANCES = ("procrustes", "spectrum", "counts", "dynamics")


def _known_map() -> KnownAnswer:
    (runs,) = _known_runs().arguments
    return KnownAnswer(
        "two copies of a network lie at the same place",
        (runs,),
        {"run": ["a", "b"], "x": [0.0, 0.0], "y": [0.0, 0.0]},
        tolerance=1e-3,
    )


@analysis(
    name="network-map",
    title="Map of networks",
    takes=Takes.RUNS,
    columns={
        "run": RUN,
        "x": Column("", "first coordinate, in the unit of the distance"),
        "y": Column("", "second coordinate, in the unit of the distance"),
    },
    cost="0.3 s a run and 3 ms a pair",
    source="Torgerson, Psychometrika 17, 401-419 (1952); distances of Williams et al. (2021)",
    known=_known_map,
    parameters=(
        Parameter(
            "by",
            "Distance of",
            choices={
                "procrustes": "representations",
                "spectrum": "weights",
                "counts": "behaviour",
                "dynamics": "dynamics",
            },
        ),
    ),
)
def network_map(
    runs: Sequence[RunData], *, by: str = "procrustes", progress: Progress | None = None
) -> Columns:
    """Networks as points in a plane whose distances are near those between them.

    Parameters
    ----------
    runs : sequence of RunData
        At least two, of the same trial.
    by : {"procrustes", "spectrum", "counts", "dynamics"}
        The distance: of representations (rad), weights or behaviour, as in :func:`network_similarity`,
        or of dynamics, as in :func:`.dynamics_similarity.network_dynamics`.
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.
    """
    if by not in DISTANCES:
        raise L2LError(f"There is no distance '{by}': choose one of {', '.join(DISTANCES)}.")
    if by == "dynamics":
        distances = network_dynamics(runs, progress=progress)["distance"]
    else:
        distances = network_similarity(runs, progress=progress)[by]
    count = len(runs)
    squares = np.zeros((count, count))
    squares[np.triu_indices(count, 1)] = np.square(np.asarray(distances, np.float64))
    if not np.isfinite(squares).all():
        raise L2LError(
            "The runs have trials of different length, or a state that never moves: map those of one kind."
        )
    squares += squares.T
    centring = np.eye(count) - 1.0 / count
    values, vectors = np.linalg.eigh(-0.5 * centring @ squares @ centring)
    places = vectors[:, ::-1][:, :2] * np.sqrt(np.maximum(values[::-1][:2], 0.0))
    return {"run": [run.name for run in runs], "x": places[:, 0], "y": places[:, 1]}
