"""How much of the activity the decision and stimulus subspaces explain, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import Qt

from l2l_engine.analysis import geometry
from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels import problem_groups
from l2l_gui.panels.gathered import Gathered
from l2l_gui.panels.legacy import SNAPSHOT, Answer, LegacyPanel, Nothing
from l2l_gui.panels.problem_groups import GroupTrajectories, Moments
from l2l_gui.plotting.legend_line import DOTTED, LINE, Key, LegendLine
from l2l_gui.plotting.problem_axis import ProblemAxis
from l2l_gui.workers.jobs import Computation

COMPONENTS = 10
SUBSPACES = ("decision", "stimulus")


@dataclass(frozen=True, eq=False)
class Explained:
    """Of a group's subspaces: shares by component, and what they capture of P problems, percent."""

    group: GroupTrajectories
    moments: Moments
    components: dict[str, NDArray[np.float64]]  # (N,)
    captured: dict[str, NDArray[np.float64]]  # (P,)


def explained(group: GroupTrajectories, moments: Moments) -> Explained:
    """Put both together."""
    found = group.subspaces
    return Explained(
        group,
        moments,
        {"decision": 100 * found.decision_explained, "stimulus": 100 * found.stimulus_explained},
        {
            "decision": 100 * geometry.captured(moments.matrices, found.decision),
            "stimulus": 100 * geometry.captured(moments.matrices, found.stimulus),
        },
    )


