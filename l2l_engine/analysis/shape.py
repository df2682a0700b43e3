"""What the columns of an analysis' table are: places such as problem or time, and numbers found there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import running
from l2l_engine.analysis.record import Analysis, Column, Takes

PLACES = (
    "time", "step", "morph", "fraction", "sigma_rec", "unit", "problem", "other_problem", "network",
    "run", "other_run", "set", "stage", "stimulus", "response", "epoch", "kind", "order",
)  # fmt: skip
"""Columns that say where a row is from, by the name they have in every analysis; the earlier come first
as a horizontal axis. All other columns are numbers found."""

REDUCTIONS: dict[str, Callable[..., Any]] = {
    "mean": np.nanmean,
    "largest": np.nanmax,
    "smallest": np.nanmin,
}
"""How several rows of a problem become one number."""


def places(record: Analysis) -> list[str]:
    """The columns of a record that say where a row is from, the best horizontal axis first."""
    columns = running.columns_of(record)
    return [name for name in PLACES if name in columns and is_place(name, columns[name])]


def is_place(name: str, column: Column) -> bool:
    """Whether a column says where a row is from; a "step" with a unit is the length of one."""
    return name in PLACES and not (name == "step" and column.unit)


def numbers(record: Analysis) -> list[str]:
    """The columns of a record that hold what was found."""
    return [name for name, column in record.columns.items() if not is_place(name, column)]


def short(record: Analysis, name: str) -> str:
    """A column's name with its unit, as on an axis: "Loss without (nats)"."""
    unit = running.columns_of(record)[name].unit
    words = name.replace("_", " ")
    words = words[:1].upper() + words[1:]
    return f"{words} ({unit})" if unit else words


def is_over_problems(record: Analysis) -> bool:
    """Whether its rows belong to problems, so that a problem has a number in each of its columns."""
    return record.takes is not Takes.RUNS and "problem" in running.columns_of(record)


def pair_of_places(record: Analysis) -> tuple[str, str] | None:
    """The two places whose every pair has a row: a matrix. None where there are none."""
    for pair in (("problem", "other_problem"), ("problem", "network"), ("run", "other_run")):
        if all(name in record.columns for name in pair):
            return None if "next" in record.columns[pair[1]].meaning else pair
    return None


def by_problem(
    table: Mapping[str, NDArray[np.generic]], column: str, reduction: str = "mean"
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """One number a problem of a table with a column ``problem``.

    Parameters
    ----------
    table : mapping of str to (rows,)
    column : str
    reduction : str
        A key of :data:`REDUCTIONS`; missing values count as not there.

    Returns
    -------
    problems (K,), numbers (K,)
        In order; NaN where a problem has only missing values.
    """
    values = np.asarray(table[column], np.float64)
    problems, which = np.unique(np.asarray(table["problem"], np.intp), return_inverse=True)
    found = np.full(len(problems), np.nan)
    for place in range(len(problems)):
        there = values[(which == place) & np.isfinite(values)]
        if len(there):
            found[place] = REDUCTIONS[reduction](there)
    return problems, found
