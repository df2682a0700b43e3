"""Common code of the panels in the Perturb workspace."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from PyQt6.QtWidgets import QWidget

from l2l_engine.analysis.probes import Trials
from l2l_gui.panels.base import Answer, Computation, Later, Needs, Panel, Ready, View, Wanted
from l2l_gui.panels.perturb.lab.lab import Lab
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.panels.perturb.lab.response import Response, Subject

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Scene:
    """A network, and what became of its copy."""

    subject: Subject
    disturbance: Disturbance
    """What the response is to; without one, what is asked for."""
    response: Response | None
    """None until the copy is first simulated, and while the disturbance cannot be done."""

    @property
    def networks(self) -> dict[str, Trials]:
        """The trials of the network, and of its copy once there are any, by name."""
        found = {"unperturbed": self.subject.unperturbed}
        if self.response is not None:
            found["perturbed"] = self.response.perturbed
        return found

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to which network, for exported files."""
        return provenance(self.subject, self.disturbance)


def provenance(subject: Subject, disturbance: Disturbance) -> tuple[str, ...]:
    """Which network was disturbed, and how, a sentence each."""
    done = disturbance.describe(subject.config) or ("Nothing is disturbed.",)
    return (f"Session {subject.session}", f"Network after problem {subject.problem}", *done)


class LabPanel(Panel[T]):
    """Asks for the network that is copied, then for what :meth:`ask_about` says of it."""

    depends = frozenset({"problem", "group"})
    needs = Needs("disturb one of its networks", problems=1, selected=True)

    @cached_property
    def lab(self) -> Lab:
        """The window's lab."""
        return Lab.of(self.context)

    def fill(self, body: QWidget) -> None:
        """Build the panel and follow the lab."""
        super().fill(body)
        self.lab.edited.connect(self.edited)
        self.lab.responded.connect(self.responded)
        self.lab.refused.connect(self.refused)

    @property
    def settled(self) -> bool:
        """Not before the newest disturbance is answered, either."""
        return super().settled and self.lab.idle

    def ask(self, view: View) -> Wanted:
        """The network to disturb, then what is drawn of it."""
        wanted, subject = self.lab.ask(view), self.lab.subject
        if not isinstance(wanted, Computation) or subject is None or subject.key != wanted.key:
            return wanted
        return self.ask_about(subject)

    def ask_about(self, subject: Subject) -> Wanted:
        """What is drawn, now that the lab copies ``subject``; the lab's :class:`Scene`."""
        if self.lab.response is None and not self.lab.idle:
            return Later()  # within a trial's time, rather than the network alone and then both
        return Ready(self.scene(subject))

    def scene(self, subject: Subject) -> Scene:
        """The newest response and what it is a response to."""
        response = self.lab.response
        done = self.lab.disturbance if response is None else response.disturbance
        return Scene(subject, done, response)

    def responded(self, _response: Response) -> None:
        """The copy was simulated again."""
        self.invalidate()

    def refused(self, _sentence: str) -> None:
        """The network is shown without a copy, where there is no response yet."""
        if self.lab.response is None:
            self.invalidate()

    def _take(self, answer: Answer[T]) -> None:
        """Let the lab copy a network that was found; what is drawn of it is asked for next."""
        if isinstance(answer.value, Subject):
            self.lab.look_at(answer.value)
            self.invalidate()
        else:
            super()._take(answer)

    def edited(self, disturbance: Disturbance) -> None:
        """Other subspaces are another subject."""
        subject = self.lab.subject
        if subject is not None and subject.source is not disturbance.source:
            self.invalidate()
