"""Common code of the panels that compare sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from l2l_gui.model.conditions import conditions
from l2l_gui.panels.base import SNAPSHOT, Answer, Compares, Computation, Flag, Panel, View
from l2l_gui.panels.compared_names import names
from l2l_gui.panels.view import Learner
from l2l_gui.plotting.legend import LINE, LINES, Legend, Sign
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import ProblemLine, dressed, plot_view
from l2l_gui.plotting.problem_axis import FIRM
from l2l_gui.plotting.session_colours import COLOURS, STYLES, Look

T = TypeVar("T")


GROUPED = Flag("grouped", "Mean of each condition (sessions that differ only in their seed)")
"""The option of panels that draw conditions instead of sessions."""
LOOKS = len(COLOURS) * len(STYLES)
"""Sessions or conditions drawn at most."""


@dataclass(frozen=True, eq=False)
class Learned:
    """What a session, or all the sessions of a condition, have learned."""

    counts: tuple[NDArray[np.float64], ...]
    """Trials to criterion of each network, (K,) each; NaN = failed."""
    perturbs: bool
    """Whether they are perturbation runs."""


class Shown(NamedTuple):
    """What has a colour and an entry in the legend: a session, or a condition."""

    name: str
    look: Look
    learners: tuple[Learner, ...]

    @property
    def sign(self) -> Sign:
        """Its entry in a legend."""
        return self.sign_saying("")

    def sign_saying(self, words: str) -> Sign:
        """Its entry in a legend, with more words."""
        mark = LINES.get(self.look.style, LINE)
        return Sign(mark, self.look.colour, f"{self.name}: {words}" if words else self.name)


def is_grouped(view: View) -> bool:
    """Whether conditions are drawn: when asked for, and of more sessions than can be told apart."""
    return bool(view[GROUPED.name]) or len(view.learners) > LOOKS


def shown(view: View) -> list[Shown]:
    """The sessions that learned, or the conditions: the first ``LOOKS``, more could not be told apart.

    Sessions of one name are told apart by their place.
    """
    learners = view.learners
    if is_grouped(view):
        groups = list(conditions([learner.session for learner in learners]).items())
        return [
            Shown(f"{name} (n = {len(places)})", Look(number), tuple(learners[p] for p in places))
            for number, (name, places) in enumerate(groups[:LOOKS])
        ]
    named = zip(names(view), learners, strict=True)
    return [Shown(name, learner.look, (learner,)) for name, learner in named]


def counted(view: View) -> str:
    """How many sessions are drawn, for the caption."""
    sessions = len(view.learners)
    if not is_grouped(view):
        return f"{sessions:,} sessions"
    drawn = shown(view)
    left_out = sessions - sum(len(each.learners) for each in drawn)
    more = f", {left_out:,} more sessions not shown" if left_out else ""
    plural = "s" if len(drawn) > 1 else ""
    return f"{sessions - left_out:,} sessions in {len(drawn)} condition{plural}{more}"


class CountsPanel(Panel[list[T]]):
    """Trials to criterion over problems; ``T`` is what is drawn of one session or condition."""

    depends = frozenset({"sessions", SNAPSHOT})
    points_at = frozenset({"problem", "follow_live"})
    needs = Compares()
    across: ClassVar[str] = "Problem"
    """The label below the plot."""
    compute: ClassVar[Callable[[tuple[Learned, ...]], list[Any]]]
    """What is drawn of each session or condition; a pure function."""
    has_line: ClassVar[bool] = True
    """Whether a line marks the selected problem; it would cut through boxes of fifty."""
    more_signs: ClassVar[tuple[Sign, ...]] = ()
    """Entries of the legend of what is drawn of every session, and of no condition."""

    def build(self) -> None:
        """A plot under its legend."""
        self.legend = Legend()
        self.view = plot_view(axisItems={"left": LogAxis("left")})
        self.body_layout.addWidget(self.legend)
        self.body_layout.addWidget(self.view, 1)
        self.plot = dressed(self.view.getPlotItem(), "Trials to criterion", self.across, log="y")
        self.plot.setLimits(xMin=0, yMin=-0.5, yMax=6)
        if self.has_line:
            self.line = ProblemLine(self.plot, ink=FIRM)
        self.pointing = self.point_at(self.plot, _problem_at)
        self.items: list[Any] = []

    def ask(self, view: View) -> Computation:
        """What the snapshots hold."""
        given = tuple(
            Learned(
                tuple(np.asarray(each.snapshot.counts, np.float64) for each in learners),
                learners[0].session.config.run_type.perturbs,
            )
            for _, _, learners in shown(view)
        )
        pairs = zip(view.sessions, view.snapshots, strict=True)
        states = ((session.key, now.problems) for session, now in pairs)
        key = (self.name, is_grouped(view), *states)
        return Computation(type(self).compute, (given,), key=key, label="Comparing")

    def draw(self, answer: Answer[list[T]]) -> None:
        """Each in its colour, and the legend."""
        for item in self.items:
            self.plot.removeItem(item)
        self.items = []
        each = zip(shown(answer.view), answer.value, strict=True)
        signs = [self.add(answer, *pair, place) for place, pair in enumerate(each)]
        more = () if is_grouped(answer.view) else self.more_signs
        self.legend.show_signs(*signs, *more)

    def recipe_settings(self, answer: Answer[list[T]]) -> dict[str, Any]:
        """Which sessions make up each condition drawn."""
        if not is_grouped(answer.view):
            return {}
        called = dict(zip(map(_path, answer.view.learners), names(answer.view), strict=True))
        return {
            "conditions": {
                drawn.name: tuple(called[_path(learner)] for learner in drawn.learners)
                for drawn in shown(answer.view)
            }
        }

    def add(self, answer: Answer[list[T]], drawn: Shown, value: T, place: int) -> Sign:
        """Draw one session or condition with :meth:`put`; returns its entry in the legend."""
        raise NotImplementedError

    def put(self, item: Any) -> None:
        """Add an item, until everything is drawn again."""
        self.plot.addItem(item)
        self.items.append(item)


def _path(learner: Learner) -> Path:
    return learner.session.path


def _problem_at(answer: Answer[list[Any]], x: float, _y: float) -> int | None:
    return int(np.clip(round(x), 1, answer.view.problems)) if answer.view.problems else None
