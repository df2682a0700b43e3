"""How much learning each problem changed the vector field (paper Figs 5 and 6)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QAction, QIcon, QPainter, QPixmap
from PyQt6.QtWidgets import QCheckBox, QGridLayout

from l2l_engine.analysis.change_table import COLUMNS, learning_correlations
from l2l_engine.analysis.learning_curve import moving_mean
from l2l_engine.analysis.statistics import group_means
from l2l_gui.look.theme import LINE, Palette, theme
from l2l_gui.model.sessions import SessionKey
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.dynamics.change_rows import FIRST, ChangeTable, Rows, change_table
from l2l_gui.panels.learned import selected_problem
from l2l_gui.panels.legacy import SNAPSHOT, Answer, LegacyPanel, Nothing
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.options import Choice, check, row
from l2l_gui.plotting.pointing import Pointing
from l2l_gui.widgets.adaptive_splitter import AdaptiveSplitter
from l2l_gui.workers.jobs import Computation

DOTTED = Qt.PenStyle.DotLine
QUANTITIES: dict[str, tuple[str, str, str, float, Qt.PenStyle]] = {
    "total": ("total ΔZ", "total change", "text", 3, LINE["parallel"]),
    "weight_driven": ("weight-driven W", "weight-driven change", "weight", 3, LINE["parallel"]),
    "state_driven": ("state-driven S", "state-driven change", "state", 3, LINE["parallel"]),
    "recurrent": ("ΔW_rec", "recurrent weight change (Frobenius)", "text", 1, DOTTED),
    "weight_parallel": ("W ∥", "weight-driven, parallel", "weight", 1, LINE["parallel"]),
    "weight_perpendicular": (
        "W ⊥ = −S ⊥",
        "perpendicular to the total: opposite and equal",
        "weight",
        1,
        LINE["perpendicular"],
    ),
    "state_parallel": ("S ∥", "state-driven, parallel", "state", 1, LINE["parallel"]),
    "current": ("current", "change of the net current", "quiet", 2, DOTTED),
}
"""Column: symbol, words, colour, width and style of its line."""
FIRST_SHOWN = frozenset({"total", "weight_driven", "state_driven"})
RELATED = {
    "recurrent": "recurrent weight change",
    "weight_driven": "weight-driven change",
    "state_driven": "state-driven change",
}
SYMBOLS = {"recurrent": "‖ΔW_rec‖", "weight_driven": "‖W‖", "state_driven": "‖S‖"}
WINDOW, GROUP, EXPLAINED_FIRST = 30, 50, 500
LARGE_RUN = 300
PER_ROW = 4
QUICK = 10


class VectorFieldProblemsPanel(LegacyPanel):
    """Norms over problems, and against trials to criterion."""

    name = "vector_field_problems"
    title = "Vector-field change over problems"
    help = (
        "Each problem's change of the vector field, averaged over the trial and both stimuli: the "
        "total, what new weights do at the old states, what new states do under the old weights, "
        "their parts parallel (solid) and perpendicular (dashed) to the total, and the changes of "
        "net current and recurrent weights; lines are means over 30 problems or groups of 50. "
        "The scatter relates a change to the trials the problem took: problems that need a larger "
        "change take longer (r over all problems, r² over the first 500); click a point to look at its problem. "
        "Goudar et al. (2023), Figs 5 and 6, whose published scatter has its labels swapped: here "
        "x is the change; after the baseline of perturbation runs the comparison is with problem 1."
    )
    depends = frozenset({"problem", SNAPSHOT})

    def build(self) -> None:
        """Check boxes over two plots."""
        self.boxes = self._make_boxes()
        self.related = Choice("Change related to trials", RELATED, self._draw_scatter)
        self.body_layout.addLayout(row("Relate trials to", self.related))
        self.view = pg.PlotWidget(axisItems={"left": LogAxis("left")})
        axes = {side: LogAxis(side) for side in ("left", "bottom")}
        self.scatter_view = pg.PlotWidget(axisItems=axes)
        self.body_layout.addWidget(
            AdaptiveSplitter(self.view, self.scatter_view, shares=(3, 2)), stretch=1
        )
        self.plot, self.scatter = self.view.getPlotItem(), self.scatter_view.getPlotItem()
        for plot in (self.plot, self.scatter):
            plot.setMenuEnabled(False)
            plot.hideButtons()
            for side in ("left", "bottom"):
                plot.getAxis(side).enableAutoSIPrefix(False)
        self.plot.setLabel("bottom", "Problem")
        self.scatter.setLabel("left", "Trials to criterion")
        self.scatter.setLogMode(x=True, y=True)
        self.dots = {name: self.plot.plot(pen=None, symbol="o") for name in QUANTITIES}
        self.lines = {name: self.plot.plot() for name in QUANTITIES}
        self.line = pg.InfiniteLine(angle=90)
        self.plot.addItem(self.line, ignoreBounds=True)
        self.points = self.scatter.plot(pen=None, symbol="o")
        self.ring = self.scatter.plot(pen=None, symbol="o", symbolSize=13)
        self.log = check(self, "Logarithmic axis", self._set_log, on=True)
        self.groups = check(self, "Means over groups of 50", self._redraw)
        self.show_scatter = check(
            self, "Relation to trials to criterion", self._show_plots, on=True
        )
        self._pointing = Pointing(self.view, self.plot, self._click_curve, self._tip_curve)
        self._pointing_scatter = Pointing(
            self.scatter_view, self.scatter, self._click_point, self._tip_point
        )
        self._rows: dict[SessionKey, Rows] = {}
        self._table: ChangeTable | None = None
        self._set_log()

    def _make_boxes(self) -> dict[str, QCheckBox]:
        grid = QGridLayout()
        grid.setContentsMargins(4, 2, 4, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(2)
        boxes = {}
        for place, (name, (symbol, words, *_)) in enumerate(QUANTITIES.items()):
            boxes[name] = box = QCheckBox(symbol)
            box.setToolTip(words[0].upper() + words[1:])
            box.setAccessibleName(words)
            box.setChecked(name in FIRST_SHOWN)
            box.setIconSize(QSize(22, 10))
            box.toggled.connect(lambda _: self._redraw())
            grid.addWidget(box, *divmod(place, PER_ROW))
        grid.setColumnStretch(PER_ROW, 1)
        self.body_layout.addLayout(grid)
        return boxes

    def tools(self) -> list[QAction]:
        """Axis, groups and scatter."""
        return [self.log, self.groups, self.show_scatter]

    def state(self) -> dict[str, Any]:
        """All options."""
        return {
            "quantities": [name for name, box in self.boxes.items() if box.isChecked()],
            "related": self.related.value,
            "log": self.log.isChecked(),
            "groups": self.groups.isChecked(),
            "scatter": self.show_scatter.isChecked(),
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """All options."""
        chosen = state.get("quantities", FIRST_SHOWN)
        for name, box in self.boxes.items():
            box.setChecked(name in chosen)
        self.related.choose(state.get("related"))
        self.log.setChecked(bool(state.get("log", True)))
        self.groups.setChecked(bool(state.get("groups", False)))
        self.show_scatter.setChecked(bool(state.get("scatter", True)))

    # -- asking ------------------------------------------------------------------------

    def follows(self) -> bool:
        """Only problems learned since make a difference."""
        session = self.context.session
        drawn = 0 if self._table is None else len(self._table.numbers) + FIRST - 1
        return session is not None and session.problems != drawn

    def ask(self) -> Answer:
        """The rows there are and those still to be computed."""
        what = "how learning changes the vector field"
        found = selected_problem(self.context, what)
        session = self.context.session
        if isinstance(found, Nothing) or session is None or session.problems < FIRST:
            return Nothing(
                f"Open a session of at least two learned problems, or train on, to see {what}."
            )
        known = self._rows.setdefault(session.key, {})
        counts = session.snapshot.counts
        missing = len(counts) - len(known)
        return Computation(
            change_table,
            (session, counts, known),
            key=("vector-field change", session.key, len(counts)),
            label=f"Decomposing the change of {missing:,} problems",
            reports=True,
            slow=missing > QUICK,
        )

    def draw(self, value: ChangeTable) -> None:
        """All plots when the table is new; the selection always."""
        if value is not self._table:
            self._table = value
            self._redraw()
        self._mark()

    # -- drawing -----------------------------------------------------------------------

    def _redraw(self) -> None:
        if self._table is None:
            return
        table, small = self._table, len(self._table.numbers) < LARGE_RUN
        grouped = self.groups.isChecked()
        for name, box in self.boxes.items():
            dots, line, values = self.dots[name], self.lines[name], self._table.column(name)
            for item in (dots, line):
                item.setVisible(box.isChecked())
            if not box.isChecked():
                for item in (dots, line):
                    item.setData([], [])
                continue
            if grouped:
                means = group_means(table.table, GROUP)[:, COLUMNS.index(name)]
                line.setData(self._group_centres(), means, connect="finite")
                dots.setData(self._group_centres(), means)
            else:
                line.setData(table.numbers, moving_mean(values, WINDOW), connect="finite")
                dots.setData(table.numbers, values)
            dots.setSymbolSize(7 if grouped else 4 if small else 3)
        mixed = any(self.boxes[name].isChecked() for name in ("current", "recurrent"))
        other = "; current, weights: a.u." if mixed else ""
        self.plot.setLabel("left", f"Norm (a.u./step{other})")
        self._restyle_lines()
        self._draw_scatter()

    def _group_centres(self) -> NDArray[np.float64]:
        assert self._table is not None
        numbers = self._table.numbers.astype(float)
        return np.array([numbers[at : at + GROUP].mean() for at in range(0, len(numbers), GROUP)])

    def _draw_scatter(self) -> None:
        if self._table is None:
            return
        name = self.related.value
        x, y = self._scatter_points()
        self.points.setData(x, y)
        self.points.setSymbolSize(6 if len(x) < LARGE_RUN else 4)
        unit = "a.u." if name == "recurrent" else "a.u./step"
        self.scatter.setLabel("bottom", f"{SYMBOLS[name]} ({unit})")
        found = learning_correlations(self._table.table, self._table.counts, EXPLAINED_FIRST)
        words = f"r = {getattr(found, name):.2f}"
        if name == "recurrent":
            words += f", r² = {found.explained:.2f}"
        self.scatter.setTitle(words, size="9pt", color=theme.palette.text)
        self._mark()

    def _scatter_points(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        assert self._table is not None
        return self._table.column(self.related.value), self._table.counts

    def _mark(self) -> None:
        number = self.context.selected.problem
        if self._table is None or number is None:
            return
        self.line.setPos(number)
        index = number - FIRST
        known = 0 <= index < len(self._table.numbers)
        x, y = self._scatter_points()
        self.ring.setData([x[index]] if known else [], [y[index]] if known else [])
        words = f"problem {number}"
        if known:
            words += f": ‖ΔZ‖ = {self._table.column('total')[index]:.3g} a.u./step"
        self.shown.emit(words)

    def _set_log(self) -> None:
        self.plot.setLogMode(y=self.log.isChecked())
        self.plot.enableAutoRange()

    def _show_plots(self) -> None:
        self.scatter_view.setVisible(self.show_scatter.isChecked())

    def restyle(self, palette: Palette) -> None:
        """Fixed colours; whole changes thick, parts thin."""
        for name, (_, _, colour, width, style) in QUANTITIES.items():
            self.boxes[name].setIcon(_sample(theme.pen(colour, width, style)))
        self.points.setSymbolBrush(theme.brush("quiet", 0.7))
        self.points.setSymbolPen(None)
        self.ring.setSymbolBrush(None)
        self.ring.setSymbolPen(theme.pen("accent", 2))
        self.line.setPen(theme.pen("accent", 1, alpha=0.6))
        self._restyle_lines()

    def _restyle_lines(self) -> None:
        for name, (_, _, colour, width, style) in QUANTITIES.items():
            self.lines[name].setPen(theme.pen(colour, width, style))
            self.dots[name].setSymbolPen(None)
            self.dots[name].setSymbolBrush(
                theme.brush(colour, 1.0 if self.groups.isChecked() else 0.45)
            )

    # -- the mouse ---------------------------------------------------------------------

    def _at(self, x: float) -> int | None:
        number = round(x)
        known = self._table is not None and FIRST <= number <= self._table.numbers[-1]
        return number if known else None

    def _click_curve(self, x: float, _y: float) -> None:
        number = self._at(x)
        if number is not None:
            self.context.selection.select_problem(number)

    def _tip_curve(self, x: float, _y: float) -> str | None:
        number = self._at(x)
        return None if number is None else self._describe(number)

    def _nearest(self, x: float, y: float) -> int | None:
        if self._table is None:
            return None
        with np.errstate(divide="ignore"):
            places = np.log10(np.stack(self._scatter_points()))
        index = self._pointing_scatter.near(x, y, *places)
        return None if index is None else int(self._table.numbers[index])

    def _click_point(self, x: float, y: float) -> None:
        number = self._nearest(x, y)
        if number is not None:
            self.context.selection.select_problem(number)

    def _tip_point(self, x: float, y: float) -> str | None:
        number = self._nearest(x, y)
        return None if number is None else self._describe(number)

    def _describe(self, number: int) -> str:
        assert self._table is not None
        index = number - FIRST
        count = self._table.counts[index]
        lines = [
            f"{symbol} {self._table.column(name)[index]:.3g}"
            for name, (symbol, *_) in QUANTITIES.items()
            if self.boxes[name].isChecked()
        ]
        learned = f"{count:,.0f} trials" if np.isfinite(count) else "not learned"
        return "\n".join([f"Problem {number}, {learned}", *lines])

    # -- numbers -----------------------------------------------------------------------

    def data(self) -> PanelData | None:
        """One row a problem, all columns."""
        session, value = self.context.session, self._table
        if session is None or value is None or not self.has_content:
            return None
        columns = {name.replace("_", " "): value.column(name) for name in COLUMNS}
        units = dict.fromkeys(columns, "a.u./step") | {"current": "a.u.", "recurrent": "a.u."}
        return PanelData(
            {"problem": value.numbers, "trials to criterion": value.counts, **columns},
            units,
            title="Vector-field change over problems",
            notes=(f"Session {session.name}", "Means over the trial and both stimuli"),
        )


def _sample(pen: Any) -> QIcon:
    """A short stretch of a line."""
    pixmap = QPixmap(44, 20)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setPen(pen)
    painter.drawLine(0, 5, 22, 5)
    painter.end()
    return QIcon(pixmap)
