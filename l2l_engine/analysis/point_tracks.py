"""How fixed and slow points move from network to network, as problems are learned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from l2l_engine.analysis.fixed_points import Float64Array, Points


@dataclass(frozen=True, slots=True, eq=False)
class Match:
    """Which point of a later network continues which of an earlier one."""

    pairs: NDArray[np.intp]  # (m, 2) indices before, after
    displacement: Float64Array  # (m,) rate units
    lost: NDArray[np.intp]  # earlier points without a successor
    born: NDArray[np.intp]  # later points without a predecessor


def match_points(before: Points, after: Points, farthest: float = np.inf) -> Match:
    """Pair the points of two networks with the least total displacement.

    Pairs farther apart than ``farthest``, in rate units, are no pairs.
    Source: linear assignment, Crouse, IEEE Trans. Aerosp. Electron. Syst. 52, 1679 (2016).
    """
    cost = np.linalg.norm(before.states[:, None] - after.states, axis=-1)
    # beyond the limit every pair is equally bad, so near pairs are not given up for far ones
    limit = min(farthest, float(cost.max(initial=0.0)) + 1.0)
    rows, columns = linear_sum_assignment(np.minimum(cost, limit))
    near = cost[rows, columns] <= farthest
    pairs = np.stack([rows[near], columns[near]], axis=1)
    return Match(
        pairs=pairs,
        displacement=cost[pairs[:, 0], pairs[:, 1]],
        lost=np.setdiff1d(np.arange(len(before)), pairs[:, 0]),
        born=np.setdiff1d(np.arange(len(after)), pairs[:, 1]),
    )


def tracks(networks: Sequence[Points], farthest: float = np.inf) -> NDArray[np.intp]:
    """Follow points through a sequence of networks.

    Returns
    -------
    (L, K)
        For each of L points ever seen, its index in each of the K networks, or -1.
    """
    rows: list[NDArray[np.intp]] = []
    live: dict[int, int] = {}  # index in the latest network -> row
    for column, points in enumerate(networks):
        following: dict[int, int] = {}
        if column:
            for old, new in match_points(networks[column - 1], points, farthest).pairs:
                following[int(new)] = live[int(old)]
        for index in range(len(points)):
            if index not in following:
                following[index] = len(rows)
                rows.append(np.full(len(networks), -1, np.intp))
            rows[following[index]][column] = index
        live = following
    return np.stack(rows) if rows else np.empty((0, len(networks)), np.intp)
