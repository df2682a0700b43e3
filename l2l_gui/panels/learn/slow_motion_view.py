"""What slow motion draws: trajectories, outputs, loss and weight change at one trial."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from l2l_gui.panels.learn.slow_motion_of import Frame, Learning
from l2l_gui.plotting.ink import OUTPUT, PLAIN, STIMULUS, Ink, inked
from l2l_gui.plotting.legend import Legend, Sign
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.loss_plot import FLOOR
from l2l_gui.plotting.plots import apart, dressed, plot_view
from l2l_gui.plotting.projected_plot import Family, Markers, ProjectedPlot
from l2l_gui.plotting.trial_grid import Row, TrialGrid
from l2l_gui.widgets.adaptive_splitter import AdaptiveSplitter

ROOMY = 300
"""Pixels of height from which the curves over trials are shown, too."""
SIGNS = (
    *(Sign.of(ink, f"stimulus {k}") for k, ink in enumerate(STIMULUS)),
    Sign.of(Ink("quiet"), "before and after"),
)


class LearningView(QWidget):
    """Trajectories beside outputs, above what has happened so far."""

    def __init__(self) -> None:
        super().__init__()
        self.space = ProjectedPlot()
        self.space.setAccessibleName("Trajectories along the problem's own components")
        self.space.set_axes(("component 1", "component 2", "component 3"))
        self.grid = TrialGrid(Row("Output", OUTPUT, grid=False, mask=True), tick_width=40)
        view = plot_view(axisItems={"left": LogAxis("left")})
        self.loss = dressed(view.getPlotItem(), "Task loss (nats)", "Trial", log="y")
        self.past = inked(self.loss.plot(skipFiniteCheck=True), pen=Ink("accent", 1, alpha=0.35))
        self.done = inked(self.loss.plot(skipFiniteCheck=True), pen=PLAIN)
        changes = plot_view()
        self.change = dressed(changes.getPlotItem(), "Weight change (a.u.)", "Trial")
        self.growth = inked(self.change.plot(skipFiniteCheck=True), pen=Ink("weight", 2))
        self.here = [pg.InfiniteLine(angle=90) for _ in range(2)]
        for plot, line in zip((self.loss, self.change), self.here, strict=True):
            plot.addItem(inked(line, pen=Ink("text", 1)), ignoreBounds=True)
        self.curves = AdaptiveSplitter(view, changes, shares=(1, 1))
        right = AdaptiveSplitter(self.grid, self.curves, shares=(1, 1))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(Legend(*SIGNS))
        column.addWidget(AdaptiveSplitter(self.space, right, shares=(1, 1)), 1)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Leave the curves out where there is no room: Loss has the larger one."""
        super().resizeEvent(event)
        self.curves.setVisible(self.height() >= ROOMY)

    def show_learning(self, learning: Learning) -> None:
        """Draw what is the same at every trial."""
        trials, losses = np.arange(1, learning.trials + 1), np.maximum(learning.losses, FLOOR)
        self.past.setData(trials, losses)
        self.grid.show_trial(learning.lens.config, range(len(STIMULUS)))

    def show_at(
        self, learning: Learning, at: int, frame: Frame | None, changes: NDArray[np.float64]
    ) -> None:
        """Draw a trial, 0 the one before the first; ``changes`` (trials + 1,), NaN where not known."""
        ends = np.concatenate([learning.before.path, learning.after.path])
        families = [Family(ends, "quiet", 1.0)]
        if frame is not None:
            for k, ink in enumerate(STIMULUS):
                families.append(Family(frame.path[[k]], ink.colour, 3.0))
            for (part,), outputs in zip(self.grid.columns, frame.outputs, strict=True):
                for curve, values in zip(part.curves, outputs.T, strict=True):
                    curve.setData(learning.times, values)
        self.space.set_families(families)
        self.space.set_markers([Markers(ends[:, -1], "quiet", size=5.0)])
        self.done.setData(np.arange(1, at + 1), np.maximum(learning.losses[:at], FLOOR))
        found = changes[: at + 1]
        known = np.isfinite(found)
        self.growth.setData(np.flatnonzero(known), found[known])
        for line in self.here:
            line.setPos(at)

    def fit(self, learning: Learning) -> None:
        """Show all trials; outputs from 0 to 1."""
        span = apart(0.0, float(max(learning.trials, 1)))
        for plot in (self.loss, self.change):
            plot.setXRange(*span, padding=0.01)
        self.change.setYRange(*apart(0.0, 1.05 * learning.after.change), padding=0)
        if learning.trials:
            heights = np.log10(np.maximum(learning.losses, FLOOR))
            self.loss.setYRange(*apart(float(heights.min()), float(heights.max())), padding=0.05)
        self.grid.set_range(0, 0, 1, padding=0.04)
