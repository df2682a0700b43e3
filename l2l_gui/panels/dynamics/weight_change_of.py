"""The change that one problem made to the recurrent weights, and its structure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.analysis import geometry
from l2l_gui.model.selection import Group
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.learned import (
    network_after,
    predecessor,
    subspaces_of,
)


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A change of W_rec, (N, N), and its structure."""

    problem: int
    before: int
    group: Group
    matrix: NDArray[np.float64]
    structure: geometry.WeightChange


def change_of(session: OpenSession, number: int, group: Group) -> Change:
    """The change from the network a problem started from, against a group's subspaces."""
    before = predecessor(session.config, number)
    weights = network_after(session, number)
    matrix = weights.recurrent - network_after(session, before).recurrent
    subspaces = subspaces_of(session, group)
    directions = {
        "decision": subspaces.decision,
        "stimulus": subspaces.stimulus,
        "readout": weights.output[:, : task.RESPONSES],
    }
    return Change(number, before, group, matrix, geometry.weight_change(matrix, directions))
