"""Plots over the time of a trial: a row a quantity, a column a stimulus."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyqtgraph as pg

from l2l_engine import task
from l2l_engine.config import RunConfig
from l2l_gui.plotting.fitting import without_values
from l2l_gui.plotting.ink import Ink, inked
from l2l_gui.plotting.plots import TICK_WIDTH, dressed, share_range, titled
from l2l_gui.plotting.trial_axes import OVER_IMAGE, TrialAxes

TIME = "Time in the trial (ms)"


@dataclass(frozen=True)
class Row:
    """A row of plots: its label with the unit, and an ink for each of its curves.

    ``shade``, ``mask`` and ``line`` as in :class:`TrialAxes`; ``height`` relative to other rows.
    """

    label: str
    inks: tuple[Ink, ...] = ()
    height: int = 1
    grid: bool = True
    shade: bool = True
    mask: bool = False
    line: Ink = OVER_IMAGE


class TrialPlot:
    """One row of one column."""

    def __init__(self, plot: pg.PlotItem, row: Row) -> None:
        self.plot = plot
        self.axes = TrialAxes(plot, shade=row.shade, mask=row.mask, line=row.line)
        self.curves = [self._curve(ink) for ink in row.inks]

    def _curve(self, ink: Ink) -> pg.PlotCurveItem:
        # plain curves cost a third of PlotDataItems, and are drawn thirty times a second
        curve = inked(pg.PlotCurveItem(skipFiniteCheck=True), pen=ink)
        self.plot.addItem(curve)
        return curve


Column = list[TrialPlot]


class TrialGrid(pg.GraphicsLayoutWidget):
    """Rows of plots with one axis of time; the second column is for both stimuli at once.

    Parameters
    ----------
    *rows : from top to bottom
    titled : whether each column is titled with its stimulus
    time : the label below; "" leaves the numbers out, too
    tick_width : left of the plots, pixels
    linked : axes ("x" or "xy") whose range both columns share; a column's rows share the time
    """

    def __init__(
        self,
        *rows: Row,
        titled: bool = True,
        time: str = TIME,
        tick_width: int = TICK_WIDTH,
        spacing: int = 4,
        linked: str = "",
    ) -> None:
        super().__init__()
        self.ci.setContentsMargins(0, 0, 8, 0)
        self.ci.setSpacing(spacing)
        self._titled = titled
        self.columns: list[Column] = [
            [self._plot(rows, row, column, time, tick_width) for row in range(len(rows))]
            for column in range(task.RESPONSES)
        ]
        for place, row in enumerate(rows):
            self.ci.layout.setRowStretchFactor(place, row.height)
        plots = [[part.plot for part in column] for column in self.columns]
        for together in [[plot for some in plots for plot in some]] if linked else plots:
            share_range(together, linked or "x")

    def _plot(
        self, rows: Sequence[Row], place: int, column: int, time: str, width: int
    ) -> TrialPlot:
        row, last = rows[place], place == len(rows) - 1 and bool(time)
        left = row.label if column == 0 else ""
        bottom = time if last else ""
        plain = self.addPlot(place, column, enableMenu=False)
        plot = dressed(plain, left, bottom, grid=row.grid, width=width)
        if not last:
            without_values(plot)
        plot.quantity = row.label
        return TrialPlot(plot, row)

    def show_trial(
        self, config: RunConfig, stimuli: Iterable[int], titles: Sequence[str] = ()
    ) -> list[Column]:
        """Show a column for each stimulus, with the epochs of this task and, if given, titles."""
        shown = list(stimuli)
        for place, column in enumerate(self.columns):
            for part in column:
                part.plot.setVisible(place < len(shown))
                part.axes.set_config(config)
        columns = self.columns[: len(shown)]
        if self._titled:
            words = titles or [f"stimulus {stimulus}" for stimulus in shown]
            for title, column in zip(words, columns, strict=True):
                titled(column[0].plot, title)
        return columns

    def set_range(self, row: int, low: float, high: float, padding: float = 0.0) -> None:
        """One vertical range for all of a row."""
        for column in self.columns:
            column[row].plot.setYRange(low, high, padding=padding)
