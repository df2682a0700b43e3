"""An analysis as a panel, derived entirely from its record."""

from __future__ import annotations

from typing import Any, ClassVar

from l2l_engine.analysis import running, shape
from l2l_engine.analysis.record import Analysis, Takes
from l2l_gui.panels.analyses.choices import MATRIX, label_of, settings_of
from l2l_gui.panels.analyses.computing import Found, computation, left_out, sources
from l2l_gui.panels.analyses.curve_drawing import inks_of, items_of, nearest, sign_of, words_of
from l2l_gui.panels.analyses.curves import Curve, Curves, curves_of
from l2l_gui.panels.analyses.extent import EVERYTHING, shown
from l2l_gui.panels.analyses.joining import joined
from l2l_gui.panels.analyses.matrix import MatrixPlot, Square
from l2l_gui.panels.analyses.silencing import silence
from l2l_gui.panels.analyses.source import Source
from l2l_gui.panels.base import SNAPSHOT, Answer, Computation, Needs, Nothing, Panel, Table, View
from l2l_gui.panels.compared_names import names
from l2l_gui.plotting.ink import Ink
from l2l_gui.plotting.legend import Legend, Sign
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import ProblemLine, TimeCursor, dressed, plot_view


class AnalysisPanel(Panel[Found]):
    """One analysis of the selected sessions; subclasses are made by :func:`.from_record.panel_of`."""

    record: ClassVar[Analysis]
    recipe = "analysis"
    depends = frozenset({"sessions", "problem", "group", SNAPSHOT})
    needs = Needs("analyse its networks", problems=1)

    def build(self) -> None:
        """A plot under its legend, and an image where there are pairs."""
        self.legend = Legend()
        self.body_layout.addWidget(self.legend)
        axes = {side: LogAxis(side) for side in ("left", "bottom")}
        self.view = plot_view(axisItems=axes)
        self.body_layout.addWidget(self.view, 1)
        self.plot = dressed(self.view.getPlotItem(), width=60)
        self.plot.over_problems = True  # perhaps: see _draw_curves
        self.line = ProblemLine(self.plot)
        self.time_cursor = TimeCursor(self.plot)
        self.pointing = self.point_at(self.plot, self._problem_at, self._tip)
        self.items: list[Any] = []
        self.matrix = MatrixPlot.of(self.record)
        if self.matrix is not None:
            self.body_layout.addWidget(self.matrix.view, 1)
            self.pointing_square = self.point_at(
                self.matrix.plot, self._problem_of_square, self._square_tip
            )

    # -- asking ------------------------------------------------------------------------

    def _wanted(self, view: View, *, everything: bool) -> tuple[Source, ...]:
        one = self.record.takes is Takes.NETWORK and view["x"] != "problem"
        return sources(
            self.record,
            view.learners,
            group=view.selection.group,
            problem=view.selection.problem if one else None,
            everything=everything,
        )

    def ask(self, view: View) -> Computation | Nothing:
        """Ask for a preview, which may be complete."""
        wanted = self._wanted(view, everything=False)
        if not wanted:
            return Nothing("Train until two problems are learned to see this: press P for one.")
        return computation(self.record, wanted, settings_of(self.record, view))

    def refine(self, answer: Answer[Found]) -> Computation | None:
        """Ask for all problems, if the user wants them."""
        if answer.view.options.get("extent") != EVERYTHING:
            return None
        wanted = self._wanted(answer.view, everything=True)
        if tuple(source.numbers for source in wanted) == answer.value.numbers:
            return None
        return computation(self.record, wanted, settings_of(self.record, answer.view))

    # -- drawing -----------------------------------------------------------------------

    def draw(self, answer: Answer[Found]) -> None:
        """Curves or a matrix."""
        found, view = shown(answer), answer.view
        as_matrix = view["x"] == MATRIX
        self.view.setVisible(not as_matrix)
        if self.matrix is not None:
            self.matrix.view.setVisible(as_matrix)
        if self.matrix is not None and as_matrix:
            self.matrix.draw(found.tables[0], view["y"])
            more = len(found.tables) - 1
            said = [f"{found.names[0]}; not shown: {more} more"] if more else []
            self._explain([Sign("", "quiet", words) for words in said], found, view)
        else:
            self._draw_curves(found, view)

    def _draw_curves(self, found: Found, view: View) -> None:
        for item in self.items:
            self.plot.removeItem(item)
        self.items = []
        drawn = self._curves(found, view)
        self.plot.setLogMode(y=view["log"])
        self.plot.setLabel("left", label_of(self.record, view["y"]))
        self.plot.setLabel("bottom", label_of(self.record, view["x"]))
        self.plot.over_problems = view["x"] == "problem"
        ticks = [list(enumerate(drawn.categories))] if drawn.categories else None
        self.plot.getAxis("bottom").setTicks(ticks)
        signs = []
        unit = self.record.columns[view["y"]].unit
        for curve, ink in zip(drawn.curves, inks_of(drawn, view), strict=True):
            for item in items_of(curve, ink, view, drawn.window):
                self.plot.addItem(item)
                self.items.append(item)
            if (sign := sign_of(curve, ink, found.names, unit, view)) is not None:
                signs.append(sign)
        if drawn.window:
            signs.append(Sign.of(Ink("quiet", 2), f"mean of {drawn.window} problems"))
        self._explain(signs, found, view)
        self.time_cursor.setVisible(view["x"] == "time")

    def _curves(self, found: Found, view: View) -> Curves:
        places = shape.places(self.record)
        return curves_of(found, places, view["x"], view["y"], view.selection.problem)

    def _explain(self, signs: list[Sign], found: Found, view: View) -> None:
        """The legend; where not all problems are shown, it says so and what all would take."""
        left = [Sign("", "quiet", words) for words in self._left(found, view)]
        self.legend.show_signs(*signs, *left)

    def _left(self, found: Found, view: View) -> list[str]:
        if self.record.takes in (Takes.COUNTS, Takes.RUNS):
            return []
        return left_out(self.record, found, self._wanted(view, everything=True), view)

    def mark(self, answer: Answer[Found]) -> None:
        """The selected problem's line, where problems are across."""
        view, number = answer.view, answer.view.selection.problem
        self.line.setVisible(view["x"] == "problem" and number is not None)
        if self.matrix is not None:
            self.matrix.mark(number)

    def frame(self, answer: Answer[Found]) -> None:
        """All that is drawn."""
        self.plot.enableAutoRange()
        found, view = shown(answer), answer.view
        if self.matrix is not None and view["x"] == MATRIX:
            self.matrix.frame(found.tables[0], view["y"])
        elif words := self._curves(found, view).categories:  # room for the first and the last
            self.plot.setXRange(-0.5, len(words) - 0.5, padding=0)

    def caption(self, answer: Answer[Found]) -> str:
        """Which problems, and what all of them would take."""
        if self.record.takes in (Takes.COUNTS, Takes.RUNS):
            return ""
        return f"{shown(answer).words}, noise off"

    def data(self, answer: Answer[Found]) -> Table:
        """The whole table, with the session in front where there are several."""
        about = running.columns_of(self.record)
        meanings = [f"{name}: {column.label}" for name, column in about.items()]
        given = [f"{name} = {value}" for name, value in settings_of(self.record, answer.view)]
        source = f"Source: {self.record.source}"
        notes = answer.view.notes(self.record.summary, source, "Noise off", *given, *meanings)
        return Table(self.title, notes, *joined(shown(answer), about))

    def recipe_settings(self, answer: Answer[Found]) -> dict[str, Any]:
        """Which analysis, of which problems."""
        found = shown(answer)
        called = found.names if len(found.names) == len(found.numbers) else names(answer.view)
        pairs = zip(called, found.numbers, strict=True)
        problems = {name: list(numbers) for name, numbers in pairs}
        asked = {"analysis": self.record.name, "problems": problems}
        given = dict(settings_of(self.record, answer.view))
        return asked | ({"parameters": given} if given else {})

    # -- the mouse ---------------------------------------------------------------------

    def _nearest(self, answer: Answer[Found], x: float, y: float) -> tuple[Curve, int] | None:
        view = answer.view
        if view["x"] == MATRIX:
            return None
        return nearest(self.pointing, self._curves(shown(answer), view), x, y, log=view["log"])

    def _problem_at(self, answer: Answer[Found], x: float, y: float) -> int | None:
        if answer.view["x"] == "problem":
            number = round(x)
            return number if 1 <= number <= answer.view.problems else None
        near = self._nearest(answer, x, y)
        if near is not None and answer.view["x"] == "unit":
            silence(self.context, int(near[0].x[near[1]]) - 1)
        return None if near is None else int(near[0].problems[near[1]]) or None

    def _tip(self, answer: Answer[Found], x: float, y: float) -> str | None:
        near = self._nearest(answer, x, y)
        if near is None:
            return None
        unit = self.record.columns[answer.view["y"]].unit
        return words_of(*near, shown(answer).names, unit)

    def _square(self, answer: Answer[Found], x: float, y: float) -> Square | None:
        if self.matrix is None or answer.view["x"] != MATRIX:
            return None
        return self.matrix.squares(shown(answer).tables[0], answer.view["y"]).at(x, y)

    def _problem_of_square(self, answer: Answer[Found], x: float, y: float) -> int | None:
        square = self._square(answer, x, y)
        return None if square is None else square.problem

    def _square_tip(self, answer: Answer[Found], x: float, y: float) -> str | None:
        square = self._square(answer, x, y)
        return None if square is None else square.words
