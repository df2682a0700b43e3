"""Geometry of a projected 3-D plot: thinning, depth classes and picking, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from l2l_engine.recipes.sampling import LINE_POINTS, evenly

MOST_POINTS = LINE_POINTS
"""Points drawn of each trajectory; more cost time and show nothing."""

FloatArray = NDArray[np.floating]
thinned_samples = evenly


@dataclass(frozen=True, slots=True)
class Polylines:
    """M trajectories laid end to end.

    ``points`` (n, 3), ``joined`` (n,) true where a point is joined to the next,
    ``owner`` (n,) the trajectory each belongs to, ``samples`` (t,) the time steps kept.
    """

    points: FloatArray
    joined: NDArray[np.bool_]
    owner: NDArray[np.intp]
    samples: NDArray[np.intp]


def polylines(trajectories: ArrayLike, most: int = MOST_POINTS) -> Polylines:
    """Lay trajectories (M, T, 3) end to end, thinned; NaN makes a gap."""
    full = np.asarray(trajectories, dtype=np.float64)
    samples = thinned_samples(full.shape[1], most)
    kept = full[:, samples]
    finite: NDArray[np.bool_] = np.asarray(np.isfinite(kept).all(axis=2))
    joined = np.zeros(finite.shape, dtype=bool)
    joined[:, :-1] = finite[:, :-1] & finite[:, 1:]
    owner = np.repeat(np.arange(full.shape[0]), samples.size)
    flat = np.where(finite[..., None], kept, 0.0).reshape(-1, 3)
    return Polylines(flat, joined.reshape(-1), owner, samples)


def bounding_sphere(clouds: Sequence[FloatArray]) -> tuple[FloatArray, float]:
    """Centre (3,) and radius of a sphere about all finite points of arrays (n, 3)."""
    finite = [cloud[np.isfinite(cloud).all(axis=1)] for cloud in clouds]
    points = np.concatenate([np.empty((0, 3)), *finite])
    if not len(points):
        return np.zeros(3), 1.0
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    radius = float(np.sqrt(np.square(points - centre).sum(axis=1).max()))
    return centre, radius or 1.0


def depth_classes(depth: FloatArray, radius: float, classes: int) -> NDArray[np.intp]:
    """Class of each segment i to i + 1, 0 (far) to ``classes`` - 1 (near), shape (n,)."""
    middle = depth.copy()
    middle[:-1] = (depth[:-1] + depth[1:]) / 2
    scaled = (middle / radius + 1) * (classes / 2)
    return np.clip(scaled.astype(np.intp), 0, classes - 1)


def subset(
    flat: FloatArray, chosen: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray, NDArray[np.bool_]]:
    """x, y and joins of only the segments in ``chosen`` (n,) of points (n, 2 or 3)."""
    kept = chosen.copy()
    kept[1:] |= chosen[:-1]
    return flat[kept, 0], flat[kept, 1], chosen[kept]


def seen_box(points: FloatArray, matrix: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Centre (2,) and half sizes (2,) of what points (n, 3) cover on the screen, seen through a matrix.

    Examples
    --------
    >>> corners = np.array([[0.0, 0.0, 0.0], [4.0, 2.0, 9.0]])
    >>> [part.tolist() for part in seen_box(corners, np.eye(3))]
    [[2.0, 1.0], [2.0, 1.0]]
    """
    if not len(points):
        return np.zeros(2), np.ones(2)
    flat = points @ matrix[:2].T
    low, high = flat.min(axis=0), flat.max(axis=0)
    return (low + high) / 2, (high - low) / 2


def nearest_segment(
    flat: FloatArray, joined: NDArray[np.bool_], position: tuple[float, float]
) -> tuple[int, float]:
    """Index of the joined segment nearest to ``position``, and its distance; (-1, inf) if none."""
    starts = np.flatnonzero(joined)
    if not starts.size:
        return -1, np.inf
    a = flat[starts, :2] - np.asarray(position)
    ab = flat[starts + 1, :2] - flat[starts, :2]
    length = np.square(ab).sum(axis=1)
    along = np.clip(-(a * ab).sum(axis=1) / np.where(length > 0, length, 1.0), 0.0, 1.0)
    squared = np.square(a + along[:, None] * ab).sum(axis=1)
    best = int(np.argmin(squared))
    return int(starts[best]), float(np.sqrt(squared[best]))


def round_length(length: float) -> float:
    """The largest of 1, 2 or 5 times a power of ten not above ``length``."""
    power = 10.0 ** np.floor(np.log10(length))
    return float(max(step * power for step in (1, 2, 5) if step * power <= length * 1.0000001))
