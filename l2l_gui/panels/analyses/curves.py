"""The rows of an analysis' tables as curves: what is across, what is averaged, what has a line of its own."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.learning_curve import moving_mean
from l2l_gui.panels.analyses.computing import Found, Table

MOST_SERIES = 6
"""Lines of one session; places with more values than that are averaged."""
SMOOTHED = 20
"""Problems from which a moving mean is drawn."""
LINES = ("time", "step", "morph", "fraction", "sigma_rec", "order")
"""Places across which a line is drawn; across all others, points."""
SESSION = "session"


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Points of one session and one series."""

    session: int  # place among the sessions
    series: tuple[tuple[str, Any], ...]  # such as (("stimulus", 0), ("epoch", "delay"))
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    problems: NDArray[np.intp]  # of each point, 0 where it has none

    @property
    def words(self) -> str:
        """Such as "stimulus 0, delay"."""
        return ", ".join(
            str(value) if isinstance(value, str) else f"{name} {value}"
            for name, value in self.series
        )


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """All curves of a panel; ``categories`` name the places across where these are words."""

    curves: tuple[Curve, ...]
    categories: tuple[str, ...] = ()
    window: int = 0
    """Problems of the moving mean; 0 where there is none."""


def curves_of(found: Found, places: Sequence[str], x: str, y: str, problem: int | None) -> Curves:
    """The curves of one column against a place or another column.

    Where problems are not across, the selected one is shown, or their mean where it was not analysed.
    ``places`` are the columns that say where a row is from.
    """
    if x != SESSION and x not in places:
        return Curves(tuple(_cloud(found, places, x, y)))
    made: list[Curve] = []
    categories: dict[str, int] = {}
    for place, table in enumerate(found.tables):
        chosen = _of_problem(table, places, x, problem)
        across = _across(chosen, x, place, found.names, categories)
        for series, rows in _series(chosen, places, x):
            made.append(_curve(place, series, across[rows], chosen[y][rows], x))
    words = tuple(categories)
    longest = max((len(curve.x) for curve in made), default=0)
    window = max(5, longest // 10) if x == "problem" and longest >= SMOOTHED else 0
    return Curves(tuple(made), words, window)


def smoothed(curve: Curve, window: int) -> NDArray[np.float64]:
    """The moving mean of a curve over problems."""
    return moving_mean(curve.y, window)


def _cloud(found: Found, places: Sequence[str], x: str, y: str) -> Iterator[Curve]:
    """One column against another: a point a row."""
    for place, table in enumerate(found.tables):
        rows = len(table[x])
        problems = table["problem"] if "problem" in places else np.zeros(rows)
        for series, of in _series(table, places, x):
            numbers = problems[of].astype(np.intp)
            across, up = (table[name][of].astype(np.float64) for name in (x, y))
            yield Curve(place, series, across, up, numbers)


def _of_problem(table: Table, places: Sequence[str], x: str, problem: int | None) -> Table:
    if x == "problem" or "problem" not in places:
        return table
    rows = table["problem"] == problem
    return {name: column[rows] for name, column in table.items()} if rows.any() else table


def _across(
    table: Table, x: str, place: int, names: Sequence[str], categories: dict[str, int]
) -> NDArray[np.float64]:
    """The horizontal place of every row."""
    length = len(next(iter(table.values())))
    words = np.full(length, names[place]) if x == SESSION else table[x]
    if words.dtype.kind not in "US":
        return words.astype(np.float64)
    for word in words:
        categories.setdefault(str(word), len(categories))
    return np.array([categories[str(word)] for word in words], np.float64)


def _series(
    table: Table, places: Sequence[str], x: str
) -> list[tuple[tuple[tuple[str, Any], ...], NDArray[np.bool_]]]:
    """The rows of each series: every combination of the places that are left, while these are few."""
    kept: list[tuple[str, list[Any]]] = []
    count = 1
    for name in reversed(places):
        if name not in (x, "problem", "other_problem", "network", "other_run"):
            values = list(dict.fromkeys(table[name].tolist()))
            if len(values) > 1 and count * len(values) <= MOST_SERIES:
                kept.insert(0, (name, values))
                count *= len(values)
    found = []
    for combination in itertools.product(*(values for _, values in kept)):
        series = tuple(zip((name for name, _ in kept), combination, strict=True))
        rows = np.ones(len(next(iter(table.values()))), bool)
        for name, value in series:
            rows &= table[name] == value
        if rows.any():
            found.append((series, rows))
    return found


def _curve(
    place: int,
    series: tuple[tuple[str, Any], ...],
    across: NDArray[np.float64],
    values: NDArray[Any],
    x: str,
) -> Curve:
    """The mean of the values at each place across."""
    at, which = np.unique(across, return_inverse=True)
    means = np.full(len(at), np.nan)
    for number in range(len(at)):
        there = values[(which == number) & np.isfinite(values)]
        if len(there):
            means[number] = there.mean()
    numbers = at.astype(np.intp) if x == "problem" else np.zeros(len(at), np.intp)
    return Curve(place, series, at, means, numbers)
