"""The parts of a group's output currents, averaged over its problems."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.analysis.statistics import mean_and_sem
from l2l_gui.panels.problem_groups import GroupTrajectories

SUM = "sum"


Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Currents:
    """Mean and standard error (T, 2 responses) by part and stimulus, over a group."""

    group: GroupTrajectories
    curves: dict[tuple[str, int], Curve]

    def curve(self, part: str, stimulus: int, output: int) -> Curve:
        """Mean and standard error (T,) of one part of one output's current."""
        mean, sem = self.curves[part, stimulus]
        return mean[:, output], sem[:, output]


def averaged(group: GroupTrajectories) -> Currents:
    """Average a group's currents over its problems; a millisecond or two."""
    parts = group.currents
    curves: dict[tuple[str, int], Curve] = {}
    for stimulus in range(task.RESPONSES):
        by_part = {
            "mean_decision": parts.mean_decision,
            "residual_decision": parts.residual_decision[:, stimulus],
            "stimulus": parts.stimulus[:, stimulus],
        }
        by_part[SUM] = np.sum(list(by_part.values()), axis=0)
        for name, currents in by_part.items():
            curves[name, stimulus] = mean_and_sem(currents[..., : task.RESPONSES])
    return Currents(group, curves)
