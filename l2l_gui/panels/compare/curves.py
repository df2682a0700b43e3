"""Learning curves of several sessions over each other, with their fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from l2l_engine.analysis import learning_curve
from l2l_engine.analysis.learning_curve import ExponentialFit
from l2l_engine.config import L2LError
from l2l_gui.panels.base import Answer, Flag, PanelData
from l2l_gui.panels.compare.compared import CountsPanel, Learned, Look, able, names
from l2l_gui.plotting import legend_line
from l2l_gui.plotting.ink import DOTTED, Ink, dots, inked
from l2l_gui.plotting.legend_line import Key

WINDOW = 30
BOUNDS = (5.0, 200.0)  # problems; the paper's limits of the time constant
COLUMNS = ("trials to criterion", f"mean of {WINDOW}", "fit")
LOWEST = 1e-3
"""A fit below this many trials is drawn there."""


@dataclass(frozen=True, eq=False)
class SessionCurve:
    """One session's counts (K,), their moving mean (K,) and the fit from problem 2 on."""

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


def curves(given: tuple[Learned, ...]) -> list[SessionCurve]:
    """Moving mean and fit of each session's counts."""
    return [curve(learned.counts, learned.perturbs) for learned in given]


def curve(counts: NDArray[np.float64], perturbs: bool) -> SessionCurve:
    """One session's curve, and its fit in words; a run that perturbs has no fit."""
    mean = learning_curve.moving_mean(counts, WINDOW)
    if perturbs:
        return SessionCurve(counts, mean, None, "perturbation run, not fitted")
    try:
        fit = learning_curve.fit_exponential(counts[1:])
    except L2LError:
        return SessionCurve(counts, mean, None, "too few problems for a fit")
    bound = any(np.isclose(fit.time_constant, limit, rtol=1e-3) for limit in BOUNDS)
    words = f"τ {fit.time_constant:.1f} problems{' (at its bound)' if bound else ''}, "
    return SessionCurve(counts, mean, fit, f"{words}asymptote {fit.asymptote:.1f} trials")


class CompareCurvesPanel(CountsPanel[SessionCurve]):
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
    options = (Flag("each", "Show every problem"),)
    compute = curves

    def add(
        self, answer: Answer[list[SessionCurve]], value: SessionCurve, look: Look, place: int
    ) -> Key:
        """The mean, the fit, and the single problems where they are wanted."""
        number = np.arange(1, len(value.counts) + 1)
        if answer.view["each"]:
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
        return look.key(value.words)

    def keys(self) -> list[Key]:
        """The dotted lines."""
        return [Key("quiet", legend_line.DOTTED, "fit")]

    def caption(self, answer: Answer[list[SessionCurve]]) -> str:
        """How many sessions."""
        return f"{len(answer.view.sessions)} sessions, mean of {WINDOW} problems"

    def data(self, answer: Answer[list[SessionCurve]]) -> PanelData:
        """One row a problem, three columns a session."""
        length = max(len(value.counts) for value in answer.value)
        arrays: dict[str, Any] = {"problem": np.arange(1, length + 1)}
        notes = []
        for name, value in zip(names(able(answer.view)), answer.value, strict=True):
            parts = (value.counts, value.mean, value.fitted)
            for column, values in zip(COLUMNS, parts, strict=True):
                arrays[f"{name} {column}"] = np.pad(
                    values, (0, length - len(values)), constant_values=np.nan
                )
            notes.append(f"{name}: {value.words}")
        units = {name: "trials" for name in arrays if name != "problem"}
        return PanelData(arrays, units, title="Learning curves", notes=tuple(notes))
