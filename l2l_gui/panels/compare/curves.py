"""Learning curves of several sessions over each other, with their fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction

from l2l_engine.analysis import learning_curve
from l2l_engine.analysis.learning_curve import ExponentialFit
from l2l_engine.config import L2LError
from l2l_gui.look.theme import Palette, theme
from l2l_gui.model.sessions import SessionKey
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.compare.compared import CountAxis, counts_of, key_of, too_few
from l2l_gui.panels.legacy import SNAPSHOT, Answer, LegacyPanel
from l2l_gui.plotting.legend_line import DOTTED, Key, LegendLine
from l2l_gui.plotting.problem_axis import ProblemAxis
from l2l_gui.plotting.session_colours import colour, style
from l2l_gui.workers.jobs import Computation

WINDOW = 30
BOUNDS = (5.0, 200.0)  # problems; the paper's limits of the time constant


@dataclass(frozen=True, eq=False)
class Curve:
    """One session's counts (K,), their moving mean (K,) and the fit from problem 2 on."""

    session_key: SessionKey
    counts: NDArray[np.float64]
    mean: NDArray[np.float64]
    fit: ExponentialFit | None
    words: str

    @property
    def fitted(self) -> NDArray[np.float64]:
        """The fit at every problem, (K,); NaN for the first and where there is none."""
        values = np.full(len(self.counts), np.nan)
        if self.fit is not None:
            values[1:] = self.fit(np.arange(len(self.counts) - 1))
        return values


Given = tuple[SessionKey, NDArray[np.float64], bool]


def curves(given: tuple[Given, ...]) -> list[Curve]:
    """Moving mean and fit of each session's counts; a run that perturbs has no fit."""
    return [one_curve(*one) for one in given]


def one_curve(session_key: SessionKey, counts: NDArray[np.float64], perturbs: bool) -> Curve:
    """One session's :class:`Curve`, and its fit in words."""
    mean, fit = learning_curve.moving_mean(counts, WINDOW), None
    if perturbs:
        return Curve(session_key, counts, mean, None, "perturbation run, not fitted")
    try:
        fit = learning_curve.fit_exponential(counts[1:])
    except L2LError:
        return Curve(session_key, counts, mean, None, "too few problems for a fit")
    bound = any(np.isclose(fit.time_constant, limit, rtol=1e-3) for limit in BOUNDS)
    words = f"τ {fit.time_constant:.1f} problems{' (at its bound)' if bound else ''}, "
    return Curve(session_key, counts, mean, fit, f"{words}asymptote {fit.asymptote:.1f} trials")


