"""Plots over problems: the problem at a place, and the band over a group of them."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg

from l2l_gui.plotting.ink import Ink, inked

FIRM = Ink("accent", 1, alpha=0.8)
"""The line at the selected problem where curves are dense."""


def nearest(numbers: Sequence[int], x: float) -> int | None:
    """The problem nearest to a place on the axis; None when there are none."""
    return min(numbers, key=lambda number: abs(number - x), default=None)


class GroupBand(pg.LinearRegionItem):
    """A quiet band behind the curves, over a group of problems."""

    def __init__(self, plot: pg.PlotItem) -> None:
        super().__init__(movable=False)
        self.setZValue(-50)
        inked(self, brush=Ink("accent", alpha=0.12))
        for line in self.lines:
            inked(line, pen=Ink("accent", 1, alpha=0.3))
        plot.addItem(self, ignoreBounds=True)

    def cover(self, numbers: Sequence[int]) -> None:
        """Lie over these consecutive problems."""
        self.setRegion((numbers[0] - 0.5, numbers[-1] + 0.5))
