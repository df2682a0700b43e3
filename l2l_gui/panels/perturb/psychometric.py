"""Choices along the way from one stimulus to the other."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import Qt

from l2l_engine.analysis.generalisation import Psychometric, psychometric
from l2l_engine.analysis.probes import lesion
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.panels.perturb.lab.panel import LabCurvePanel, Pair
from l2l_gui.panels.perturb.lab.response import Response, Subject
from l2l_gui.plotting.key import LINE, Key, Sign
from l2l_gui.workers.jobs import Computation

MORPHS = 21
REPEATS = 8


def psychometric_pair(
    networks: tuple[NetworkWeights, NetworkWeights],
    stimuli: NDArray[np.float32],
    config: RunConfig,
    sigma_rec: float,
    seed: int,
    progress: Progress,
) -> tuple[Psychometric, ...]:
    """The curve of each network under the same noise."""
    morphs = np.linspace(0.0, 1.0, MORPHS)
    curves = []
    for number, weights in enumerate(networks):
        curves.append(
            psychometric(
                weights, stimuli, config, morphs, sigma_rec=sigma_rec, repeats=REPEATS, seed=seed
            )
        )
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
        self.view = pg.PlotWidget()
        self.plot = plot = self.view.getPlotItem()
        plot.setLabel("bottom", "Morph from stimulus 0 to stimulus 1 (%)")
        plot.setLabel("left", "Share of response 1")
        plot.setXRange(0, 100, padding=0.02)
        plot.setYRange(0, 1, padding=0.04)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        self.half = pg.InfiniteLine(0.5, angle=0)
        self.marks = [pg.InfiniteLine(angle=90) for _ in range(2)]
        for item in (self.half, *self.marks):
            plot.addItem(item, ignoreBounds=True)
        self.unperturbed = plot.plot(skipFiniteCheck=True)
        self.perturbed = plot.plot(skipFiniteCheck=True)
        self.body_layout.addWidget(
            Key(Sign(LINE, "accent", "unperturbed"), Sign(LINE, "perturbed", "perturbed"))
        )
        self.body_layout.addWidget(self.view, 1)
        self.follow()
        self.lab.edited.connect(self._place_marks)

    def relevant(self, disturbance: Disturbance) -> Disturbance:
        """Also the noise."""
        return (
            super()
            .relevant(disturbance)
            .replace(sigma_rec=disturbance.sigma_rec, noise_seed=disturbance.noise_seed)
        )

    def compute(self, response: Response) -> Computation:
        """Both curves."""
        subject, disturbance = response.subject, response.disturbance
        networks = (subject.weights, lesion(response.weights, disturbance.lesioned))
        noise = (disturbance.sigma_rec, disturbance.noise_seed)
        arguments = (networks, subject.stimuli, subject.config, *noise)
        return Computation(psychometric_pair, arguments, label="Psychometric curve")

    def draw_pair(self, pair: Pair) -> None:
        """Two curves."""
        percent = 100.0 * pair.unperturbed.morph
        self.unperturbed.setData(percent, pair.unperturbed.share)
        self.perturbed.setData(percent, pair.perturbed.share)
        self._place_marks(self.lab.disturbance)
        trials = pair.perturbed.trials
        self.shown.emit(f"noise {pair.disturbance.sigma_rec:g}, {trials} trials a morph")

    def _place_marks(self, disturbance: Disturbance) -> None:
        for mark, share in zip(self.marks, (disturbance.morph, 1 - disturbance.morph), strict=True):
            mark.setPos(100.0 * share)

    def draw_subject(self, subject: Subject) -> None:
        """Nothing of its own."""

    def reset_zoom(self) -> None:
        """The whole curve."""
        self.plot.setXRange(0, 100, padding=0.02)
        self.plot.setYRange(0, 1, padding=0.04)

    def restyle(self, palette: Palette) -> None:
        """Black or white for the copy."""
        theme.style_plot(self.plot)
        self.half.setPen(theme.pen("quiet", 1, Qt.PenStyle.DotLine))
        for name, mark in zip(("stimulus0", "stimulus1"), self.marks, strict=True):
            mark.setPen(theme.pen(name, 1))
        for curve, colour in ((self.unperturbed, "accent"), (self.perturbed, "perturbed")):
            curve.setPen(theme.pen(colour, 2))
            curve.setSymbol("o")
            curve.setSymbolSize(5)
            curve.setSymbolPen(None)
            curve.setSymbolBrush(theme.brush(colour))

    def data(self) -> PanelData | None:
        """One row a morph."""
        pair = self.pair
        if pair is None or not self.has_content:
            return None
        arrays: dict[str, Any] = {"morph": 100.0 * pair.unperturbed.morph}
        for name, curve in (("unperturbed", pair.unperturbed), ("perturbed", pair.perturbed)):
            arrays[f"{name} share of response 1"] = curve.share
            arrays[f"{name} fraction choosing response 1"] = curve.chosen
        return PanelData(arrays, {"morph": "%"}, title="Psychometric curve", notes=self.notes())
