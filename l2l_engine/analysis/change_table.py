"""Tables of vector-field change, one row a problem, ours or published: means and correlations.

The rows are the paper's (Figs 5 and 6): lengths averaged over the trial and the stimuli.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from l2l_engine.task import FloatArray

Float64 = NDArray[np.float64]

COLUMNS = (
    "current",
    "weight_driven",
    "state_driven",
    "recurrent",
    "total",
    "weight_parallel",
    "weight_perpendicular",
    "state_parallel",
    "state_perpendicular",
)
"""The columns in the published order; the published column 7 carries a minus sign, ours does not."""


@dataclass(frozen=True, slots=True)
class LearningCorrelations:
    """Pearson's r of trials to criterion with the size of each change; NaN when undefined.

    ``explained`` is the variance of trials to criterion that the recurrent weight change
    explains (r^2) over the first ``first`` pairs.
    """

    weight_driven: float
    state_driven: float
    recurrent: float
    explained: float
    first: int


def learning_correlations(
    table: FloatArray, counts: ArrayLike, first: int = 500
) -> LearningCorrelations:
    """Correlate how much the network changed with how long it learned (Fig. 6).

    Parameters
    ----------
    table : (K, 9)
        As from :meth:`.vector_field.VectorFieldChange.table`, or published.
    counts : (K,)
        Trials to criterion of each pair's problem; failed problems (NaN) are left out.
    first : int
        Pairs on which the explained variance rests.
    """
    trials = np.asarray(counts, np.float64)
    weight_driven, state_driven, recurrent = (
        table[:, COLUMNS.index(name)] for name in ("weight_driven", "state_driven", "recurrent")
    )
    return LearningCorrelations(
        weight_driven=_pearson(weight_driven, trials),
        state_driven=_pearson(state_driven, trials),
        recurrent=_pearson(recurrent, trials),
        explained=_pearson(recurrent[:first], trials[:first]) ** 2,
        first=min(first, len(trials)),
    )


def _pearson(first: FloatArray, second: FloatArray) -> float:
    both = np.isfinite(first) & np.isfinite(second)
    first, second = first[both], second[both]
    if len(first) < 2 or np.ptp(first) == 0 or np.ptp(second) == 0:
        return float("nan")
    return float(np.corrcoef(first, second)[0, 1])
