"""Published and measured values side by side, with a two-sample comparison over networks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.reproduction.measures import MEASURES, LearnedNetwork, Measure, measured
from l2l_engine.reproduction.published import PUBLISHED, Published

Float64 = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One measure: the published value, those of our networks (n,), and Welch's t-test of the two.

    ``p`` is two-sided, ``adjusted`` by Holm over all rows; NaN with fewer than two networks or
    where nothing varies.
    """

    measure: Measure
    published: Published
    values: Float64
    p: float
    adjusted: float

    @property
    def mean(self) -> float:
        """Over networks."""
        return float(self.values.mean())

    @property
    def spread(self) -> float:
        """Standard deviation over networks (n - 1); NaN of one network."""
        return float(self.values.std(ddof=1)) if len(self.values) > 1 else float("nan")


def compare(networks: Sequence[LearnedNetwork]) -> list[Row]:
    """Every row of the table.

    Parameters
    ----------
    networks : those that learned all problems of a Full run; one at least
    """
    values = measured(networks)
    p = np.array([_welch(PUBLISHED[measure.label], values[measure.label]) for measure in MEASURES])
    adjusted = holm(p)
    return [
        Row(
            measure,
            PUBLISHED[measure.label],
            values[measure.label],
            float(p[n]),
            float(adjusted[n]),
        )
        for n, measure in enumerate(MEASURES)
    ]


def _welch(published: Published, values: Float64) -> float:
    from scipy import stats  # most of a second, and a command's help needs none of it

    if len(values) < 2 or (published.spread == 0 and np.ptp(values) == 0):
        return float("nan")
    return float(
        stats.ttest_ind_from_stats(
            published.mean,
            published.spread,
            published.n,
            values.mean(),
            values.std(ddof=1),
            len(values),
            equal_var=False,
        ).pvalue
    )


def holm(p: Float64) -> Float64:
    """P values (m,) adjusted for all m comparisons (Holm 1979); NaN stays and does not count."""
    adjusted = np.full(len(p), np.nan)
    order = [place for place in np.argsort(p) if np.isfinite(p[place])]
    least = 0.0
    for done, place in enumerate(order):
        least = max(least, min(1.0, (len(order) - done) * float(p[place])))
        adjusted[place] = least
    return adjusted


# -- relearning after a perturbation (Figure 3) -------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Ordering:
    """Whether one kind of relearning takes longer than another, network by network.

    ``ratios`` (n,) are of mean trials to criterion, slow over fast; ``ratio`` is their geometric
    mean with the 95 % interval of a paired t-test on logarithms, and its two-sided ``p``.
    """

    slow: str
    fast: str
    ratios: Float64
    ratio: float
    interval: tuple[float, float]
    p: float


def ordering(slow: str, fast: str, means: dict[str, dict[int, float]]) -> Ordering:
    """Compare two conditions over the networks that have both.

    Parameters
    ----------
    means : mean trials to criterion by condition and seed
    """
    from scipy import stats

    shared = sorted(means[slow].keys() & means[fast].keys())
    logs = np.log([means[slow][seed] / means[fast][seed] for seed in shared])
    nothing = float("nan")
    if len(logs) < 2:
        ratio = float(np.exp(logs.mean())) if len(logs) else nothing
        return Ordering(slow, fast, np.exp(logs), ratio, (nothing, nothing), nothing)
    found = stats.ttest_1samp(logs, 0.0)
    low, high = found.confidence_interval(0.95)
    interval = (float(np.exp(low)), float(np.exp(high)))
    ratio = float(np.exp(logs.mean()))
    return Ordering(slow, fast, np.exp(logs), ratio, interval, float(found.pvalue))
