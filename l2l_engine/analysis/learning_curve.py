"""Learning to learn: trials to criterion over problems, smoothed, boxed and fitted (paper Fig. 1).

A failed problem's count is NaN; it keeps its place and is left out of every mean, box and fit.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Parameter, Takes, analysis
from l2l_engine.config import L2LError

Float64 = NDArray[np.float64]

_FEWEST_PROBLEMS = 4  # one more than the fit has parameters


def _known_mean() -> KnownAnswer:
    counts = np.array([0.0, 1, 2, 3, np.nan, 5, 6])
    return KnownAnswer(
        "each mean is of the learned problems among two before, itself and one after",
        (counts,),
        {"problem": np.arange(2, 9), "moving_mean": [0.5, 1, 1.5, 2, 10 / 3, 14 / 3, 5.5]},
        options={"window": 4},
    )


@analysis(
    name="moving-mean",
    title="Trials to criterion, moving mean",
    takes=Takes.COUNTS,
    columns={
        "problem": Column("", "problem, counted from 1"),
        "moving_mean": Column("trials", "mean trials to criterion of the window"),
    },
    cost="none",
    source="Goudar et al. (2023), Fig. 1",
    known=_known_mean,
    tabulate=lambda mean: {"problem": np.arange(len(mean)) + 2, "moving_mean": mean},
    parameters=(Parameter("window", "Window", 1, 500, unit="problems"),),
)
def moving_mean(counts: ArrayLike, window: int = 30) -> Float64:
    """Moving mean of the trials to criterion, centred on each problem.

    Of ``window`` values, window/2 lie before the problem and the rest from it on, fewer at the ends:
    the paper's 30 takes 15 before and 14 after. Shape (K,), NaN where the whole window failed.
    """
    values = np.asarray(counts, np.float64)
    learned = np.isfinite(values)
    sums = np.concatenate([[0.0], np.cumsum(np.where(learned, values, 0.0))])
    numbers = np.concatenate([[0], np.cumsum(learned)])
    place = np.arange(len(values))
    start = np.maximum(place - window // 2, 0)
    stop = np.minimum(place - window // 2 + window, len(values))
    number = numbers[stop] - numbers[start]
    return np.where(number > 0, (sums[stop] - sums[start]) / np.maximum(number, 1), np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Box:
    """A box plot of one group of consecutive values.

    ``first`` and ``last`` are places in the counts, from 0, both included. Quartiles lie
    half-way between order statistics (MATLAB's ``prctile``); whiskers end at the farthest
    values within 1.5 box heights. All NaN where every problem of the group failed.
    """

    first: int
    last: int
    median: float
    quartiles: tuple[float, float]
    whiskers: tuple[float, float]
    outliers: Float64
    mean: float
    failed: int


def box(values: ArrayLike, first: int = 0) -> Box:
    """The :class:`Box` of ``values``, whose first has place ``first``."""
    values = np.asarray(values, np.float64)
    learned = values[np.isfinite(values)]
    last, failed = first + len(values) - 1, len(values) - len(learned)
    if not len(learned):
        nothing = (np.nan, np.nan)
        return Box(first, last, np.nan, nothing, nothing, learned, np.nan, failed)
    low, median, high = (float(q) for q in np.quantile(learned, [0.25, 0.5, 0.75], method="hazen"))
    reach = 1.5 * (high - low)
    inside = (learned >= low - reach) & (learned <= high + reach)
    whiskers = (float(learned[inside].min()), float(learned[inside].max()))
    mean = float(learned.mean())
    return Box(first, last, median, (low, high), whiskers, learned[~inside], mean, failed)


def boxes(counts: ArrayLike, size: int = 50) -> list[Box]:
    """One :class:`Box` for each ``size`` consecutive problems; the last may hold fewer."""
    values = np.asarray(counts, np.float64)
    return [box(values[start : start + size], start) for start in range(0, len(values), size)]


def pooled_boxes(networks: Sequence[Float64], size: int = 50, *, skipped: int = 1) -> list[Box]:
    """Boxes of the problems of several networks together, without the very first problem.

    Parameters
    ----------
    networks : sequence of (K,)
        Trials to criterion of each; NaN = failed.
    size : int
        Problems of each network in a box.
    skipped : 0 or 1
        Where the groups begin: the paper's at problem 2; with 0 the first has one problem less.

    Returns
    -------
    list of Box
        Without those of which every problem failed.
    """
    longest = max(map(len, networks))
    found = []
    for first in range(skipped, longest, size):
        stop = min(first + size, longest)
        some = np.concatenate([counts[max(first, 1) : stop] for counts in networks])
        found.append(dataclasses.replace(box(some, first), last=stop - 1))
    return [each for each in found if np.isfinite(each.median)]


@dataclass(frozen=True, slots=True)
class ExponentialFit:
    """Trials to criterion = amplitude * exp(-n / time_constant) + asymptote, n from 0.

    ``amplitude`` and ``asymptote`` in trials, ``time_constant`` in problems; ``problems`` is
    how many counts the fit rests on and ``explained`` the variance it explains (R^2).
    """

    amplitude: float
    time_constant: float
    asymptote: float
    problems: int
    explained: float

    def __call__(self, n: ArrayLike) -> Float64:
        """The fitted count of the ``n``-th problem of the fit."""
        decay = np.exp(-np.asarray(n, np.float64) / self.time_constant)
        return self.amplitude * decay + self.asymptote


def _known_fit() -> KnownAnswer:
    counts = 120 * np.exp(-np.arange(400) / 35) + 20
    counts[[0, 17, 200, 399]] = np.nan
    return KnownAnswer(
        "the counts are an exponential with these constants, four of them missing",
        (counts,),
        {"amplitude": 120.0, "time_constant": 35.0, "asymptote": 20.0, "problems": 396},
        tolerance=1e-4,
    )


def _fit_columns(fit: ExponentialFit) -> Columns:
    return {name: getattr(fit, name) for name in ExponentialFit.__slots__}


@analysis(
    name="exponential-fit",
    title="Exponential fit to trials to criterion",
    takes=Takes.COUNTS,
    columns={
        "amplitude": Column("trials", "amplitude a of a exp(-n / time constant) + c"),
        "time_constant": Column("problems", "time constant"),
        "asymptote": Column("trials", "asymptote c"),
        "problems": Column("", "counts the fit rests on"),
        "explained": Column("", "variance explained, R²"),
    },
    cost="10 ms a run",
    source="Goudar et al. (2023), Fig. 1",
    known=_known_fit,
    tabulate=_fit_columns,
)
def fit_exponential(counts: ArrayLike) -> ExponentialFit:
    """Fit a exp(b n) + c by bounded least squares, as the paper did for problems 2-1001.

    Start and bounds are the published ones: c0 = mean of the last 31 counts; a0 = mean of the
    first 30 of (count - c0), or 100 if that is not positive; b0 = -1/50; a in [0, 2 a0],
    b in [-1/5, -1/200], c in [0, 2 c0].

    Parameters
    ----------
    counts : (K,)
        Trials to criterion from problem 2 on, NaN for failed problems.

    Raises
    ------
    L2LError
        When fewer than four problems were learned.
    """
    from scipy.optimize import least_squares  # half a second, not for those that fit nothing

    values = np.asarray(counts, np.float64)
    learned = np.isfinite(values)
    if learned.sum() < _FEWEST_PROBLEMS:
        raise L2LError(
            f"An exponential needs at least {_FEWEST_PROBLEMS} learned problems after the first; "
            f"there are {int(learned.sum())}."
        )
    n, y = np.flatnonzero(learned).astype(np.float64), values[learned]
    c0 = float(y[-31:].mean())
    a0 = float((y[:30] - c0).mean())
    if a0 <= 0:
        a0 = 100.0

    def residuals(parameters: Float64) -> Float64:
        a, b, c = parameters
        return a * np.exp(b * n) + c - y

    def jacobian(parameters: Float64) -> Float64:
        a, b, _ = parameters
        decay = np.exp(b * n)
        return np.stack([decay, a * n * decay, np.ones_like(n)], axis=1)

    solution = least_squares(
        residuals,
        [a0, -1 / 50, c0],
        jac=jacobian,
        bounds=([0.0, -1 / 5, 0.0], [2 * a0, -1 / 200, 2 * c0]),
        x_scale=[a0, 1 / 50, c0],
        ftol=1e-14,
        xtol=1e-14,
        gtol=1e-14,
    )
    a, b, c = (float(parameter) for parameter in solution.x)
    spread = float(np.square(y - y.mean()).sum())
    explained = 1 - 2 * float(solution.cost) / spread if spread > 0 else np.nan
    return ExponentialFit(a, -1 / b, c, len(y), explained)
