"""What a plot shows under the pointer, in words: the nearest point of a curve, bar or image."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QEvent, QObject, QPointF
from PyQt6.QtWidgets import QToolTip

from l2l_gui.plotting.ink import DOTTED, Ink, inked
from l2l_gui.plotting.legend import LINE as SOLID
from l2l_gui.plotting.legend import LINES, Legend, Sign
from l2l_gui.plotting.pointing import HOVER_RATE
from l2l_gui.plotting.trial_grid import TIME

REACH = 30.0
"""Pixels from the pointer to what is read."""
HAIR = Ink("quiet", 1, DOTTED)


class Reading(NamedTuple):
    """A place of a plot (its own coordinates) and what is there."""

    x: float
    y: float
    words: str


def read(plot: pg.PlotItem, x: float, y: float, signs: Sequence[Sign] = ()) -> Reading | None:
    """What ``plot`` shows near (x, y), its own coordinates; ``signs`` name its curves."""
    nearest, found = REACH, None
    width, height = plot.vb.viewPixelSize()
    for item, xs, ys in _points(plot):
        gaps = np.hypot((xs - x) / width, (ys - y) / height)
        gaps = np.where(np.isfinite(gaps), gaps, np.inf)
        place = int(gaps.argmin()) if len(gaps) else 0
        if len(gaps) and gaps[place] < nearest:
            nearest = float(gaps[place])
            found = item, float(xs[place]), float(ys[place])
    if found is not None:
        item, across, up = found
        lines = [name(item, signs), _said(plot, "bottom", across), _said(plot, "left", up)]
        return Reading(across, up, "\n".join(filter(None, lines)))
    return next(_images(plot, x, y), None)


def name(item: Any, signs: Iterable[Sign]) -> str:
    """What an item stands for, by the sign that has its ink; "" where none or several do."""
    inks = [ink for ink in getattr(item, "inks", {}).values() if ink is not None]
    for ink in inks:
        mark = LINES.get(ink.style, SOLID)
        alike = [sign.words for sign in signs if sign.colour == ink.colour]
        exact = [s.words for s in signs if s.colour == ink.colour and s.mark == mark]
        for words in (exact, alike):
            if len(words) == 1:
                return words[0]
    return ""


def _points(plot: pg.PlotItem) -> Iterator[tuple[Any, NDArray[np.float64], NDArray[np.float64]]]:
    """The items that show numbers, with these as the plot has them."""
    for item in plot.items:
        if not item.isVisible():
            continue
        if isinstance(item, pg.PlotDataItem | pg.PlotCurveItem | pg.ScatterPlotItem):
            xs, ys = item.getData()
        elif isinstance(item, pg.BoxplotItem):
            five = np.asarray(item.opts["data"] or np.empty((0, 1)), float)
            xs, ys = np.repeat(item.opts["loc"] or [], five.shape[1]), five.ravel()
        elif isinstance(item, pg.BarGraphItem):
            xs, ys = item.opts.get("x"), item.opts.get("height")
        else:
            continue
        if xs is None or ys is None:
            continue
        xs, ys = np.atleast_1d(np.asarray(xs, float)), np.atleast_1d(np.asarray(ys, float))
        if len(xs) == len(ys):
            yield item, xs, ys


def _images(plot: pg.PlotItem, x: float, y: float) -> Iterator[Reading]:
    for item in plot.items:
        if not isinstance(item, pg.ImageItem) or not item.isVisible() or item.image is None:
            continue
        place = item.mapFromParent(QPointF(x, y))
        column, row = int(np.floor(place.x())), int(np.floor(place.y()))
        values = item.image if item.axisOrder == "row-major" else np.swapaxes(item.image, 0, 1)
        if values.ndim == 2 and 0 <= row < values.shape[0] and 0 <= column < values.shape[1]:
            said = [_said(plot, "bottom", x), _said(plot, "left", round(y))]
            value = _quantity(_bar_words(plot, item), float(values[row, column]))
            yield Reading(x, y, "\n".join(filter(None, [*said, value])))


def _bar_words(plot: pg.PlotItem, image: pg.ImageItem) -> str:
    for bar in plot.scene().items():
        if isinstance(bar, pg.ColorBarItem):
            meant = [reference() for reference in bar.img_list]
            if any(each is image for each in meant):
                words = (bar.getAxis(side).labelText for side in ("left", "right"))
                return next(filter(None, words), "")
    return ""


def _said(plot: pg.PlotItem, side: str, value: float) -> str:
    axis = plot.getAxis(side)
    words = axis.labelText or getattr(plot, "quantity", "") * (side == "left")
    if side == "bottom" and hasattr(plot, "trial_axes"):
        words = words or TIME
    if axis.logMode:
        value = 10.0**value
    return _quantity(words, value * (1.0 if axis.logMode else axis.scale))


def _quantity(words: str, value: float) -> str:
    found = re.fullmatch(r"(.*?)\s*\(([^()]*)\)", words or "Value")
    about, unit = found.groups() if found else (words or "Value", "")
    return f"{about}: {number(value)} {unit}".strip()


def number(value: float) -> str:
    """A number with four digits, whole ones in full.

    Examples
    --------
    >>> number(1250.0), number(0.0123456)
    ('1,250', '0.01235')
    """
    if not np.isfinite(value):
        return "none"
    return f"{value:,.0f}" if value == round(value) and abs(value) < 1e9 else f"{value:,.4g}"


class Reader(QObject):
    """A crosshair at what the pointer reads of a plot, and its words in a tip.

    Parameters
    ----------
    plot : in its view
    legends : name its curves
    tip : what the panel itself says of a place (the plot's coordinates); None: see :func:`read`
    """

    def __init__(
        self,
        plot: pg.PlotItem,
        legends: Sequence[Legend],
        tip: Callable[[float, float], str | None] | None = None,
    ) -> None:
        view = plot.getViewWidget()
        super().__init__(view)
        self._plot, self._view, self._legends, self._tip = plot, view, legends, tip
        self.words = ""
        """What was read last; "" where there was nothing."""
        self.lines: list[pg.InfiniteLine] = []
        scene = view.scene()
        self._proxy = pg.SignalProxy(scene.sigMouseMoved, rateLimit=HOVER_RATE, slot=self._moved)
        view.viewport().installEventFilter(self)

    def hide(self) -> None:
        """Hide the crosshair, for example before a picture is taken."""
        for line in self.lines:
            line.hide()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """No crosshair where there is no pointer."""
        if event is not None and event.type() == QEvent.Type.Leave:
            self.hide()
        return False

    def _moved(self, arguments: tuple[QPointF]) -> None:
        vb = self._plot.vb
        if not self._plot.isVisible() or not vb.sceneBoundingRect().contains(arguments[0]):
            self.hide()
            return
        place = vb.mapSceneToView(arguments[0])
        self.show_at(place.x(), place.y(), arguments[0])

    def show_at(self, x: float, y: float, where: QPointF) -> None:
        """Read at (x, y), the plot's coordinates, which is at ``where`` of the scene."""
        if self._tip is not None:
            said = self._tip(x, y)
            found = None if said is None else Reading(x, y, said)
        else:
            signs = [sign for legend in self._legends for sign in legend.signs]
            found = read(self._plot, x, y, signs)
        self.words = "" if found is None else found.words
        if found is None:
            self.hide()
            if self._tip is None:
                QToolTip.hideText()
            return
        self._cross(found)
        if self._tip is None:
            spot = self._view.mapToGlobal(self._view.mapFromScene(where))
            QToolTip.showText(spot, found.words, self._view)

    def _cross(self, found: Reading) -> None:
        if not self.lines:
            for angle in (0, 90):
                line = inked(pg.InfiniteLine(angle=angle), pen=HAIR)
                line.setZValue(90)
                self._plot.addItem(line, ignoreBounds=True)
                self.lines.append(line)
        for line, place in zip(self.lines, (found.y, found.x), strict=True):
            line.setPos(place)
            line.show()
