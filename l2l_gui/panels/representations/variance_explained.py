"""How much of the activity the decision and stimulus subspaces explain, and for how long."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyqtgraph as pg

from l2l_gui.panels import problem_groups
from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Column,
    Combined,
    Computation,
    Needs,
    Panel,
    PanelData,
    Table,
    View,
)
from l2l_gui.panels.representations.explained_of import SUBSPACES, Explained, explained
from l2l_gui.plotting.ink import DOTTED, Ink, dots, inked
from l2l_gui.plotting.legend import DOTTED as DOTS
from l2l_gui.plotting.legend import LINE, Legend, Sign
from l2l_gui.plotting.plots import ProblemLine, dressed, grid_view
from l2l_gui.plotting.problem_axis import FIRM, GroupBand, nearest

COMPONENTS = 10


class VarianceExplainedPanel(Panel[Explained]):
    """Left by component, right by problem."""

    name = "variance_explained"
    title = "Variance explained"
    recipe = "variance_explained"
    depends = frozenset({"group", SNAPSHOT})
    points_at = frozenset({"problem"})
    needs = Needs("see how much its subspaces explain", problems=1)

    def build(self) -> None:
        """Two plots under one legend."""
        self.legend, self.view = Legend(), grid_view()
        self.body_layout.addWidget(self.legend)
        self.body_layout.addWidget(self.view, 1)
        self.components = dressed(self.view.addPlot(0, 0), "Explained (%)", "Component")
        self.over_problems = dressed(self.view.addPlot(0, 1), "Captured (%)", "Problem")
        self.view.ci.layout.setColumnStretchFactor(0, 2)
        self.view.ci.layout.setColumnStretchFactor(1, 3)
        self.line = ProblemLine(self.over_problems, ink=FIRM)
        self.band = GroupBand(self.over_problems)
        self.pointing = self.point_at(
            self.over_problems, lambda answer, x, _: nearest(answer.value.moments.numbers, x)
        )
        self.cuts, self.each, self.cumulated, self.captured = {}, {}, {}, {}
        for name in SUBSPACES:
            ink = Ink(name, 2)
            thin = replace(ink, width=1, style=DOTTED)
            self.cuts[name] = inked(pg.InfiniteLine(angle=90), pen=Ink(name, 1, alpha=0.6))
            self.components.addItem(self.cuts[name], ignoreBounds=True)
            line = self.components.plot(symbol="o", symbolSize=4)
            self.cumulated[name] = inked(line, pen=thin, **dots(ink))
            line = self.components.plot(symbol="o", symbolSize=6)
            self.each[name] = inked(line, pen=ink, **dots(ink))
            line = self.over_problems.plot(connect="finite")
            self.captured[name] = inked(line, pen=ink, **dots(ink))

    def ask(self, view: View) -> Combined:
        """The group's subspaces, all problems' moments, then both together."""
        parts = (
            problem_groups.trajectories(view.session, view.group),
            problem_groups.moments(view.session, view.problems),
        )
        key = ("explained", *(part.key for part in parts))
        return Combined(Computation(explained, key=key, label="Projecting"), parts)

    def draw(self, answer: Answer[Explained]) -> None:
        """All curves."""
        value, numbers = answer.value, np.array(answer.value.moments.numbers)
        for name in SUBSPACES:
            shares = value.components[name][:COMPONENTS]
            place = np.arange(1, len(shares) + 1)
            self.each[name].setData(place, shares)
            self.cumulated[name].setData(place, np.cumsum(shares))
            self.cuts[name].setPos(value.size(name) + 0.5)
            self.captured[name].setData(numbers, value.captured[name])
            self.captured[name].setSymbol("o" if len(numbers) < 2 else None)
        self.band.cover(value.group.wanted)
        lines = [Sign(LINE, k, f"{k} subspace, {value.size(k)} dimensions") for k in SUBSPACES]
        self.legend.show_signs(*lines, Sign(DOTS, "quiet", "cumulated"))

    def frame(self, answer: Answer[Explained]) -> None:
        """All components and problems, 0 to 100 %."""
        self.components.setXRange(0.5, COMPONENTS + 0.5, padding=0)
        self.over_problems.setXRange(1, max((2, *answer.value.moments.numbers)), padding=0.02)
        for plot in (self.components, self.over_problems):
            plot.setYRange(0, 102, padding=0)

    def caption(self, answer: Answer[Explained]) -> str:
        """Whose subspaces, and what they capture of the selected problem."""
        value, selected = answer.value, answer.view.selection.problem
        words = f"subspaces of {value.group.label}"
        if selected in value.moments.numbers:
            place = value.moments.numbers.index(selected)
            decision, stimulus = (value.captured[name][place] for name in SUBSPACES)
            words += f"; problem {selected}: {decision:.0f} % and {stimulus:.1f} %"
        return f"{words}{value.moments.left_out}"

    def data(self, answer: Answer[Explained]) -> PanelData:
        """Shares by component and by problem."""
        value, names = answer.value, SUBSPACES
        shown = f"Captured: {problem_groups.problems_in_words(value.moments.wanted)}"
        return Table(
            "Variance explained",
            answer.view.notes(f"Subspaces of {value.group.label}", shown),
            Column("component", np.arange(1, len(value.components[names[0]]) + 1)),
            *(Column(f"{name} component share", value.components[name], "%") for name in names),
        ).beside(
            {
                "captured": (
                    Column("problem", np.array(value.moments.numbers)),
                    *(
                        Column(f"captured by the {name} subspace", value.captured[name], "%")
                        for name in names
                    ),
                )
            }
        )
