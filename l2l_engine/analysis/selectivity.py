"""What each unit's rate depends on: time, response or problem.

Source: Kobak et al., eLife 5, e10989 (2016), marginalisation of demixed principal component analysis.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import known
from l2l_engine.analysis.groups import EVERY, EVERY_MS, group_states, require_two, stride
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Takes, analysis
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

Float64 = NDArray[np.float64]


def _known_selectivity() -> KnownAnswer:
    weights, stimuli = known.memories()
    return KnownAnswer(
        "unit 1 holds the choice in every problem alike, unit 2 follows the fixation input",
        (weights, stimuli, known.CONFIG),
        {
            "unit": [1, 2],
            "by_time": [0.0, 1.0],
            "by_response": [1.0, 0.0],
            "by_problem": [0.0, 0.0],
            "by_stimulus": [0.0, 0.0],
        },
    )


@analysis(
    name="selectivity",
    title="Selectivity of units",
    takes=Takes.GROUP,
    columns={
        "unit": Column("", "unit, counted from 1"),
        "variance": Column("a.u.²", "variance over time, problems and responses"),
        "by_time": Column("", "share that depends on time alone"),
        "by_response": Column("", "share that depends on the response, alone or with time"),
        "by_problem": Column("", "share that depends on the problem, alone or with time"),
        "by_stimulus": Column("", "share that depends on problem and response together"),
    },
    cost="0.5 s for 50 problems",
    source="Kobak et al., eLife 5, e10989 (2016)",
    known=_known_selectivity,
    parameters=(EVERY,),
)
def selectivity(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    every: float = EVERY_MS,
) -> Columns:
    """Each unit's variance split by time, response, problem, and the stimulus itself.

    Parameters
    ----------
    weights : stack of K networks
        At least two.
    stimuli : (K, 2, stimulus_channels)
    config : RunConfig
    every : float
        Spacing of the times (ms).

    Returns
    -------
    Columns
        One row for each unit; shares add up to 1 and are NaN for a silent unit.

    Raises
    ------
    L2LError
        With fewer than two problems.
    """
    require_two(weights, "Selectivity compares problems")
    chosen = slice(None, None, stride(every, config))
    parts = marginal_variances(group_states(weights, stimuli, config, chosen))
    total = sum(parts.values())
    shares = {name: part / np.where(total > 0, total, np.nan) for name, part in parts.items()}
    return {"unit": np.arange(1, weights.units + 1), "variance": total} | shares


def marginal_variances(rates: FloatArray) -> dict[str, Float64]:
    """Variance of rates (K problems, 2 responses, T, N) by what it depends on, each (N,).

    The parts are orthogonal and add up to the variance.
    """
    centred = rates - rates.mean(axis=(0, 1, 2))
    time = centred.mean(axis=(0, 1), keepdims=True)
    response = centred.mean(axis=0, keepdims=True) - time
    problem = centred.mean(axis=1, keepdims=True) - time
    interaction = centred - time - response - problem
    parts = {
        "by_time": time,
        "by_response": response,
        "by_problem": problem,
        "by_stimulus": interaction,
    }
    return {name: np.square(part).mean(axis=(0, 1, 2)) for name, part in parts.items()}
