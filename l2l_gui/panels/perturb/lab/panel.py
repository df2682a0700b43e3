"""What the panels of the Perturb workspace have in common."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from PyQt6.QtCore import QTimer

from l2l_gui.panels.base import Answer, Panel
from l2l_gui.panels.perturb.lab.lab import Lab
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.panels.perturb.lab.response import Response, Subject
from l2l_gui.workers.jobs import Computation

REST_MS = 300


class LabPanel(Panel):
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
        """What was done to which network, for exported files."""
        subject = self.lab.subject
        if subject is None:
            return ()
        done = self.lab.disturbance.describe(subject.config) or ("Nothing is disturbed.",)
        return (f"Session {subject.session}", f"Network after problem {subject.problem}", *done)

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


@dataclass(frozen=True, eq=False)
class Pair:
    """A curve of the network and the same of its copy, at what the copy was disturbed by."""

    subject: Subject
    disturbance: Disturbance
    unperturbed: Any
    perturbed: Any


class LabCurvePanel(LabPanel):
    """A slower curve of both networks, computed anew once the disturbance rests."""

    def compute(self, response: Response) -> Computation:
        """The curves: a computation that gives two, of the network and of its copy."""
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
        return super().settled and not (self._has_content and resting)

    def ask(self) -> Answer:
        """The network first, then the curves."""
        answer, response = self.lab.ask(), self.lab.response
        if not isinstance(answer, Computation) or response is None:
            return answer
        if answer.key != response.subject.key:
            return answer
        return dataclasses.replace(
            self.compute(response),
            key=(response.subject.key, self.name, *self.relevant(response.disturbance)),
            reports=True,
        )

    def relevant(self, disturbance: Disturbance) -> tuple[Hashable, ...]:
        """What of the disturbance the curves depend on."""
        order = disturbance.permutation.tolist() if disturbance.kind.permutes else ()
        readout = (disturbance.kind, disturbance.source, disturbance.k, tuple(order))
        return (*readout, disturbance.seed, disturbance.lesioned)

    def draw(self, value: Subject | tuple[Any, Any]) -> None:
        """Take the network up, or draw the curves."""
        if isinstance(value, Subject):
            self.lab.look_at(value)
            if self.lab.response is not None:
                self.invalidate()
            return
        response = self.lab.response
        if response is not None:
            self.pair = Pair(response.subject, response.disturbance, *value)
            self.draw_pair(self.pair)
