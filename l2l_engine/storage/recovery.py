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
from l2l_engine.storage import atomic, hdf5, layout, opening, space, untrusted
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
    space.check(path, path.stat().st_size + space.OVERHEAD)
    with hdf5.open_detached(path) as damaged:
        copy(damaged, path, path, torn=hdf5.marked_open(path))


def copy(damaged: h5py.File, path: Path, target: Path, *, torn: bool) -> None:
    """Make ``target`` a sound copy of an open session, at once or not at all.

    Parameters
    ----------
    damaged : h5py.File
        The session.
    path : Path
        What it is called, for an error.
    target : Path
        Where its copy goes, in place of any file there.
    torn : bool
        See :func:`read_rows`.

    Raises
    ------
    DiskFullError, SessionError
        As :func:`rewrite`.
    """

    def failed(_: Path, error: Exception) -> Exception:
        if space.is_disk_full(error):
            return space.disk_full(target, damaged.id.get_filesize())
        return SessionError(
            f"{path} is damaged and could not be repaired ({error}): recover what is intact with "
            "l2l-info --repair."
        )

    part = atomic.sibling(target, ".repair")
    with atomic.replacing(target, part=part, sync=True, failure=failed):
        try:
            with hdf5.create(part) as sound:
                _copy(damaged, sound, opening.config_of(path, damaged), torn)
        except (KeyError, ValueError) as error:
            raise OSError(str(error)) from error


def _copy(damaged: h5py.File, sound: h5py.File, config: RunConfig, torn: bool) -> None:
    copy_attributes(damaged, sound)
    layout.create_datasets(sound, config, int(damaged.attrs["version"]))
    for column in layout.columns(config):
        if column.path in sound:
            _copy_rows(damaged[column.path], sound[column.path], column, torn)
    for path in layout.other_paths(config):
        if path in damaged:
            content = damaged[path][()]
            if sound[path].shape != content.shape:
                sound[path].resize(content.shape)
            sound[path][()] = content


def _copy_rows(source: h5py.Dataset, target: h5py.Dataset, column: Column, torn: bool) -> None:
    count = len(source)
    target.resize(count, axis=0)
    step = _ROWS_AT_ONCE if column.rows_per_chunk == 1 else column.rows_per_chunk
    for start in range(0, count, step):
        stop = min(start + step, count)
        rows = read_rows(source, column, start, stop, torn=torn)
        if not is_unsaved(column, rows):
            target[start:stop] = rows


def copy_attributes(source: h5py.File, target: h5py.File) -> None:
    """Give a file the texts and numbers of another's root."""
    for name in source.attrs:
        value = untrusted.attribute(source, name)
        if value is not None:
            layout.set_attribute(target, name, value)


def is_unsaved(column: Column, rows: NDArray[Any]) -> bool:
    """Whether rows are of networks that were not saved, whose chunks are to stay missing."""
    return column.path.startswith(layout.WEIGHTS) and bool(np.isnan(rows).all())


def read_rows(
    source: h5py.Dataset, column: Column, start: int, stop: int, *, torn: bool
) -> NDArray[Any]:
    """Rows of a column, all in one chunk if it has several a chunk.

    Parameters
    ----------
    source : h5py.Dataset
    column : Column
    start, stop : int
        Which rows.
    torn : bool
        Whether the last chunk may lack its checksum, because its writer died.

    Raises
    ------
    OSError
        When they are damaged otherwise.
    """
    try:
        return source[start:stop]
    except OSError:
        if not torn or stop < len(source) or column.rows_per_chunk == 1:
            raise
        return _last_chunk(source, column)[: stop - start]


def _last_chunk(source: h5py.Dataset, column: Column) -> NDArray[Any]:
    """The last chunk without its checksum, as a writer killed while rewriting it leaves it.

    Its complete rows are the same before and after, so they are right in any mixture of both.
    """
    start = (len(source) - 1) // column.rows_per_chunk * column.rows_per_chunk
    _, content = source.id.read_direct_chunk((start, *(0 for _ in column.shape)))
    rows = np.frombuffer(content[: len(content) - _CHECKSUM_BYTES], source.dtype)
    return rows.reshape(column.rows_per_chunk, *column.shape)
