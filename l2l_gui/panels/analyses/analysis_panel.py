"""An analysis as a panel: everything about it follows from its record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF

from l2l_engine.analysis import cost, running, shape
from l2l_engine.analysis.record import Analysis, Takes
from l2l_gui.panels.analyses.computing import Found, Source, computation, estimate, sources
from l2l_gui.panels.analyses.curves import (
    LINES,
    SESSION,
    Curve,
    Curves,
    curves_of,
    matrix_of,
    smoothed,
)
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
from l2l_gui.plotting.image_plot import ImagePlot
from l2l_gui.plotting.ink import CURSOR, DASHED, DOTTED, PLAIN, Ink, dots, inked
from l2l_gui.plotting.legend import DOT, Legend, Sign
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import ProblemLine, TimeCursor, dressed, grid_view, plot_view
from l2l_gui.plotting.session_colours import COLOURS

MATRIX = "matrix"
LOOK, EVERYTHING = "look", "all"
EXTENT = {LOOK: "a first look", EVERYTHING: "all problems"}
MEANT = {"stimulus": ("stimulus0", "stimulus1"), "response": ("response0", "response1")}
"""Colours that mean a value of a place in every panel."""
STYLES = (PLAIN.style, DASHED, DOTTED)
WORDS = {"problem": "Problem", SESSION: "Session", MATRIX: "each other, as a matrix"}


class AnalysisPanel(Panel[Found]):
    """One analysis of the selected sessions; subclasses are made by :func:`panel_of`."""

    record: ClassVar[Analysis]
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
        self.image: ImagePlot | None = None
        if shape.pair_of_places(self.record) is not None:
            self.image_view = grid_view(margins=(0, 0, 4, 0))
            self.body_layout.addWidget(self.image_view, 1)
            self.image = ImagePlot(self.image_view, bar_width=50)
            self.image.bar.getAxis("right").enableAutoSIPrefix(False)
            self.marks = [ProblemLine(self.image.plot, angle, CURSOR) for angle in (0, 90)]
            self.pointing_image = self.point_at(self.image.plot, self._square_at, self._square_tip)

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
        """A first look, which may be all there is."""
        wanted = self._wanted(view, everything=False)
        if not wanted:
            return Nothing("Train until two problems are learned to see this: press P for one.")
        return computation(self.record, wanted)

    def refine(self, answer: Answer[Found]) -> Computation | None:
        """All problems, where the person wants them."""
        if answer.view.options.get("extent") != EVERYTHING:
            return None
        wanted = self._wanted(answer.view, everything=True)
        if tuple(source.numbers for source in wanted) == answer.value.numbers:
            return None
        return computation(self.record, wanted)

    # -- drawing -----------------------------------------------------------------------

    def draw(self, answer: Answer[Found]) -> None:
        """Curves or a matrix."""
        found, view = _shown(answer), answer.view
        as_matrix = view["x"] == MATRIX
        self.view.setVisible(not as_matrix)
        if self.image is not None:
            self.image_view.setVisible(as_matrix)
        if as_matrix:
            self._draw_matrix(found, view)
        else:
            self._draw_curves(found, view)

    def _draw_curves(self, found: Found, view: View) -> None:
        for item in self.items:
            self.plot.removeItem(item)
        self.items = []
        drawn = self._curves(found, view)
        self.plot.setLogMode(y=view["log"])
        self.plot.setLabel("left", _label(self.record, view["y"]))
        self.plot.setLabel("bottom", _label(self.record, view["x"]))
        self.plot.over_problems = view["x"] == "problem"
        ticks = [list(enumerate(drawn.categories))] if drawn.categories else None
        self.plot.getAxis("bottom").setTicks(ticks)
        signs = []
        for place, curve in enumerate(drawn.curves):
            ink = self._ink(curve, place, drawn, view)
            self._put(curve, ink, view, drawn.window)
            several = len(found.names) > 1 or view["x"] == SESSION
            name = found.names[curve.session] if several else ""
            words = ", ".join(filter(None, (name, curve.words)))
            if view["x"] == SESSION:
                unit = self.record.columns[view["y"]].unit
                words = f"{words}: {curve.y[0]:.4g} {unit}".strip()
            if words:
                signs.append(
                    Sign.of(ink, words) if _is_line(view) else Sign(DOT, ink.colour, words)
                )
        if drawn.window:
            signs.append(Sign.of(Ink("quiet", 2), f"mean of {drawn.window} problems"))
        self._explain(signs, found, view)
        self.time_cursor.setVisible(view["x"] == "time")

    def _curves(self, found: Found, view: View) -> Curves:
        places = shape.places(self.record)
        return curves_of(found, places, view["x"], view["y"], view.selection.problem)

    def _put(self, curve: Curve, ink: Ink, view: View, window: int) -> None:
        x, y = curve.x, curve.y
        if view["log"]:
            y = np.where(y > 0, y, np.nan)
        if _is_line(view):
            items = [inked(pg.PlotDataItem(x, y, connect="finite"), pen=ink)]
        else:
            there = np.isfinite(y)
            faint = ink.faint(0.5 if window else 0.9)
            points = pg.PlotDataItem(x[there], y[there], pen=None, symbol="o", symbolSize=6)
            items = [inked(points, **dots(faint))]
            if window:
                mean = smoothed(Curve(curve.session, (), x, y, curve.problems), window)
                items.append(inked(pg.PlotDataItem(x, mean, connect="finite"), pen=ink))
        for item in items:
            self.plot.addItem(item)
            self.items.append(item)

    def _ink(self, curve: Curve, place: int, drawn: Curves, view: View) -> Ink:
        series = [other.series for other in drawn.curves if other.session == curve.session]
        number = series.index(curve.series)
        if len({other.session for other in drawn.curves}) > 1:
            look = view.learners[curve.session].look
            return Ink(look.colour, 2, STYLES[number % len(STYLES)])
        if not curve.series:
            return Ink("accent", 2)
        name, value = curve.series[0]
        if name in MEANT and value in (0, 1):
            rest = [each[1:] for each in series if each[0] == curve.series[0]]
            style = STYLES[rest.index(curve.series[1:]) % len(STYLES)]
            return Ink(MEANT[name][value], 2, style)
        return Ink(COLOURS[place % len(COLOURS)], 2)

    def _draw_matrix(self, found: Found, view: View) -> None:
        assert self.image is not None
        pair = shape.pair_of_places(self.record)
        assert pair is not None
        matrix, rows, columns = matrix_of(found.tables[0], pair, view["y"])
        known = matrix[np.isfinite(matrix)]
        levels = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        if levels[0] == levels[1]:  # of two runs there is one number
            levels = (min(levels[0], 0.0), max(levels[1], 0.0))
        if levels[0] == levels[1]:
            levels = (-0.5, 0.5)
        self.image.show(matrix, _rect(rows, columns), levels)
        self.image.label(_label(self.record, view["y"]))
        for side, values, name in (("left", rows, pair[0]), ("bottom", columns, pair[1])):
            words = isinstance(values[0], str)
            ticks = [list(enumerate(map(str, values)))] if words else None
            self.image.plot.getAxis(side).setTicks(ticks)
            self.image.plot.setLabel(side, _label(self.record, name))
        more = len(found.tables) - 1
        several = [Sign("", "quiet", f"{found.names[0]}; not shown: {more} more")] if more else []
        self._explain(several, found, view)

    def _explain(self, signs: list[Sign], found: Found, view: View) -> None:
        """The legend; where not all problems are shown, it says so and what all would take."""
        self.legend.show_signs(
            *signs, *(Sign("", "quiet", words) for words in self._left(found, view))
        )

    def _left(self, found: Found, view: View) -> list[str]:
        if self.record.takes in (Takes.COUNTS, Takes.RUNS):
            return []
        everything = self._wanted(view, everything=True)
        if tuple(source.numbers for source in everything) == found.numbers:
            return []
        count = max(len(source.numbers) for source in everything)
        takes = cost.words(estimate(self.record, everything))
        so_far = " so far" if view.options.get("extent") == EVERYTHING else ""
        fewer = next(
            numbers
            for numbers, source in zip(found.numbers, everything, strict=True)
            if numbers != source.numbers
        )
        return [f"{problems_in_words(fewer)}{so_far}; all {count} take {takes}"]

    def mark(self, answer: Answer[Found]) -> None:
        """The selected problem's line, where problems are across."""
        view, number = answer.view, answer.view.selection.problem
        self.line.setVisible(view["x"] == "problem" and number is not None)
        if self.image is not None:
            pair = shape.pair_of_places(self.record)
            for line, name in zip(self.marks, pair or (), strict=True):
                line.setVisible(
                    number is not None and name in ("problem", "network", "other_problem")
                )

    def frame(self, answer: Answer[Found]) -> None:
        """All that is drawn."""
        self.plot.enableAutoRange()
        as_matrix = answer.view["x"] == MATRIX
        words = () if as_matrix else self._curves(_shown(answer), answer.view).categories
        if words:  # room for the first and the last
            self.plot.setXRange(-0.5, len(words) - 0.5, padding=0)
        if self.image is not None and as_matrix:
            pair = shape.pair_of_places(self.record)
            assert pair is not None
            _, rows, columns = matrix_of(_shown(answer).tables[0], pair, answer.view["y"])
            self.image.plot.setRange(_rect(rows, columns), padding=0)

    def caption(self, answer: Answer[Found]) -> str:
        """Which problems, and what all of them would take."""
        found = _shown(answer)
        if self.record.takes in (Takes.COUNTS, Takes.RUNS):
            return ""
        return f"{found.words}, noise off"

    def data(self, answer: Answer[Found]) -> Table:
        """The whole table, with the session in front where there are several."""
        found, columns = _shown(answer), []
        about = running.columns_of(self.record)
        if len(found.names) > 1:
            lengths = [len(next(iter(table.values()))) for table in found.tables]
            columns.append(Column(SESSION, np.repeat(found.names, lengths)))
        for name in found.tables[0]:
            values = np.concatenate([table[name] for table in found.tables])
            columns.append(Column(name, values, about[name].unit))
        meanings = [f"{name}: {column.label}" for name, column in about.items()]
        notes = answer.view.notes(
            self.record.summary, f"Source: {self.record.source}", "Noise off", *meanings
        )
        return Table(self.title, notes, *columns)

    # -- the mouse ---------------------------------------------------------------------

    def _nearest(self, answer: Answer[Found], x: float, y: float) -> tuple[Curve, int] | None:
        if answer.view["x"] == MATRIX:
            return None
        curves = [each for each in self._curves(_shown(answer), answer.view).curves if len(each.x)]
        if not curves:
            return None
        with np.errstate(divide="ignore", invalid="ignore"):
            ys = [np.log10(each.y) if answer.view["log"] else each.y for each in curves]
        xs = np.concatenate([each.x for each in curves])
        index = self.pointing.near(x, y, xs, np.concatenate(ys))
        if index is None:
            return None
        for curve in curves:
            if index < len(curve.x):
                return curve, index
            index -= len(curve.x)
        return None

    def _problem_at(self, answer: Answer[Found], x: float, y: float) -> int | None:
        if answer.view["x"] == "problem":
            number = round(x)
            return number if 1 <= number <= answer.view.problems else None
        near = self._nearest(answer, x, y)
        if near is not None and answer.view["x"] == "unit":
            self._silence(int(near[0].x[near[1]]) - 1)
        return None if near is None else int(near[0].problems[near[1]]) or None

    def _silence(self, unit: int) -> None:
        """Silence a unit in the Perturb workspace, or let it speak again."""
        from l2l_gui.panels.perturb.lab.lab import Lab

        lab = Lab.of(self.context)
        silenced = set(lab.disturbance.lesioned) ^ {unit}
        lab.edit(lesioned=tuple(sorted(silenced)))
        verb = "is silenced" if unit in silenced else "is no longer silenced"
        self.context.notify(f"Unit {unit + 1} {verb} in Perturb.")

    def _tip(self, answer: Answer[Found], x: float, y: float) -> str | None:
        near = self._nearest(answer, x, y)
        if near is None:
            return None
        curve, index = near
        found, view = _shown(answer), answer.view
        number = int(curve.problems[index])
        return ", ".join(
            filter(
                None,
                (
                    found.names[curve.session] if len(found.names) > 1 else "",
                    f"problem {number}" if number else "",
                    curve.words,
                    f"{curve.y[index]:.4g} {self.record.columns[view['y']].unit}".strip(),
                ),
            )
        )

    def _square(self, answer: Answer[Found], x: float, y: float) -> tuple[Any, Any, float] | None:
        pair = shape.pair_of_places(self.record)
        if answer.view["x"] != MATRIX or pair is None:
            return None
        matrix, rows, columns = matrix_of(_shown(answer).tables[0], pair, answer.view["y"])
        places = []
        for at, values in ((y, rows), (x, columns)):
            numbers = range(len(values)) if isinstance(values[0], str) else values
            place = int(np.abs(np.asarray(numbers, float) - at).argmin())
            if abs(numbers[place] - at) > _step(values):
                return None
            places.append(place)
        row, column = places
        return rows[row], columns[column], float(matrix[row, column])

    def _square_at(self, answer: Answer[Found], x: float, y: float) -> int | None:
        square = self._square(answer, x, y)
        return None if square is None or isinstance(square[0], str) else int(square[0])

    def _square_tip(self, answer: Answer[Found], x: float, y: float) -> str | None:
        square = self._square(answer, x, y)
        if square is None or not np.isfinite(square[2]):
            return None
        return f"{square[0]} and {square[1]}: {square[2]:.4g}"


