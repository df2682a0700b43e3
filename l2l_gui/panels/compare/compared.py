"""Common code of the panels that compare sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from l2l_gui.panels.base import SNAPSHOT, Answer, Compares, Computation, Panel, View
from l2l_gui.panels.compared_names import names
from l2l_gui.panels.view import Learner
from l2l_gui.plotting.legend import LINE, LINES, Legend, Sign
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import ProblemLine, dressed, plot_view
from l2l_gui.plotting.problem_axis import FIRM

__all__ = ["CountsPanel", "Learned", "names", "sign"]

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Learned:
    """What one session has learned: trials to criterion of its problems, (K,)."""

    counts: NDArray[np.float64]
    perturbs: bool
    """Whether it is a perturbation run."""


def sign(learner: Learner, words: str = "") -> Sign:
    """A session's entry in a legend."""
    name = learner.session.name
    mark = LINES.get(learner.look.style, LINE)
    return Sign(mark, learner.look.colour, f"{name}: {words}" if words else name)


class CountsPanel(Panel[list[T]]):
    """Trials to criterion over problems; ``T`` is what is drawn of one session."""

    depends = frozenset({"sessions", SNAPSHOT})
    points_at = frozenset({"problem", "follow_live"})
    needs = Compares()
    across: ClassVar[str] = "Problem"
    """The label below the plot."""
    compute: ClassVar[Callable[[tuple[Learned, ...]], list[Any]]]
    """What is drawn of each session that has learned something; a pure function."""
    has_line: ClassVar[bool] = True
    """Whether a line marks the selected problem; it would cut through boxes of fifty."""
    more_signs: ClassVar[tuple[Sign, ...]] = ()
    """Entries of the legend that belong to no session."""

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
            Learned(np.asarray(now.counts, np.float64), session.config.run_type.perturbs)
            for session, now, _ in view.learners
        )
        pairs = zip(view.sessions, view.snapshots, strict=True)
        key = (self.name, *((session.key, now.problems) for session, now in pairs))
        return Computation(type(self).compute, (given,), key=key, label="Comparing")

    def draw(self, answer: Answer[list[T]]) -> None:
        """Every session in its colour, and the legend."""
        for item in self.items:
            self.plot.removeItem(item)
        self.items = []
        each = zip(answer.view.learners, answer.value, strict=True)
        signs = [self.add(answer, *pair, place) for place, pair in enumerate(each)]
        self.legend.show_signs(*signs, *self.more_signs)

    def add(self, answer: Answer[list[T]], learner: Learner, value: T, place: int) -> Sign:
        """Draw one session with :meth:`put`; returns its entry in the legend."""
        raise NotImplementedError

    def put(self, item: Any) -> None:
        """Add an item, until everything is drawn again."""
        self.plot.addItem(item)
        self.items.append(item)


def _problem_at(answer: Answer[list[Any]], x: float, _y: float) -> int | None:
    return int(np.clip(round(x), 1, answer.view.problems)) if answer.view.problems else None
