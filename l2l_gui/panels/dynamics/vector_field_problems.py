"""How much learning each problem changed the vector field (paper Figs 5 and 6)."""

from __future__ import annotations

import numpy as np
from PyQt6.QtCore import QSize

from l2l_engine.analysis.change_table import learning_correlations
from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Choice,
    Computation,
    Flag,
    Needs,
    Panel,
    Several,
    Table,
    View,
    tip,
)
from l2l_gui.panels.dynamics.change_memory import FIRST
from l2l_gui.panels.dynamics.change_quantities import (
    QUANTITIES,
    RELATED,
    SYMBOLS,
    WHOLE,
    sample,
    unit,
)
from l2l_gui.panels.dynamics.change_rows import ChangeTable, change_table, known_rows
from l2l_gui.panels.option_controls import set_icons
from l2l_gui.plotting.ink import QUIET, RING, dots, inked
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import ProblemLine, apart, dressed, plot_view, titled
from l2l_gui.widgets.adaptive_splitter import AdaptiveSplitter

WINDOW, GROUP, EXPLAINED_FIRST = 30, 50, 500
LARGE_RUN = 300
QUICK = 10


class VectorFieldProblemsPanel(Panel[ChangeTable]):
    """Norms over problems, and against trials to criterion."""

    name = "vector_field_problems"
    title = "Vector-field change over problems"
    recipe = "vector_field_problems"
    depends = frozenset({SNAPSHOT})
    points_at = frozenset({"problem"})
    needs = Needs("see how learning changes the vector field", problems=FIRST)
    options = (
        Several(
            "quantities",
            "Quantities",
            {name: quantity.symbol for name, quantity in QUANTITIES.items()},
            WHOLE,
            {name: quantity.words for name, quantity in QUANTITIES.items()},
        ),
        Choice("related", "Relate trials to", RELATED, bar="list"),
        Flag("log", "Logarithmic axis", default=True),
        Flag("groups", f"Means over groups of {GROUP}"),
        Flag("scatter", "Relation to trials to criterion", default=True),
    )

    def build(self) -> None:
        """Norms over problems, beside the scatter."""
        self.view = plot_view(axisItems={"left": LogAxis("left")})
        axes = {side: LogAxis(side) for side in ("left", "bottom")}
        self.scatter_view = plot_view(axisItems=axes)
        self.body_layout.addWidget(
            AdaptiveSplitter(self.view, self.scatter_view, shares=(3, 2)), stretch=1
        )
        self.plot = dressed(self.view.getPlotItem(), bottom="Problem")
        self.scatter = dressed(self.scatter_view.getPlotItem(), "Trials to criterion", log="xy")
        self.dots = {name: self.plot.plot(pen=None, symbol="o") for name in QUANTITIES}
        self.lines = {
            name: inked(self.plot.plot(), pen=quantity.ink) for name, quantity in QUANTITIES.items()
        }
        self.line = ProblemLine(self.plot)
        self.points = inked(self.scatter.plot(pen=None, symbol="o"), **dots(QUIET))
        ring = self.scatter.plot(pen=None, symbol="o", symbolSize=13)
        self.ring = inked(ring, symbol_brush=None, symbol_pen=RING)
        self.pointing = self.point_at(self.plot, _problem_at, _tip)
        self.pointing_scatter = self.point_at(self.scatter, self._point_at, self._tip_point)

    def ask(self, view: View) -> Computation:
        """The rows there are and those still to be computed."""
        known, counts = known_rows(view.session), view.snapshot.counts
        missing = len(counts) - len(known)
        return Computation(
            change_table,
            (view.session, counts, known),
            key=("vector-field change", view.session.key, len(counts)),
            label=f"Decomposing the change of {missing:,} problems",
            reports=True,
            refines=True,
            slow=missing > QUICK,
        )

    def draw(self, answer: Answer[ChangeTable]) -> None:
        """The quantities chosen, and one of them against trials."""
        table, view = answer.value, answer.view
        size = 7 if view["groups"] else 4 if len(table.numbers) < LARGE_RUN else 3
        for name, quantity in QUANTITIES.items():
            line, points = self.lines[name], self.dots[name]
            shown = name in view["quantities"]
            numbers, values, mean = table.course(name, WINDOW, GROUP if view["groups"] else 1)
            line.setData(*((numbers, mean) if shown else ([], [])), connect="finite")
            points.setData(*((numbers, values) if shown else ([], [])))
            points.setSymbolSize(size)
            inked(points, **dots(quantity.ink.faint(1.0 if view["groups"] else 0.45)))
            line.setVisible(shown)
            points.setVisible(shown)
        mixed = {"current", "recurrent"} & set(view["quantities"])
        self.plot.setLabel("left", f"Norm (a.u./step{'; current, weights: a.u.' * bool(mixed)})")
        self.plot.setLogMode(y=view["log"])
        self.scatter_view.setVisible(view["scatter"])
        self._draw_scatter(table, view["related"])
        icons = {name: sample(quantity.ink) for name, quantity in QUANTITIES.items()}
        set_icons(self.body, icons, QSize(22, 10))

    def _draw_scatter(self, table: ChangeTable, name: str) -> None:
        sizes = table.column(name)
        known = np.isfinite(sizes) & np.isfinite(table.counts)
        self.points.setData(sizes[known], table.counts[known])
        self.points.setSymbolSize(6 if len(table.numbers) < LARGE_RUN else 4)
        self.scatter.setLabel("bottom", f"{SYMBOLS[name]} ({unit(name)})")
        found = learning_correlations(table.table, table.counts, EXPLAINED_FIRST)
        explained = f", r² = {found.explained:.2f}" if name == "recurrent" else ""
        titled(self.scatter, f"r = {getattr(found, name):.2f}{explained}")

    def frame(self, answer: Answer[ChangeTable]) -> None:
        """All points of the scatter, also where there is one, of which pyqtgraph makes no range."""
        table = answer.value
        with np.errstate(divide="ignore"):
            places = np.log10([table.column(answer.view["related"]), table.counts])
        there = places[:, np.isfinite(places).all(axis=0)]
        if there.size:
            x, y = (apart(float(each.min()), float(each.max())) for each in there)
            self.scatter.setRange(xRange=x, yRange=y, padding=0.08)

    def mark(self, answer: Answer[ChangeTable]) -> None:
        """A ring around the selected problem's point."""
        table, index = answer.value, answer.value.index(answer.view.selection.problem)
        x, y = table.column(answer.view["related"]), table.counts
        known = index is not None and np.isfinite(x[index] + y[index])
        self.ring.setData(*(([x[index]], [y[index]]) if known else ([], [])))

    def caption(self, answer: Answer[ChangeTable]) -> str:
        """The selected problem and the size of its change."""
        number = answer.view.selection.problem
        index = answer.value.index(number)
        words = f"problem {number}" if number else ""
        if index is not None:
            words += f": ‖ΔZ‖ = {answer.value.column('total')[index]:.3g} a.u./step"
        return "; ".join(filter(None, (words, answer.value.left_out)))

    def data(self, answer: Answer[ChangeTable]) -> Table:
        """One row a problem, all columns."""
        notes = answer.view.notes("Means over the trial and both stimuli")
        columns = answer.value.columns.values()
        return Table("Vector-field change over problems", notes, *columns)

    # -- the mouse ---------------------------------------------------------------------

    def _point_at(self, answer: Answer[ChangeTable], x: float, y: float) -> int | None:
        table = answer.value
        with np.errstate(divide="ignore"):
            places = np.log10([table.column(answer.view["related"]), table.counts])
        index = self.pointing_scatter.near(x, y, *places)
        return None if index is None else int(table.numbers[index])

    def _tip_point(self, answer: Answer[ChangeTable], x: float, y: float) -> str | None:
        number = self._point_at(answer, x, y)
        return None if number is None else _tip(answer, number)


def _problem_at(answer: Answer[ChangeTable], x: float, _y: float) -> int | None:
    return round(x) if answer.value.index(round(x)) is not None else None


def _tip(answer: Answer[ChangeTable], x: float, _y: float = 0.0) -> str | None:
    row, columns = answer.value.index(round(x)), answer.value.columns
    if row is None:
        return None
    first = tip((columns["problem"], columns["trials"]), row)
    rest = tip((columns[name] for name in answer.view["quantities"]), row, "\n")
    return "\n".join(filter(None, (first, rest)))
