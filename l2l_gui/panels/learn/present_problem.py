"""The loss of one problem, trial by trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import Qt

from l2l_engine.config import RunConfig
from l2l_gui.look.theme import Palette, theme
from l2l_gui.model.pace import CURVE
from l2l_gui.model.sessions import OpenSession
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.legacy import SNAPSHOT, Answer, LegacyPanel, Nothing, Ready
from l2l_gui.plotting.extent import Extent, free_curve, rounded_out, stretched
from l2l_gui.plotting.key import DASHED, LINE, Key, Sign
from l2l_gui.workers.jobs import Computation

POINTS = 1200
FLOOR = 1e-6
DECADES = 0.25


@dataclass(frozen=True, eq=False)
class Losses:
    """One problem's task loss (nats), n trials."""

    problem: int
    values: NDArray[np.float32]  # (n,)
    config: RunConfig
    live: bool

    @property
    def mean(self) -> NDArray[np.float64]:
        """Mean over the criterion window up to each trial, (n,); shorter windows at first."""
        sums = np.cumsum(np.concatenate([[0.0], self.values]), dtype=np.float64)
        stop = np.arange(1, len(sums))
        start = np.maximum(stop - self.config.criterion_trials, 0)
        return (sums[stop] - sums[start]) / (stop - start)


def losses_of(session: OpenSession, number: int) -> Losses:
    """The losses of a finished problem, from the file."""
    reader = session.reader(number)
    first = reader.first_trial
    start = int(first[number - 1])
    stop = int(first[number]) if number < len(first) else None
    values = np.empty(0, np.float32)
    if start >= 0:
        rows = slice(start, stop if stop is None or stop >= 0 else None)
        belongs = reader.trial_column("problem", rows.start, rows.stop) == number - 1
        values = reader.trial_column("task_loss", rows.start, rows.stop)[belongs]
    return Losses(number, values, session.config, live=False)


def envelope(values: NDArray[Any], points: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Trial numbers and values of a curve thinned so that no peak is lost."""
    count = len(values)
    if count <= points:
        return np.arange(1, count + 1), values
    size = -(-count // (points // 2))
    whole = count // size
    rows = values[: whole * size].reshape(whole, size)
    start = np.arange(whole) * size
    places = np.sort(np.stack([start + rows.argmin(1), start + rows.argmax(1)], 1), axis=1).ravel()
    places = np.concatenate([places, np.arange(whole * size, count)])
    return places + 1, values[places]


class PresentProblemPanel(LegacyPanel):
    """Loss per trial with its mean and the criterion."""

    name = "present_problem"
    title = "Loss"
    help = (
        "The thin line is the task loss (cross-entropy) of every trial of one problem, the thick "
        "one its mean over the last 50 trials, both on a logarithmic axis. "
        "The problem counts as learned once the mean is below the dashed criterion after more "
        "than 50 trials; the loss includes the recurrent noise, and learning goes on meanwhile. "
        "Goudar et al. (2023), Methods, “Training”."
    )
    depends = frozenset({"problem", "follow_live", SNAPSHOT})
    pace = CURVE

    def build(self) -> None:
        """A plot with two curves and a line."""
        self.key = Key(*_signs(50, 0.005))
        self.view = pg.PlotWidget()
        self.body_layout.addWidget(self.key)
        self.body_layout.addWidget(self.view)
        self.plot = plot = self.view.getPlotItem()
        plot.setLabel("bottom", "Trial of the problem")
        plot.setLabel("left", "Task loss (nats)")
        plot.setLogMode(y=True)
        plot.setMenuEnabled(False)
        plot.setLimits(xMin=0, yMin=-6, yMax=2)
        self.losses = free_curve(plot, skipFiniteCheck=True)
        self.mean = free_curve(plot, skipFiniteCheck=True)
        self.criterion = pg.InfiniteLine(angle=0)
        self.extent = Extent()
        plot.addItem(self.criterion, ignoreBounds=True)
        plot.addItem(self.extent)
        self._shown: Losses | None = None

    def follows(self) -> bool:
        """A finished problem's losses do not change."""
        return self.context.selected.follow_live

    def ask(self) -> Answer:
        """The present problem's losses, or those of the selected one."""
        session, selected = self.context.session, self.context.selected
        if session is None:
            return Nothing("Open a session or make a new one to watch the loss.")
        now = session.snapshot
        if selected.follow_live and (len(now.losses) or not now.problems):
            if not len(now.losses):
                return Nothing("Press T to train one trial, P one problem, or Space to run.")
            return Ready(Losses(now.present, now.losses, now.config, live=True))
        number = selected.problem or now.problems
        key = ("losses", session.key, number)
        return Computation(losses_of, (session, number), key=key, label="Reading")

    def draw(self, value: Losses) -> None:
        """Both curves, thinned."""
        self._shown = value
        clipped = np.maximum(value.values, FLOOR)
        self.losses.setData(*envelope(clipped, POINTS))
        self.mean.setData(*envelope(np.maximum(value.mean, FLOOR), POINTS // 2))
        criterion = np.log10(value.config.criterion_loss)
        self._fit(value, clipped, float(criterion))
        if self.criterion.value() != criterion:
            self.criterion.setPos(criterion)
        config = value.config
        self.key.show_signs(*_signs(config.criterion_trials, config.criterion_loss))
        kind = "live: " if value.live else ""
        count = len(value.values)
        kept = bool(np.isfinite(value.values).any())  # published files hold no losses
        words = f"{count:,} trials" if kept else "its losses were not kept"
        self.shown.emit(f"{kind}problem {value.problem}, {words}")

    def _fit(self, value: Losses, clipped: NDArray[np.float32], criterion: float) -> None:
        finite = clipped[np.isfinite(clipped)]
        known = np.log10([finite.min(), finite.max()]) if len(finite) else [criterion]
        low, high = rounded_out(min(*known, criterion), max(*known, criterion), DECADES)
        count = len(clipped)
        self.extent.show_range(1, stretched(count) if value.live else max(count, 2), low, high)

    def restyle(self, palette: Palette) -> None:
        """Quiet losses under a plain mean."""
        theme.style_plot(self.plot)
        self.losses.setPen(theme.pen("accent", 1, alpha=0.55))
        self.mean.setPen(theme.pen("text", 2))
        self.criterion.setPen(theme.pen("warning", 1, Qt.PenStyle.DashLine))

    def data(self) -> PanelData | None:
        """One row a trial."""
        session, value = self.context.session, self._shown
        if session is None or value is None or not self.has_content:
            return None
        return PanelData(
            {
                "trial": np.arange(1, len(value.values) + 1),
                "task loss": value.values,
                "mean over the window": value.mean,
            },
            {"task loss": "nats", "mean over the window": "nats"},
            title=f"Task loss of problem {value.problem}",
            notes=(
                f"Session {session.name}",
                f"Criterion {value.config.criterion_loss:g} nats on the mean of "
                f"{value.config.criterion_trials} trials",
            ),
        )


def _signs(window: int, criterion: float) -> list[Sign]:
    return [
        Sign(LINE, "accent", "each trial"),
        Sign(LINE, "text", f"mean of {window}"),
        Sign(DASHED, "warning", f"criterion {criterion:g}"),
    ]