def panel_of(record: Analysis, number: int = 1) -> type[AnalysisPanel]:
    """The panel of an analysis; ``number`` tells several of one analysis apart."""
    columns = {
        name: _label(record, name) for name in shape.numbers(record) if not name.endswith("_sem")
    }
    across = _across(record)
    first = "y" if {"x", "y"} <= set(columns) else next(iter(columns))
    options: tuple[Any, ...] = (Choice("y", "Show", columns, bar="list", default=first),)
    if len(across) > 1:
        options += (Choice("x", "against", across, bar="list"),)
    else:
        options += (Choice("x", "Against", across),)
    if record.takes in (Takes.NETWORK, Takes.PAIRS, Takes.GROUP):
        options += (Choice("extent", "on", EXTENT, bar="list"),)
    options += (Flag("log", "Logarithmic axis"),)
    meant = "; ".join(f"{_label(record, name)}: {record.columns[name].meaning}" for name in columns)
    told = f"{record.summary} Takes {record.takes.value}; {record.cost}. {meant}."
    return type(
        "AnalysisPanel",
        (AnalysisPanel,),
        {
            "__doc__": record.summary,
            "record": record,
            "name": f"analysis {record.name} {number}",
            "title": record.title if number == 1 else f"{record.title} ({number})",
            "help": f"{told} Source: {record.source.rstrip('.')}.",
            "options": options,
        },
    )


