"""Principal angles between the subspaces of a run's problems, and with a group's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import geometry
from l2l_engine.analysis.progress import Progress
from l2l_gui.panels.problem_groups import GroupTrajectories, Moments

RIGHT_ANGLE = 90.0


@dataclass(frozen=True, eq=False)
class Angles:
    """Between k-dimensional subspaces of P problems, degrees; alignment from 0 to 1."""

    moments: Moments
    group: GroupTrajectories
    dimensions: int
    pairwise: NDArray[np.float32]  # (P, P, k), smallest angle first
    alignment: NDArray[np.float32]  # (P, P): subspace of the row, variance of the column
    to_group: NDArray[np.float64]  # (P, min(k, 4)): to the group's decision subspace

    @property
    def span(self) -> tuple[float, float]:
        """The ends of an axis over problems: half a step beyond the first and last."""
        numbers = self.moments.numbers
        half = (numbers[1] - numbers[0]) / 2 if len(numbers) > 1 else 0.5
        return numbers[0] - half, numbers[-1] + half


def all_angles(
    moments: Moments, group: GroupTrajectories, dimensions: int, progress: Progress | None = None
) -> Angles:
    """Angles and alignment of all pairs of problems, and of all problems with the group."""
    bases = geometry.principal_components(moments.matrices.astype(np.float64), dimensions)
    to_group = geometry.principal_angles(bases, group.subspaces.decision)
    pairwise = geometry.pairwise_angles(bases, progress)
    alignment = geometry.alignment_index(moments.matrices, dimensions)
    return Angles(
        moments,
        group,
        dimensions,
        np.degrees(pairwise).astype(np.float32),
        alignment.astype(np.float32),
        np.degrees(to_group),
    )


class Measure(NamedTuple):
    """What the image of all pairs can show: its words, colours, the bar's label and the unit."""

    words: str
    matrix: Callable[[Angles], NDArray[np.float32]]
    """From the angles, (P, P)."""
    levels: Callable[[NDArray[np.float32]], tuple[float, float]]
    """From the matrix, colour limits with round ends."""
    colours: str
    label: str
    unit: str


def angle_levels(matrix: NDArray[np.float32]) -> tuple[float, float]:
    """From 0° to the next ten above the largest angle."""
    if not np.isfinite(matrix).any():
        return (0.0, 1.0)
    return (0.0, min(RIGHT_ANGLE, max(10.0, 10 * float(np.ceil(np.nanmax(matrix) / 10)))))


def index_levels(matrix: NDArray[np.float32]) -> tuple[float, float]:
    """From the next tenth below the least index to 1."""
    if not np.isfinite(matrix).any():
        return (0.0, 1.0)
    return (min(0.9, float(np.floor(10 * np.nanmin(matrix)) / 10)), 1.0)


MEASURES = {
    "mean": Measure(
        "Mean angle",
        lambda angles: angles.pairwise.mean(axis=2),
        angle_levels,
        "viridis",
        "Angle (°)",
        "°",
    ),
    "largest": Measure(
        "Largest angle",
        lambda angles: angles.pairwise[..., -1],
        angle_levels,
        "viridis",
        "Angle (°)",
        "°",
    ),
    "alignment": Measure(
        "Alignment index", lambda angles: angles.alignment, index_levels, "cividis", "Index", ""
    ),
}
