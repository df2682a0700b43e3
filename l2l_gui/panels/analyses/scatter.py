"""Any number over problems against any other, over any number of sessions."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import pyqtgraph as pg

from l2l_engine.analysis import shape
from l2l_gui.panels.analyses.catalogue import Catalogue
from l2l_gui.panels.analyses.extent import EVERYTHING, EXTENT, rest, shown
from l2l_gui.panels.analyses.relating import (
    Part,
    Points,
    Scatter,
    computation,
    fewer_of,
    numbers_of,
    parts_of,
    seconds_of,
)
from l2l_gui.panels.analyses.scatter_drawing import drawable, line_of_fit, on_axes, on_axis, said
from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Choice,
    Column,
    Computation,
    Flag,
    Needs,
    Nothing,
    Panel,
    Table,
    View,
)
from l2l_gui.plotting.ink import RING, Ink, dots, inked
from l2l_gui.plotting.legend import DOT, Legend, Sign
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import dressed, plot_view

DEFAULT = "forward-transfer:loss", "trials"
LONGEST_LABEL = 38


class ScatterPanel(Panel[Scatter]):
    """A point a problem; subclasses are made by :func:`scatter_of`."""

    catalogue: ClassVar[Catalogue]
    depends = frozenset({"sessions", "group", SNAPSHOT})
    points_at = frozenset({"problem"})
    needs = Needs("relate numbers of its problems", problems=3)

    def build(self) -> None:
        """One plot under its legend."""
        self.legend = Legend()
        self.body_layout.addWidget(self.legend)
        axes = {side: LogAxis(side) for side in ("left", "bottom")}
        self.view = plot_view(axisItems=axes)
        self.body_layout.addWidget(self.view, 1)
        self.plot = dressed(self.view.getPlotItem(), width=60)
        self.items: list[Any] = []
        ring = self.plot.plot(pen=None, symbol="o", symbolSize=13)
        self.ring = inked(ring, symbol_brush=None, symbol_pen=RING)
        self.ring.setZValue(20)
        self.pointing = self.point_at(self.plot, self._problem_at, self._tip)

    # -- asking ------------------------------------------------------------------------

    def _needed(self, view: View, *, everything: bool) -> tuple[Part, ...]:
        return parts_of(self.catalogue, view, everything=everything)

    def ask(self, view: View) -> Computation | Nothing:
        """Ask for a preview, which may be complete."""
        return computation(self._needed(view, everything=False), view["reduce"])

    def refine(self, answer: Answer[Scatter]) -> Computation | None:
        """Ask for all problems, if the user wants them."""
        view = answer.view
        look, whole = (self._needed(view, everything=everything) for everything in (False, True))
        if view["extent"] != EVERYTHING or numbers_of(look) == numbers_of(whole):
            return None
        return computation(whole, view["reduce"])

    # -- drawing -----------------------------------------------------------------------

    def draw(self, answer: Answer[Scatter]) -> None:
        """Points in the session's colour, its line of fit, and what Spearman says."""
        for item in self.items:
            self.plot.removeItem(item)
        self.items = []
        view, found = answer.view, shown(answer)
        self.plot.setLogMode(x=view["log_x"], y=view["log_y"])
        for side, axis in (("bottom", "x"), ("left", "y")):
            self.plot.setLabel(side, on_axis(self.catalogue.quantities[view[axis]]))
        signs = []
        several = len(found.sessions) > 1
        for points, learner in zip(found.sessions, view.learners, strict=True):
            ink = Ink(learner.look.colour if several else "accent", 2)
            x, y = drawable(points, view)
            there = np.isfinite(x) & np.isfinite(y)
            size = 7 if len(x) < 300 else 4
            item = pg.PlotDataItem(x[there], y[there], pen=None, symbol="o", symbolSize=size)
            self._put(inked(item, **dots(ink.faint(0.6))))
            if view["fit"] and (line := line_of_fit(x, y, view)) is not None:
                self._put(inked(pg.PlotDataItem(*line), pen=ink))
            signs.append(Sign(DOT, ink.colour, said(points.correlation, points.name * several)))
        if several:
            signs.append(Sign("", "text", said(found.together, "all")))
        signs += [Sign("", "quiet", words) for words in self._left(answer)]
        self.legend.show_signs(*signs)

    def _put(self, item: Any) -> None:
        self.plot.addItem(item)
        self.items.append(item)

    def mark(self, answer: Answer[Scatter]) -> None:
        """A ring around the selected problem of the first session."""
        points = shown(answer).sessions[0]
        x, y = drawable(points, answer.view)
        here = points.problems == answer.view.selection.problem
        here &= np.isfinite(x) & np.isfinite(y)
        self.ring.setData(x[here], y[here])

    def frame(self, answer: Answer[Scatter]) -> None:
        """All points."""
        self.plot.enableAutoRange()

    def caption(self, answer: Answer[Scatter]) -> str:
        """How many points."""
        count = sum(len(points.x) for points in shown(answer).sessions)
        return f"{count:,} problems"

    def _left(self, answer: Answer[Scatter]) -> list[str]:
        """Which problems are shown where these are not all, and what all would take."""
        view = answer.view
        look, whole = (self._needed(view, everything=everything) for everything in (False, True))
        if answer.more is not None or numbers_of(look) == numbers_of(whole):
            return []
        return [rest(fewer_of(look, whole), view["extent"], "all", seconds_of(whole))]

    def data(self, answer: Answer[Scatter]) -> Table:
        """A row a problem, with its session."""
        found, view = shown(answer), answer.view
        x, y = (self.catalogue.quantities[view[axis]] for axis in ("x", "y"))
        names = [points.name for points in found.sessions]
        lengths = [len(points.x) for points in found.sessions]
        joined = {
            name: np.concatenate([getattr(points, name) for points in found.sessions])
            for name in ("problems", "x", "y")
        }
        words = [said(points.correlation, points.name) for points in found.sessions]
        notes = (f"x: {x.label}", f"y: {y.label}", *words, said(found.together, "all"))
        return Table(
            self.title,
            notes,
            Column("session", np.repeat(names, lengths)),
            Column("problem", joined["problems"]),
            Column(x.name, joined["x"], x.unit),
            Column(y.name if y.name != x.name else f"{y.name} again", joined["y"], y.unit),
        )

    # -- the mouse ---------------------------------------------------------------------

    def _near(self, answer: Answer[Scatter], x: float, y: float) -> tuple[Points, int] | None:
        view = answer.view
        for points in shown(answer).sessions:
            index = self.pointing.near(x, y, *on_axes(*drawable(points, view), view))
            if index is not None:
                return points, index
        return None

    def _problem_at(self, answer: Answer[Scatter], x: float, y: float) -> int | None:
        near = self._near(answer, x, y)
        return None if near is None else int(near[0].problems[near[1]])

    def _tip(self, answer: Answer[Scatter], x: float, y: float) -> str | None:
        near = self._near(answer, x, y)
        if near is None:
            return None
        points, index = near
        name = f"{points.name}, " if len(answer.view.learners) > 1 else ""
        values = f"{points.x[index]:.4g}, {points.y[index]:.4g}"
        return f"{name}problem {points.problems[index]}: {values}"


