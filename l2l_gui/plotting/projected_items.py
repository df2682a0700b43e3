"""What the projected 3-D plot draws: families of trajectories, markers, axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import ArrayLike
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QColor

from l2l_gui.look.theme import LINE, theme
from l2l_gui.plotting import projection
from l2l_gui.plotting.projection import FloatArray, Polylines

DEPTH_CLASSES = 4
FARTHEST_FADE = 0.6
LABEL_PIXELS = 16.0
END_ON = 0.05
"""Foreshortening below which an axis points at the viewer and has no label."""


@dataclass(frozen=True, slots=True)
class Family:
    """Trajectories drawn alike: ``points`` (M, T, 3), NaN for a gap.

    ``color`` is a theme name or ``#rrggbb``; ``style`` a pen style, ``parallel`` or
    ``perpendicular``; ``marked``: whether the cursor's time is marked on it; ``framed``: whether the
    frame is made to hold it.
    """

    points: ArrayLike
    color: str
    width: float = 1.0
    style: Qt.PenStyle | str = Qt.PenStyle.SolidLine
    name: str = ""
    marked: bool = True
    framed: bool = True


@dataclass(frozen=True, slots=True)
class Markers:
    """Points drawn alike: ``points`` (K, 3); open symbols where not ``filled``."""

    points: ArrayLike
    color: str
    symbol: str = "o"
    size: float = 8.0
    filled: bool = True
    name: str = ""


class FamilyItems:
    """The curves of one family, one for each depth class."""

    def __init__(self, family: Family) -> None:
        self.spec = family
        self.scale = 1.0
        self.full: FloatArray
        self.lines: Polylines
        self.flat: FloatArray = np.zeros((0, 3))
        self._seen: tuple[bytes, bytes, float] | None = None  # how it is drawn now
        self._move(family.points)
        self.curves = [
            pg.PlotCurveItem(skipFiniteCheck=True, antialias=True) for _ in range(DEPTH_CLASSES)
        ]
        self.cursor = pg.ScatterPlotItem(size=7, pxMode=True)
        self.cursor.setZValue(DEPTH_CLASSES + 2)
        for depth, curve in enumerate(self.curves):
            curve.setZValue(depth)
            curve.setSegmentedLineMode("on")  # wide pens are several times faster so
            curve.setCacheMode(curve.CacheMode.DeviceCoordinateCache)  # cursors move over it
        self.legend = pg.PlotCurveItem()
        self.restyle()

    def show(self, family: Family) -> None:
        """Become another family; what is alike is not drawn again."""
        before, self.spec = self.spec, family
        if not np.array_equal(np.asarray(family.points, np.float64), self.full, equal_nan=True):
            self._move(family.points)
        if (family.color, family.width, family.style) != (before.color, before.width, before.style):
            self.restyle()

    def _move(self, points: ArrayLike) -> None:
        full = np.asarray(points, dtype=np.float64)
        if full.ndim != 3 or full.shape[2] != 3:
            raise ValueError(f"points have shape {full.shape}, not (M, T, 3)")
        self.full, self.lines = full, projection.polylines(full)
        self._seen = None

    @property
    def items(self) -> list[Any]:
        """All that is drawn."""
        return [*self.curves, self.cursor]

    def pen(self, fade: float, extra: float = 0.0) -> Any:
        """The family's pen, faded and widened."""
        colour = faded(theme.color(self.spec.color), fade)
        style = self.spec.style
        line = LINE[style] if isinstance(style, str) else style
        return pg.mkPen(colour, width=self.scale * self.spec.width + extra, style=line)

    def restyle(self) -> None:
        """Take the theme's colours."""
        for depth, curve in enumerate(self.curves):
            curve.setPen(self.pen(FARTHEST_FADE * (1 - depth / (DEPTH_CLASSES - 1))))
        self.legend.setPen(self.pen(0.0, 1.0))
        self.cursor.setSize(7 * self.scale)
        self.cursor.setBrush(theme.brush(self.spec.color))
        self.cursor.setPen(theme.pen("panel"))

    def project(self, matrix: FloatArray, centre: FloatArray, radius: float) -> None:
        """Draw as seen through ``matrix`` (3, 3)."""
        seen = matrix.tobytes(), centre.tobytes(), radius
        if seen == self._seen:
            return
        self._seen = seen
        self.flat = (self.lines.points - centre) @ matrix.T
        classes = projection.depth_classes(self.flat[:, 2], radius, DEPTH_CLASSES)
        for depth, curve in enumerate(self.curves):
            x, y, connect = projection.subset(self.flat, self.lines.joined & (classes == depth))
            curve.setData(x, y, connect=connect)

    def place_cursor(self, step: int | None, matrix: FloatArray, centre: FloatArray) -> None:
        """Mark time step ``step`` of every trajectory; None for no marks."""
        if step is None or not self.spec.marked or not 0 <= step < self.full.shape[1]:
            self.cursor.setData([], [])
            return
        now = self.full[:, step]
        flat = (now[np.isfinite(now).all(axis=1)] - centre) @ matrix.T
        self.cursor.setData(flat[:, 0], flat[:, 1])


