"""Clicks and tooltips on a plot, in its own coordinates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6 import sip
from PyQt6.QtCore import QPointF, Qt
from PyQt6.QtWidgets import QToolTip

HOVER_RATE = 20
NEAR_PIXELS = 12.0


class Pointing:
    """Calls ``clicked(x, y)`` on a left click and shows ``tip(x, y)`` under the pointer.

    Coordinates are the view's, so logarithms on a logarithmic axis. None from ``tip``: no tip.
    """

    def __init__(
        self,
        view: pg.GraphicsView,
        plot: pg.PlotItem,
        clicked: Callable[[float, float], None] | None = None,
        tip: Callable[[float, float], str | None] | None = None,
    ) -> None:
        self._view, self._plot, self._clicked, self.tip = view, plot, clicked, tip
        if clicked is not None:
            view.scene().sigMouseClicked.connect(self._on_click)
        if tip is not None:
            self._proxy = pg.SignalProxy(
                view.scene().sigMouseMoved, rateLimit=HOVER_RATE, slot=self._on_move
            )

    def near(self, x: float, y: float, xs: Any, ys: Any) -> int | None:
        """Index of the point (view coordinates) nearest to (x, y), if within a few pixels."""
        if not len(xs):
            return None
        width, height = self._plot.vb.viewPixelSize()
        gaps = np.hypot((np.asarray(xs) - x) / width, (np.asarray(ys) - y) / height)
        gaps = np.where(np.isfinite(gaps), gaps, np.inf)
        index = int(gaps.argmin())
        return index if gaps[index] <= NEAR_PIXELS else None

    def place(self, position: QPointF) -> tuple[float, float] | None:
        """The plot's coordinates at a position of the scene; None outside the plot."""
        if not self._plot.isVisible() or not self._plot.vb.sceneBoundingRect().contains(position):
            return None
        place = self._plot.vb.mapSceneToView(position)
        return place.x(), place.y()

    def _on_click(self, event: Any) -> None:
        place = self.place(event.scenePos())
        if place and event.button() == Qt.MouseButton.LeftButton and self._clicked:
            self._clicked(*place)

    def _on_move(self, arguments: tuple[QPointF]) -> None:
        if sip.isdeleted(self._plot):  # a movement that waited while the panel was closed
            return
        place = self.place(arguments[0])
        text = self.tip(*place) if place and self.tip else None
        if text is None:
            QToolTip.hideText()
            return
        where = self._view.mapToGlobal(self._view.mapFromScene(arguments[0]))
        QToolTip.showText(where, text, self._view)
