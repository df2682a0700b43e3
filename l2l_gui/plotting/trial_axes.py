"""Plots over the time of a trial: shaded epochs, the unscored time, the time cursor."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QBrush

from l2l_engine import task
from l2l_engine.config import RunConfig
from l2l_gui.look.theme import theme

POINTS = 500
"""A curve has no more points than this; the plot is rarely wider."""
ACROSS = 1e4  # taller than any plot


def thinned(config: RunConfig) -> tuple[slice, NDArray[np.float64]]:
    """Which steps of a trial to draw, and their times in ms."""
    stride = max(1, -(-config.steps // POINTS))
    steps = slice(stride - 1, None, stride)
    return steps, task.times(config)[steps]


class TrialAxes:
    """Dresses a plot whose horizontal axis is time in the trial, ms.

    Parameters
    ----------
    shade : whether epochs are shaded; else a dotted line of colour ``line`` marks where each
        begins, over an image.
    mask : whether the unscored time is hatched.
    """

    def __init__(
        self, plot: pg.PlotItem, *, shade: bool = True, mask: bool = False, line: str = "#ffffff"
    ) -> None:
        self.plot = plot
        self._shade, self._mask, self._line = shade, mask, line
        self._config: RunConfig | None = None
        self._items: list[pg.GraphicsObject] = []
        self.cursor = pg.InfiniteLine(angle=90, movable=False)
        self.cursor.setZValue(100)
        plot.addItem(self.cursor, ignoreBounds=True)
        plot.setMouseEnabled(x=True, y=False)
        plot.hideButtons()
        plot.setMenuEnabled(False)

    def set_config(self, config: RunConfig) -> None:
        """Show the epochs of this task."""
        if config == self._config:
            return
        self._config = config
        self.plot.setXRange(0, config.steps * config.dt, padding=0)
        self.plot.setLimits(xMin=0, xMax=config.steps * config.dt)
        self.restyle()

    def set_time(self, ms: float) -> None:
        """Move the cursor."""
        self.cursor.setPos(ms)

    def restyle(self) -> None:
        """Draw epochs and cursor in the theme's colours."""
        self.cursor.setPen(theme.pen("accent", 1))
        for item in self._items:
            self.plot.removeItem(item)
        self._items = []
        if self._config is None:
            return
        for epoch in task.epochs(self._config):
            if self._shade:
                self._band(epoch.start, epoch.stop, theme.brush(epoch.name), -100)
            elif epoch.start > 0:
                line = pg.InfiniteLine(
                    epoch.start, 90, theme.pen(self._line, 1, Qt.PenStyle.DotLine)
                )
                self._add(line, 10)
        if self._mask and self._config.mask_ms:
            go = self._config.go_step * self._config.dt
            hatch = QBrush(theme.color("quiet", 0.55), Qt.BrushStyle.BDiagPattern)
            self._band(go, go + self._config.mask_ms, hatch, -90)

    def _band(self, start: float, stop: float, brush: QBrush, depth: int) -> None:
        self._add(_Band(QRectF(start, -ACROSS, stop - start, 2 * ACROSS), brush), depth)

    def _add(self, item: pg.GraphicsObject, depth: int) -> None:
        item.setZValue(depth)
        self.plot.addItem(item, ignoreBounds=True)
        self._items.append(item)


class _Band(pg.GraphicsObject):
    """A filled rectangle; cheaper than a LinearRegionItem, which repaints with the range."""

    def __init__(self, rect: QRectF, brush: QBrush) -> None:
        super().__init__()
        self._rect, self._brush = rect, brush

    def boundingRect(self) -> QRectF:
        """Its rectangle."""
        return self._rect

    def paint(self, painter: object, *_: object) -> None:
        """Fill what is seen of it."""
        seen = self._rect.intersected(self.viewRect())
        if self._brush.style() == Qt.BrushStyle.SolidPattern:
            painter.fillRect(seen, self._brush)  # type: ignore[attr-defined]
            return
        transform = painter.transform()  # type: ignore[attr-defined]
        device = transform.mapRect(seen)
        painter.save()  # type: ignore[attr-defined]
        painter.resetTransform()  # type: ignore[attr-defined]
        painter.fillRect(device, self._brush)  # type: ignore[attr-defined]
        painter.restore()  # type: ignore[attr-defined]