class MarkerItems:
    """The symbols of one kind of marker."""

    def __init__(self, spec: Markers) -> None:
        self.scale = 1.0
        self.item = pg.ScatterPlotItem(pxMode=True)
        self.item.setZValue(DEPTH_CLASSES + 2.5)  # above all cursors, whichever was added first
        self._look: tuple[object, ...] = ()
        self.show(spec)

    def show(self, spec: Markers) -> None:
        """Become other markers."""
        self.spec = spec
        points = np.asarray(spec.points, dtype=np.float64).reshape(-1, 3)
        self.points: FloatArray = points[np.isfinite(points).all(axis=1)]
        self._seen: tuple[bytes, bytes] | None = None  # how they are drawn now
        if _look(spec) != self._look:
            self._look = _look(spec)
            self.item.setSymbol(spec.symbol)
            self.restyle()

    def restyle(self) -> None:
        """Take the theme's colours."""
        spec = self.spec
        self.item.setSize(self.scale * spec.size)
        self.item.setBrush(theme.brush(spec.color if spec.filled else "panel"))
        outline = theme.pen("panel") if spec.filled else theme.pen(spec.color, 2)
        self.item.setPen(outline)

    def project(self, matrix: FloatArray, centre: FloatArray) -> None:
        """Draw as seen through ``matrix`` (3, 3)."""
        seen = matrix.tobytes(), centre.tobytes()
        if seen == self._seen:
            return
        self._seen = seen
        flat = (self.points - centre) @ matrix.T
        self.item.setData(flat[:, 0], flat[:, 1])


def _look(spec: Markers) -> tuple[object, ...]:
    return spec.color, spec.symbol, spec.size, spec.filled


class Triad:
    """Axes in the lower left corner; their length is round, so they are a scale bar too."""

    def __init__(self) -> None:
        self.names, self.unit = ("x", "y", "z"), "a.u."
        self._arms = [pg.PlotCurveItem(antialias=True) for _ in range(3)]
        self._labels = [pg.TextItem(anchor=(0.5, 0.5)) for _ in range(3)]
        self._length = pg.TextItem(anchor=(0.0, 1.0))
        self.scale = 1.0
        self.items = [*self._arms, *self._labels, self._length]
        for item in self.items:
            item.setZValue(DEPTH_CLASSES + 3)

    def restyle(self) -> None:
        """Take the theme's colours."""
        for arm in self._arms:
            arm.setPen(theme.pen("quiet", 1.5))
        for label in (*self._labels, self._length):
            label.setColor(theme.color("quiet"))
            label.setFont(theme.font(round(8 * self.scale)))

    def draw(self, matrix: FloatArray, view: pg.ViewBox) -> None:
        """Draw in the corner of what ``view`` shows."""
        (left, right), (bottom, top) = view.viewRange()
        span = min(right - left, top - bottom)
        length = projection.round_length(0.13 * span)
        gap = max(0.045 * span, self.scale * LABEL_PIXELS * view.viewPixelSize()[0])
        origin = np.array([left + 0.16 * span, bottom + 0.19 * span])
        for axis, (arm, label) in enumerate(zip(self._arms, self._labels, strict=True)):
            direction = matrix[:2, axis]
            tip = origin + length * direction
            arm.setData([origin[0], tip[0]], [origin[1], tip[1]])
            size = float(np.hypot(*direction))
            seen = size > END_ON
            label.setText(self.names[axis])
            label.setPos(*(tip + gap * direction / size if seen else tip))
            label.setVisible(seen)
        self._length.setText(f"axis length {length:g} {self.unit}".rstrip())
        self._length.setPos(left, bottom)


def faded(colour: QColor, fade: float) -> QColor:
    """``colour`` mixed with the plot's background; opaque, since transparency is slow."""
    ground = theme.color("panel")
    mixed = (
        round((1 - fade) * a + fade * b)
        for a, b in zip(colour.getRgb()[:3], ground.getRgb()[:3], strict=True)
    )
    return QColor(*mixed)
