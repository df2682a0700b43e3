"""Any number over problems against any other, over any number of sessions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from l2l_engine.analysis import cost, shape, statistics
from l2l_engine.analysis.progress import Progress, share
from l2l_engine.analysis.record import Analysis
from l2l_engine.analysis.statistics import RankCorrelation
from l2l_engine.config import L2LError
from l2l_gui.panels.analyses.catalogue import Catalogue, Quantity
from l2l_gui.panels.analyses.computing import BACKGROUND, SLOW, Source, analyse, estimate, sources
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
from l2l_gui.panels.problem_groups import problems_in_words
from l2l_gui.plotting.ink import RING, Ink, dots, inked
from l2l_gui.plotting.legend import DOT, Legend, Sign
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import dressed, plot_view

LOOK, EVERYTHING = "look", "all"
EXTENT = {LOOK: "a first look", EVERYTHING: "all problems"}
DEFAULT = "forward-transfer:loss", "trials"
LONGEST_LABEL = 38
FITTED = 100  # points of a line of fit


class Part(NamedTuple):
    """What one quantity needs: its analysis and sources; None for what sessions hold."""

    quantity: Quantity
    record: Analysis | None
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Pairs of numbers of one session's problems."""

    name: str
    problems: NDArray[np.intp]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    correlation: RankCorrelation


