"""Curves of the network and of its copy that take longer than a trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QWidget

from l2l_engine.analysis.probes import lesion
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_gui.panels.base import Computation, Wanted
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.panels.perturb.lab.panel import LabPanel, provenance
from l2l_gui.panels.perturb.lab.response import Response, Subject, perturbed_copy
from l2l_gui.plotting.ink import Ink, dots, inked
from l2l_gui.plotting.key import LINE, Sign

REST_MS = 300
INKS = {"unperturbed": Ink("accent", 2), "perturbed": Ink("perturbed", 2)}
SIGNS = tuple(Sign(LINE, ink.colour, name) for name, ink in INKS.items())

Curves = Callable[
    [
        tuple[NetworkWeights, NetworkWeights],
        NDArray[np.float32],
        RunConfig,
        Disturbance,
        Progress,
    ],
    tuple[Any, ...],
]
"""From networks, stimuli, config, disturbance and progress, a curve of each network."""


@dataclass(frozen=True, eq=False)
class Pair:
    """A curve of the network and the same curve of its copy, with what they were computed for."""

    subject: Subject
    disturbance: Disturbance
    """What the curves depend on; everything else is at its default."""
    unperturbed: Any
    perturbed: Any

    @property
    def named(self) -> tuple[tuple[str, Any], ...]:
        """Both curves with their names."""
        return tuple(zip(INKS, (self.unperturbed, self.perturbed), strict=True))

    @property
    def notes(self) -> tuple[str, ...]:
        """What the curves were computed for."""
        return provenance(self.subject, self.disturbance)


def compute_pair(
    subject: Subject, disturbance: Disturbance, curves: Curves, progress: Progress
) -> Pair:
    """Disturb a copy, compute both curves and label them with what they were computed for."""
    copy = lesion(perturbed_copy(subject, disturbance), disturbance.lesioned)
    found = curves((subject.weights, copy), subject.stimuli, subject.config, disturbance, progress)
    return Pair(subject, disturbance, *found)


def dotted_curves(plot: pg.PlotItem) -> dict[str, pg.PlotDataItem]:
    """A curve with dots for the network and one for its copy, by name."""
    return {
        name: inked(plot.plot(skipFiniteCheck=True, symbol="o", symbolSize=5), pen=ink, **dots(ink))
        for name, ink in INKS.items()
    }


class LabCurvePanel(LabPanel[Pair]):
    """A curve of both networks, recomputed once the disturbance rests."""

    slow: ClassVar[bool] = False
    """Whether both curves take more than a second."""

    def curves(self) -> Curves:
        """The function that computes the curves."""
        raise NotImplementedError

    def place_lines(self, disturbance: Disturbance) -> None:
        """Move the lines that stand at the lab's present values."""

    def fill(self, body: QWidget) -> None:
        """Wait for the disturbance to rest, then ask again."""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.invalidate)
        super().fill(body)
        self.lab.edited.connect(self.place_lines)

    @property
    def settled(self) -> bool:
        """Not while the disturbance has yet to rest, either."""
        return super().settled and not self._rest.isActive()

    def responded(self, _response: Response) -> None:
        """Wait until the disturbance rests."""
        self._rest.start()

    def ask_about(self, subject: Subject) -> Wanted:
        """The curves of the network and of its copy."""
        disturbance = self.relevant(self.scene(subject).disturbance)
        return Computation(
            compute_pair,
            (subject, disturbance, self.curves()),
            key=(subject.key, self.name, disturbance),
            label=self.title,
            reports=True,
            slow=self.slow,
        )

    def relevant(self, disturbance: Disturbance) -> Disturbance:
        """The part of the disturbance that the curves depend on, all else at its default."""
        return disturbance.readout.replace(lesioned=disturbance.lesioned)
