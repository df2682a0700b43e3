"""The loss of one problem, trial by trial."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from l2l_gui.model.pace import CURVE
from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Computation,
    Nothing,
    Panel,
    PanelData,
    Ready,
    View,
    Wanted,
)
from l2l_gui.panels.learn.losses_of import Losses, losses_of
from l2l_gui.plotting.extent import Extent, free_curve, rounded_out, stretched
from l2l_gui.plotting.ink import DASHED, PLAIN, Ink, inked
from l2l_gui.plotting.key import DASHED as DASHES
from l2l_gui.plotting.key import LINE, Key, Sign
from l2l_gui.plotting.plots import dressed

POINTS = 1200
FLOOR = 1e-6
DECADES = 0.25


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


class PresentProblemPanel(Panel[Losses]):
    """Loss per trial with its mean and the criterion."""

    name = "present_problem"
    title = "Loss"
    depends = frozenset({"problem", "follow_live", SNAPSHOT})
    pace = CURVE

    def build(self) -> None:
        """A plot with two curves and a line."""
        self.key = Key()
        self.view = pg.PlotWidget()
        self.body_layout.addWidget(self.key)
        self.body_layout.addWidget(self.view)
        self.plot = plot = dressed(
            self.view.getPlotItem(),
            "Task loss (nats)",
            "Trial of the problem",
            log="y",
        )
        plot.setLimits(xMin=0, yMin=-6, yMax=2)
        quiet = Ink("accent", 1, alpha=0.55)
        self.losses = inked(free_curve(plot, skipFiniteCheck=True), pen=quiet)
        self.mean = inked(free_curve(plot, skipFiniteCheck=True), pen=PLAIN)
        self.criterion = inked(pg.InfiniteLine(angle=0), pen=Ink("warning", 1, DASHED))
        self.extent = Extent()
        plot.addItem(self.criterion, ignoreBounds=True)
        plot.addItem(self.extent)

    def ask(self, view: View) -> Wanted:
        """The present problem's losses, or those of the selected one."""
        session, now = view.session, view.snapshot
        if session is None or now is None:
            return Nothing("Open a session or make a new one to watch the loss.")
        if view.selection.follow_live and (len(now.losses) or not now.problems):
            if not len(now.losses):
                return Nothing("Press T to train one trial, P one problem, or Space to run.")
            return Ready(Losses(now.present, now.losses, now.config, live=True))
        number = view.selection.problem or now.problems
        key = ("losses", session.key, number)
        return Computation(losses_of, (session, number), key=key, label="Reading")

    def draw(self, answer: Answer[Losses]) -> None:
        """Both curves, thinned, and the range they need."""
        value, config = answer.value, answer.value.config
        clipped = np.maximum(value.values, FLOOR)
        self.losses.setData(*envelope(clipped, POINTS))
        self.mean.setData(*envelope(np.maximum(value.mean, FLOOR), POINTS // 2))
        criterion = float(np.log10(config.criterion_loss))
        if self.criterion.value() != criterion:
            self.criterion.setPos(criterion)
        self.key.show_signs(
            Sign(LINE, "accent", "each trial"),
            Sign(LINE, "text", f"mean of {config.criterion_trials}"),
            Sign(DASHES, "warning", f"criterion {config.criterion_loss:g}"),
        )
        finite = clipped[np.isfinite(clipped)]
        known = np.log10([finite.min(), finite.max()]) if len(finite) else [criterion]
        low, high = rounded_out(min(*known, criterion), max(*known, criterion), DECADES)
        count = len(clipped)
        self.extent.show_range(1, stretched(count) if value.live else max(count, 2), low, high)

    def caption(self, answer: Answer[Losses]) -> str:
        """Which problem's losses these are, and how many."""
        value = answer.value
        kept = bool(np.isfinite(value.values).any())  # published files hold no losses
        words = f"{len(value.values):,} trials" if kept else "its losses were not kept"
        return f"{'live: ' if value.live else ''}problem {value.problem}, {words}"

    def data(self, answer: Answer[Losses]) -> PanelData:
        """One row a trial."""
        value, config = answer.value, answer.value.config
        return PanelData(
            {
                "trial": np.arange(1, len(value.values) + 1),
                "task loss": value.values,
                "mean over the window": value.mean,
            },
            {"task loss": "nats", "mean over the window": "nats"},
            title=f"Task loss of problem {value.problem}",
            notes=answer.view.notes(
                f"Criterion {config.criterion_loss:g} nats on the mean of "
                f"{config.criterion_trials} trials"
            ),
        )