def _across(record: Analysis) -> Mapping[str, str]:
    """What can be across, the default first."""
    places = [name for name in shape.places(record) if name not in ("other_problem", "other_run")]
    if record.takes is Takes.NETWORK and len(places) > 1:
        places = [name for name in places if name != "problem"] + ["problem"]
        for first in ("order", "epoch"):
            if first in places and places[0] not in LINES:
                places = [first, *(name for name in places if name != first)]
                break
    if shape.pair_of_places(record) is not None:
        places = [MATRIX, *places]
    values = shape.numbers(record)
    if {"x", "y"} <= set(values):
        places = ["x", "y", *places]
    else:
        places += [name for name in values if not name.endswith("_sem")]
    if record.takes is Takes.COUNTS and not shape.places(record):
        places = [SESSION, *places]
    return {name: _label(record, name) for name in places}


def _label(record: Analysis, name: str) -> str:
    return WORDS.get(name) or shape.short(record, name)


def _shown(answer: Answer[Found]) -> Found:
    return answer.value if answer.more is None else answer.more


def _is_line(view: View) -> bool:
    return view["x"] in LINES


def _step(values: list[Any]) -> float:
    """Half the size of a square of a matrix."""
    if len(values) < 2 or isinstance(values[0], str):
        return 0.5
    return float(np.diff(values).min()) / 2


def _rect(rows: list[Any], columns: list[Any]) -> QRectF:
    spans = []
    for values in (columns, rows):
        if isinstance(values[0], str):
            spans.append((-0.5, float(len(values))))
        else:
            half = _step(values)
            spans.append((values[0] - half, values[-1] - values[0] + 2 * half))
    (left, width), (top, height) = spans
    return QRectF(left, top, width, height)
