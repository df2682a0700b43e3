"""Choices along the way from one stimulus to the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from l2l_engine.analysis.generalisation import Psychometric, psychometric
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_gui.panels.base import Answer, PanelData
from l2l_gui.panels.perturb.lab.curve_panel import (
    SIGNS,
    Curves,
    LabCurvePanel,
    Pair,
    dotted_curves,
)
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.plotting.ink import DOTTED, STIMULUS, Ink, inked
from l2l_gui.plotting.key import Key
from l2l_gui.plotting.plots import dressed

MORPHS = 21
REPEATS = 8


def psychometric_pair(
    networks: tuple[NetworkWeights, NetworkWeights],
    stimuli: NDArray[np.float32],
    config: RunConfig,
    disturbance: Disturbance,
    progress: Progress,
) -> tuple[Psychometric, ...]:
    """The curve of each network under the same noise, the lab's."""
    morphs = np.linspace(0.0, 1.0, MORPHS)
    noise: dict[str, Any] = {"sigma_rec": disturbance.sigma_rec, "seed": disturbance.noise_seed}
    curves = []
    for number, weights in enumerate(networks):
        curves.append(psychometric(weights, stimuli, config, morphs, repeats=REPEATS, **noise))
        progress((number + 1) / len(networks))
    return tuple(curves)


class PsychometricPanel(LabCurvePanel):
    """Output of response 1 against the morph."""

    name = "psychometric"
    title = "Psychometric curve"
    help = (
        "The share of response 1 in both response outputs, averaged over the scored response "
        "time, while the stimulus is morphed from stimulus 0 (left) to stimulus 1 (right); above "
        "one half the network chooses response 1. "
        "Both curves are computed at the lab's noise level; the copy has its perturbed readout and "
        "its lesions, but no pulse and the go signal as trained; vertical lines mark the morphs "
        "shown in the other panels. "
        "The curve is not in Goudar et al. (2023); the task is that of their Fig. 1a."
    )

    def build(self) -> None:
        """One plot."""
        view = pg.PlotWidget()
        self.plot = dressed(
            view.getPlotItem(),
            "Share of response 1",
            "Morph from stimulus 0 to stimulus 1 (%)",
            width=None,
        )
        half = inked(pg.InfiniteLine(0.5, angle=0), pen=Ink("quiet", 1, DOTTED))
        self.marks = [inked(pg.InfiniteLine(angle=90), pen=Ink(ink.colour)) for ink in STIMULUS]
        for line in (half, *self.marks):
            self.plot.addItem(line, ignoreBounds=True)
        self.shares = dotted_curves(self.plot)
        self.body_layout.addWidget(Key(*SIGNS))
        self.body_layout.addWidget(view, 1)

    def curves(self) -> Curves:
        """The share at each morph."""
        return psychometric_pair

    def relevant(self, disturbance: Disturbance) -> Disturbance:
        """Also the noise."""
        noise = {"sigma_rec": disturbance.sigma_rec, "noise_seed": disturbance.noise_seed}
        return super().relevant(disturbance).replace(**noise)

    def draw(self, answer: Answer[Pair]) -> None:
        """Two curves."""
        for name, found in answer.value.named:
            self.shares[name].setData(100.0 * found.morph, found.share)

    def mark(self, answer: Answer[Pair]) -> None:
        """The morphs chosen."""
        self.place_lines(self.lab.disturbance)

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

    def data(self, answer: Answer[Pair]) -> PanelData:
        """One row a morph."""
        arrays: dict[str, Any] = {"morph": 100.0 * answer.value.unperturbed.morph}
        for name, found in answer.value.named:
            arrays[f"{name} share of response 1"] = found.share
            arrays[f"{name} fraction choosing response 1"] = found.chosen
        return PanelData(
            arrays, {"morph": "%"}, title="Psychometric curve", notes=answer.value.notes
        )
