"""How much of the activity a group's subspaces explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import geometry
from l2l_gui.panels.problem_groups import GroupTrajectories, Moments

SUBSPACES = ("decision", "stimulus")


@dataclass(frozen=True, eq=False)
class Explained:
    """Of a group's subspaces: shares by component, and what they capture of P problems, percent."""

    group: GroupTrajectories
    moments: Moments
    components: dict[str, NDArray[np.float64]]  # (N,)
    captured: dict[str, NDArray[np.float64]]  # (P,)

    def size(self, name: str) -> int:
        """Dimensions of a subspace."""
        return int(getattr(self.group.subspaces, name).shape[1])


def explained(group: GroupTrajectories, moments: Moments) -> Explained:
    """Put both together."""
    found = group.subspaces
    return Explained(
        group,
        moments,
        {"decision": 100 * found.decision_explained, "stimulus": 100 * found.stimulus_explained},
        {
            "decision": 100 * geometry.captured(moments.matrices, found.decision),
            "stimulus": 100 * geometry.captured(moments.matrices, found.stimulus),
        },
    )
