"""The numbers behind a picture, as CSV or NPZ."""

from __future__ import annotations

import csv
import io
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from l2l_engine.storage.atomic import replacing

WIDEST = 512
"""Columns of a CSV table; arrays that need more are written one value a row."""


@dataclass(frozen=True)
class PanelData:
    """What a panel shows: named arrays in order, with units.

    ``notes`` (what was shown: session, problem, …) become the file's first lines.
    """

    arrays: Mapping[str, ArrayLike]
    units: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    notes: tuple[str, ...] = ()
    name: str = ""
    """Of the table, where there are several."""
    more: tuple[PanelData, ...] = ()
    """Further tables, of other rows."""

    def __post_init__(self) -> None:
        unknown = self.units.keys() - self.arrays.keys()
        if unknown:
            raise ValueError(f"units of {sorted(unknown)}, which are no arrays")
        for name, values in self.plain().items():
            if values.dtype.hasobject:
                raise ValueError(f"{name} holds objects, not numbers or text")

    def plain(self) -> dict[str, NDArray[Any]]:
        """The arrays as at least one-dimensional arrays."""
        return {name: np.atleast_1d(np.asarray(value)) for name, value in self.arrays.items()}

    def heading(self, name: str) -> str:
        """An array's name with its unit in brackets."""
        unit = self.units.get(name, "")
        return f"{name} ({unit})" if unit else name

    def noting(self, note: str) -> PanelData:
        """The same with one note more."""
        return PanelData(
            self.arrays, self.units, self.title, (*self.notes, note), self.name, self.more
        )

    def tables(self, name: str) -> dict[str, dict[str, NDArray[Any]]]:
        """Every table by name (the first by ``name`` if it has none), its columns headed with units."""
        return {
            each.name or name: {each.heading(key): values for key, values in each.plain().items()}
            for each in (self, *self.more)
        }

    # -- tables ------------------------------------------------------------------------

    def rows(self) -> Iterator[list[Any]]:
        """A header, then rows.

        One column for each array (or part of one) where they have the same length, else one value
        a row with its indices.
        """
        arrays = self.plain()
        lengths = {len(values) for values in arrays.values()}
        flat = all(values.ndim <= 2 for values in arrays.values())
        width = sum(values.shape[1] if values.ndim == 2 else 1 for values in arrays.values())
        if len(lengths) == 1 and flat and width <= WIDEST:
            return self._wide(arrays)
        return self._long(arrays)

    def _wide(self, arrays: dict[str, NDArray[Any]]) -> Iterator[list[Any]]:
        header: list[str] = []
        columns: list[list[Any]] = []
        for name, values in arrays.items():
            if values.ndim == 1:
                header.append(self.heading(name))
                columns.append(values.tolist())
            else:
                header += [
                    self.heading(f"{name} {i + 1}")
                    if not self.units.get(name)
                    else f"{name} {i + 1} ({self.units[name]})"
                    for i in range(values.shape[1])
                ]
                columns += values.T.tolist()
        yield header
        yield from map(list, zip(*columns, strict=True))

    def _long(self, arrays: dict[str, NDArray[Any]]) -> Iterator[list[Any]]:
        depth = max(values.ndim for values in arrays.values())
        yield ["array", *(f"index {axis + 1}" for axis in range(depth)), "value"]
        for name, values in arrays.items():
            label, blank = self.heading(name), [""] * (depth - values.ndim)
            indices = itertools.product(*(range(size) for size in values.shape))
            for index, value in zip(indices, values.reshape(-1).tolist(), strict=True):
                yield [label, *index, *blank, value]

    def text(self, delimiter: str = ",", comments: bool = True) -> str:
        """The table as text; NaN stays ``nan``, numbers keep all their digits."""
        buffer = io.StringIO()
        if comments:
            for line in (self.title, *self.notes):
                if line:
                    buffer.write(f"# {' '.join(line.split())}\n")
        writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\n")
        writer.writerows(self.rows())
        for each in self.more:
            buffer.write(f"\n# {each.name}\n" if comments else "\n")
            writer.writerows(each.rows())
        return buffer.getvalue()

    # -- files -------------------------------------------------------------------------

    def write_csv(self, path: Path) -> None:
        """Write :meth:`text`; raises ExportError."""
        with replacing(path) as part:
            part.write_text(self.text(), encoding="utf-8")

    def write_npz(self, path: Path) -> None:
        """Write the arrays, and title, notes and units as JSON in ``about``; raises ExportError."""
        about = {"title": self.title, "notes": list(self.notes), "units": dict(self.units)}
        with replacing(path) as part, part.open("wb") as file:
            np.savez_compressed(
                file, allow_pickle=False, about=np.array(json.dumps(about)), **self._all_arrays()
            )

    def _all_arrays(self) -> dict[str, NDArray[Any]]:
        """Those of further tables after their table's name."""
        found = self.plain()
        for each in self.more:
            found |= {f"{each.name}: {key}": values for key, values in each.plain().items()}
        return found
