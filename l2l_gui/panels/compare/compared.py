"""What the panels that compare sessions have in common."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import Qt

from l2l_gui.model.sessions import OpenSession, Sessions
from l2l_gui.panels.base import SNAPSHOT, Answer, Computation, Nothing, Panel, View, Wanted
from l2l_gui.plotting.ink import Ink
from l2l_gui.plotting.legend_line import DASHED, DOTTED, LINE, Key, LegendLine
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import ProblemLine, dressed
from l2l_gui.plotting.pointing import Pointing
from l2l_gui.plotting.session_colours import STYLES, colour, style

T = TypeVar("T")

SIGNS = dict(zip(STYLES, (LINE, DASHED, DOTTED), strict=True))
FIRM = Ink("accent", 1, alpha=0.8)


@dataclass(frozen=True, eq=False)
class Learned:
    """What one session has learned: trials to criterion of its problems, (K,)."""

    counts: NDArray[np.float64]
    perturbs: bool
    """Whether it is a perturbation run."""


def able(view: View) -> list[OpenSession]:
    """The sessions that had learned a problem."""
    pairs = zip(view.sessions, view.snapshots, strict=True)
    return [session for session, now in pairs if now.problems]


def too_few(view: View) -> Nothing | None:
    """What to do while there is nothing to compare; None when there is."""
    if not view.sessions:
        return Nothing("Open two sessions to compare: drop their files here.")
    if len(view.sessions) < 2:
        return Nothing("Open a second session to compare: drop its file here.")
    if not able(view):
        return Nothing("None of these sessions has learned a problem: train one first.")
    return None


def names(sessions: list[OpenSession]) -> list[str]:
    """A name for each session, with its place where two have the same."""
    found: list[str] = []
    for place, session in enumerate(sessions, start=1):
        name = session.name
        found.append(f"{name} ({place})" if name in found else name)
    return found


@dataclass(frozen=True)
class Look:
    """How a session is drawn wherever sessions are compared."""

    name: str
    colour: str
    style: Qt.PenStyle

    @classmethod
    def of(cls, session: OpenSession, sessions: Sessions) -> Look:
        """The look it keeps as long as it is open."""
        return cls(session.name, colour(sessions, session), style(sessions, session))

    def key(self, words: str = "") -> Key:
        """Its entry in a legend."""
        return Key(self.colour, SIGNS[self.style], f"{self.name}: {words}" if words else self.name)


class CountsPanel(Panel[list[T]]):
    """Trials to criterion over problems; ``T`` is what is drawn of one session."""

    depends = frozenset({"sessions", SNAPSHOT})
    points_at = frozenset({"problem", "follow_live"})
    across: ClassVar[str] = "Problem"
    """The label below the plot."""
    compute: ClassVar[Callable[[tuple[Learned, ...]], list[Any]]]
    """What is drawn of each session that has learned something; a pure function."""

    def build(self) -> None:
        """A plot under its legend."""
        self.legend = LegendLine()
        self.view = pg.PlotWidget(axisItems={"left": LogAxis("left")})
        self.body_layout.addWidget(self.legend)
        self.body_layout.addWidget(self.view, 1)
        self.plot = dressed(self.view.getPlotItem(), "Trials to criterion", self.across, log="y")
        self.plot.setLimits(xMin=0, yMin=-0.5, yMax=6)
        self.line = ProblemLine(self.plot, ink=FIRM)
        self.pointing = Pointing(self.view, self.plot, self._click)
        self.items: list[Any] = []

    def ask(self, view: View) -> Wanted:
        """What the snapshots hold."""
        nothing = too_few(view)
        if nothing is not None:
            return nothing
        learned = [
            (session, now) for session, now in zip(view.sessions, view.snapshots, strict=True)
        ]
        given = tuple(
            Learned(np.asarray(now.counts, np.float64), session.config.run_type.perturbs)
            for session, now in learned
            if now.problems
        )
        key = (self.name, *((session.key, now.problems) for session, now in learned))
        return Computation(type(self).compute, (given,), key=key, label="Comparing")

    def draw(self, answer: Answer[list[T]]) -> None:
        """Every session in its colour, and the legend."""
        for item in self.items:
            self.plot.removeItem(item)
        self.items = []
        keys = []
        sessions = able(answer.view)
        for place, (session, value) in enumerate(zip(sessions, answer.value, strict=True)):
            look = Look.of(session, self.context.sessions)
            keys.append(self.add(answer, value, look, place))
        self.legend.set_keys([*keys, *self.keys()])

    def add(self, answer: Answer[list[T]], value: T, look: Look, place: int) -> Key:
        """Draw one session with :meth:`put`; returns its entry in the legend."""
        raise NotImplementedError

    def keys(self) -> list[Key]:
        """Entries of the legend that belong to no session."""
        return []

    def put(self, item: Any) -> None:
        """Add an item, until everything is drawn again."""
        self.plot.addItem(item)
        self.items.append(item)

    def _click(self, x: float, _y: float) -> None:
        known = self.answer.view.problems if self.answer is not None else 0
        if known:
            self.select(int(np.clip(round(x), 1, known)))
