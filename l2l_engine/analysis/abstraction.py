"""Abstraction: whether the choice is represented in the same way in every problem.

Source: Bernardi, Benna, Rigotti, Munuera, Fusi & Salzman, Cell 183, 954-967 (2020).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.analysis import known
from l2l_engine.analysis.groups import EVERY, EVERY_MS, group_states, require_two, stride
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Takes, analysis
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

Float64 = NDArray[np.float64]
FOLDS = 5
RIDGE = 1e-3


def _known_abstraction() -> KnownAnswer:
    weights, stimuli = known.memories()
    return KnownAnswer(
        "every problem of these memories writes the choice along the same axis",
        (weights, stimuli, known.CONFIG),
        {"time": np.arange(20.0, 221.0, 20.0), "parallelism": np.ones(11), "generalisation": np.ones(11)},
        options={"every": 20.0},
    )  # fmt: skip


@analysis(
    name="abstraction",
    title="Parallelism and cross-condition generalisation",
    takes=Takes.GROUP,
    columns={
        "time": Column("ms", "time from trial onset"),
        "parallelism": Column("", "mean cosine of the problems' coding directions"),
        "generalisation": Column("", "accuracy of the choice decoded in problems not trained on"),
    },
    cost="1 s for 50 problems",
    source="Bernardi et al., Cell 183, 954-967 (2020)",
    known=_known_abstraction,
    parameters=(EVERY,),
)
def abstraction(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    every: float = EVERY_MS,
) -> Columns:
    """Whether problems represent the choice along parallel axes, and whether a decoder transfers to new ones.

    Parameters
    ----------
    weights : stack of K networks
        At least two.
    stimuli : (K, 2, stimulus_channels)
    config : RunConfig
    every : float
        Spacing of the times (ms).

    Raises
    ------
    L2LError
        With fewer than two problems.
    """
    require_two(weights, "Parallelism compares problems")
    step = stride(every, config)
    chosen = slice(step - 1, None, step)
    states = group_states(weights, stimuli, config, chosen)
    return {
        "time": task.times(config)[chosen],
        "parallelism": parallelism(states),
        "generalisation": generalisation(states),
    }


def parallelism(states: FloatArray) -> Float64:
    """Mean cosine, over pairs of problems, of the difference between stimuli, at each time (T,).

    Parameters
    ----------
    states : (K, 2, T, N)

    Returns
    -------
    (T,)
        NaN where the stimuli do not differ.
    """
    difference = states[:, 1] - states[:, 0]
    norms = np.linalg.norm(difference, axis=-1, keepdims=True)
    unit = difference / np.where(norms > 0, norms, np.nan)
    problems = len(states)
    total = np.square(unit.sum(axis=0)).sum(axis=-1)  # all ordered pairs, each with itself too
    return np.asarray((total - problems) / (problems * (problems - 1)), np.float64)


def generalisation(states: FloatArray, folds: int = FOLDS) -> Float64:
    """Accuracy, at each time (T,), of a linear decoder of the response on problems left out.

    A ridge-regularised linear discriminant is trained on all folds of problems but one and tested on
    that one. Ties count as half.

    Parameters
    ----------
    states : (K, 2, T, N)
    folds : int
    """
    problems, responses, steps, units = states.shape
    parts = np.arange(problems) % min(folds, problems)
    labels = np.array([-1.0, 1.0])
    right = np.zeros(steps)
    for part in range(int(parts.max()) + 1):
        train, test = states[parts != part], states[parts == part]
        for step in range(steps):
            rows = train[:, :, step].reshape(-1, units)
            centre = rows.mean(axis=0)
            rows = rows - centre
            gram = rows @ rows.T
            gram[np.diag_indices(len(gram))] += RIDGE * max(np.trace(gram) / len(gram), 1e-30)
            axis = rows.T @ np.linalg.solve(gram, np.tile(labels, len(train)))
            signs = np.sign((test[:, :, step] - centre) @ axis) * labels
            right[step] += (signs > 0).sum() + 0.5 * (signs == 0).sum()
    return right / (problems * responses)
