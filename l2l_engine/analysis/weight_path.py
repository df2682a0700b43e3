"""The path of the weights over problems, and the loss on the straight line between two of them.

Source: Goodfellow, Vinyals & Saxe, ICLR (2015); Mirzadeh et al., ICLR (2021).
"""

from __future__ import annotations

import numpy as np

from l2l_engine.analysis import known
from l2l_engine.analysis.groups import require_two
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Takes, analysis
from l2l_engine.analysis.transfer import performance
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

FRACTIONS = tuple(np.linspace(0.0, 1.0, 11))


def _pair() -> NetworkWeights:
    return NetworkWeights.stack([known.bistable(), known.bistable()])


def _known_line() -> KnownAnswer:
    pair, stimuli = _pair(), np.stack([known.STIMULI] * 2)
    (loss,), _ = performance(pair[:1], stimuli[:1], known.CONFIG)
    return KnownAnswer(
        "between two equal networks the loss is theirs",
        (pair, stimuli, known.CONFIG),
        {"problem": [2] * 3, "fraction": [0, 0.5, 1], "loss_new": [loss] * 3, "loss_old": [loss] * 3},
        options={"fractions": (0.0, 0.5, 1.0)},
    )  # fmt: skip


@analysis(
    name="straight-path",
    title="Loss along the straight line between networks",
    takes=Takes.GROUP,
    columns={
        "problem": Column("", "problem learned along the path, counted from 1"),
        "fraction": Column("", "place on the line: 0 before the problem, 1 after"),
        "loss_old": Column("nats", "task loss on the problem before"),
        "loss_new": Column("nats", "task loss on the problem learned"),
    },
    cost="0.2 s a problem",
    source="Goodfellow, Vinyals & Saxe, ICLR (2015)",
    known=_known_line,
)
def straight_path(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    fractions: tuple[float, ...] = FRACTIONS,
    progress: Progress | None = None,
) -> Columns:
    """Loss on the old and the new problem along the line (1 - a) W_p + a W_p+1.

    A barrier, where both losses rise between the ends, means that the two solutions are separate.

    Parameters
    ----------
    weights : stack of K networks, of successive problems
    stimuli : (K, 2, stimulus_channels)
    config : RunConfig
    fractions : tuple of float
        The places a.
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.

    Returns
    -------
    Columns
        One row for each problem but the first, and each place.

    Raises
    ------
    L2LError
        With fewer than two problems.
    """
    require_two(weights, "A path joins networks")
    places = np.asarray(fractions, np.float64)
    old: list[FloatArray] = []
    new: list[FloatArray] = []
    for index in tracked(range(1, len(weights)), [1.0] * (len(weights) - 1), progress):
        before, after = (weights[i].astype(np.float64).arrays() for i in (index - 1, index))
        line = NetworkWeights.stack(
            [
                NetworkWeights.from_arrays({n: (1 - a) * before[n] + a * after[n] for n in before})
                for a in places
            ]
        )
        for losses, problem in ((old, index - 1), (new, index)):
            shown = np.stack([stimuli[problem]] * len(places))
            losses.append(performance(line, shown, config)[0])
    return {
        "problem": np.repeat(np.arange(2, len(weights) + 1), len(places)),
        "fraction": np.tile(places, len(weights) - 1),
        "loss_old": np.concatenate(old),
        "loss_new": np.concatenate(new),
    }


def _known_walk() -> KnownAnswer:
    first = known.bistable()
    steps = [first.copy() for _ in range(4)]
    for number, step in enumerate(steps):
        step.recurrent[:] += 3.0 * min(number, 2)
    steps[3].recurrent[0] -= 3.0
    return KnownAnswer(
        "the weights take two equal steps along a line and then half a step back",
        (NetworkWeights.stack(steps), np.stack([known.STIMULI] * 4), known.CONFIG),
        {
            "problem": [2, 3, 4],
            "step": [6.0, 6.0, np.sqrt(18)],
            "ratio": [1.0, 1.0, (12 + np.sqrt(18)) / np.sqrt(2 * 36 + 2 * 9)],
            "cosine": [np.nan, 1.0, -np.sqrt(0.5)],
        },
    )


@analysis(
    name="weight-path",
    title="Path of the recurrent weights",
    takes=Takes.GROUP,
    columns={
        "problem": Column("", "problem, counted from 1"),
        "step": Column("a.u.", "norm of the change of W_rec in this problem"),
        "path": Column("a.u.", "path length since the first problem of the group"),
        "displacement": Column("a.u.", "distance from the first problem of the group"),
        "ratio": Column("", "path length over displacement"),
        "cosine": Column("", "cosine with the change of the problem before"),
    },
    cost="1 ms a problem",
    source="Goodfellow, Vinyals & Saxe, ICLR (2015)",
    known=_known_walk,
)
def weight_path(weights: NetworkWeights, stimuli: FloatArray, config: RunConfig) -> Columns:
    """How straight the path of the recurrent weights is from problem to problem.

    Parameters
    ----------
    weights : stack of K networks, of successive problems
    stimuli : (K, 2, stimulus_channels)
        Not used.
    config : RunConfig
        Not used.

    Returns
    -------
    Columns
        One row for each problem but the first.

    Raises
    ------
    L2LError
        With fewer than two problems.
    """
    require_two(weights, "A path joins networks")
    flat = weights.recurrent.reshape(len(weights), -1).astype(np.float64)
    steps = np.diff(flat, axis=0)
    norms = np.linalg.norm(steps, axis=1)
    path = np.cumsum(norms)
    displacement = np.linalg.norm(flat[1:] - flat[0], axis=1)
    cosine = np.full(len(steps), np.nan)
    sizes = norms[1:] * norms[:-1]
    products = (steps[1:] * steps[:-1]).sum(axis=1)
    cosine[1:] = products / np.where(sizes > 0, sizes, np.nan)
    return {
        "problem": np.arange(2, len(weights) + 1),
        "step": norms,
        "path": path,
        "displacement": displacement,
        "ratio": path / np.where(displacement > 0, displacement, np.nan),
        "cosine": cosine,
    }
