"""Numbers of pairs as a matrix: its squares, and the image that draws them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF

from l2l_engine.analysis import shape
from l2l_engine.analysis.record import Analysis
from l2l_gui.panels.analyses.choices import label_of
from l2l_gui.panels.analyses.computing import Table
from l2l_gui.plotting.image_plot import ImagePlot
from l2l_gui.plotting.ink import CURSOR
from l2l_gui.plotting.plots import ProblemLine, grid_view

PROBLEMS = ("problem", "network", "other_problem")
"""Places that are numbers of problems."""


class Square(NamedTuple):
    """One square: what its row and its column stand for, and its number."""

    row: Any
    column: Any
    value: float

    @property
    def problem(self) -> int | None:
        """The problem of its row; None where rows are named by words."""
        return None if isinstance(self.row, str) else int(self.row)

    @property
    def words(self) -> str | None:
        """What a tip says of it; None where nothing is known."""
        if not np.isfinite(self.value):
            return None
        return f"{self.row} and {self.column}: {self.value:.4g}"


@dataclass(frozen=True, slots=True, eq=False)
class Squares:
    """A matrix with the values of both places, which are numbers or words; NaN where nothing is known."""

    matrix: NDArray[np.float64]
    rows: tuple[Any, ...]
    columns: tuple[Any, ...]

    @property
    def levels(self) -> tuple[float, float]:
        """The least and the greatest number, never the same."""
        known = self.matrix[np.isfinite(self.matrix)]
        levels = (float(known.min()), float(known.max())) if len(known) else (0.0, 1.0)
        if levels[0] == levels[1]:  # of two runs there is one number
            levels = (min(levels[0], 0.0), max(levels[1], 0.0))
        return (-0.5, 0.5) if levels[0] == levels[1] else levels

    @property
    def rect(self) -> QRectF:
        """What the squares cover on the axes."""
        spans = []
        for values in (self.columns, self.rows):
            if isinstance(values[0], str):
                spans.append((-0.5, float(len(values))))
            else:
                half = _half(values)
                spans.append((values[0] - half, values[-1] - values[0] + 2 * half))
        (left, width), (top, height) = spans
        return QRectF(left, top, width, height)

    def at(self, x: float, y: float) -> Square | None:
        """The square at a point of the plot; None beside all of them."""
        places = []
        for point, values in ((y, self.rows), (x, self.columns)):
            numbers = range(len(values)) if isinstance(values[0], str) else values
            place = int(np.abs(np.asarray(numbers, float) - point).argmin())
            if abs(numbers[place] - point) > _half(values):
                return None
            places.append(place)
        row, column = places
        return Square(self.rows[row], self.columns[column], float(self.matrix[row, column]))


def squares_of(table: Table, pair: tuple[str, str], column: str) -> Squares:
    """The squares of a table's column over a pair of places.

    Of two places of one kind whose pairs are listed once, both halves are filled.
    """
    down, across = (table[name] for name in pair)
    alike = pair[1].startswith("other_")
    rows = list(dict.fromkeys([*down.tolist(), *(across.tolist() if alike else ())]))
    columns = rows if alike else list(dict.fromkeys(across.tolist()))
    if not isinstance(rows[0], str):
        rows.sort()
        columns = rows if alike else sorted(columns)
    matrix = np.full((len(rows), len(columns)), np.nan)
    row_of = {value: number for number, value in enumerate(rows)}
    column_of = {value: number for number, value in enumerate(columns)}
    for place, other, value in zip(down.tolist(), across.tolist(), table[column], strict=True):
        matrix[row_of[place], column_of[other]] = value
        if alike:
            matrix[row_of[other], column_of[place]] = value
    return Squares(matrix, tuple(rows), tuple(columns))


class MatrixPlot:
    """An analysis of pairs as an image in a view of its own, with lines at the selected problem."""

    def __init__(self, record: Analysis, pair: tuple[str, str]) -> None:
        self._record, self._pair = record, pair
        self.view = grid_view(margins=(0, 0, 4, 0))
        self.image = ImagePlot(self.view, bar_width=50)
        self.plot = self.image.plot
        self.image.bar.getAxis("right").enableAutoSIPrefix(False)
        self._marks = [ProblemLine(self.plot, angle, CURSOR) for angle in (0, 90)]

    @classmethod
    def of(cls, record: Analysis) -> MatrixPlot | None:
        """The matrix of an analysis of pairs; None of any other."""
        pair = shape.pair_of_places(record)
        return None if pair is None else cls(record, pair)

    def squares(self, table: Table, column: str) -> Squares:
        """What is drawn of a table's column."""
        return squares_of(table, self._pair, column)

    def draw(self, table: Table, column: str) -> None:
        """Draw a table's column."""
        squares = self.squares(table, column)
        self.image.show(squares.matrix, squares.rect, squares.levels)
        self.image.label(label_of(self._record, column))
        sides = (("left", squares.rows), ("bottom", squares.columns))
        for (side, values), name in zip(sides, self._pair, strict=True):
            words = isinstance(values[0], str)
            self.plot.getAxis(side).setTicks([list(enumerate(values))] if words else None)
            self.plot.setLabel(side, label_of(self._record, name))

    def mark(self, number: int | None) -> None:
        """Show the selected problem's lines where the places are problems."""
        for line, name in zip(self._marks, self._pair, strict=True):
            line.setVisible(number is not None and name in PROBLEMS)

    def frame(self, table: Table, column: str) -> None:
        """Show every square."""
        self.plot.setRange(self.squares(table, column).rect, padding=0)


def _half(values: tuple[Any, ...]) -> float:
    """Half the size of a square of a matrix."""
    if len(values) < 2 or isinstance(values[0], str):
        return 0.5
    return float(np.diff(values).min()) / 2
