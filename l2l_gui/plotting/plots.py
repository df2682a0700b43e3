"""Plots as panels use them: without pyqtgraph's menu, with units, and with fixed room for ticks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import pyqtgraph as pg

from l2l_gui.plotting.fitting import fit_label, fit_title
from l2l_gui.plotting.ink import CURSOR, SELECTED, Ink, inked

OVER_PROBLEMS = ("Problem", "Network after problem")
"""Labels of a horizontal axis of problems, along which stages of a protocol are shown.

A plot whose axes are chosen says so by its attribute ``over_problems``, true when it is built.
"""
TICK_WIDTH = 52
"""Pixels left of the axis: a width that followed the ticks would move the plot."""


def dressed(
    plot: pg.PlotItem,
    left: str = "",
    bottom: str = "",
    *,
    grid: bool = True,
    log: str = "",
    width: int | None = TICK_WIDTH,
) -> pg.PlotItem:
    """Label a plot of :func:`plot_view` or :func:`grid_view`, and hide the button panels replace.

    Parameters
    ----------
    left, bottom : labels with their units; none hides nothing
    grid : whether there are grid lines; not over images
    log : the logarithmic axes, such as "y" or "xy"
    width : of the left axis, pixels; None follows its ticks
    """
    plot.hideButtons()
    for side in ("left", "bottom", "right", "top"):
        axis = plot.getAxis(side)
        axis.enableAutoSIPrefix(False)
        axis.updateAutoSIPrefix = _nothing  # lays the label out anew whenever the range changes
        fit_label(axis)
    for side, label in (("left", left), ("bottom", bottom)):
        if label:
            plot.setLabel(side, label)
    if width is not None:
        plot.getAxis("left").setWidth(width)
    if log:
        plot.setLogMode(x="x" in log, y="y" in log)
    plot.has_grid = grid
    plot.over_problems = grid and bottom in OVER_PROBLEMS
    fit_title(plot)
    return plot


def _nothing() -> None:
    pass


def plot_view(**options: Any) -> pg.PlotWidget:
    """A view for one plot; ``options`` of pyqtgraph's."""
    return pg.PlotWidget(enableMenu=False, **options)


def share_range(plots: Sequence[pg.PlotItem], axes: str = "x") -> None:
    """Give plots one horizontal range, or with "xy" one range for both axes.

    pyqtgraph's own links look at where plots are on the screen, and are left with wrong ranges
    when that is asked while a window is laid out.
    """
    for axis in axes:

        def copy(view: pg.ViewBox, span: tuple[float, float], axis: str = axis) -> None:
            for plot in plots:
                if plot.vb is not view:
                    plot.setRange(**{f"{axis}Range": span}, padding=0, disableAutoRange=True)

        for plot in plots:
            getattr(plot.vb, f"sig{axis.upper()}RangeChanged").connect(copy)


def apart(low: float, high: float) -> tuple[float, float]:
    """A range that has a width: pyqtgraph keeps the old one for curves that are flat."""
    return (low, high) if high - low > 1e-9 else (low - 0.5, high + 0.5)


def differs(item: Any, **given: Any) -> bool:
    """Whether an item was given other values before; remembers these.

    What is costly to set (ticks, colour maps, curves that stay) need not be set every frame.
    """
    known = item.__dict__.setdefault("given", {})
    if all(name in known and known[name] == value for name, value in given.items()):
        return False
    known.update(given)
    return True


def titled(plot: pg.PlotItem, words: str) -> None:
    """Title a plot; its layout is only redone when the words differ."""
    if plot.titleLabel.text != words:
        plot.setTitle(words, size="9pt")


def colour_bar(label: str = "", *, width: int | None = None, colours: str = "viridis") -> Any:
    """A bar that explains an image's colours.

    Parameters
    ----------
    label : what they stand for, with the unit
    width : room for its numbers, pixels; None follows them
    colours : a colour map of pyqtgraph's
    """
    bar = pg.ColorBarItem(
        colorMap=pg.colormap.get(colours), interactive=False, width=14, label=label
    )
    bar.has_grid = False
    for side in ("left", "right"):
        fit_label(bar.getAxis(side))
    if width is not None:
        bar.getAxis("right").setWidth(width)
    return bar


def two_signs() -> pg.ColorMap:
    """Colours of numbers with two signs: dark at zero, as viridis is, so that white lines show."""
    return pg.ColorMap(None, ["#8fd0ff", "#2b6ca8", "#14161c", "#a8502b", "#ffc38f"])


def grid_view(*, margins: tuple[int, int, int, int] = (0, 0, 0, 0), spacing: int = 4) -> Any:
    """A view for several plots in a grid."""
    view = pg.GraphicsLayoutWidget()
    view.addPlot = partial(view.ci.addPlot, enableMenu=False)
    view.ci.setContentsMargins(*margins)
    view.ci.setSpacing(spacing)
    return view


class ProblemLine(pg.InfiniteLine):
    """Stands at the selected problem; panels move it by themselves.

    ``live``: whether it is shown while the selection follows the run.
    """

    def __init__(
        self, plot: pg.PlotItem, angle: float = 90, ink: Ink = SELECTED, *, live: bool = True
    ) -> None:
        super().__init__(angle=angle)
        self.live = live
        self.setZValue(50)
        inked(self, pen=ink)
        plot.addItem(self, ignoreBounds=True)

    def mark(self, problem: int | None, following: bool) -> None:
        """Move to a problem; None hides the line."""
        shown = problem is not None and (self.live or not following)
        self.setVisible(shown)
        if shown:
            self.setPos(problem)


class TimeCursor(pg.InfiniteLine):
    """Stands at the selected time in the trial, and can be dragged; panels move it by themselves."""

    def __init__(self, plot: pg.PlotItem, ink: Ink = CURSOR) -> None:
        super().__init__(angle=90, movable=True)
        self.setZValue(100)
        inked(self, pen=ink, hover_pen=replace(ink, width=3))
        plot.addItem(self, ignoreBounds=True)
