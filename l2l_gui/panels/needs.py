"""What a panel requires, and the sentence that says how to provide it."""

from __future__ import annotations

from dataclasses import dataclass

from l2l_gui.panels.view import View


@dataclass(frozen=True)
class Needs:
    """An open session with learned problems.

    ``to`` says what for, such as "see how fast the state moves". With ``selected`` the selected
    problem must be one with ``problems - 1`` before it.

    Examples
    --------
    >>> Needs("see a trial").missing(View("trial"))
    'Open a session or make a new one to see a trial.'
    """

    to: str
    problems: int = 0
    selected: bool = False

    def missing(self, view: View) -> str:
        """What to do first; "" when nothing is missing."""
        if not view.sessions:
            return f"Open a session or make a new one to {self.to}."
        number = view.selection.problem
        if view.problems < self.problems or (self.selected and number is None):
            learned = "a problem is" if self.problems < 2 else f"{self.problems} problems are"
            return f"Train until {learned} learned to {self.to}: press P for one problem."
        if self.selected and number is not None and number < self.problems:
            return f"Problem {number} has no problem before it: select a later one to {self.to}."
        return ""


@dataclass(frozen=True)
class Compares(Needs):
    """Two open sessions, one of which has learned a problem."""

    to: str = "compare"

    def missing(self, view: View) -> str:
        """What to do first; "" when nothing is missing."""
        if not view.sessions:
            return f"Open two sessions to {self.to}: drop their files here."
        if len(view.sessions) < 2:
            return f"Open a second session to {self.to}: drop its file here."
        if not view.learners:
            return "None of these sessions has learned a problem: train one first."
        return ""
