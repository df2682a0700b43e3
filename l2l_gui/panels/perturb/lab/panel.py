"""What the panels of the Perturb workspace have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from PyQt6.QtCore import QTimer

from l2l_engine.analysis.progress import Progress
from l2l_gui.panels.legacy import Answer, LegacyPanel
from l2l_gui.panels.perturb.lab.lab import Lab
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.panels.perturb.lab.response import Response, Subject
from l2l_gui.workers.jobs import Computation

REST_MS = 300


class LabPanel(LegacyPanel):
    """Shows the lab's subject and its newest response.

    Subclasses give :meth:`draw_subject` and :meth:`draw_response`, both called only while seen.
    """

    depends = frozenset({"problem", "group"})

    @cached_property
    def lab(self) -> Lab:
        """The window's lab."""
        return Lab.of(self.context)

    def follow(self) -> None:
        """Draw responses as they come; for :meth:`build` to call."""
        self.lab.responded.connect(self._responded)
        self.lab.edited.connect(self._edited)

    def ask(self) -> Answer:
        """The network to disturb."""
        return self.lab.ask()

    def draw(self, value: Subject) -> None:
        """The network, then what became of its copy."""
        self.lab.look_at(value)
        self.draw_subject(value)
        if self.lab.response is not None:
            self.draw_response(self.lab.response)

    def draw_subject(self, subject: Subject) -> None:
        """Another network is copied."""

    def draw_response(self, response: Response) -> None:
        """The copy was disturbed differently."""

    def notes(self) -> tuple[str, ...]:
        """What was done to which network to get what is drawn, for exported files."""
        response, subject = self.lab.response, self.lab.subject
        if response is not None:
            return provenance(response.subject, response.disturbance)
        return provenance(subject, self.lab.disturbance) if subject is not None else ()

    def _edited(self, disturbance: Disturbance) -> None:
        """Other subspaces are another subject."""
        subject = self.lab.subject
        if subject is not None and subject.source is not disturbance.source:
            self.invalidate()

    def _responded(self, _response: Response) -> None:
        if self.seen and self.has_content:
            self.context.redraws.add(self._draw_newest)
        else:
            self.invalidate()

    def _draw_newest(self) -> None:
        response = self.lab.response
        if response is not None and self.seen:
            self.draw_response(response)


def provenance(subject: Subject, disturbance: Disturbance) -> tuple[str, ...]:
    """Which network was disturbed, and how, a sentence each."""
    done = disturbance.describe(subject.config) or ("Nothing is disturbed.",)
    return (f"Session {subject.session}", f"Network after problem {subject.problem}", *done)


@dataclass(frozen=True, eq=False)
class Pair:
    """A curve of the network and the same curve of its copy, with what they were computed for."""

    subject: Subject
    disturbance: Disturbance
    """What the curves depend on; everything else is at its default."""
    unperturbed: Any
    perturbed: Any


def compute_pair(
    subject: Subject,
    disturbance: Disturbance,
    curves: Callable[..., tuple[Any, Any]],
    arguments: tuple[Any, ...],
    progress: Progress,
) -> Pair:
    """Compute both curves and label them with what they were computed for."""
    return Pair(subject, disturbance, *curves(*arguments, progress=progress))


class LabCurvePanel(LabPanel):
    """A curve of both networks that takes longer, recomputed once the disturbance rests."""

    def compute(self, response: Response) -> Computation:
        """Return the computation of two curves, of the network and of its copy."""
        raise NotImplementedError

    def draw_pair(self, pair: Pair) -> None:
        """Draw both."""
        raise NotImplementedError

    def follow(self) -> None:
        """Wait for the disturbance to rest, then ask again."""
        self.pair: Pair | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.invalidate)
        self.lab.responded.connect(self._rest.start)
        self.lab.edited.connect(self._edited)

    @property
    def settled(self) -> bool:
        """Also not while the disturbance has yet to rest, or the network to be simulated."""
        resting = self._rest.isActive() or not self.lab.idle
        return super().settled and not (self.has_content and resting)

    def ask(self) -> Answer:
        """The network first, then the curves."""
        answer, response = self.lab.ask(), self.lab.response
        if not isinstance(answer, Computation) or response is None:
            return answer
        if answer.key != response.subject.key:
            return answer
        asked, disturbance = self.compute(response), self.relevant(response.disturbance)
        return dataclasses.replace(
            asked,
            function=compute_pair,
            arguments=(response.subject, disturbance, asked.function, asked.arguments),
            key=(response.subject.key, self.name, disturbance),
            reports=True,
        )

    def relevant(self, disturbance: Disturbance) -> Disturbance:
        """The part of the disturbance that the curves depend on, all else at its default."""
        return disturbance.readout.replace(lesioned=disturbance.lesioned)

    def notes(self) -> tuple[str, ...]:
        """What the curves drawn were computed for."""
        return provenance(self.pair.subject, self.pair.disturbance) if self.pair else ()

    def draw(self, value: Subject | Pair) -> None:
        """Copy the network, or draw the curves."""
        if isinstance(value, Pair):
            self.pair = value
            self.draw_pair(value)
            return
        self.lab.look_at(value)
        if self.lab.response is not None:
            self.invalidate()