@dataclass(frozen=True, slots=True, eq=False)
class Scatter:
    """The points of every session, and the correlation of all together."""

    sessions: tuple[Points, ...]
    together: RankCorrelation


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
        """Both quantities, on problems that the dearer one allows."""
        parts = []
        for axis in ("x", "y"):
            quantity = self.catalogue.quantities[view[axis]]
            record = self.catalogue.records[quantity.analysis] if quantity.analysis else None
            wanted = (
                tuple(
                    Source(learner.session, learner.snapshot.counts, ())
                    for learner in view.learners
                )
                if record is None
                else sources(
                    record,
                    view.learners,
                    group=view.selection.group,
                    problem=None,
                    everything=everything,
                )
            )
            parts.append(Part(quantity, record, wanted))
        return tuple(parts)

    def ask(self, view: View) -> Computation | Nothing:
        """A first look, which may be all there is."""
        return _computation(self._needed(view, everything=False), view["reduce"])

    def refine(self, answer: Answer[Scatter]) -> Computation | None:
        """All problems, where the person wants them."""
        view = answer.view
        look, whole = (self._needed(view, everything=everything) for everything in (False, True))
        if view["extent"] != EVERYTHING or _numbers(look) == _numbers(whole):
            return None
        return _computation(whole, view["reduce"])

    # -- drawing -----------------------------------------------------------------------

    def draw(self, answer: Answer[Scatter]) -> None:
        """Points in the session's colour, its line of fit, and what Spearman says."""
        for item in self.items:
            self.plot.removeItem(item)
        self.items = []
        view, found = answer.view, _shown(answer)
        self.plot.setLogMode(x=view["log_x"], y=view["log_y"])
        for side, axis in (("bottom", "x"), ("left", "y")):
            self.plot.setLabel(side, _on_axis(self.catalogue.quantities[view[axis]]))
        signs = []
        several = len(found.sessions) > 1
        for points, learner in zip(found.sessions, view.learners, strict=True):
            ink = Ink(learner.look.colour if several else "accent", 2)
            x, y = _drawable(points, view)
            there = np.isfinite(x) & np.isfinite(y)
            size = 7 if len(x) < 300 else 4
            item = pg.PlotDataItem(x[there], y[there], pen=None, symbol="o", symbolSize=size)
            self._put(inked(item, **dots(ink.faint(0.6))))
            if view["fit"] and (line := _line(x, y, view)) is not None:
                self._put(inked(pg.PlotDataItem(*line), pen=ink))
            signs.append(Sign(DOT, ink.colour, _said(points.correlation, points.name * several)))
        if several:
            signs.append(Sign("", "text", _said(found.together, "all")))
        signs += [Sign("", "quiet", words) for words in self._left(answer)]
        self.legend.show_signs(*signs)

    def _put(self, item: Any) -> None:
        self.plot.addItem(item)
        self.items.append(item)

    def mark(self, answer: Answer[Scatter]) -> None:
        """A ring around the selected problem of the first session."""
        points = _shown(answer).sessions[0]
        x, y = _drawable(points, answer.view)
        here = points.problems == answer.view.selection.problem
        here &= np.isfinite(x) & np.isfinite(y)
        self.ring.setData(x[here], y[here])

    def frame(self, answer: Answer[Scatter]) -> None:
        """All points."""
        self.plot.enableAutoRange()

    def caption(self, answer: Answer[Scatter]) -> str:
        """How many points."""
        count = sum(len(points.x) for points in _shown(answer).sessions)
        return f"{count:,} problems"

    def _left(self, answer: Answer[Scatter]) -> list[str]:
        """Which problems are shown where these are not all, and what all would take."""
        view = answer.view
        look, whole = (self._needed(view, everything=everything) for everything in (False, True))
        if answer.more is not None or _numbers(look) == _numbers(whole):
            return []
        fewer = next(
            some.numbers
            for part, other in zip(look, whole, strict=True)
            for some, every in zip(part.sources, other.sources, strict=True)
            if some.numbers != every.numbers
        )
        so_far = " so far" if view["extent"] == EVERYTHING else ""
        return [f"{problems_in_words(fewer)}{so_far}; all take {cost.words(_estimate(whole))}"]

    def data(self, answer: Answer[Scatter]) -> Table:
        """A row a problem, with its session."""
        found, view = _shown(answer), answer.view
        x, y = (self.catalogue.quantities[view[axis]] for axis in ("x", "y"))
        names = [points.name for points in found.sessions]
        lengths = [len(points.x) for points in found.sessions]
        joined = {
            name: np.concatenate([getattr(points, name) for points in found.sessions])
            for name in ("problems", "x", "y")
        }
        said = [_said(points.correlation, points.name) for points in found.sessions]
        notes = (f"x: {x.label}", f"y: {y.label}", *said, _said(found.together, "all"))
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
        for points in _shown(answer).sessions:
            across, up = _drawable(points, view)
            with np.errstate(divide="ignore", invalid="ignore"):
                across = np.log10(across) if view["log_x"] else across
                up = np.log10(up) if view["log_y"] else up
            index = self.pointing.near(x, y, across, up)
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
                Choice("reduce", "Several rows a problem", {n: n for n in shape.REDUCTIONS}),
                Flag("fit", "Line of fit", default=True),
                Flag("log_x", "Logarithmic horizontal axis"),
                Flag("log_y", "Logarithmic vertical axis"),
            ),
        },
    )


# -- in the background -------------------------------------------------------------------


def _computation(parts: tuple[Part, ...], reduction: str) -> Computation:
    took = _estimate(parts)
    return Computation(
        points_of,
        (parts, reduction),
        key=(
            "scatter",
            reduction,
            tuple(
                (part.quantity.name, *(each.key(part.record) for each in part.sources))
                for part in parts
            ),
        ),
        label="Relating numbers of problems",
        reports=True,
        slow=SLOW < took <= BACKGROUND,
        background=took > BACKGROUND,
    )


def points_of(parts: tuple[Part, ...], reduction: str, progress: Progress | None = None) -> Scatter:
    """Both quantities of every session, on the problems that have both."""
    numbers = []
    for place, part in enumerate(parts):
        reporting = share(progress, place / len(parts), (place + 1) / len(parts))
        numbers.append(_by_session(part, reduction, reporting))
    sessions: list[Points] = []
    for place, source in enumerate(parts[0].sources):
        x, y = (each.get(source.session.key, {}) for each in numbers)
        problems = np.array(sorted(x.keys() & y.keys()), np.intp)
        across, up = (np.array([each[n] for n in problems], float) for each in (x, y))
        found = statistics.spearman(across, up)
        name = source.session.name
        if name in [points.name for points in sessions]:
            name = f"{name} ({place + 1})"
        sessions.append(Points(name, problems, across, up, found))
    together = statistics.spearman(
        np.concatenate([points.x for points in sessions]),
        np.concatenate([points.y for points in sessions]),
    )
    return Scatter(tuple(sessions), together)


