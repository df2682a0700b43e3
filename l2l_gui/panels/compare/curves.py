"""Learning curves of several sessions over each other with their fits, or of their conditions."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from l2l_gui.panels.base import Answer, Column, Flag, Table
from l2l_gui.panels.compare.compared import GROUPED, CountsPanel, Shown, counted, is_grouped, shown
from l2l_gui.panels.compare.curves_of import SessionCurve, curves
from l2l_gui.panels.learn.learning_curve_of import WINDOW
from l2l_gui.plotting.ink import DOTTED, Ink, dots, inked
from l2l_gui.plotting.legend import DOTTED as DOTS
from l2l_gui.plotting.legend import Sign

LOWEST = 1e-3
"""A fit below this many trials is drawn there."""

Curves = list[SessionCurve]


class CompareCurvesPanel(CountsPanel[SessionCurve]):
    """Moving means and exponential fits, a colour a session; or means and s.e.m. of conditions."""

    name = "compare_curves"
    title = "Learning curves"
    recipe = "compare_curves"
    options = (GROUPED, Flag("each", "Show every problem"))
    compute = curves
    more_signs = (Sign(DOTS, "quiet", "fit"),)

    def add(self, answer: Answer[Curves], drawn: Shown, value: SessionCurve, place: int) -> Sign:
        """The mean, its fit or standard error, and the single problems where they are wanted."""
        number, look = np.arange(1, len(value.counts) + 1), drawn.look
        if answer.view["each"] or not np.isfinite(value.mean).any():
            learned = np.isfinite(value.counts)
            points = pg.PlotDataItem(
                number[learned], value.counts[learned], symbol="o", symbolSize=4
            )
            self.put(inked(points, pen=None, **dots(Ink(look.colour, alpha=0.35))))
        if value.sem is not None:
            self._put_band(value.mean, value.sem, look.colour)
        mean = pg.PlotDataItem(number, value.mean, connect="finite")
        self.put(inked(mean, pen=Ink(look.colour, 2, look.style)))
        if value.fit is not None:
            fit = pg.PlotDataItem(number[1:], np.maximum(value.fitted[1:], LOWEST))
            self.put(inked(fit, pen=Ink(look.colour, 1, DOTTED)))
        return drawn.sign_saying(value.words)

    def _put_band(self, mean: NDArray[np.float64], sem: NDArray[np.float64], colour: str) -> None:
        """One standard error to both sides, where there are two networks or more."""
        known = np.flatnonzero(np.isfinite(sem))
        edges = [
            pg.PlotDataItem(known + 1, np.maximum(values[known], LOWEST))
            for values in (mean - sem, mean + sem)
        ]
        for edge in edges:
            self.put(inked(edge, pen=None))
        self.put(inked(pg.FillBetweenItem(*edges), brush=Ink(colour, alpha=0.25)))

    def caption(self, answer: Answer[Curves]) -> str:
        """How many sessions."""
        spread = " ± s.e.m." if is_grouped(answer.view) else ""
        return f"{counted(answer.view)}, mean of {WINDOW} problems{spread}"

    def data(self, answer: Answer[Curves]) -> Table:
        """One row a problem, three columns a session or condition; NaN past its last problem."""
        named = [
            (drawn.name, value)
            for drawn, value in zip(shown(answer.view), answer.value, strict=True)
        ]
        length = max(len(value.counts) for value in answer.value)
        columns = [Column("problem", np.arange(1, length + 1))]
        for name, value in named:
            for words, values in value.columns:
                padded = np.pad(values, (0, length - len(values)), constant_values=np.nan)
                columns.append(Column(f"{name} {words}", padded, "trials"))
        notes = [f"{name}: {value.words}" for name, value in named]
        return Table("Learning curves", notes, *columns)