def scatter_of(catalogue: Catalogue, number: int = 1) -> type[ScatterPanel]:
    """The scatter plot of these quantities; ``number`` tells several apart."""
    names = {name: _short(quantity.words) for name, quantity in catalogue.quantities.items()}
    x, y = (name if name in names else next(iter(names)) for name in DEFAULT)
    return type(
        "ScatterPanel",
        (ScatterPanel,),
        {
            "__doc__": ScatterPanel.__doc__,
            "catalogue": catalogue,
            "name": f"scatter {number}",
            "title": "Scatter plot" if number == 1 else f"Scatter plot ({number})",
            "help": "Any number over problems against any other: a point a problem, a colour a session. "
            "Spearman's correlation is of the ranks, so that its axes may be logarithmic or not; its p "
            "takes problems for independent, which those of one run are not quite. The line is the "
            "least-squares fit in the axes as they are drawn.",
            "options": (
                Choice("y", "Show", names, bar="list", default=y),
                Choice("x", "against", names, bar="list", default=x),
                Choice("extent", "on", EXTENT, bar="list"),
                Choice("reduce", "Several rows per problem", {n: n for n in shape.REDUCTIONS}),
                Flag("fit", "Line of fit", default=True),
                Flag("log_x", "Logarithmic horizontal axis"),
                Flag("log_y", "Logarithmic vertical axis"),
            ),
        },
    )


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_LABEL else f"{words[: LONGEST_LABEL - 1].rstrip()}…"
