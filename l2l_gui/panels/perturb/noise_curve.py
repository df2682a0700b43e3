"""Performance against the noise at test."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import Qt

from l2l_engine.analysis.generalisation import NoiseGeneralisation, noise_generalisation
from l2l_engine.analysis.probes import lesion
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.perturb.lab.controls import LARGEST_NOISE
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.panels.perturb.lab.panel import LabCurvePanel, Pair
from l2l_gui.panels.perturb.lab.response import Response, part
from l2l_gui.plotting.key import DASHED, LINE, Key, Sign
from l2l_gui.workers.jobs import Computation

LEVELS = 9
REPEATS = 8


def noise_pair(
    networks: tuple[NetworkWeights, NetworkWeights],
    stimuli: NDArray[np.float32],
    config: RunConfig,
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

    def build(self) -> None:
        """Accuracy above, loss below."""
        self.view = pg.GraphicsLayoutWidget()
        layout = self.view.ci
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        self.accuracy, self.loss = layout.addPlot(0, 0), layout.addPlot(1, 0)
        self.accuracy.setLabel("left", "Right (%)")
        self.loss.setLabel("left", "Loss (nats)")
        self.loss.setLabel("bottom", "Recurrent noise, sigma (a.u.)")
        self.accuracy.setYRange(0, 100, padding=0.05)
        self.accuracy.setXLink(self.loss)
        self.accuracy.getAxis("bottom").setStyle(showValues=False)
        self.curves: dict[str, list[Any]] = {}
        self.lines: list[tuple[pg.InfiniteLine, pg.InfiniteLine]] = []
        for plot in (self.accuracy, self.loss):
            plot.getAxis("left").setWidth(62)
            for side in ("left", "bottom"):
                plot.getAxis(side).enableAutoSIPrefix(False)
            plot.setMenuEnabled(False)
            plot.hideButtons()
            trained, chosen = pg.InfiniteLine(angle=90), pg.InfiniteLine(angle=90)
            for line in (trained, chosen):
                plot.addItem(line, ignoreBounds=True)
            self.lines.append((trained, chosen))
        self.errors = {}
        for name in ("unperturbed", "perturbed"):
            self.errors[name] = pg.ErrorBarItem(beam=0.004)
            self.loss.addItem(self.errors[name])
            self.curves[name] = [
                plot.plot(skipFiniteCheck=True) for plot in (self.accuracy, self.loss)
            ]
        self.body_layout.addWidget(
            Key(
                Sign(LINE, "accent", "unperturbed"),
                Sign(LINE, "perturbed", "perturbed"),
                Sign(DASHED, "quiet", "noise of training"),
            )
        )
        self.body_layout.addWidget(self.view, 1)
        self.follow()
        self.lab.edited.connect(self._place_lines)

    def compute(self, response: Response) -> Computation:
        """Both curves."""
        subject = response.subject
        networks = (subject.weights, lesion(response.weights, response.disturbance.lesioned))
        arguments = (networks, subject.stimuli, subject.config)
        return Computation(noise_pair, arguments, label="Noise curve", slow=True)

    def draw_pair(self, pair: Pair) -> None:
        """Accuracy, loss and its error."""
        for name, found in (("unperturbed", pair.unperturbed), ("perturbed", pair.perturbed)):
            accuracy, loss = self.curves[name]
            accuracy.setData(found.sigma_rec, 100.0 * found.accuracy)
            loss.setData(found.sigma_rec, found.loss)
            self.errors[name].setData(
                x=found.sigma_rec, y=found.loss, top=found.loss_sem, bottom=found.loss_sem
            )
        self._place_lines(self.lab.disturbance)
        self.shown.emit(f"{pair.perturbed.trials} trials a level")

    def _place_lines(self, disturbance: Disturbance) -> None:
        subject = self.lab.subject
        for trained, chosen in self.lines:
            chosen.setPos(disturbance.sigma_rec)
            if subject is not None:
                trained.setPos(subject.config.sigma_rec)

    def reset_zoom(self) -> None:
        """All levels."""
        self.loss.enableAutoRange()
        self.accuracy.setYRange(0, 100, padding=0.05)

    def restyle(self, palette: Palette) -> None:
        """Black or white for the copy."""
        for plot in (self.accuracy, self.loss):
            theme.style_plot(plot)
        for trained, chosen in self.lines:
            trained.setPen(theme.pen("quiet", 1, Qt.PenStyle.DashLine))
            chosen.setPen(theme.pen("quiet", 1, Qt.PenStyle.DotLine))
        for name, colour in (("unperturbed", "accent"), ("perturbed", "perturbed")):
            self.errors[name].setData(pen=theme.pen(colour, 1))
            for curve in self.curves[name]:
                curve.setPen(theme.pen(colour, 2))
                curve.setSymbol("o")
                curve.setSymbolSize(5)
                curve.setSymbolPen(None)
                curve.setSymbolBrush(theme.brush(colour))

    def data(self) -> PanelData | None:
        """One row a level."""
        pair = self.pair
        if pair is None or not self.has_content:
            return None
        arrays: dict[str, Any] = {"sigma": pair.unperturbed.sigma_rec}
        units = {"sigma": "a.u."}
        for name, found in (("unperturbed", pair.unperturbed), ("perturbed", pair.perturbed)):
            arrays[f"{name} answered right"] = 100.0 * found.accuracy
            arrays[f"{name} task loss"] = found.loss
            arrays[f"{name} task loss s.e.m."] = found.loss_sem
            units |= {f"{name} answered right": "%", f"{name} task loss": "nats"}
            units[f"{name} task loss s.e.m."] = "nats"
        return PanelData(arrays, units, title="Performance against noise", notes=self.notes())
