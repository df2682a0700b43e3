"""Learning curves of several sessions over each other, with their fits."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from l2l_gui.panels.base import Answer, Column, Flag, Table
from l2l_gui.panels.compare.compared import CountsPanel, names, sign
from l2l_gui.panels.compare.curves_of import SessionCurve, curves
from l2l_gui.panels.learn.learning_curve_of import WINDOW
from l2l_gui.panels.view import Learner
from l2l_gui.plotting.ink import DOTTED, Ink, dots, inked
from l2l_gui.plotting.legend import DOTTED as DOTS
from l2l_gui.plotting.legend import Sign

LOWEST = 1e-3
"""A fit below this many trials is drawn there."""

Curves = list[SessionCurve]


class CompareCurvesPanel(CountsPanel[SessionCurve]):
    """Moving means and exponential fits, a colour a session."""

    name = "compare_curves"
    title = "Learning curves"
    recipe = "compare_curves"
    options = (Flag("each", "Show every problem"),)
    compute = curves
    more_signs = (Sign(DOTS, "quiet", "fit"),)

    def add(
        self, answer: Answer[Curves], learner: Learner, value: SessionCurve, place: int
    ) -> Sign:
        """The mean, the fit, and the single problems where they are wanted."""
        number, look = np.arange(1, len(value.counts) + 1), learner.look
        if answer.view["each"] or not np.isfinite(value.mean).any():
            learned = np.isfinite(value.counts)
            points = pg.PlotDataItem(
                number[learned], value.counts[learned], symbol="o", symbolSize=4
            )
            self.put(inked(points, pen=None, **dots(Ink(look.colour, alpha=0.35))))
        mean = pg.PlotDataItem(number, value.mean, connect="finite")
        self.put(inked(mean, pen=Ink(look.colour, 2, look.style)))
        if value.fit is not None:
            fit = pg.PlotDataItem(number[1:], np.maximum(value.fitted[1:], LOWEST))
            self.put(inked(fit, pen=Ink(look.colour, 1, DOTTED)))
        return sign(learner, value.words)

    def caption(self, answer: Answer[Curves]) -> str:
        """How many sessions."""
        return f"{len(answer.view.sessions)} sessions, mean of {WINDOW} problems"

    def data(self, answer: Answer[Curves]) -> Table:
        """One row a problem, three columns a session; NaN where a session has fewer problems."""
        named = list(zip(names(answer.view), answer.value, strict=True))
        length = max(len(value.counts) for value in answer.value)
        columns = [Column("problem", np.arange(1, length + 1))]
        for name, value in named:
            for words, values in value.columns:
                padded = np.pad(values, (0, length - len(values)), constant_values=np.nan)
                columns.append(Column(f"{name} {words}", padded, "trials"))
        notes = [f"{name}: {value.words}" for name, value in named]
        return Table("Learning curves", notes, *columns)
