"""An analysis' table as the bytes of a file: CSV, HDF5 or NetCDF, by the file's ending."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from l2l_engine import extras
from l2l_engine.analysis.record import Column
from l2l_engine.config import L2LError
from l2l_engine.figures import export

ENDINGS = (".csv", ".h5", ".nc")

Table = Mapping[str, NDArray[Any]]


def check(path: Path) -> None:
    """Refuse a file that could not be written, before minutes of analysis; raises L2LError."""
    if path.suffix.lower() not in ENDINGS:
        raise L2LError(f"{path} has no ending of a table: use one of {', '.join(ENDINGS)}.")
    if path.suffix.lower() == ".nc":
        extras.require("data")


def content(path: Path, table: Table, about: Mapping[str, Column], notes: Sequence[str]) -> bytes:
    """The file's bytes; units and meanings go with the columns.

    Parameters
    ----------
    path : Path
        Its ending decides.
    table : mapping of str to (rows,)
    about : mapping of str to Column
        Of some or all columns.
    notes : sequence of str
        What the table holds and from what it was made.
    """
    kind = path.suffix.lower()
    if kind == ".csv":
        return export.csv_text(table, notes).encode()
    described = {
        name: {"units": about[name].unit, "long_name": about[name].meaning} if name in about else {}
        for name in table
    }
    return (_hdf5 if kind == ".h5" else _netcdf)(table, described, notes)


def _hdf5(table: Table, described: Mapping[str, Mapping[str, str]], notes: Sequence[str]) -> bytes:
    """A dataset a column."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file.attrs["notes"] = "\n".join(notes)
        for name, values in table.items():
            words = values.dtype.kind == "U"
            kind = h5py.string_dtype() if words else values.dtype
            dataset = file.create_dataset(
                name, data=values.astype(object) if words else values, dtype=kind
            )
            dataset.attrs.update(described[name])
    return stream.getvalue()


def _netcdf(
    table: Table, described: Mapping[str, Mapping[str, str]], notes: Sequence[str]
) -> bytes:
    """A variable a column, along the dimension ``row``."""
    import xarray

    columns = {
        name: ("row", np.asarray(values), dict(described[name])) for name, values in table.items()
    }
    made = xarray.Dataset(columns, attrs={"notes": "\n".join(notes)})
    return bytes(made.to_netcdf(engine="scipy"))
