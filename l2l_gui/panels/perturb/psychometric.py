"""Choices for morphs from one stimulus to the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg

from l2l_engine.analysis.generalisation import Psychometric, psychometric
from l2l_gui.panels.base import Answer, Column
from l2l_gui.panels.perturb.lab.curve_panel import (
    SIGNS,
    Curve,
    Given,
    LabCurvePanel,
    Pair,
    dotted_curves,
)
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.plotting.ink import DOTTED, STIMULUS, Ink, inked
from l2l_gui.plotting.legend import Legend
from l2l_gui.plotting.plots import dressed, plot_view

MORPHS = np.linspace(0.0, 1.0, 21)
REPEATS = 8


def psychometric_of(given: Given) -> Psychometric:
    """A network's curve under the lab's noise, the same for both networks."""
    weights, stimuli, config, done, _ = given
    noise: dict[str, Any] = {"sigma_rec": done.sigma_rec, "seed": done.noise_seed}
    return psychometric(weights, stimuli, config, MORPHS, repeats=REPEATS, **noise)


class PsychometricPanel(LabCurvePanel):
    """Output of response 1 against the morph."""

    name = "psychometric"
    title = "Psychometric curve"
    recipe = "psychometric"

    def build(self) -> None:
        """One plot."""
        view = plot_view()
        across = "Morph from stimulus 0 to stimulus 1 (%)"
        self.plot = dressed(view.getPlotItem(), "Share of response 1", across, width=None)
        half = inked(pg.InfiniteLine(0.5, angle=0), pen=Ink("quiet", 1, DOTTED))
        self.marks = [inked(pg.InfiniteLine(angle=90), pen=Ink(ink.colour)) for ink in STIMULUS]
        for line in (half, *self.marks):
            self.plot.addItem(line, ignoreBounds=True)
        self.shares = dotted_curves(self.plot)
        self.body_layout.addWidget(Legend(*SIGNS))
        self.body_layout.addWidget(view, 1)

    def curve(self) -> Curve:
        """The share at each morph."""
        return psychometric_of

    def repeats(self) -> int:
        """Trials of each stimulus at each point."""
        return REPEATS

    def relevant(self, disturbance: Disturbance) -> Disturbance:
        """Also the noise."""
        noise = {"sigma_rec": disturbance.sigma_rec, "noise_seed": disturbance.noise_seed}
        return super().relevant(disturbance).replace(**noise)

    def draw(self, answer: Answer[Pair]) -> None:
        """Two curves."""
        for name, found in answer.value.named:
            self.shares[name].setData(100.0 * found.morph, found.share)

    def place_lines(self, disturbance: Disturbance) -> None:
        """The morphs chosen."""
        for line, share in zip(self.marks, (disturbance.morph, 1 - disturbance.morph), strict=True):
            line.setPos(100.0 * share)

    def frame(self, answer: Answer[Pair]) -> None:
        """The whole curve."""
        self.plot.setXRange(0, 100, padding=0.02)
        self.plot.setYRange(0, 1, padding=0.04)

    def caption(self, answer: Answer[Pair]) -> str:
        """The noise, and how many trials."""
        pair = answer.value
        return f"noise {pair.disturbance.sigma_rec:g}, {pair.perturbed.trials} trials a morph"

    def across(self, found: Psychometric) -> Column:
        """The morphs."""
        return Column("morph", 100.0 * found.morph, "%")

    def columns(self, name: str, found: Psychometric) -> list[Column]:
        """Outputs and choices at each morph."""
        return [
            Column(f"{name} share of response 1", found.share),
            Column(f"{name} fraction choosing response 1", found.chosen),
        ]
