"""Plots over problems: the selected one marked, a click selects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt

from l2l_gui.look.theme import theme
from l2l_gui.model.selection import Selection, SharedSelection


class ProblemAxis:
    """Dresses a plot whose horizontal axis is the problem.

    Parameters
    ----------
    numbers : gives the problems that can be clicked; the nearest is selected.
    """

    def __init__(
        self, plot: pg.PlotItem, selection: SharedSelection, numbers: Callable[[], Sequence[int]]
    ) -> None:
        self.plot, self._selection, self._numbers = plot, selection, numbers
        self.line = pg.InfiniteLine(angle=90)
        self.line.setZValue(50)
        plot.addItem(self.line, ignoreBounds=True)
        plot.setLabel("bottom", "Problem")
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.scene().sigMouseClicked.connect(self._clicked)

    def mark(self, selection: Selection) -> None:
        """Move the line to the selected problem."""
        self.line.setVisible(selection.problem is not None)
        if selection.problem is not None:
            self.line.setPos(selection.problem)

    def restyle(self) -> None:
        """Colours of the theme."""
        self.line.setPen(theme.pen("accent", 1, alpha=0.8))

    def _clicked(self, event: Any) -> None:
        view, numbers = self.plot.vb, np.asarray(self._numbers())
        here = event.scenePos()
        inside = self.plot.isVisible() and view.sceneBoundingRect().contains(here)
        if event.button() != Qt.MouseButton.LeftButton or not len(numbers) or not inside:
            return
        x = view.mapSceneToView(here).x()
        event.accept()
        self._selection.select_problem(int(numbers[np.abs(numbers - x).argmin()]))
