"""Losses over trials: each trial thin, their mean over the criterion window thick."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from l2l_engine.recipes.sampling import running_mean
from l2l_gui.plotting.ink import DASHED, Ink, inked
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import dressed

POINTS = 1200
"""A curve is thinned to so many."""
FLOOR = 1e-6
"""Losses (nats) below this are drawn there."""


class LossPlot(pg.PlotWidget):
    """A pair of curves for each of ``inks`` (thin, thick), and a line at the criterion.

    Parameters
    ----------
    inks : of the curves
    criterion : the colour of the criterion's line
    bottom : what the trials are
    label : what is written on the criterion's line, if anything
    free : whether the curves leave the plot's range to something else
    """

    def __init__(
        self,
        inks: Sequence[tuple[Ink, Ink]],
        criterion: str,
        bottom: str,
        *,
        label: str = "",
        free: bool = False,
    ) -> None:
        super().__init__(axisItems={"left": LogAxis("left")}, enableMenu=False)
        self.plot = dressed(self.getPlotItem(), "Task loss (nats)", bottom, log="y")
        self.plot.setLimits(xMin=0, yMin=-6, yMax=2)
        self.losses, self.means = (
            [inked(pg.PlotDataItem(skipFiniteCheck=True), pen=ink) for ink in some]
            for some in zip(*inks, strict=True)
        )
        place = {"position": 0.06, "anchors": [(0, 1), (0, 1)]}
        options = {"label": label, "labelOpts": place} if label else {}
        self.criterion = pg.InfiniteLine(angle=0, **options)
        inked(self.criterion, pen=Ink(criterion, 1, DASHED))
        if label:
            inked(self.criterion.label, colour=Ink(criterion))
        for item in (*self.losses, *self.means, self.criterion):
            self.plot.addItem(item, ignoreBounds=free)

    def show_losses(
        self, losses: Sequence[NDArray[np.floating]], window: int, criterion: float
    ) -> None:
        """Draw the losses (nats) of each pair's trials, and the criterion."""
        self.criterion.setPos(math.log10(criterion))
        empty = np.empty(0)
        for place, (curve, mean) in enumerate(zip(self.losses, self.means, strict=True)):
            values = losses[place] if place < len(losses) else empty
            smooth = running_mean(values, window)
            curve.setData(*envelope(np.maximum(values, FLOOR), POINTS))
            mean.setData(*envelope(np.maximum(smooth, FLOOR), POINTS // 2))


def envelope(values: NDArray[Any], points: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Trial numbers and values of a curve thinned so that no peak is lost."""
    count = len(values)
    if count <= points:
        return np.arange(1, count + 1), values
    size = -(-count // (points // 2))
    whole = count // size
    rows = values[: whole * size].reshape(whole, size)
    start = np.arange(whole) * size
    places = np.sort(np.stack([start + rows.argmin(1), start + rows.argmax(1)], 1), axis=1).ravel()
    places = np.concatenate([places, np.arange(whole * size, count)])
    return places + 1, values[places]
