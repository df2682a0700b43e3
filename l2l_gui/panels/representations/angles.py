"""Principal angles between the subspaces of a run's problems, and with a group's."""

from __future__ import annotations

from dataclasses import dataclass

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

    def matrix(self, measure: str) -> NDArray[np.float32]:
        """What the image shows, (P, P)."""
        if measure == "alignment":
            return self.alignment
        return self.pairwise.mean(axis=2) if measure == "mean" else self.pairwise[..., -1]

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


def round_levels(matrix: NDArray[np.float32], measure: str) -> tuple[float, float]:
    """Colour limits with round ends: angles from 0°, alignment up to 1."""
    if not np.isfinite(matrix).any():
        return (0.0, 1.0)
    if measure == "alignment":
        return (min(0.9, float(np.floor(10 * np.nanmin(matrix)) / 10)), 1.0)
    return (0.0, min(RIGHT_ANGLE, max(10.0, 10 * float(np.ceil(np.nanmax(matrix) / 10)))))