class CompareCurvesPanel(LegacyPanel):
    """Moving means and exponential fits, a colour a session."""

    name = "compare_curves"
    title = "Learning curves"
    help = (
        "The thick line of each session is the mean of trials to criterion over 30 problems, the "
        "dotted one the exponential a·exp(−n/τ) + c fitted to problem 2 and later by bounded least "
        "squares; the legend gives the time constant τ and the asymptote c. "
        "A time constant at its bound (5 or 200 problems) means that the run is too short to tell; "
        "after problem 50 every problem of a perturbation run starts again from the first network, so "
        "that nothing accumulates and nothing is fitted. "
        "Goudar et al. (2023), Fig. 1 and Methods."
    )
    depends = frozenset({"sessions", "problem", SNAPSHOT})

    def build(self) -> None:
        """A plot under its legend."""
        self.legend = LegendLine()
        self.body_layout.addWidget(self.legend)
        self.view = pg.PlotWidget(axisItems={"left": CountAxis("left")})
        self.body_layout.addWidget(self.view, 1)
        self.plot = self.view.getPlotItem()
        self.plot.setLabel("left", "Trials to criterion")
        self.plot.setLogMode(y=True)
        self.plot.setLimits(xMin=0, yMin=-0.5, yMax=6)
        self.axis = ProblemAxis(self.plot, self.context.selection, self._numbers)
        self.items: list[pg.PlotDataItem] = []
        self._value: list[Curve] | None = None
        self._counts: Any = None
        self.each = QAction("Show every problem", self)
        self.each.setCheckable(True)
        self.each.toggled.connect(self._redraw)

    def tools(self) -> list[QAction]:
        """Single problems."""
        return [self.each]

    def state(self) -> dict[str, Any]:
        """Single problems."""
        return {"each": self.each.isChecked()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Single problems."""
        self.each.setChecked(bool(state.get("each", False)))

    def _numbers(self) -> range:
        session = self.context.session
        return range(1, session.problems + 1) if session is not None else range(0)

    def follows(self) -> bool:
        """A problem has ended somewhere."""
        return not self._waiting and counts_of(self.context) != self._counts

    def ask(self) -> Answer:
        """Means and fits of what the snapshots hold."""
        nothing = too_few(self.context)
        if nothing is not None:
            return nothing
        self._counts = counts_of(self.context)
        given = tuple(
            (one.key, np.asarray(one.snapshot.counts, np.float64), one.config.run_type.perturbs)
            for one in self.context.compared
            if one.problems
        )
        key = ("compare curves", self._counts)
        return Computation(curves, (given,), key=key, label="Fitting")

    def draw(self, value: list[Curve]) -> None:
        """All curves when they changed; the selected problem always."""
        if value is not self._value:
            self._value = value
            self._redraw()
        self.axis.mark(self.context.selected)
        self.shown.emit(f"{len(self.context.compared)} sessions, mean of {WINDOW} problems")

    def _redraw(self) -> None:
        for item in self.items:
            self.plot.removeItem(item)
        self.items = []
        if self._value is None:
            return
        sessions, keys = self.context.sessions, []
        by_key = {session.key: session for session in self.context.compared}
        for curve in self._value:
            session = by_key.get(curve.session_key)
            if session is None:
                continue
            own, line = colour(sessions, session), style(sessions, session)
            number = np.arange(1, len(curve.counts) + 1)
            if self.each.isChecked():
                brush = theme.brush(own, 0.35)
                dots = {"symbol": "o", "symbolSize": 4, "symbolBrush": brush, "symbolPen": None}
                learned = np.isfinite(curve.counts)
                self._add(number[learned], curve.counts[learned], pen=None, **dots)
            self._add(number, curve.mean, pen=theme.pen(own, 2, line), connect="finite")
            if curve.fit is not None:
                fitted = curve.fitted
                pen = theme.pen(own, 1, Qt.PenStyle.DotLine)
                self._add(number[1:], np.maximum(fitted[1:], 1e-3), pen=pen)
            keys.append(key_of(self.context, session, curve.words))
        self.legend.set_keys([*keys, Key("quiet", DOTTED, "fit")])

    def _add(self, x: Any, y: Any, **options: Any) -> None:
        self.items.append(self.plot.plot(x, y, **options))

    def restyle(self, palette: Palette) -> None:
        """Sessions keep their colours."""
        theme.style_plot(self.plot)
        self.axis.restyle()

    def data(self) -> PanelData | None:
        """One row a problem, three columns a session."""
        value = self._value
        if value is None or not self.has_content:
            return None
        names = {session.key: session.name for session in self.context.compared}
        length = max(len(curve.counts) for curve in value)
        arrays: dict[str, Any] = {"problem": np.arange(1, length + 1)}
        notes = []
        for place, curve in enumerate(value, start=1):
            name = names.get(curve.session_key, f"session {place}")
            name = name if f"{name} trials to criterion" not in arrays else f"{name} ({place})"
            columns = ("trials to criterion", f"mean of {WINDOW}", "fit")
            for column, values in zip(
                columns, (curve.counts, curve.mean, curve.fitted), strict=True
            ):
                arrays[f"{name} {column}"] = np.pad(
                    values, (0, length - len(values)), constant_values=np.nan
                )
            notes.append(f"{name}: {curve.words}")
        units = {name: "trials" for name in arrays if name != "problem"}
        return PanelData(arrays, units, title="Learning curves", notes=tuple(notes))
