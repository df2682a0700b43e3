"""A panel's numbers, declared once for export and for tips."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from l2l_gui.output.panel_data import PanelData


@dataclass(frozen=True, eq=False)
class Column:
    """A named array with its unit.

    ``words`` is how a tip says one of its values, such as ``"{:,.0f} trials"``; without it a tip
    leaves the column out. ``missing`` is what a tip says for NaN; without it, nothing.
    """

    name: str
    values: ArrayLike
    unit: str = ""
    words: str = ""
    missing: str = ""

    def say(self, row: int) -> str:
        """One of the values in words; "" where there is nothing to say."""
        if not self.words:
            return ""
        value: Any = np.asarray(self.values)[row]
        unknown = np.issubdtype(np.asarray(value).dtype, np.floating) and np.isnan(value)
        return self.missing if unknown else one(self.words.format(value))


def one(words: str) -> str:
    """Words that begin with a number, in the singular if it is 1.

    Examples
    --------
    >>> one("1 trials"), one("11 trials"), one("1 of 3 trials")
    ('1 trial', '11 trials', '1 of 3 trials')
    """
    return re.sub(r"^1 ([a-z]+)s\b", r"1 \1", words)


class Table(PanelData):
    """Columns to export; ``notes`` are the file's first lines."""

    def __init__(self, title: str, notes: Iterable[str], *columns: Column) -> None:
        super().__init__(
            {column.name: column.values for column in columns},
            {column.name: column.unit for column in columns if column.unit},
            title=title,
            notes=tuple(notes),
        )

    def beside(self, others: Mapping[str, Sequence[Column]]) -> PanelData:
        """The same with further tables by name, whose rows are of another kind."""
        more = tuple(
            PanelData(
                {column.name: column.values for column in columns},
                {column.name: column.unit for column in columns if column.unit},
                name=name,
            )
            for name, columns in others.items()
            if columns
        )
        return PanelData(self.arrays, self.units, self.title, self.notes, more=more)


def tip(columns: Iterable[Column], row: int, between: str = ", ") -> str:
    """What the columns say of a row."""
    return between.join(filter(None, (column.say(row) for column in columns)))
