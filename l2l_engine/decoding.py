"""Decoding over time: how well a linear readout distinguishes conditions at each moment of a trial.

>>> activity = simulate(problem.network, np.repeat(problem.stimuli, 20, axis=0), noise=1)
>>> times, accuracy = decode(activity, np.repeat([0, 1], 20))
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from l2l_engine.config import L2LError
from l2l_engine.simulation import Activity

Float64 = NDArray[np.float64]


class Decoding(NamedTuple):
    """A decoder's accuracy at each time."""

    times: Float64
    """(T,), ms from the start of the trial."""
    accuracy: Float64
    """(T,), share of held-out trials that are told right; 1 / number of labels is chance."""


def decode(
    activity: Activity,
    labels: ArrayLike,
    *,
    every_ms: float = 10.0,
    folds: int = 5,
    shrinkage: float = 0.1,
    seed: int = 0,
) -> Decoding:
    """Cross-validated accuracy of a linear decoder trained anew at each time.

    Linear discriminant analysis with equal priors; the pooled covariance is shrunk towards a
    multiple of the identity, so that more units than trials do no harm.

    Parameters
    ----------
    activity : Activity
        Of one network, states (M, T, N): M trials, with noise, or all trials of a label are alike.
    labels : (M,)
        What to tell apart, such as the stimulus of each trial; at least ``folds`` trials each.
    every_ms : float
        Time between decoders, ms.
    folds : int
        Parts that each are held out once; every part has the labels in equal shares.
    shrinkage : float
        Between 0 (the covariance as it is) and 1 (a sphere).
    seed : int
        Which trials share a part.

    Returns
    -------
    Decoding

    Raises
    ------
    L2LError
        When the labels do not fit the trials, or are too few.

    References
    ----------
    Hastie, Tibshirani & Friedman, The Elements of Statistical Learning, 2nd ed., section 4.3;
    Meyers et al., J. Neurophysiol. 100, 1407-1419 (2008), for decoders over time.
    """
    given = np.asarray(labels)
    states = np.asarray(activity.states)
    if states.ndim != 3 or given.shape != states.shape[:1]:
        raise L2LError(
            f"Labels of shape {given.shape} do not fit states of shape {states.shape}: give one "
            "network's states (trials, steps, units) and a label for each trial."
        )
    names, place = np.unique(given, return_inverse=True)
    fewest = np.bincount(place).min() if len(place) else 0
    if len(names) < 2 or folds < 2 or fewest < folds:
        raise L2LError(
            f"Decoding in {folds} parts needs two labels or more with {max(folds, 2)} trials each: "
            f"there are {len(names)}, and the rarest has {fewest}."
        )
    if not 0 <= shrinkage <= 1:
        raise L2LError(f"shrinkage = {shrinkage} is not between 0 and 1.")
    times = np.asarray(activity.times, np.float64)
    step = times[1] - times[0] if len(times) > 1 else 1.0
    chosen = np.arange(0, len(times), max(1, round(every_ms / step)))
    points = states[:, chosen].astype(np.float64).transpose(1, 0, 2)  # (T, M, N)
    part = _parts(place, folds, seed)
    right = np.zeros((len(chosen), len(place)), bool)
    for fold in range(folds):
        held = part == fold
        right[:, held] = _told(points, place, held, shrinkage) == place[held]
    return Decoding(times[chosen], right.mean(axis=1))


def _parts(place: NDArray[np.intp], folds: int, seed: int) -> NDArray[np.intp]:
    """The part of each trial, (M,); each label is spread evenly."""
    random = np.random.default_rng(seed)
    part = np.empty(len(place), np.intp)
    for label in range(place.max() + 1):
        rows = random.permutation(np.flatnonzero(place == label))
        part[rows] = np.arange(len(rows)) % folds
    return part


def _told(
    points: Float64, place: NDArray[np.intp], held: NDArray[np.bool_], shrinkage: float
) -> NDArray[np.intp]:
    """Labels (T, held trials) by decoders of the other trials."""
    train, labels = points[:, ~held], place[~held]
    count, units = int(place.max()) + 1, points.shape[2]
    means = np.stack([train[:, labels == label].mean(axis=1) for label in range(count)], axis=1)
    residual = train - means[:, labels]
    covariance = residual.transpose(0, 2, 1) @ residual / len(labels)
    scale = np.trace(covariance, axis1=1, axis2=2) / units
    ridge = np.maximum(shrinkage * scale, 1e-9 * scale + 1e-12)  # the last: states all alike
    covariance = (1 - shrinkage) * covariance + ridge[:, None, None] * np.eye(units)
    axes = np.linalg.solve(covariance, means.transpose(0, 2, 1))  # (T, N, labels)
    offsets = 0.5 * np.einsum("tln,tnl->tl", means, axes)
    return (points[:, held] @ axes - offsets[:, None]).argmax(axis=2)