class VarianceExplainedPanel(LegacyPanel):
    """Left by component, right by problem."""

    name = "variance_explained"
    title = "Variance explained"
    help = (
        "Left, the share of variance along each component: decision components of the "
        "problem-averaged trajectories, stimulus components of all that lies outside the decision "
        "subspace; the dotted lines are cumulated, the vertical one ends the subspace used. "
        "Right, how much of each problem's own activity the selected group's subspaces capture, "
        "inside the group (shaded) and before and after it: a schema that is reused stays high. "
        "Variance is about zero, not the mean, as in Goudar et al. (2023), Fig. 2 and Methods; "
        "the right plot goes beyond the paper."
    )
    depends = frozenset({"problem", "group", SNAPSHOT})

    def build(self) -> None:
        """Two plots under one legend."""
        self.legend = LegendLine()
        self.body_layout.addWidget(self.legend)
        self.view = pg.GraphicsLayoutWidget()
        self.body_layout.addWidget(self.view, 1)
        layout = self.view.ci
        layout.setContentsMargins(0, 0, 0, 0)
        self.components = layout.addPlot(0, 0)
        self.over_problems = layout.addPlot(0, 1)
        layout.layout.setColumnStretchFactor(0, 2)
        layout.layout.setColumnStretchFactor(1, 3)
        self.components.setLabel("bottom", "Component")
        self.components.setLabel("left", "Explained (%)")
        self.components.setMenuEnabled(False)
        self.over_problems.setLabel("left", "Captured (%)")
        self._gathered = Gathered()
        self._value: Explained | None = None
        self.axis = ProblemAxis(self.over_problems, self.context.selection, self._numbers)
        self.band = pg.LinearRegionItem(movable=False)
        self.band.setZValue(-50)
        self.over_problems.addItem(self.band, ignoreBounds=True)
        self.cuts = {name: pg.InfiniteLine(angle=90) for name in SUBSPACES}
        self.each, self.cumulated, self.captured = {}, {}, {}
        for name in SUBSPACES:
            self.components.addItem(self.cuts[name], ignoreBounds=True)
            self.cumulated[name] = self.components.plot(symbol="o", symbolSize=4)
            self.each[name] = self.components.plot(symbol="o", symbolSize=6)
            self.captured[name] = self.over_problems.plot(connect="finite")

    def _numbers(self) -> tuple[int, ...]:
        return self._value.moments.numbers if self._value is not None else ()

    def follows(self) -> bool:
        """Another problem is in the overview; not while the last one is still computed."""
        wanted = problem_groups.current_count(self.context.session)
        return not self._waiting and self._value is not None and wanted != len(self._spread())

    def _spread(self) -> tuple[int, ...]:
        return self._value.moments.wanted if self._value is not None else ()

    def ask(self) -> Answer:
        """The group's subspaces, all problems' moments, then both together."""
        session, selected = self.context.session, self.context.selected
        if session is None:
            return Nothing("Open a session to see how much its subspaces explain.")
        if not session.problems:
            return Nothing("Nothing is learned yet: press P to train a whole problem.")
        group = selected.group.within(session.problems)
        known = self._value.moments if self._value is not None else None
        parts = [
            problem_groups.trajectories(session, group),
            problem_groups.moments(session, known),
        ]
        missing = self._gathered.next(parts)
        if missing is not None:
            return missing
        key = ("explained", *(part.key for part in parts))
        arguments = tuple(self._gathered[part] for part in parts)
        return Computation(explained, arguments, key=key, label="Projecting")

    def draw(self, value: Explained | GroupTrajectories | Moments) -> None:
        """A part that has come, or everything."""
        if not isinstance(value, Explained):
            self._gathered.take(value)
            self.invalidate()
            return
        if value is not self._value:
            self._value = value
            self._draw_curves(value)
        self._mark()

    def _draw_curves(self, value: Explained) -> None:
        found, numbers = value.group.subspaces, np.array(value.moments.numbers)
        sizes = {"decision": found.decision.shape[1], "stimulus": found.stimulus.shape[1]}
        keys = []
        for name in SUBSPACES:
            shares = value.components[name][:COMPONENTS]
            place = np.arange(1, len(shares) + 1)
            self.each[name].setData(place, shares)
            self.cumulated[name].setData(place, np.cumsum(shares))
            self.cuts[name].setPos(sizes[name] + 0.5)
            self.captured[name].setData(numbers, value.captured[name])
            self.captured[name].setSymbol("o" if len(numbers) < 2 else None)
            keys.append(Key(name, LINE, f"{name} subspace, {sizes[name]} dimensions"))
        self.legend.set_keys([*keys, Key("quiet", DOTTED, "cumulated")])
        self.reset_zoom()

    def _mark(self) -> None:
        value, selected = self._value, self.context.selected
        assert value is not None
        self.axis.mark(selected)
        self.band.setRegion((value.group.wanted[0] - 0.5, value.group.wanted[-1] + 0.5))
        words = f"subspaces of {value.group.label}"
        if selected.problem in value.moments.numbers:
            place = value.moments.numbers.index(selected.problem)
            decision, stimulus = (value.captured[name][place] for name in SUBSPACES)
            words += f"; problem {selected.problem}: {decision:.0f} % and {stimulus:.1f} %"
        self.shown.emit(f"{words}{value.moments.left_out}")

    def reset_zoom(self) -> None:
        """All components and problems, 0 to 100 %."""
        if self._value is None:
            return
        last = max(2, self._value.moments.numbers[-1] if self._value.moments.numbers else 2)
        self.components.setXRange(0.5, COMPONENTS + 0.5, padding=0)
        self.components.setYRange(0, 102, padding=0)
        self.over_problems.setXRange(1, last, padding=0.02)
        self.over_problems.setYRange(0, 102, padding=0)

    def restyle(self, palette: Palette) -> None:
        """Decision green, stimulus orange."""
        theme.style_plot(self.components)
        theme.style_plot(self.over_problems)
        self.axis.restyle()
        self.band.setBrush(theme.brush("accent", 0.12))
        for line in self.band.lines:
            line.setPen(theme.pen("accent", 1, alpha=0.3))
        for name in SUBSPACES:
            brush = theme.brush(name)
            self.each[name].setPen(theme.pen(name, 2))
            self.cumulated[name].setPen(theme.pen(name, 1, Qt.PenStyle.DotLine))
            for curve in (self.each[name], self.cumulated[name], self.captured[name]):
                curve.setSymbolBrush(brush)
                curve.setSymbolPen(None)
            self.captured[name].setPen(theme.pen(name, 2))
            self.cuts[name].setPen(theme.pen(name, 1, alpha=0.6))

    def data(self) -> PanelData | None:
        """Shares by component and by problem."""
        session, value = self.context.session, self._value
        if session is None or value is None or not self.has_content:
            return None
        arrays: dict[str, Any] = {}
        for name in SUBSPACES:
            arrays[f"{name} component share"] = value.components[name]
        arrays["problem"] = np.array(value.moments.numbers)
        for name in SUBSPACES:
            arrays[f"captured by the {name} subspace"] = value.captured[name]
        return PanelData(
            arrays,
            {name: "%" for name in arrays if name != "problem"},
            title="Variance explained",
            notes=(
                f"Session {session.name}",
                f"Subspaces of {value.group.label}",
                f"Captured: {problem_groups.problems_in_words(value.moments.wanted)}",
            ),
        )