def _by_session(part: Part, reduction: str, progress: Progress) -> dict[Any, dict[int, float]]:
    """A quantity by problem, by session."""
    found: dict[Any, dict[int, float]] = {}
    if part.record is None:
        for source in part.sources:
            values = _stored(part.quantity.name, source)
            found[source.session.key] = dict(enumerate(values.tolist(), 1))
        return found
    if not part.sources:
        raise L2LError(f"No session has learned what {part.quantity.words} needs.")
    tables = analyse(part.record.name, part.sources, progress).tables
    for source, table in zip(part.sources, tables, strict=True):
        problems, values = shape.by_problem(table, part.quantity.column, reduction)
        found[source.session.key] = dict(zip(problems.tolist(), values.tolist(), strict=True))
    return found


def _stored(name: str, source: Source) -> NDArray[np.float64]:
    """A number that a session holds of each problem."""
    count = len(source.counts)
    if name == "problem":
        return np.arange(1.0, count + 1)
    if name == "trials":
        return np.asarray(source.counts, np.float64)
    column = source.session.reader(count).problem_column(name)
    return np.asarray(column[:count], np.float64)


def _estimate(parts: tuple[Part, ...]) -> float:
    return sum(estimate(part.record, part.sources) for part in parts if part.record is not None)


def _numbers(parts: tuple[Part, ...]) -> tuple[Any, ...]:
    return tuple(tuple(each.numbers for each in part.sources) for part in parts)


# -- on the plot -------------------------------------------------------------------------


def _shown(answer: Answer[Scatter]) -> Scatter:
    return answer.value if answer.more is None else answer.more


def _drawable(points: Points, view: View) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The points with NaN where a logarithmic axis has no place."""
    x = np.where(points.x > 0, points.x, np.nan) if view["log_x"] else points.x
    y = np.where(points.y > 0, points.y, np.nan) if view["log_y"] else points.y
    return x, y


def _line(
    x: NDArray[np.float64], y: NDArray[np.float64], view: View
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The line of fit in the axes as drawn; None where there is none."""
    across, up = (
        np.log10(values) if view[name] else values for values, name in ((x, "log_x"), (y, "log_y"))
    )
    try:
        fit = statistics.linear_fit(across, up)
    except L2LError:
        return None
    ends = across[np.isfinite(across) & np.isfinite(up)]
    at = np.linspace(ends.min(), ends.max(), FITTED)
    line = fit.intercept + fit.slope * at
    return (10**at if view["log_x"] else at), (10**line if view["log_y"] else line)


def _said(found: RankCorrelation, name: str = "") -> str:
    """``seed 1: Spearman ρ = 0.48, p = 4e-07, n = 100``."""
    words = f"Spearman ρ = {found.rho:.2f}, p = {found.p:.1g}, n = {found.n}"
    if not np.isfinite(found.rho):
        words = f"no correlation to be had, n = {found.n}"
    return f"{name}: {words}" if name else words


def _on_axis(quantity: Quantity) -> str:
    """What fits beside a plot: the column without the analysis' title, which the list above has."""
    words = quantity.column.replace("_", " ") or quantity.words
    words = words[:1].upper() + words[1:]
    return f"{words} ({quantity.unit})" if quantity.unit else words


def _short(words: str) -> str:
    return words if len(words) <= LONGEST_LABEL else f"{words[: LONGEST_LABEL - 1].rstrip()}…"
