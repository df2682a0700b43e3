"""Figures and their numbers as files, each whole or not there."""

from __future__ import annotations

import csv
import importlib.metadata
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import L2LError
from l2l_engine.figures.compose import styled
from l2l_engine.storage import atomic
from l2l_engine.storage.plain_files import reason

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMATS = ("pdf", "svg", "png")

_NO_DATE: dict[str, dict[str, Any]] = {  # the same figure is the same file
    "pdf": {"CreationDate": None},
    "svg": {"Date": None},
    "png": {},
}


class FigureExportError(L2LError):
    """A figure or table could not be written."""


def picture(figure: Figure, kind: str, *, title: str = "", dpi: float = 300.0) -> bytes:
    """The figure as the bytes of a PDF, SVG or PNG file; text stays text in the first two."""
    if kind not in FORMATS:
        raise FigureExportError(f"'{kind}' is no format of figures: choose {', '.join(FORMATS)}.")
    stream = io.BytesIO()
    with styled():
        figure.savefig(stream, format=kind, dpi=dpi, metadata={"Title": title, **_NO_DATE[kind]})
        figure.set_layout_engine("none")  # laid out once, it stays
    return stream.getvalue()


def csv_text(table: Mapping[str, Sequence[Any] | NDArray[Any]], notes: Iterable[str] = ()) -> str:
    """A table as CSV: a line of names, numbers with all their digits, NaN for unknown.

    Parameters
    ----------
    table : mapping of str to columns
    notes : iterable of str
        Lines put before it, each after ``# ``.
    """
    lengths = {len(column) for column in table.values()}
    if len(lengths) > 1:
        raise ValueError(f"columns of unlike length: {sorted(lengths)}")
    stream = io.StringIO()
    stream.writelines(f"# {note}\n" for note in notes)
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table)
    writer.writerows(zip(*(map(_cell, column) for column in table.values()), strict=True))
    return stream.getvalue()


_UNITS = {
    "trials": (
        "trials_to_criterion",
        "moving_mean",
        "fit",
        "amplitude_trials",
        "asymptote_trials",
        "median",
        "mean",
        "lower_quartile",
        "upper_quartile",
        "lower_whisker",
        "upper_whisker",
    ),
    "trials per unit of similarity": ("slope_trials",),
    "rad": ("angle_1_rad", "angle_2_rad", "angle_3_rad", "angle_4_rad"),
    "problems": ("time_constant_problems", "problems_earlier"),
    "ms": ("time_ms", "start_ms"),
    "a.u. per step": ("magnitude", "from_problem_1", "from_problem_before", "net_suppression"),
    "a.u.": ("recurrent_change", "component_1", "component_2", "component_3"),
}


def unit_of(column: str, table: str) -> str:
    """The unit of a figure's column, "" for pure numbers and names."""
    if table == "output_currents" and column in ("mean", "sem"):
        return "a.u."
    if "_size" in column:
        sizes = ("recurrent_size", "current_size")
        return "a.u." if column.startswith(sizes) else "a.u. per step"
    return next((unit for unit, columns in _UNITS.items() if column in columns), "")


def notes(title: str, table: str, columns: Iterable[str], runs: Iterable[str]) -> list[str]:
    """What the head of a figure's CSV file says: title, units, runs with seeds, version and date."""
    units = [f"{name} ({unit})" for name in columns if (unit := unit_of(name, table))]
    return [
        f"{title}: {table.replace('_', ' ')}",
        f"units: {', '.join(units) or 'none'}",
        f"runs: {', '.join(runs) or 'published files'}",
        f"made with L2L Explorer {importlib.metadata.version('l2l-explorer')} on {today()}",
    ]


def today() -> str:
    """Today's date as written in files, from SOURCE_DATE_EPOCH where it is set."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.now(UTC) if epoch is None else datetime.fromtimestamp(int(epoch), UTC)
    return now.strftime("%Y-%m-%d")


def write(path: Path, content: bytes) -> Path:
    """Put ``content`` at ``path``, whole or not at all; raises FigureExportError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _failure(path, error) from error
    with atomic.replacing(path, failure=_failure) as part:
        part.write_bytes(content)
    return path


def formats(wanted: Iterable[str]) -> tuple[str, ...]:
    """Formats without doubles, in order."""
    return tuple(dict.fromkeys(wanted))


def _cell(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        if np.isnan(value):
            return "NaN"
        whole = np.isfinite(value) and value == int(value)
        return f"{int(value)}" if whole else repr(float(value))
    return str(value)


def _failure(path: Path, error: Exception) -> FigureExportError:
    return FigureExportError(
        f"{path} could not be written ({reason(error)}): choose another folder."
    )
