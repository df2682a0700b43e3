"""The parts of the vector-field change that one problem made, at every step of the trial."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import vector_field
from l2l_engine.config import RunConfig
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.learned import network_after, predecessor


@dataclass(frozen=True, slots=True, eq=False)
class TrialChange:
    """The parts of the change at every step, (2, T) each, rate units a step.

    ``weight_parallel`` and ``state_parallel`` are signed along the total change.
    """

    problem: int
    before: int
    config: RunConfig
    total: NDArray[np.float64]
    weight_driven: NDArray[np.float64]
    state_driven: NDArray[np.float64]
    weight_parallel: NDArray[np.float64]
    state_parallel: NDArray[np.float64]
    perpendicular: NDArray[np.float64]

    def part(self, name: str) -> NDArray[np.float64]:
        """A part by its name, (2, T)."""
        found: NDArray[np.float64] = getattr(self, name)
        return found


def change_of(session: OpenSession, number: int) -> TrialChange:
    """Decompose the change from the network a problem started from to the one that solves it."""
    before = predecessor(session, number)
    change = vector_field.decompose(
        network_after(session, before)[None],
        network_after(session, number)[None],
        session.stimuli(number)[None],
        session.config,
    )
    norms = vector_field.lengths(change)
    return TrialChange(
        number,
        before,
        session.config,
        norms.total[0],
        norms.weight_driven[0],
        norms.state_driven[0],
        change.weight_parallel[0],
        change.state_parallel[0],
        norms.weight_perpendicular[0],
    )
