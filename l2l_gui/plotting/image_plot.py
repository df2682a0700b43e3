"""A matrix as an image in a plot, with the bar that explains its colours."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from numpy.typing import ArrayLike
from PyQt6.QtCore import QRectF

from l2l_gui.plotting.plots import colour_bar, differs, dressed


class ImagePlot:
    """An image, first axis down the rows, in the first row of a view.

    Parameters
    ----------
    view : a view with a grid
    left, bottom : labels of the axes
    bar : what the colours stand for, with the unit
    bar_width : room for the bar's numbers, pixels; None follows them
    colours : a colour map of pyqtgraph's
    image : the item, if not a plain one
    """

    def __init__(
        self,
        view: Any,
        left: str = "",
        bottom: str = "",
        bar: str = "",
        *,
        bar_width: int | None = None,
        colours: str = "viridis",
        image: pg.ImageItem | None = None,
    ) -> None:
        self.plot = dressed(view.addPlot(0, 0), left, bottom, grid=False)
        self.image = pg.ImageItem(axisOrder="row-major") if image is None else image
        self.plot.addItem(self.image, ignoreBounds=image is not None)
        self.bar = colour_bar(bar, width=bar_width, colours=colours)
        self.bar.setImageItem(self.image)
        view.addItem(self.bar, 0, 1)

    def show(
        self,
        values: ArrayLike,
        rect: QRectF,
        levels: tuple[float, float],
        colours: pg.ColorMap | None = None,
    ) -> None:
        """Draw values over ``rect``, colours between ``levels``; another map where one is given."""
        self.image.setImage(values, autoLevels=False)
        self.image.setRect(rect)
        if colours is not None:
            self.bar.setColorMap(colours)
        self.bar.setLevels(levels)

    def label(self, words: str, side: str = "right") -> None:
        """Say what the colours stand for."""
        if differs(self.bar, words=words):
            self.bar.setLabel(side, words)


def square(low: float, high: float) -> QRectF:
    """The same range on both axes."""
    return QRectF(low, low, high - low, high - low)
