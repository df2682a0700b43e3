"""Statistics that every analysis and figure computes in the same way.

One rule for missing values holds throughout: a NaN stands for a value that does not exist (a failed
problem, a network that was not saved), and every mean, standard error and group leaves it out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from l2l_engine.config import L2LError
from l2l_engine.task import FloatArray

Float64 = NDArray[np.float64]


def mean_and_sem(values: ArrayLike, axis: int = 0) -> tuple[Float64, Float64]:
    """Mean and standard error of the mean along one axis, leaving out NaN.

    Parameters
    ----------
    values : (..., n, ...)
        NaN marks a missing value.
    axis : int
        The axis of the n samples.

    Returns
    -------
    mean, sem : (...)
        In the unit of the values. The standard deviation uses n - 1. The mean of no value and the
        standard error of fewer than two are NaN.

    Examples
    --------
    >>> mean, sem = mean_and_sem([1.0, 3.0, float("nan")])
    >>> float(mean), float(sem)
    (2.0, 1.0)
    """
    samples = np.moveaxis(np.asarray(values, np.float64), axis, 0)
    known = np.isfinite(samples)
    number = known.sum(axis=0)
    total: Float64 = np.where(known, samples, 0.0).sum(axis=0)
    mean: Float64 = total / np.where(number, number, np.nan)
    squares = np.where(known, np.square(samples - mean), 0.0).sum(axis=0)
    freedom = np.where(number > 1, number - 1.0, np.nan)
    return mean, np.sqrt(squares / freedom / np.maximum(number, 1))


def known_mean(values: ArrayLike, axis: int = 0) -> Float64:
    """The mean along ``axis`` of :func:`mean_and_sem`: NaN is left out."""
    return mean_and_sem(values, axis)[0]


def group_means(values: FloatArray, size: int = 50) -> Float64:
    """Means of groups of ``size`` consecutive rows, leaving out NaN.

    Parameters
    ----------
    values : (K, ...)
    size : int
        Rows in a group; the last group may be shorter. The paper's is 50 problems.

    Returns
    -------
    (G, ...)
        NaN where a group holds no value at all.

    Examples
    --------
    >>> group_means(np.array([1.0, 3.0, 10.0]), 2).tolist()
    [2.0, 10.0]
    """
    starts = range(0, len(values), size)
    return np.stack([known_mean(values[start : start + size]) for start in starts])


def padded(rows: Iterable[Float64]) -> Float64:
    """Arrays (..., L) of different L as one array (n, ..., L), filled with NaN at the end."""
    listed = list(rows)
    longest = max(row.shape[-1] for row in listed)
    filled = np.full((len(listed), *listed[0].shape[:-1], longest), np.nan)
    for target, row in zip(filled, listed, strict=True):
        target[..., : row.shape[-1]] = row
    return filled


def participation_ratio(eigenvalues: ArrayLike) -> Float64:
    """Dimensionality of a spectrum: (sum l)^2 / sum l^2 over the last axis.

    Parameters
    ----------
    eigenvalues : (..., N)
        Variances along N directions; squared singular values for a matrix.

    Returns
    -------
    (...)
        From 1 to N; NaN where every eigenvalue is 0.

    References
    ----------
    Gao et al., bioRxiv 214262 (2017).

    Examples
    --------
    >>> float(participation_ratio([2.0, 2.0, 2.0, 0.0]))
    3.0
    """
    spectrum = np.asarray(eigenvalues, np.float64)
    return _participation(spectrum.sum(axis=-1), np.square(spectrum).sum(axis=-1))


def matrix_participation_ratio(covariances: FloatArray) -> Float64:
    """:func:`participation_ratio` of symmetric matrices (..., N, N), without diagonalising them.

    The sum of the eigenvalues is the trace, that of their squares the squared Frobenius norm.
    """
    trace = np.trace(covariances, axis1=-2, axis2=-1)
    return _participation(trace, np.square(covariances).sum(axis=(-2, -1)))


def _participation(total: FloatArray, squares: FloatArray) -> Float64:
    nothing = np.full(np.shape(total), np.nan)
    return np.divide(np.square(total), squares, out=nothing, where=squares > 0)


@dataclass(frozen=True, slots=True)
class LinearFit:
    """A straight line through points, by least squares."""

    slope: float
    intercept: float
    r_squared: float  # variance explained, from 0 to 1
    n: int  # points


def linear_fit(x: ArrayLike, y: ArrayLike) -> LinearFit:
    """Regress ``y`` (n,) on ``x`` (n,), leaving out points of which either is NaN.

    Raises
    ------
    L2LError
        With fewer than three points, or where all x or all y are the same.
    """
    across, up = np.asarray(x, np.float64), np.asarray(y, np.float64)
    known = np.isfinite(across) & np.isfinite(up)
    across, up = across[known], up[known]
    if len(across) < 3 or np.ptp(across) == 0 or np.ptp(up) == 0:
        raise L2LError(f"A regression needs at least 3 different points: there are {len(across)}.")
    from_mean, up_from_mean = across - across.mean(), up - up.mean()
    product, spread = from_mean @ up_from_mean, from_mean @ from_mean
    slope = product / spread
    r_squared = product**2 / (spread * (up_from_mean @ up_from_mean))
    return LinearFit(
        float(slope), float(up.mean() - slope * across.mean()), float(r_squared), len(up)
    )


@dataclass(frozen=True, slots=True)
class RankCorrelation:
    """Spearman's correlation of the ranks of n pairs."""

    rho: float
    p: float  # two-sided, for independent pairs
    n: int


def spearman(x: ArrayLike, y: ArrayLike) -> RankCorrelation:
    """Spearman's rank correlation of ``x`` (n,) and ``y`` (n,), without pairs of which either is NaN.

    NaN where there are fewer than three pairs, or all x or all y are the same. p takes the pairs for
    independent, which the problems of one run are not quite.
    Source: Spearman, Am. J. Psychol. 15, 72-101 (1904).
    """
    from scipy import stats

    across, up = np.asarray(x, np.float64), np.asarray(y, np.float64)
    known = np.isfinite(across) & np.isfinite(up)
    across, up = across[known], up[known]
    if len(across) < 3 or np.ptp(across) == 0 or np.ptp(up) == 0:
        return RankCorrelation(float("nan"), float("nan"), len(across))
    found = stats.spearmanr(across, up)
    return RankCorrelation(float(found.statistic), float(found.pvalue), len(across))
