"""Ranges that grow in steps, so that a live plot's axes are not redrawn every frame."""

from __future__ import annotations

import math
from typing import Any

import pyqtgraph as pg
from PyQt6.QtCore import QRectF

STRIDE = 1.2


def stretched(count: float, least: float = 10.0) -> float:
    """The next of a row of numbers, each a fifth above the one before, from ``least`` on."""
    if count <= least:
        return least
    return least * STRIDE ** math.ceil(round(math.log(count / least, STRIDE), 9))


def rounded_out(low: float, high: float, step: float) -> tuple[float, float]:
    """The range, widened to multiples of ``step``."""
    return step * math.floor(low / step), step * math.ceil(high / step)


def free_curve(plot: pg.PlotItem, **options: Any) -> pg.PlotDataItem:
    """A curve that leaves the plot's range to its :class:`Extent`."""
    curve = pg.PlotDataItem(**options)
    plot.addItem(curve, ignoreBounds=True)
    return curve


class Extent(pg.GraphicsObject):
    """Draws nothing; a plot whose curves are :func:`free_curve`s shows this range.

    In the plot's own coordinates: decades on a logarithmic axis.
    """

    def __init__(self) -> None:
        super().__init__()
        self._rect = QRectF(0, 0, 1, 1)

    def show_range(self, left: float, right: float, low: float, high: float) -> None:
        """Make this the range."""
        rect = QRectF(left, low, right - left, high - low)
        if rect != self._rect:
            self.prepareGeometryChange()
            self._rect = rect
            self.informViewBoundsChanged()

    def boundingRect(self) -> QRectF:
        """The range."""
        return self._rect

    def paint(self, *_: object) -> None:
        """Nothing."""
