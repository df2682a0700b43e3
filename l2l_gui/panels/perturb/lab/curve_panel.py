"""Curves of the network and its copy that take longer to compute than a trial."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QWidget

from l2l_engine.analysis.probes import lesion
from l2l_engine.analysis.progress import Progress, share
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_gui.panels.base import Answer, Column, Computation, Table, Wanted
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.panels.perturb.lab.panel import LabPanel, provenance
from l2l_gui.panels.perturb.lab.response import Response, Subject, perturbed_copy
from l2l_gui.plotting.ink import Ink, dots, inked
from l2l_gui.plotting.legend import Sign

REST_MS = 300
INKS = {"unperturbed": Ink("accent", 2), "perturbed": Ink("perturbed", 2)}
SIGNS = tuple(Sign.of(ink, name) for name, ink in INKS.items())


class Given(NamedTuple):
    """What a curve is computed from: one network, and what is asked of it."""

    weights: NetworkWeights
    stimuli: NDArray[np.float32]  # (2, stimulus_channels)
    config: RunConfig
    disturbance: Disturbance
    progress: Progress


Curve = Callable[[Given], Any]
"""A network's curve."""


@dataclass(frozen=True, eq=False)
class Pair:
    """A curve of the network and the same curve of its copy, with what they were computed for.

    Not the network itself, whose trials take a thousand times the room of the curves.
    """

    config: RunConfig
    disturbance: Disturbance
    """What the curves depend on; everything else is at its default."""
    notes: tuple[str, ...]
    """What the curves were computed for."""
    unperturbed: Any
    perturbed: Any

    @property
    def named(self) -> tuple[tuple[str, Any], ...]:
        """Both curves with their names."""
        return tuple(zip(INKS, (self.unperturbed, self.perturbed), strict=True))


def compute_pair(
    subject: Subject, disturbance: Disturbance, curve: Curve, progress: Progress
) -> Pair:
    """Disturb a copy, compute both curves and label them with what they were computed for."""
    copy = lesion(perturbed_copy(subject, disturbance), disturbance.lesioned)
    found = []
    for half, weights in enumerate((subject.weights, copy)):
        part = share(progress, half / 2, (half + 1) / 2)
        found.append(curve(Given(weights, subject.stimuli, subject.config, disturbance, part)))
        part(1.0)
    return Pair(subject.config, disturbance, provenance(subject, disturbance), *found)


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

    def curve(self) -> Curve:
        """The function that computes a curve."""
        raise NotImplementedError

    def repeats(self) -> int:
        """Trials of each stimulus at each point of a curve."""
        raise NotImplementedError

    def place_lines(self, disturbance: Disturbance) -> None:
        """Move the lines that mark the lab's present values."""

    def across(self, found: Any) -> Column:
        """What the curves are drawn over."""
        raise NotImplementedError

    def columns(self, name: str, found: Any) -> list[Column]:
        """What is exported of a network's curve."""
        raise NotImplementedError

    def fill(self, body: QWidget) -> None:
        """Wait for the disturbance to rest, then ask again."""
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.invalidate)
        self._asked_about: tuple[Subject, Disturbance] | None = None
        super().fill(body)
        self.lab.edited.connect(self.place_lines)

    @property
    def settled(self) -> bool:
        """Not while the disturbance has yet to rest, either."""
        return super().settled and not self._rest.isActive()

    def responded(self, response: Response) -> None:
        """Wait until the disturbance rests, unless the curves are of this one already."""
        if self._asked_about == (response.subject, self.relevant(response.disturbance)):
            self._rest.stop()
        else:
            self._rest.start()

    def ask_about(self, subject: Subject) -> Wanted:
        """The curves of the network and of its copy."""
        disturbance = self.relevant(self.scene(subject).disturbance)
        self._asked_about = subject, disturbance
        self._rest.stop()
        return Computation(
            compute_pair,
            (subject, disturbance, self.curve()),
            key=(subject.key, self.name, disturbance),
            label=self.title,
            reports=True,
            slow=self.slow,
        )

    def relevant(self, disturbance: Disturbance) -> Disturbance:
        """The part of the disturbance that the curves depend on, all else at its default."""
        return disturbance.readout.replace(lesioned=disturbance.lesioned)

    def mark(self, answer: Answer[Pair]) -> None:
        """The lines at what is chosen now, which the curves do not depend on."""
        self.place_lines(self.lab.disturbance)

    def recipe_settings(self, answer: Answer[Pair]) -> dict[str, Any]:
        """What is done to the copy."""
        return {"disturbance": answer.value.disturbance.to_values(), "repeats": self.repeats()}

    def data(self, answer: Answer[Pair]) -> Table:
        """One row a point, columns for both networks."""
        pair = answer.value
        columns = [column for name, found in pair.named for column in self.columns(name, found)]
        return Table(self.title, pair.notes, self.across(pair.unperturbed), *columns)
