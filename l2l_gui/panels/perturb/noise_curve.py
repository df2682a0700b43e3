"""Performance against the noise at test."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from l2l_engine.analysis.generalisation import NoiseGeneralisation, noise_generalisation
from l2l_gui.panels.base import Answer, Column
from l2l_gui.panels.perturb.lab import curve_panel
from l2l_gui.panels.perturb.lab.curve_panel import INKS, SIGNS, Given, LabCurvePanel, Pair
from l2l_gui.panels.perturb.lab.model import LARGEST_NOISE, Disturbance
from l2l_gui.plotting.fitting import without_values
from l2l_gui.plotting.ink import DASHED, DOTTED, Ink, inked
from l2l_gui.plotting.legend import DASHED as DASHES
from l2l_gui.plotting.legend import Legend, Sign
from l2l_gui.plotting.plots import apart, dressed, grid_view

SIGMAS = np.linspace(0.0, LARGEST_NOISE, 9)
REPEATS = 8
BEAM = 0.004
"""Width of the error bars' ends, in units of sigma."""


def noise_curve_of(given: Given) -> NoiseGeneralisation:
    """A network's curve under noise that is the same for both networks."""
    weights, stimuli, config, _, progress = given
    return noise_generalisation(
        weights, stimuli, config, SIGMAS, repeats=REPEATS, progress=progress
    )


class NoiseCurvePanel(LabCurvePanel):
    """Accuracy and loss against sigma."""

    name = "noise_curve"
    title = "Noise curve"
    recipe = "noise_curve"
    slow = True

    def build(self) -> None:
        """Accuracy above, loss below."""
        view = grid_view(spacing=3)
        across = "Recurrent noise, sigma (a.u.)"
        self.accuracy = dressed(view.addPlot(0, 0), "Right (%)", width=62)
        self.loss = dressed(view.addPlot(1, 0), "Loss (nats)", across, width=62)
        self.accuracy.setXLink(self.loss)
        without_values(self.accuracy)
        plots = (self.accuracy, self.loss)
        self.trained = [_line(plot, Ink("quiet", 1, DASHED)) for plot in plots]
        self.chosen = [_line(plot, Ink("quiet", 1, DOTTED)) for plot in plots]
        self.errors = {name: pg.ErrorBarItem(beam=BEAM) for name in INKS}
        for bars in self.errors.values():
            self.loss.addItem(bars)
        self.accuracies, self.losses = map(curve_panel.dotted_curves, plots)
        self.body_layout.addWidget(Legend(*SIGNS, Sign(DASHES, "quiet", "noise of training")))
        self.body_layout.addWidget(view, 1)

    def curve(self) -> curve_panel.Curve:
        """Accuracy and loss at each level."""
        return noise_curve_of

    def repeats(self) -> int:
        """Trials of each stimulus at each point."""
        return REPEATS

    def draw(self, answer: Answer[Pair]) -> None:
        """Accuracy, loss and its error."""
        for line in self.trained:
            line.setPos(answer.value.config.sigma_rec)
        for name, found in answer.value.named:
            sem, pen = found.loss_sem, Ink(INKS[name].colour).pen
            self.accuracies[name].setData(found.sigma_rec, 100.0 * found.accuracy)
            self.losses[name].setData(found.sigma_rec, found.loss)
            self.errors[name].setData(x=found.sigma_rec, y=found.loss, top=sem, bottom=sem, pen=pen)

    def place_lines(self, disturbance: Disturbance) -> None:
        """The level chosen."""
        for line in self.chosen:
            line.setPos(disturbance.sigma_rec)

    def frame(self, answer: Answer[Pair]) -> None:
        """All levels."""
        curves = [found for _, found in answer.value.named]
        low = min(float(np.nanmin(found.loss - found.loss_sem)) for found in curves)
        high = max(float(np.nanmax(found.loss + found.loss_sem)) for found in curves)
        self.accuracy.setYRange(0, 100, padding=0.05)
        self.loss.setXRange(0, LARGEST_NOISE, padding=0.03)
        self.loss.setYRange(*apart(low, high), padding=0.05)

    def caption(self, answer: Answer[Pair]) -> str:
        """How many trials."""
        return f"{answer.value.perturbed.trials} trials a level"

    def across(self, found: NoiseGeneralisation) -> Column:
        """The levels."""
        return Column("sigma", found.sigma_rec, "a.u.")

    def columns(self, name: str, found: NoiseGeneralisation) -> list[Column]:
        """Accuracy, loss and its error at each level."""
        return [
            Column(f"{name} answered right", 100.0 * found.accuracy, "%"),
            Column(f"{name} task loss", found.loss, "nats"),
            Column(f"{name} task loss s.e.m.", found.loss_sem, "nats"),
        ]


def _line(plot: pg.PlotItem, ink: Ink) -> pg.InfiniteLine:
    """A vertical line that leaves the plot's range alone."""
    line = inked(pg.InfiniteLine(angle=90), pen=ink)
    plot.addItem(line, ignoreBounds=True)
    return line
