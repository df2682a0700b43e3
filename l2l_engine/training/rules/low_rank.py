"""Recurrent weights that change by a matrix of low rank."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from l2l_engine.network import NetworkWeights
from l2l_engine.training.rules.base import Rule


class LowRankUpdate(Rule):
    """Over a problem the recurrent weights change by a matrix of rank r at most.

    After each trial the change since the problem began is replaced by the nearest matrix of
    rank r: its r leading singular triples (Eckart & Young 1936). This is projected gradient descent onto
    matrices of that rank.

    Parameters
    ----------
    start : (N, N), the recurrent weights with which the problem begins
    rank : r, from 1

    References
    ----------
    Jain, Meka & Dhillon, "Guaranteed rank minimization via singular value projection", NIPS (2010).
    """

    def __init__(self, start: NDArray[np.float32], rank: int) -> None:
        self._start, self._rank = start.copy(), rank

    def constrain(self, weights: NetworkWeights, change: NetworkWeights) -> None:
        """Truncate the change; see :class:`LowRankUpdate`."""
        r, so_far = self._rank, weights.recurrent - self._start
        left, values, right = np.linalg.svd(so_far - change.recurrent, full_matrices=False)
        change.recurrent[:] = so_far - (left[:, :r] * values[:r]) @ right[:r]
