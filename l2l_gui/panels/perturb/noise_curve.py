"""Performance against the noise at test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from l2l_engine.analysis.generalisation import NoiseGeneralisation, noise_generalisation
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_gui.panels.base import Answer, PanelData
from l2l_gui.panels.perturb.lab.controls import LARGEST_NOISE
from l2l_gui.panels.perturb.lab.curve_panel import (
    INKS,
    SIGNS,
    Curves,
    LabCurvePanel,
    Pair,
    dotted_curves,
)
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.panels.perturb.lab.response import part
from l2l_gui.plotting.ink import DASHED, DOTTED, Ink, inked
from l2l_gui.plotting.key import DASHED as DASHES
from l2l_gui.plotting.key import Key, Sign
from l2l_gui.plotting.plots import apart, dressed, grid_view

LEVELS = 9
REPEATS = 8
BEAM = 0.004
"""Width of the error bars' ends, in units of sigma."""


def noise_pair(
    networks: tuple[NetworkWeights, NetworkWeights],
    stimuli: NDArray[np.float32],
    config: RunConfig,
    _disturbance: Disturbance,
    progress: Progress,
) -> tuple[NoiseGeneralisation, ...]:
    """The curve of each network under the same noise."""
    sigmas = np.linspace(0.0, LARGEST_NOISE, LEVELS)
    return tuple(
        noise_generalisation(
            weights,
            stimuli,
            config,
            sigmas,
            repeats=REPEATS,
            progress=part(progress, number, len(networks)),
        )
        for number, weights in enumerate(networks)
    )


class NoiseCurvePanel(LabCurvePanel):
    """Accuracy and loss against sigma."""

    name = "noise_curve"
    title = "Noise curve"
    help = (
        "Fraction of trials answered right (above) and mean task loss with its standard error "
        "over trials (below) against the recurrent noise at test, for the network as learned and "
        "its copy with the perturbed readout and the lesions. "
        "Every level sees the same noise, scaled; the dashed line is the noise of training, the "
        "dotted one the level chosen in the lab. "
        "The noise is that of Goudar et al. (2023), Methods, “RNN model”; the curve is not theirs."
    )
    slow = True

    def build(self) -> None:
        """Accuracy above, loss below."""
        view = grid_view(spacing=3)
        accuracy = dressed(view.addPlot(0, 0), "Right (%)", width=62)
        loss = dressed(view.addPlot(1, 0), "Loss (nats)", "Recurrent noise, sigma (a.u.)", width=62)
        accuracy.setXLink(loss)
        accuracy.getAxis("bottom").setStyle(showValues=False)
        self.accuracy, self.loss = accuracy, loss
        self.trained, self.chosen = [
            [inked(pg.InfiniteLine(angle=90), pen=Ink("quiet", 1, style)) for _ in range(2)]
            for style in (DASHED, DOTTED)
        ]
        for plot, *lines in zip((accuracy, loss), self.trained, self.chosen, strict=True):
            for line in lines:
                plot.addItem(line, ignoreBounds=True)
        self.errors = {name: pg.ErrorBarItem(beam=BEAM) for name in INKS}
        for bars in self.errors.values():
            loss.addItem(bars)
        self.accuracies, self.losses = dotted_curves(accuracy), dotted_curves(loss)
        self.body_layout.addWidget(Key(*SIGNS, Sign(DASHES, "quiet", "noise of training")))
        self.body_layout.addWidget(view, 1)

    def curves(self) -> Curves:
        """Accuracy and loss at each level."""
        return noise_pair

    def draw(self, answer: Answer[Pair]) -> None:
        """Accuracy, loss and its error."""
        for line in self.trained:
            line.setPos(answer.value.subject.config.sigma_rec)
        for name, found in answer.value.named:
            self.accuracies[name].setData(found.sigma_rec, 100.0 * found.accuracy)
            self.losses[name].setData(found.sigma_rec, found.loss)
            self.errors[name].setData(
                x=found.sigma_rec,
                y=found.loss,
                top=found.loss_sem,
                bottom=found.loss_sem,
                pen=Ink(INKS[name].colour).pen,
            )

    def mark(self, answer: Answer[Pair]) -> None:
        """The level chosen."""
        self.place_lines(self.lab.disturbance)

    def place_lines(self, disturbance: Disturbance) -> None:
        """The level chosen."""
        for line in self.chosen:
            line.setPos(disturbance.sigma_rec)

    def frame(self, answer: Answer[Pair]) -> None:
        """All levels."""
        curves = [found for _, found in answer.value.named]
        lows = [float(np.nanmin(found.loss - found.loss_sem)) for found in curves]
        highs = [float(np.nanmax(found.loss + found.loss_sem)) for found in curves]
        self.accuracy.setYRange(0, 100, padding=0.05)
        self.loss.setXRange(0, LARGEST_NOISE, padding=0.03)
        self.loss.setYRange(*apart(min(lows), max(highs)), padding=0.05)

    def caption(self, answer: Answer[Pair]) -> str:
        """How many trials."""
        return f"{answer.value.perturbed.trials} trials a level"

    def data(self, answer: Answer[Pair]) -> PanelData:
        """One row a level."""
        pair = answer.value
        arrays: dict[str, Any] = {"sigma": pair.unperturbed.sigma_rec}
        units = {"sigma": "a.u."}
        for name, found in pair.named:
            arrays[f"{name} answered right"] = 100.0 * found.accuracy
            arrays[f"{name} task loss"] = found.loss
            arrays[f"{name} task loss s.e.m."] = found.loss_sem
            units |= {f"{name} answered right": "%", f"{name} task loss": "nats"}
            units[f"{name} task loss s.e.m."] = "nats"
        return PanelData(arrays, units, title="Performance against noise", notes=pair.notes)
