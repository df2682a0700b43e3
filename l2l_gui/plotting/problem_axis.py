"""Plots over problems: the selected one marked, a click selects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt

from l2l_gui.model.selection import SharedSelection
from l2l_gui.plotting.ink import Ink, inked
from l2l_gui.plotting.plots import ProblemLine

FIRM = Ink("accent", 1, alpha=0.8)


class ProblemAxis:
    """Dresses a plot whose horizontal axis is the problem.

    Parameters
    ----------
    numbers : gives the problems that can be clicked; the nearest is selected.
    """

    def __init__(
        self,
        plot: pg.PlotItem,
        selection: SharedSelection,
        numbers: Callable[[], Sequence[int]],
        ink: Ink = FIRM,
    ) -> None:
        self.plot, self._selection, self._numbers = plot, selection, numbers
        self.line = ProblemLine(plot, ink=ink)
        plot.setLabel("bottom", "Problem")
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.scene().sigMouseClicked.connect(self._clicked)

    def _clicked(self, event: Any) -> None:
        view, numbers = self.plot.vb, np.asarray(self._numbers())
        here = event.scenePos()
        inside = self.plot.isVisible() and view.sceneBoundingRect().contains(here)
        if event.button() != Qt.MouseButton.LeftButton or not len(numbers) or not inside:
            return
        x = view.mapSceneToView(here).x()
        event.accept()
        self._selection.select_problem(int(numbers[np.abs(numbers - x).argmin()]))


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
