"""What the panels of the Perturb workspace have in common."""

from __future__ import annotations

from functools import cached_property

from l2l_gui.panels.base import Answer, Panel
from l2l_gui.perturbation_lab.lab import Lab
from l2l_gui.perturbation_lab.response import Response, Subject


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

    def _responded(self, _response: Response) -> None:
        if self.isVisible() and self.has_content:
            self.context.redraws.add(self._draw_newest)
        else:
            self.invalidate()

    def _draw_newest(self) -> None:
        response = self.lab.response
        if response is not None and self.isVisible():
            self.draw_response(response)
