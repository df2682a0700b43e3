"""Trials to criterion, problem by problem."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Computation,
    Needs,
    Nothing,
    Panel,
    Table,
    View,
    Wanted,
    tip,
)
from l2l_gui.panels.learn.learning_curve_of import WINDOW, LearningCurve, curve
from l2l_gui.plotting.extent import Extent, free_curve, rounded_out, stretched
from l2l_gui.plotting.ink import PLAIN, QUIET, RING, Ink, dots, inked
from l2l_gui.plotting.legend import CROSS, DOT, LINE, Legend, Sign
from l2l_gui.plotting.legend import RING as CIRCLE
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import ProblemLine, dressed, plot_view

LARGE_RUN = 300
DECADES = 0.25
MEAN = Sign(LINE, "text", f"mean of {WINDOW}")
SIGNS = (
    Sign(DOT, "quiet", "problem"),
    MEAN,
    Sign(CIRCLE, "accent", "selected or in training"),
)
FAILED = Sign(CROSS, "error", "not learned")


class LearningCurvePanel(Panel[LearningCurve]):
    """Each problem a point; click one to look at it."""

    name = "learning_curve"
    title = "Learning curve"
    recipe = "learning_curve"
    depends = frozenset({SNAPSHOT})
    points_at = frozenset({"problem", "follow_live"})
    needs = Needs("see how it learns to learn")

    def build(self) -> None:
        """A plot with points, mean and marks."""
        self.legend = Legend(*SIGNS)
        self.view = plot_view(axisItems={"left": LogAxis("left")})
        self.body_layout.addWidget(self.legend)
        self.body_layout.addWidget(self.view)
        self.plot = plot = dressed(
            self.view.getPlotItem(), "Trials to criterion", "Problem", log="y"
        )
        plot.setLimits(xMin=0, yMin=-0.5, yMax=6)

        def marks(symbol: str, size: int, **inks: Ink | None) -> pg.PlotDataItem:
            return inked(free_curve(plot, symbol=symbol, symbolSize=size), pen=None, **inks)

        self.points = marks("o", 6, **dots(QUIET))
        self.failed = marks("x", 9, symbol_pen=Ink("error", 2))
        self.mean = inked(free_curve(plot), pen=PLAIN)
        self.present = marks("o", 9, symbol_pen=RING, symbol_brush=None)
        self.selected = marks("o", 13, symbol_pen=RING, symbol_brush=None)
        self.extent = Extent()
        plot.addItem(self.extent)
        self.line = ProblemLine(plot, live=False)
        self.pointing = self.point_at(plot, _problem_at, _tip)

    def ask(self, view: View) -> Wanted:
        """The moving mean, whenever a problem has ended."""
        now = view.snapshot
        if not now.problems and not now.trials:
            return Nothing(
                "Nothing is learned yet: press Space to train. "
                "The first problem takes some thousands of trials, later ones tens."
            )
        arguments = (now.counts, now.accuracy, now.ran, now.config.max_trials)
        key = ("learning curve", view.session.key, now.problems)
        return Computation(curve, arguments, key=key, label="Averaging")

    def draw(self, answer: Answer[LearningCurve]) -> None:
        """Points and mean."""
        counts = answer.value.counts
        number, learned = np.arange(1, len(counts) + 1), np.isfinite(counts)
        self.points.setData(number[learned], counts[learned])
        self.points.setSymbolSize(6 if len(number) < LARGE_RUN else 4)
        failed = number[~learned]
        self.failed.setData(failed, answer.value.failed[~learned])
        averaged = bool(np.isfinite(answer.value.mean).any())
        signs = [sign for sign in SIGNS if averaged or sign is not MEAN]
        self.legend.show_signs(*signs, *([FAILED] if len(failed) else []))
        self.mean.setData(number, answer.value.mean, connect="finite")

    def mark(self, answer: Answer[LearningCurve]) -> None:
        """The problem in training, or the one selected."""
        value, present = answer.value, in_training(answer.view)
        row = _selected(answer)
        count = np.nan if row is None else value.counts[row]
        self.present.setData(*(([present[0]], [present[1]]) if present else ([], [])))
        self.selected.setData(
            *(([row + 1], [count]) if row is not None and np.isfinite(count) else ([], []))
        )
        last, heights = float(len(value.counts)), value.heights
        if present is not None:
            last, heights = stretched(present[0]), np.append(heights, present[1])
        decades = np.log10(heights) if len(heights) else np.array([0.0, 1.0])
        low, high = rounded_out(float(decades.min()), float(decades.max()), DECADES)
        self.extent.show_range(1, max(last, 2), min(low, high - 1), high)

    def caption(self, answer: Answer[LearningCurve]) -> str:
        """How far the run is, or how long the selected problem took."""
        view, row = answer.view, _selected(answer)
        if view.selection.follow_live:
            return f"{view.problems:,} of {view.snapshot.config.problems:,} problems"
        words = "not learned" if row is None else answer.value.columns[1].say(row)
        return f"problem {view.selection.problem}: {words}"

    def data(self, answer: Answer[LearningCurve]) -> Table:
        """One row a problem."""
        notes = answer.view.notes("nan: not learned or unknown")
        return Table("Trials to criterion", notes, *answer.value.columns)


def in_training(view: View) -> tuple[int, int] | None:
    """Number of the problem in training and its count if it were learned now; None if none is.

    The count leaves the criterion window out, as the counts of learned problems do.
    """
    now = view.snapshot
    if not len(now.losses) or not view.selection.follow_live:
        return None
    return now.present, max(1, len(now.losses) - now.config.criterion_trials)


def _selected(answer: Answer[LearningCurve]) -> int | None:
    """The row of the problem selected; None while the run is followed."""
    chosen = answer.view.selection
    number = None if chosen.follow_live else chosen.problem
    return number - 1 if number and number <= len(answer.value.counts) else None


def _problem_at(answer: Answer[LearningCurve], x: float, _y: float) -> int | None:
    return round(x) if 1 <= round(x) <= len(answer.value.counts) else None


def _tip(answer: Answer[LearningCurve], x: float, y: float) -> str | None:
    number = _problem_at(answer, x, y)
    return None if number is None else tip(answer.value.columns, number - 1)
