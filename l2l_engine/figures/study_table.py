"""Tables of studies as files: CSV whose header lines say what each column is and how it was made.

They are small enough to ship, where the sessions they come from are not, and are drawn from alone.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.record import Column
from l2l_engine.config import L2LError
from l2l_engine.figures import export

_FIRST = "# L2L study: "
_DIGITS = 6  # of numbers that are no counts: more would only make the files larger
_LIMIT = 20_000_000  # bytes of a file


@dataclass(frozen=True, slots=True, eq=False)
class StudyTable:
    """One table of a study.

    Attributes
    ----------
    path : Path
        Where it is, or will be; the stem is its name, such as ``revisit_problems``.
    columns : mapping of str to (rows,)
    """

    path: Path
    columns: Mapping[str, NDArray[Any]]

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.stem

    def __getitem__(self, column: str) -> NDArray[Any]:
        if column not in self.columns:
            raise L2LError(
                f"{self.path} has no column {column}: make it again with l2l-study, or take the "
                "file that came with the program."
            )
        return self.columns[column]

    def numbers(self, column: str) -> NDArray[np.float64]:
        """A column of numbers, NaN where unknown."""
        values = self[column]
        if values.dtype.kind not in "if":
            raise L2LError(f"{self.path}: the column {column} must hold numbers; make it again.")
        return values.astype(np.float64)

    def where(self, rows: NDArray[np.bool_]) -> StudyTable:
        """Some of its rows."""
        return StudyTable(self.path, {name: values[rows] for name, values in self.columns.items()})


def text(
    title: str,
    table: Mapping[str, Sequence[Any] | NDArray[Any]],
    about: Mapping[str, Column],
    notes: Iterable[str],
) -> str:
    """A table as it is written.

    Parameters
    ----------
    title : str
        In a few words.
    table : mapping of str to (rows,)
    about : mapping of str to Column
        Of every column.
    notes : iterable of str
        From what it was made, and when.
    """
    head = [f"{_FIRST.removeprefix('# ')}{title}", *notes]
    head += [f"{name}: {about[name].label}" for name in table]
    return export.csv_text({name: _short(values) for name, values in table.items()}, head)


def is_study_table(path: Path) -> bool:
    """Whether a file begins as such a table does."""
    if path.suffix != ".csv":
        return False
    try:
        with path.open(encoding="utf-8") as file:
            return file.readline(200).startswith(_FIRST)
    except (OSError, UnicodeDecodeError):
        return False


def read(path: Path) -> StudyTable:
    """Read a table.

    Raises
    ------
    L2LError
        When it cannot be read or is none.
    """
    try:
        if path.stat().st_size > _LIMIT:
            raise L2LError(f"{path} is larger than a study's table can be: give another file.")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise L2LError(f"{path} cannot be read ({error}): give another file.") from error
    if not lines or not lines[0].startswith(_FIRST):
        raise L2LError(f"{path} is no table of a study, as l2l-study writes them.")
    rows = list(csv.reader(line for line in lines if not line.startswith("#")))
    if len(rows) < 2 or len({len(row) for row in rows}) != 1 or len(set(rows[0])) != len(rows[0]):
        raise L2LError(f"{path} is cut off or damaged: its rows differ in length, or are missing.")
    columns = zip(*rows[1:], strict=True)
    return StudyTable(path, dict(zip(rows[0], map(_array, columns), strict=True)))


def _array(cells: Sequence[str]) -> NDArray[Any]:
    """Whole numbers, numbers, or words."""
    for kind in (np.int64, np.float64):
        try:
            return np.array(cells).astype(kind)
        except (ValueError, OverflowError):
            continue
    return np.array(cells)


def _short(values: Sequence[Any] | NDArray[Any]) -> NDArray[Any]:
    array = np.asarray(values)
    if array.dtype.kind != "f":
        return array
    return np.array([float(f"{value:.{_DIGITS}g}") for value in array.tolist()])
