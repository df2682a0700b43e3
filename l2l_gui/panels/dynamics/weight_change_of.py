"""The change that one problem made to the recurrent weights, and its structure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.analysis import geometry
from l2l_gui.model.selection import Group
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.columns import Column
from l2l_gui.panels.learned import network_after, predecessor, subspaces_of

SUBSPACES = ("decision", "stimulus", "readout")


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A change of W_rec, (N, N), and its structure."""

    problem: int
    before: int
    group: Group
    matrix: NDArray[np.float64]
    structure: geometry.WeightChange

    @property
    def units(self) -> int:
        """Units of the network, N."""
        return len(self.matrix)

    def shares(self, name: str) -> list[float]:
        """What the change reads from or writes into each subspace, or chance, percent."""
        return [100 * getattr(self.structure.overlaps[subspace], name) for subspace in SUBSPACES]

    @property
    def spectrum(self) -> tuple[Column, ...]:
        """One row a component."""
        return (
            Column("component", np.arange(1, self.units + 1), words="Component {}:"),
            Column("singular values", self.structure.singular_values, "a.u.", "{:.3g} a.u."),
            Column(
                "explained",
                self.structure.explained,
                words="{:.0%} of the squared change up to here",
            ),
        )

    @property
    def entries(self) -> tuple[Column, ...]:
        """One row an entry of the matrix."""
        units = np.arange(1, self.units + 1)
        return (
            Column("from unit", np.repeat(units, self.units)),
            Column("to unit", np.tile(units, self.units)),
            Column("change", self.matrix.ravel(), "a.u."),
        )

    @property
    def overlaps(self) -> tuple[Column, ...]:
        """One row a subspace."""
        overlaps = [self.structure.overlaps[name] for name in SUBSPACES]
        return (
            Column("subspace", np.array(SUBSPACES)),
            Column("read", np.array([overlap.read_total for overlap in overlaps])),
            Column("written", np.array([overlap.written_total for overlap in overlaps])),
            Column("chance", np.array([overlap.chance for overlap in overlaps])),
        )


def change_of(session: OpenSession, number: int, group: Group) -> Change:
    """The change from the network a problem started from, against a group's subspaces."""
    before = predecessor(session, number)
    weights = network_after(session, number)
    matrix = weights.recurrent - network_after(session, before).recurrent
    subspaces = subspaces_of(session, group)
    directions = {
        "decision": subspaces.decision,
        "stimulus": subspaces.stimulus,
        "readout": weights.output[:, : task.RESPONSES],
    }
    return Change(number, before, group, matrix, geometry.weight_change(matrix, directions))
