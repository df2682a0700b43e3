"""One network's vector-field changes as figures 5 and 6 need them, in groups of problems."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import change_table
from l2l_engine.analysis.statistics import group_means
from l2l_engine.figures.needs import GROUP

Float64 = NDArray[np.float64]

DIMENSIONS = ("weight_parallel", "weight_perpendicular", "state_parallel", "total")
"""Columns of the dimensionalities; the state-driven perpendicular part has the weight-driven one's."""


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Vector-field changes of the P problems from problem 2 on, in G groups of fifty.

    A problem without a network, or whose predecessor has none, is NaN.
    """

    counts: Float64  # (P,): trials to criterion
    table: Float64  # (P, 9): columns of change_table.COLUMNS
    within: Float64  # (G, 4): dimensionality within a problem, averaged over the group
    across: Float64  # (G, 4): dimensionality across the group's problems

    def column(self, name: str) -> Float64:
        """One column of the table, (P,)."""
        return self.table[:, change_table.COLUMNS.index(name)]

    def grouped(self) -> Float64:
        """(G, 9): the table averaged over groups."""
        return group_means(self.table, GROUP)

    def across_whole(self) -> Float64:
        """``across``, NaN in groups that are not whole, unless it is the first.

        Fewer problems span fewer dimensions, so only whole groups compare.
        """
        across = self.across.copy()
        for group in range(1, len(across)):
            rows = self.table[group * GROUP : (group + 1) * GROUP]
            if np.isfinite(rows[:, 0]).sum() < GROUP:
                across[group] = np.nan
        return across

    @property
    def missing(self) -> int:
        """Problems without a change, because a network was not saved."""
        return int(np.isnan(self.table[:, 0]).sum())


def shortcomings(changes: Sequence[Changes]) -> str:
    """What a caption must add, with a leading space."""
    longest = max(len(change.table) for change in changes)
    rest, missing = longest % GROUP, sum(change.missing for change in changes)
    text = ""
    if rest and longest > GROUP:
        text += f" The last group holds {rest} problem{'s' * (rest != 1)}."
    if missing:
        text += f" {missing} problems are left out because their networks were not saved."
    return text
