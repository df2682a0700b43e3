"""The loss of one problem, trial by trial."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg

from l2l_gui.model.pace import CURVE
from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Column,
    Computation,
    Needs,
    Nothing,
    Panel,
    Ready,
    Table,
    View,
    Wanted,
)
from l2l_gui.panels.learn.losses_of import Losses, losses_of
from l2l_gui.plotting.extent import Extent, rounded_out, stretched
from l2l_gui.plotting.ink import PLAIN, Ink, inked
from l2l_gui.plotting.legend import DASHED, LINE, SQUARE, Legend, Sign
from l2l_gui.plotting.loss_plot import FLOOR, LossPlot

DECADES = 0.25
MET = Ink("decision")


class PresentProblemPanel(Panel[Losses]):
    """Loss per trial with its mean and the criterion."""

    name = "present_problem"
    title = "Loss"
    recipe = "present_problem"
    depends = frozenset({"problem", "follow_live", SNAPSHOT})
    needs = Needs("watch the loss")
    pace = CURVE

    def build(self) -> None:
        """Two curves and a line."""
        self.legend = Legend()
        inks = [(Ink("accent", 1, alpha=0.55), PLAIN)]
        self.view = LossPlot(inks, "warning", "Trial of the problem", free=True)
        self.met = pg.LinearRegionItem(movable=False)
        self.met.setZValue(-50)
        inked(self.met, brush=MET.faint(0.12))
        for line in self.met.lines:
            inked(line, pen=MET.faint(0.6))
        self.view.plot.addItem(self.met, ignoreBounds=True)
        self.extent = Extent()
        self.view.plot.addItem(self.extent)
        self.body_layout.addWidget(self.legend)
        self.body_layout.addWidget(self.view)

    def ask(self, view: View) -> Wanted:
        """The present problem's losses, or those of the selected one."""
        session, now = view.session, view.snapshot
        if view.selection.follow_live and (len(now.losses) or not now.problems):
            if not len(now.losses):
                return Nothing("Press T to train one trial, P one problem, or Space to run.")
            return Ready(Losses(now.present, now.losses, now.config, live=True))
        number = view.selection.problem or now.problems
        key = ("losses", session.key, number)
        return Computation(losses_of, (session, number), key=key, label="Reading")

    def draw(self, answer: Answer[Losses]) -> None:
        """Both curves, and the range they need."""
        value, config = answer.value, answer.value.config
        self.view.show_losses([value.values], config.criterion_trials, config.criterion_loss)
        met = value.criterion_window
        self.met.setVisible(met is not None)
        if met is not None:
            self.met.setRegion((met[0] - 0.5, met[1] + 0.5))
        self.legend.show_signs(
            Sign(LINE, "accent", "each trial"),
            Sign(LINE, "text", f"mean of {config.criterion_trials}"),
            Sign(DASHED, "warning", f"criterion {config.criterion_loss:g}"),
            *([Sign(SQUARE, MET.colour, "criterion met over these")] if met else []),
        )
        criterion = float(np.log10(config.criterion_loss))
        finite = np.maximum(value.values[np.isfinite(value.values)], FLOOR)
        known = np.log10([finite.min(), finite.max()]) if len(finite) else [criterion]
        low, high = rounded_out(min(*known, criterion), max(*known, criterion), DECADES)
        count = len(value.values)
        self.extent.show_range(1, stretched(count) if value.live else max(count, 2), low, high)

    def caption(self, answer: Answer[Losses]) -> str:
        """Which problem's losses these are, and how many."""
        value = answer.value
        kept = bool(np.isfinite(value.values).any())  # published files hold no losses
        ran = len(value.values)
        words = f"{ran:,} trial{'s' * (ran != 1)}" if kept else "its losses were not saved"
        if value.criterion_window is not None:
            count = round(value.count)
            words = f"{count:,} trial{'s' * (count != 1)} to criterion, {ran:,} run"
        return f"{'live: ' if value.live else ''}problem {value.problem}, {words}"

    def recipe_settings(self, answer: Answer[Losses]) -> dict[str, Any]:
        """The problem shown; of the one in training the trials that are in the file."""
        return {"problem": answer.value.problem}

    def data(self, answer: Answer[Losses]) -> Table:
        """One row a trial."""
        value, config = answer.value, answer.value.config
        criterion = (
            f"Criterion {config.criterion_loss:g} nats on the mean of "
            f"{config.criterion_trials} trials"
        )
        return Table(
            f"Task loss of problem {value.problem}",
            answer.view.notes(criterion),
            Column("trial", np.arange(1, len(value.values) + 1)),
            Column("task loss", value.values, "nats"),
            Column("mean over the window", value.mean, "nats"),
        )
