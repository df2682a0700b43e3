"""Trials to criterion, problem by problem."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtWidgets import QToolTip

from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.base import SNAPSHOT, Answer, Nothing, Panel
from l2l_gui.plotting.extent import Extent, free_curve, rounded_out, stretched
from l2l_gui.plotting.key import CROSS, DOT, LINE, RING, Key, Sign
from l2l_gui.workers.jobs import Computation

WINDOW = 30
LARGE_RUN = 300
DECADES = 0.25


@dataclass(frozen=True, eq=False)
class Curve:
    """K problems: counts and their moving mean."""

    counts: NDArray[np.float64]  # (K,)
    mean: NDArray[np.float64]  # (K,)
    accuracy: NDArray[np.float64]  # (K,)
    max_trials: int


def curve(counts: NDArray[Any], accuracy: NDArray[Any], max_trials: int) -> Curve:
    """The learning curve and its 30-problem moving mean."""
    from l2l_engine.analysis.learning_curve import moving_mean  # brings SciPy, so not at start

    return Curve(counts, moving_mean(counts, WINDOW), accuracy, max_trials)


class LearningCurvePanel(Panel):
    """Each problem a point; click one to look at it."""

    name = "learning_curve"
    title = "Learning curve"
    help = (
        "Each point is one problem: how many trials it took until the mean loss of the last 50 "
        "fell below the criterion, on a logarithmic axis; the line is the mean over 30 problems. "
        "Falling counts are learning to learn: later problems take a hundredth of the first's "
        "trials; a cross marks a problem that was given up, the open circle the one in training. "
        "Goudar et al. (2023), Fig. 1c–e; learning goes on during the 50 trials of the window, "
        "so the trials run are the count plus 50."
    )
    depends = frozenset({"problem", "follow_live", SNAPSHOT})

    def build(self) -> None:
        """A plot with points, mean and marks."""
        self.key = Key(*_signs(False))
        self.view = pg.PlotWidget()
        self.body_layout.addWidget(self.key)
        self.body_layout.addWidget(self.view)
        self.plot = plot = self.view.getPlotItem()
        plot.setLabel("bottom", "Problem")
        plot.setLabel("left", "Trials to criterion")
        plot.setLogMode(y=True)
        plot.setMenuEnabled(False)
        plot.setLimits(xMin=0, yMin=-0.5, yMax=6)
        self.points = free_curve(plot, pen=None, symbol="o", symbolSize=6)
        self.failed = free_curve(plot, pen=None, symbol="x", symbolSize=9)
        self.mean = free_curve(plot)
        self.present = free_curve(plot, pen=None, symbol="o", symbolSize=9)
        self.selected = free_curve(plot, pen=None, symbol="o", symbolSize=13)
        self.extent = Extent()
        plot.addItem(self.extent)
        self.line = pg.InfiniteLine(angle=90)
        plot.addItem(self.line, ignoreBounds=True)
        self.view.scene().sigMouseClicked.connect(self._clicked)
        self._hover = pg.SignalProxy(
            self.view.scene().sigMouseMoved, rateLimit=20, slot=self._hovered
        )
        self._curve: Curve | None = None

    def ask(self) -> Answer:
        """The moving mean, whenever a problem has ended."""
        session = self.context.session
        if session is None:
            return Nothing("Open a session or make a new one to see how it learns to learn.")
        now = session.snapshot
        if not now.problems and not now.trials:
            return Nothing(
                "Nothing is learned yet: press Space to train. "
                "The first problem takes some thousands of trials, later ones tens."
            )
        arguments = (now.counts, now.accuracy, now.config.max_trials)
        return Computation(
            curve, arguments, key=("learning curve", session.key, now.problems), label="Averaging"
        )

    def draw(self, value: Curve) -> None:
        """Points and mean only when they changed; the marks always."""
        if value is not self._curve:
            self._curve = value
            number = np.arange(1, len(value.counts) + 1)
            learned = np.isfinite(value.counts)
            self.points.setData(number[learned], value.counts[learned])
            self.points.setSymbolSize(6 if len(number) < LARGE_RUN else 4)
            failed = number[~learned]
            self.failed.setData(failed, np.full(len(failed), float(value.max_trials)))
            self.key.show_signs(*_signs(bool(len(failed))))
            self.mean.setData(number, value.mean, connect="finite")
        self._mark()

    def _mark(self) -> None:
        session, chosen = self.context.session, self.context.selected
        assert self._curve is not None
        if session is None:
            return
        now = session.snapshot
        trained = max(1, len(now.losses) - now.config.criterion_trials)
        live = len(now.losses) > 0 and chosen.follow_live
        self.present.setData([now.present] if live else [], [trained] if live else [])
        self._fit(self._curve, (now.present, trained) if live else None)
        problem = None if chosen.follow_live else chosen.problem
        count = np.nan
        if problem is not None and problem <= len(self._curve.counts):
            count = self._curve.counts[problem - 1]
            self.line.setPos(problem)
        self.line.setVisible(problem is not None)
        known = np.isfinite(count)
        self.selected.setData([problem] if known else [], [count] if known else [])
        if chosen.follow_live:
            self.shown.emit(f"{now.problems:,} of {now.config.problems:,} problems")
        else:
            words = "not learned" if not known else f"{count:,.0f} trials"
            self.shown.emit(f"problem {problem}: {words}")

    def _fit(self, value: Curve, present: tuple[int, int] | None) -> None:
        counts = np.where(np.isfinite(value.counts), value.counts, value.max_trials)
        last, heights = float(len(counts)), counts[counts > 0]
        if present is not None:
            last, heights = stretched(present[0]), np.append(heights, present[1])
        decades = np.log10(heights) if len(heights) else np.array([0.0, 1.0])
        low, high = rounded_out(float(decades.min()), float(decades.max()), DECADES)
        self.extent.show_range(1, max(last, 2), min(low, high - 1), high)

    def restyle(self, palette: Palette) -> None:
        """Quiet points, a plain mean, the selection in the accent colour."""
        theme.style_plot(self.plot)
        self.points.setSymbolBrush(theme.brush("quiet", 0.7))
        self.points.setSymbolPen(None)
        self.failed.setSymbolPen(theme.pen("error", 2))
        self.mean.setPen(theme.pen("text", 2))
        self.present.setSymbolBrush(None)
        self.present.setSymbolPen(theme.pen("accent", 2))
        self.selected.setSymbolBrush(None)
        self.selected.setSymbolPen(theme.pen("accent", 2))
        self.line.setPen(theme.pen("accent", 1, alpha=0.6))

    def data(self) -> PanelData | None:
        """One row a problem."""
        session, value = self.context.session, self._curve
        if session is None or value is None or not self.has_content:
            return None
        return PanelData(
            {
                "problem": np.arange(1, len(value.counts) + 1),
                "trials to criterion": value.counts,
                f"mean of {WINDOW}": value.mean,
                "accuracy": value.accuracy,
            },
            {"trials to criterion": "trials", f"mean of {WINDOW}": "trials"},
            title="Trials to criterion",
            notes=(f"Session {session.name}", "nan: not learned or unknown"),
        )

    # -- the mouse ---------------------------------------------------------------------

    def _problem_at(self, position: Any) -> int | None:
        if self._curve is None or not self.plot.vb.sceneBoundingRect().contains(position):
            return None
        number = round(self.plot.vb.mapSceneToView(position).x())
        return number if 1 <= number <= len(self._curve.counts) else None

    def _clicked(self, event: Any) -> None:
        number = self._problem_at(event.scenePos())
        if number is not None and event.button().name == "LeftButton":
            self.context.selection.select_problem(number)

    def _hovered(self, arguments: tuple[Any]) -> None:
        number = self._problem_at(arguments[0])
        if number is None or self._curve is None:
            QToolTip.hideText()
            return
        count = self._curve.counts[number - 1]
        accuracy = self._curve.accuracy[number - 1]
        words = [
            f"Problem {number}",
            f"{count:,.0f} trials" if np.isfinite(count) else "not learned",
        ]
        if np.isfinite(accuracy):
            words.append(f"{accuracy:.0%} right")
        where = self.view.mapToGlobal(self.view.mapFromScene(arguments[0]))
        QToolTip.showText(where, ", ".join(words), self.view)


def _signs(failures: bool) -> list[Sign]:
    signs = [
        Sign(DOT, "quiet", "problem"),
        Sign(LINE, "text", f"mean of {WINDOW}"),
        Sign(RING, "accent", "selected or in training"),
    ]
    return [*signs, Sign(CROSS, "error", "not learned")] if failures else signs
