"""Many arrows as one curve, and an image that is smooth between its pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QPainter

from l2l_gui.look.theme import theme

HEAD = 0.35
HEAD_ANGLE = np.deg2rad(152)

ARROW_PIXELS, MOST_ARROWS = 30.0, 320

FloatArray = NDArray[np.float64]


class ArrowField(pg.PlotCurveItem):
    """Arrows centred on points; one item, so a field costs little more than a line."""

    def __init__(self) -> None:
        super().__init__(skipFiniteCheck=True)
        self.setSegmentedLineMode("on")

    def set_arrows(self, points: FloatArray, vectors: FloatArray, longest: float) -> None:
        """Draw ``vectors`` (n, 2) at ``points`` (n, 2), scaled so that long ones are ``longest``.

        Lengths go with the square root of the vectors' own, so that slow places show too.
        """
        size = np.hypot(*vectors.T)
        largest = float(size.max(initial=0.0))
        if not largest > 0:
            self.setData(np.empty(0), np.empty(0))
            return
        along = vectors / np.where(size > 0, size, 1.0)[:, None]
        along = along * (longest * np.sqrt(size / largest))[:, None]
        tip, tail = points + along / 2, points - along / 2
        turned = [tip + HEAD * _turn(along, angle) for angle in (HEAD_ANGLE, -HEAD_ANGLE)]
        path = np.stack([tail, tip, turned[0], tip, turned[1]], axis=1)
        connect = np.tile(np.array([1, 1, 1, 1, 0], np.uint8), len(points))
        self.setData(*path.reshape(-1, 2).T, connect=connect)


class SmoothImage(pg.ImageItem):
    """An image drawn without edges between its pixels."""

    def paint(self, painter: QPainter, *arguments: Any) -> None:
        """Interpolate."""
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        super().paint(painter, *arguments)


def grid_over(
    rect: QRectF, width: float, height: float, finer: int
) -> tuple[FloatArray, tuple[int, int]]:
    """Points to draw a field at, and how many arrows fit along x and y.

    Parameters
    ----------
    rect : what a plot shows, in its own coordinates
    width, height : its size, pixels
    finer : points for each arrow, along each axis

    Returns
    -------
    grid : (columns * finer, rows * finer, 2)
    cells : columns and rows of arrows
    """
    cell = max(ARROW_PIXELS, float(np.sqrt(width * height / MOST_ARROWS)))
    columns, rows = (max(4, round(side / cell)) for side in (width, height))
    x = _centres(rect.left(), rect.width(), finer * columns)
    y = _centres(rect.top(), rect.height(), finer * rows)
    return np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1), (columns, rows)


def tinted(name: str, strength: float) -> pg.ColorMap:
    """From the panel's background to a colour of the theme mixed with it."""
    base, tint = theme.color("panel"), theme.color(name)
    mixed = [
        round(strength * new + (1 - strength) * old)
        for new, old in zip(tint.getRgb()[:3], base.getRgb()[:3], strict=True)
    ]
    return pg.ColorMap(None, [base, pg.mkColor(*mixed)])


def _centres(start: float, length: float, count: int) -> FloatArray:
    return start + length * (np.arange(count) + 0.5) / count


def _turn(vectors: FloatArray, angle: float) -> FloatArray:
    cosine, sine = np.cos(angle), np.sin(angle)
    return vectors @ np.array([[cosine, sine], [-sine, cosine]])
