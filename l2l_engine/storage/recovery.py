"""Making a session sound again after its writer was killed.

A writer that dies leaves the file marked as open, and HDF5 refuses to append to it; it may
still be read, for SWMR writes data before whatever refers to it. Such a file is copied,
row by row, into a new one that then takes its place.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig
from l2l_engine.storage import hdf5, layout, opening, space
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.layout import Column

_ROWS_AT_ONCE = 64
_CHECKSUM_BYTES = 4


def rewrite(path: Path) -> None:
    """Replace the session at ``path`` by a sound copy of it, at once or not at all.

    Raises
    ------
    DiskFullError
        When there is no room for the copy.
    SessionError
        When the file is damaged beyond what a killed writer leaves.
    """
    temporary = path.with_name(f".{path.name}.repair")
    space.check(path, path.stat().st_size + space.OVERHEAD)
    try:
        with hdf5.open_detached(path) as damaged, hdf5.create(temporary) as sound:
            _copy(damaged, sound, opening.config_of(path, damaged))
        hdf5.sync(temporary)
        temporary.replace(path)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        if space.is_disk_full(error):
            raise space.disk_full(path, path.stat().st_size) from error
        raise SessionError(
            f"{path} is damaged and could not be repaired ({error}): restore it from a copy."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def _copy(damaged: h5py.File, sound: h5py.File, config: RunConfig) -> None:
    for name in damaged.attrs:
        value = layout.attribute(damaged, name)
        if value is not None:
            layout.set_attribute(sound, name, value)
    layout.create_datasets(sound, config, int(damaged.attrs["version"]))
    for column in layout.columns(config):
        if column.path in sound:
            _copy_rows(damaged[column.path], sound[column.path], column)
    for path in layout.other_paths(config):
        if path in damaged:
            content = damaged[path][()]
            if sound[path].shape != content.shape:
                sound[path].resize(content.shape)
            sound[path][()] = content


def _copy_rows(source: h5py.Dataset, target: h5py.Dataset, column: Column) -> None:
    count = len(source)
    target.resize(count, axis=0)
    step = column.rows_per_chunk * max(_ROWS_AT_ONCE // column.rows_per_chunk, 1)
    for start in range(0, count, step):
        stop = min(start + step, count)
        try:
            rows = source[start:stop]
        except OSError:
            if stop < count or column.rows_per_chunk == 1:
                raise
            rows = _last_chunk(source, column)[: stop - start]
        if not (column.path.startswith(layout.WEIGHTS) and np.isnan(rows).all()):
            target[start:stop] = rows


def _last_chunk(source: h5py.Dataset, column: Column) -> NDArray[Any]:
    """The last chunk without its checksum, as a writer killed while rewriting it leaves it.

    Its complete rows are the same before and after, so they are right in any mixture of both.
    """
    start = (len(source) - 1) // column.rows_per_chunk * column.rows_per_chunk
    _, content = source.id.read_direct_chunk((start, *(0 for _ in column.shape)))
    rows = np.frombuffer(content[: len(content) - _CHECKSUM_BYTES], source.dtype)
    return rows.reshape(column.rows_per_chunk, *column.shape)
