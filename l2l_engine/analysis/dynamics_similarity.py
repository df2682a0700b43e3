"""Dynamical similarity: whether two networks' dynamics are the same up to a rotation of state space.

Source: Ostrow, Eisen, Kozachkov & Fiete, NeurIPS (2023): delay embedding, a linear model fitted to it, and
the angle left between two such models after the best orthogonal change of coordinates.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network
from l2l_engine.analysis import known
from l2l_engine.analysis.groups import (
    EVERY,
    EVERY_MS,
    PAIR,
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
STARTS = 12
PERTURBED = 16  # trajectories of each stimulus, from perturbed initial states
FEW_STEPS, MOST_STEPS = 100, 3000
TOLERANCE = 1e-10
PROBLEM = 51  # whose networks are compared between runs: the last of the paper's first group
SPREAD = 0.3  # of the perturbations, relative to the root mean square rate


def linear_model(
    trajectories: FloatArray, *, delays: int = 3, rank: int = 10, components: int | None = None
) -> Float64:
    """A linear model of delay-embedded trajectories, in the coordinates of their leading components.

    Parameters
    ----------
    trajectories : (M, T, N)
    delays : int
        Successive states stacked into one.
    rank : int
        Dimensions of the model; fewer where the data have fewer.
    components : int, optional
        Leading principal components of the states embedded; by default ``rank``.

    Returns
    -------
    (r, r)
        The map one step ahead, acting on columns.

    Raises
    ------
    L2LError
        With too few times for the delays.
    """
    states = np.asarray(trajectories, np.float64)
    if states.shape[1] < delays + 1:
        raise L2LError(
            f"A model of the dynamics needs at least {delays + 1} times of each trial: there are "
            f"{states.shape[1]}; choose a smaller spacing of times."
        )
    states = states - states.mean(axis=(0, 1))
    axes = np.linalg.svd(states.reshape(-1, states.shape[-1]), full_matrices=False)[2]
    states = states @ axes[: components or rank].T
    steps = states.shape[1] - delays + 1
    embedded = np.concatenate([states[:, lag : lag + steps] for lag in range(delays)], axis=-1)
    flat = embedded.reshape(-1, embedded.shape[-1])
    _, sizes, directions = np.linalg.svd(flat, full_matrices=False)
    kept = min(rank, int((sizes > 1e-6 * sizes[0]).sum()))
    scale = sizes[:kept] / np.sqrt(len(flat))
    scores = embedded @ directions[:kept].T / scale  # whitened: no direction outweighs another
    before = scores[:, :-1].reshape(-1, kept)
    after = scores[:, 1:].reshape(-1, kept)
    ridge = 1e-8 * len(before)
    gram = before.T @ before + ridge * np.eye(kept)
    return np.asarray(np.linalg.solve(gram, before.T @ after).T, np.float64)


def dynamical_distance(first: FloatArray, second: FloatArray, *, starts: int = STARTS) -> float:
    """The angle (rad) between two linear models after the best orthogonal change of coordinates.

    Parameters
    ----------
    first, second : (r, r)
        Models of unequal size are padded with zeros.
    starts : int
        Searches, from the coordinates in which the models' real Schur forms agree and from random ones.

    Examples
    --------
    >>> model = np.array([[0.9, 0.2], [-0.2, 0.9]])
    >>> dynamical_distance(model, model) < 1e-3
    True
    """
    size = max(len(first), len(second))
    a, b = (np.pad(np.asarray(m, np.float64), (0, size - len(m))) for m in (first, second))
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    generator = np.random.default_rng(0)
    initial = [np.eye(size), *_schur_starts(a, b)]
    while len(initial) < starts:
        initial.append(np.linalg.qr(generator.normal(size=(size, size)))[0])
    reached = [_aligned(a, b, rotation, FEW_STEPS) for rotation in initial]
    best, _ = _aligned(a, b, max(reached, key=lambda found: found[0])[1], MOST_STEPS)
    return float(np.arccos(np.clip(best, -1.0, 1.0)))


def _schur_starts(a: Float64, b: Float64) -> list[Float64]:
    """Coordinates in which symmetric parts agree, in every combination of signs that is cheap."""
    _, first = np.linalg.eigh(a + a.T)
    _, second = np.linalg.eigh(b + b.T)
    starts = [first @ second.T]
    for column in range(min(len(a), 6)):
        signs = np.ones(len(a))
        signs[column] = -1.0
        starts.append((first * signs) @ second.T)
    return starts


def _aligned(a: Float64, b: Float64, start: Float64, steps: int) -> tuple[float, Float64]:
    """The largest <A, C B C'> reached from a start by projected gradient steps, and its orthogonal C.

    The step is as long as the product is certain not to fall: f plus that multiple of |C|^2 is convex.
    """
    margin = 2.0 * float(np.linalg.norm(a, 2) * np.linalg.norm(b, 2))
    rotation, value = start, -np.inf
    for _ in range(steps):
        turned = rotation @ b
        reached = float((a * (turned @ rotation.T)).sum())
        if reached <= value + TOLERANCE:
            break
        value = reached
        left, _, right = np.linalg.svd(a @ rotation @ b.T + a.T @ turned + margin * rotation)
        rotation = left @ right
    return value, rotation


# -- as an analysis --------------------------------------------------------------------


def perturbed_trajectories(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    every: float = EVERY_MS,
    count: int = PERTURBED,
) -> Float64:
    """Trajectories (2 count, T, N) of one network from initial states perturbed at random.

    Each perturbation is a random combination of the network's own states, so that a rotated copy of a
    network is perturbed in the same way.
    """
    exact = weights.astype(np.float64)
    shown = np.asarray(stimuli, np.float64)
    plain = network.simulate(exact[None], shown[None], config)
    size = SPREAD * np.sqrt(np.square(plain).mean())
    generator = np.random.default_rng(0)
    own = plain.reshape(-1, exact.units) - plain.mean(axis=(0, 1, 2))
    directions = generator.normal(size=(count, len(own))) @ own
    directions *= np.sqrt(exact.units) / np.linalg.norm(directions, axis=1, keepdims=True)
    starts = exact.initial_state + size * directions
    repeated = np.repeat(shown, count, axis=0)
    states = network.simulate(
        exact[None], repeated[None], config, initial_state=np.tile(starts, (2, 1))[None]
    )[0]
    step = stride(every, config)
    return states[:, step - 1 :: step]


def _known_dynamics() -> KnownAnswer:
    generator = np.random.default_rng(3)
    units = 6
    config = known.CONFIG.replace(units=units, penalised_singular_values=units)
    base = NetworkWeights(
        input=generator.normal(size=(11, units)),
        recurrent=1.2 * np.linalg.qr(generator.normal(size=(units, units)))[0],
        bias=0.1 * generator.normal(size=units),
        initial_state=generator.normal(size=(1, units)),
        output=np.zeros((units, 3)),
        output_bias=np.zeros(3),
    )
    other = base.copy()
    for name in ("input", "bias", "initial_state"):
        getattr(other, name)[:] = getattr(base, name)[..., ::-1]
    other.recurrent[:] = base.recurrent[::-1, ::-1]
    stack, stimuli = NetworkWeights.stack([base, other]), np.stack([known.STIMULI] * 2)
    return KnownAnswer(
        "the second network is the first with its units in another order",
        (stack, stimuli, config),
        {"problem": [1], "other_problem": [2], "distance": [0.0]},
        options={"every": 4.0, "rank": 4},
        tolerance=0.02,
    )


@analysis(
    name="dynamical-similarity",
    title="Similarity of dynamics between problems",
    takes=Takes.GROUP,
    columns={
        **PAIR,
        "other_problem": Column("", "the next problem"),
        "distance": Column("rad", "angle between the linear models of the two dynamics"),
    },
    cost="0.5 s a problem",
    source="Ostrow, Eisen, Kozachkov & Fiete, NeurIPS (2023)",
    known=_known_dynamics,
    parameters=(
        Parameter("rank", "Rank", 1, 50),
        EVERY,
    ),
)
def dynamical_similarity(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    rank: int = 10,
    every: float = EVERY_MS,
    progress: Progress | None = None,
) -> Columns:
    """How far the dynamics change from problem to problem, whatever the coordinates.

    Parameters
    ----------
    weights : stack of K networks, of successive problems
    stimuli : (K, 2, stimulus_channels)
    config : RunConfig
    rank : int
        Dimensions of the linear models.
    every : float
        Spacing of the times (ms).
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.

    Returns
    -------
    Columns
        One row for each pair of successive problems.

    Raises
    ------
    L2LError
        With fewer than two problems.
    """
    require_two(weights, "Similarity compares problems")
    models = []
    for k in tracked(range(len(weights)), [1.0] * len(weights), progress):
        paths = perturbed_trajectories(weights[k], stimuli[k], config, every=every)
        models.append(linear_model(paths, rank=rank))
    distances = [dynamical_distance(a, b) for a, b in itertools.pairwise(models)]
    first = np.arange(len(weights) - 1)
    return pair_numbers(first, first + 1) | {"distance": distances}


# -- between runs ----------------------------------------------------------------------


def _known_networks() -> KnownAnswer:
    stack, stimuli, config = _known_dynamics().arguments
    counts = np.array([5.0])
    runs = [
        RunData(name, config, counts, stack[row : row + 1], stimuli[row : row + 1])
        for row, name in enumerate("ab")
    ]
    return KnownAnswer(
        "the second network is the first with its units in another order",
        (runs,),
        {"run": ["a"], "other_run": ["b"], "distance": [0.0]},
        options={"every": 4.0, "rank": 4},
        tolerance=0.02,
    )


@analysis(
    name="network-dynamics",
    title="Similarity of dynamics between networks",
    takes=Takes.RUNS,
    columns={
        **RUN_PAIR,
        "distance": Column("rad", "angle between the linear models of the two dynamics"),
    },
    cost="0.3 s a run and 0.5 s a pair",
    source="Ostrow, Eisen, Kozachkov & Fiete, NeurIPS (2023)",
    known=_known_networks,
    parameters=(
        Parameter("problem", "Problem", 1, 100_000),
        Parameter("rank", "Rank", 1, 50),
        EVERY,
    ),
)
def network_dynamics(
    runs: Sequence[RunData],
    *,
    problem: int = PROBLEM,
    rank: int = 10,
    every: float = EVERY_MS,
    progress: Progress | None = None,
) -> Columns:
    """How far the dynamics of networks trained alike differ, whatever the coordinates.

    Parameters
    ----------
    runs : sequence of RunData
        At least two.
    problem : int
        Whose networks are compared, counted from 1; of a run that has none, its last one before.
    rank : int
        Dimensions of the linear models.
    every : float
        Spacing of the times (ms).
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
    steps = iter(tracked(range(len(runs) + len(pairs)), [1.0] * (len(runs) + len(pairs)), progress))
    models = []
    for data in runs:
        next(steps)
        saved = np.flatnonzero(data.available[:problem])
        if not len(saved):
            raise L2LError(
                f"{data.name} has no saved network up to problem {problem}: leave it out."
            )
        row = int(saved[-1])
        paths = perturbed_trajectories(
            data.weights[row], data.stimuli[row], data.config, every=every
        )
        models.append(linear_model(paths, rank=rank))
    distances = []
    for first, second in pairs:
        next(steps)
        distances.append(dynamical_distance(models[first], models[second]))
    next(steps, None)
    return pair_names(runs, pairs) | {"distance": distances}
