"""Trials to criterion, problem by problem."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from l2l_gui.model.snapshot import Snapshot
from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Computation,
    Nothing,
    Panel,
    PanelData,
    View,
    Wanted,
)
from l2l_gui.panels.learn.learning_curve_of import WINDOW, LearningCurve, curve
from l2l_gui.plotting.extent import Extent, free_curve, rounded_out, stretched
from l2l_gui.plotting.ink import PLAIN, QUIET, RING, Ink, dots, inked
from l2l_gui.plotting.key import CROSS, DOT, LINE, Key, Sign
from l2l_gui.plotting.key import RING as CIRCLE
from l2l_gui.plotting.plots import ProblemLine, dressed
from l2l_gui.plotting.pointing import Pointing

LARGE_RUN = 300
DECADES = 0.25
SIGNS = (
    Sign(DOT, "quiet", "problem"),
    Sign(LINE, "text", f"mean of {WINDOW}"),
    Sign(CIRCLE, "accent", "selected or in training"),
)
FAILED = Sign(CROSS, "error", "not learned")


def in_training(view: View) -> tuple[int, int] | None:
    """Number of the problem in training and its count if it were learned now; None if none is.

    The count leaves the criterion window out, as the counts of learned problems do.
    """
    now = view.snapshot
    if now is None or not len(now.losses) or not view.selection.follow_live:
        return None
    return now.present, max(1, len(now.losses) - now.config.criterion_trials)


class LearningCurvePanel(Panel[LearningCurve]):
    """Each problem a point; click one to look at it."""

    name = "learning_curve"
    title = "Learning curve"
    depends = frozenset({SNAPSHOT})
    points_at = frozenset({"problem", "follow_live"})

    def build(self) -> None:
        """A plot with points, mean and marks."""
        self.key = Key(*SIGNS)
        self.view = pg.PlotWidget()
        self.body_layout.addWidget(self.key)
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
        self.pointing = Pointing(self.view, plot, self._click, self._tip)

    def ask(self, view: View) -> Wanted:
        """The moving mean, whenever a problem has ended."""
        session, now = view.session, view.snapshot
        if session is None or now is None:
            return Nothing("Open a session or make a new one to see how it learns to learn.")
        if not now.problems and not now.trials:
            return Nothing(
                "Nothing is learned yet: press Space to train. "
                "The first problem takes some thousands of trials, later ones tens."
            )
        arguments = (now.counts, now.accuracy, now.config.max_trials)
        key = ("learning curve", session.key, now.problems)
        return Computation(curve, arguments, key=key, label="Averaging")

    def draw(self, answer: Answer[LearningCurve]) -> None:
        """Points and mean."""
        counts = answer.value.counts
        number, learned = np.arange(1, len(counts) + 1), np.isfinite(counts)
        self.points.setData(number[learned], counts[learned])
        self.points.setSymbolSize(6 if len(number) < LARGE_RUN else 4)
        failed = number[~learned]
        self.failed.setData(failed, np.full(len(failed), float(answer.value.max_trials)))
        self.key.show_signs(*SIGNS, *([FAILED] if len(failed) else []))
        self.mean.setData(number, answer.value.mean, connect="finite")

    def mark(self, answer: Answer[LearningCurve]) -> None:
        """The problem in training, or the one selected."""
        present = in_training(answer.view)
        number, count = self._selected(answer)
        self.present.setData(*(([present[0]], [present[1]]) if present else ([], [])))
        self.selected.setData(*(([number], [count]) if np.isfinite(count) else ([], [])))
        value = answer.value
        counts = np.where(np.isfinite(value.counts), value.counts, value.max_trials)
        last, heights = float(len(counts)), counts[counts > 0]
        if present is not None:
            last, heights = stretched(present[0]), np.append(heights, present[1])
        decades = np.log10(heights) if len(heights) else np.array([0.0, 1.0])
        low, high = rounded_out(float(decades.min()), float(decades.max()), DECADES)
        self.extent.show_range(1, max(last, 2), min(low, high - 1), high)

    def caption(self, answer: Answer[LearningCurve]) -> str:
        """How far the run is, or how long the selected problem took."""
        now: Snapshot | None = answer.view.snapshot
        if answer.view.selection.follow_live and now is not None:
            return f"{now.problems:,} of {now.config.problems:,} problems"
        number, count = self._selected(answer)
        return f"problem {number}: {_trials(count)}"

    def data(self, answer: Answer[LearningCurve]) -> PanelData:
        """One row a problem."""
        value, mean = answer.value, f"mean of {WINDOW}"
        return PanelData(
            {
                "problem": np.arange(1, len(value.counts) + 1),
                "trials to criterion": value.counts,
                mean: value.mean,
                "accuracy": value.accuracy,
            },
            {"trials to criterion": "trials", mean: "trials"},
            title="Trials to criterion",
            notes=answer.view.notes("nan: not learned or unknown"),
        )

    # -- the mouse ---------------------------------------------------------------------

    @staticmethod
    def _selected(answer: Answer[LearningCurve]) -> tuple[int | None, float]:
        """The problem selected and its count; NaN while the run is followed."""
        chosen, counts = answer.view.selection, answer.value.counts
        number = None if chosen.follow_live else chosen.problem
        known = number is not None and number <= len(counts)
        return number, float(counts[number - 1]) if known and number else np.nan

    def _problem_at(self, x: float) -> int | None:
        known = len(self.answer.value.counts) if self.answer else 0
        return round(x) if 1 <= round(x) <= known else None

    def _click(self, x: float, _y: float) -> None:
        number = self._problem_at(x)
        if number is not None:
            self.select(number)

    def _tip(self, x: float, _y: float) -> str | None:
        number = self._problem_at(x)
        if number is None or self.answer is None:
            return None
        value: LearningCurve = self.answer.value
        accuracy = value.accuracy[number - 1]
        right = f", {accuracy:.0%} right" if np.isfinite(accuracy) else ""
        return f"Problem {number}, {_trials(value.counts[number - 1])}{right}"


def _trials(count: float) -> str:
    return f"{count:,.0f} trials" if np.isfinite(count) else "not learned"
