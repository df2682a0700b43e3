"""Plots over the time of a trial: shaded epochs, the unscored time, the time cursor."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QBrush

from l2l_engine import task
from l2l_engine.config import RunConfig
from l2l_engine.recipes.sampling import steps_drawn
from l2l_gui.look.theme import theme
from l2l_gui.plotting.ink import DOTTED, Ink, inked
from l2l_gui.plotting.plots import TimeCursor

thinned = steps_drawn
"""Which steps of a trial to draw, and their times in ms."""
ACROSS = 1e4  # taller than any plot
MOST_TICKS = 4
NARROW = 150
"""Plots narrower than this, in pixels, have few ticks."""

OVER_IMAGE = Ink("#ffffff", 1, DOTTED)


class Hatch(Ink):
    """Fills with thin slanting lines."""

    @property
    def brush(self) -> QBrush:
        """The hatching in the present theme."""
        return QBrush(theme.color(self.colour, self.alpha), Qt.BrushStyle.BDiagPattern)


class TrialAxes:
    """Dresses a plot whose horizontal axis is time in the trial, ms.

    Parameters
    ----------
    plot : the plot, which knows its axes as ``plot.trial_axes``
    shade : whether epochs are shaded; else a dotted line of ink ``line`` marks where each
        begins, over an image
    mask : whether the unscored time is hatched
    """

    def __init__(
        self, plot: pg.PlotItem, *, shade: bool = True, mask: bool = False, line: Ink = OVER_IMAGE
    ) -> None:
        self.plot = plot
        self._shade, self._mask, self._line = shade, mask, line
        self._config: RunConfig | None = None
        self._items: list[pg.GraphicsObject] = []
        self.cursor = TimeCursor(plot)
        plot.setMouseEnabled(x=True, y=False)
        plot.trial_axes = self
        plot.vb.sigResized.connect(self._space_ticks)

    def set_config(self, config: RunConfig) -> None:
        """Show the epochs of this task."""
        if config == self._config:
            return
        self._config = config
        self.plot.setLimits(xMin=0, xMax=config.steps * config.dt)
        self.cursor.setBounds((0.0, config.steps * config.dt))
        self.fit()
        self._space_ticks()
        self._mark_epochs(config)

    def fit(self) -> None:
        """Show the whole trial."""
        if self._config is not None:
            self.plot.setXRange(0, self._config.steps * self._config.dt, padding=0)

    def _space_ticks(self, *_: object) -> None:
        """In a narrow plot, label so few times that their numbers do not overlap."""
        axis = self.plot.getAxis("bottom")
        if self._config is None or self.plot.vb.width() >= NARROW:
            axis.setTickSpacing()
        else:
            duration = self._config.steps * self._config.dt
            major = 10.0 ** math.floor(math.log10(duration))
            while duration / major > MOST_TICKS:
                major *= 2
            axis.setTickSpacing(major, major / 2)

    def _mark_epochs(self, config: RunConfig) -> None:
        for item in self._items:
            self.plot.removeItem(item)
        self._items = []
        for epoch in task.epochs(config):
            if self._shade:
                self._band(epoch.start, epoch.stop, Ink(epoch.name), -100)
            elif epoch.start > 0:
                self._add(inked(pg.InfiniteLine(epoch.start, 90), pen=self._line), 10)
        if self._mask and config.mask_ms:
            go = config.go_step * config.dt
            self._band(go, go + config.mask_ms, Hatch("quiet", alpha=0.55), -90)

    def _band(self, start: float, stop: float, ink: Ink, depth: int) -> None:
        rect = QRectF(start, -ACROSS, stop - start, 2 * ACROSS)
        self._add(inked(_Band(rect), brush=ink), depth)

    def _add(self, item: pg.GraphicsObject, depth: int) -> None:
        item.setZValue(depth)
        self.plot.addItem(item, ignoreBounds=True)
        self._items.append(item)


class _Band(pg.GraphicsObject):
    """A filled rectangle; cheaper than a LinearRegionItem, which repaints with the range."""

    def __init__(self, rect: QRectF) -> None:
        super().__init__()
        self._rect, self._brush = rect, QBrush()

    def setBrush(self, brush: QBrush) -> None:  # noqa: N802
        """Fill it with this."""
        self._brush = brush
        self.update()

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
