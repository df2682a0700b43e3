"""Checks that a file is a valid session, with one clear sentence for each way in which it is not."""

from __future__ import annotations

import math
import stat
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import DTypeLike

from l2l_engine.config import ConfigError, RunConfig
from l2l_engine.storage import hdf5, layout, untrusted
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.lock import is_being_written
from l2l_engine.storage.plain_files import reason

_SUPERBLOCK = 3  # of every session; from 2 on, HDF5 has checksums on its structures
_LARGEST_CHUNK = 1 << 27  # bytes; the largest network's recurrent weights take half of it


def open_file(path: Path, *, cut_off: bool = False) -> h5py.File:
    """Open the HDF5 file of a session for reading.

    Beside a writer it can be refreshed; else it is a view of the file as it is.

    Parameters
    ----------
    path : Path
        The session.
    cut_off : bool
        Open a file whose end is missing too; what was there cannot be read.

    Raises
    ------
    SessionError
        When it is missing, no HDF5 file, cut off or damaged.
    """
    _check_bytes(path)
    said = missing_end(path)
    if said and not cut_off:
        raise SessionError(
            f"{path} {said}: copy it again, or recover what is intact with l2l-info --repair."
        )
    try:
        untrusted.check_bytes(path)
        if is_being_written(path):
            return hdf5.open_beside_writer(path)
        return hdf5.open_detached(path)
    except (OSError, RuntimeError) as error:
        raise SessionError(
            f"{path} is damaged or cannot be opened ({reason(error)}): restore it from a copy."
        ) from error


def is_detached(file: h5py.File) -> bool:
    """Whether an open file is a view that cannot be refreshed."""
    return bool(file.driver == "fileobj")


def _check_bytes(path: Path) -> None:
    try:
        status = path.stat()
        found = hdf5.superblock(path) if stat.S_ISREG(status.st_mode) else None
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError
    except FileNotFoundError:
        raise SessionError(f"{path} does not exist: check the name of the session.") from None
    except IsADirectoryError:
        raise SessionError(
            f"{path} is a folder, not a session file: import published files with l2l-convert."
        ) from None
    except OSError as error:
        raise SessionError(
            f"{path} cannot be opened ({error.strerror}): check its permissions."
        ) from error
    if not stat.S_ISREG(status.st_mode):
        raise SessionError(f"{path} is a device or pipe, not a session file: choose a file.")
    if found is None:
        raise SessionError(
            f"{path} is not an HDF5 file, so it holds no session: choose a file made by "
            "l2l-train or l2l-convert."
        )
    if found[0] < _SUPERBLOCK:
        raise _not_a_session(path, hdf5.mentions(path, layout.RESULTS_FORMAT))


def missing_end(path: Path) -> str:
    """What to say about an HDF5 file that was truncated after it was closed; empty for others."""
    found, size = hdf5.superblock(path), path.stat().st_size
    if found is None or size >= found[1] or hdf5.marked_open(path):
        return ""
    return f"is cut off ({size} of {found[1]} bytes)"


def _not_a_session(path: Path, is_results: bool) -> SessionError:
    if is_results:
        return SessionError(
            f"{path} holds results of a run and not its networks: add it in the Figures workspace, "
            "or give it to l2l-figures."
        )
    return SessionError(
        f"{path} is an HDF5 file but not a session: choose a file made by l2l-train or l2l-convert."
    )


def config_of(path: Path, file: h5py.File) -> RunConfig:
    """The configuration of an open file, once it is known to be a session we can read."""
    found = attribute(path, file, "format")
    if found != layout.FORMAT:
        raise _not_a_session(path, found == layout.RESULTS_FORMAT)
    version, text = attribute(path, file, "version"), attribute(path, file, "config")
    if not isinstance(version, int) or not isinstance(text, str):
        raise SessionError(
            f"{path} lacks the attribute 'version' or 'config': restore it from a copy."
        )
    if version > layout.VERSION:
        raise SessionError(
            f"{path} has the newer format version {version}; this program reads up to "
            f"{layout.VERSION}: update L2L Explorer."
        )
    try:
        return RunConfig.from_json(text)
    except ConfigError as error:
        raise SessionError(f"{path}: the attribute 'config' is wrong: {error}") from error


def attribute(path: Path, file: h5py.File, name: str) -> str | int | None:
    """A root attribute; None where it is missing or of another kind."""
    try:
        return untrusted.attribute(file, name)
    except (OSError, RuntimeError, KeyError, TypeError, ValueError) as error:
        raise SessionError(
            f"{path}: the attribute '{name}' is damaged ({reason(error)}): restore it from a copy."
        ) from error


def dataset(
    path: Path,
    file: h5py.File,
    name: str,
    shape: tuple[int | None, ...] | None = None,
    dtype: DTypeLike | None = None,
) -> h5py.Dataset:
    """A dataset, all of it in the file; its shape and kind of number must agree where given.

    Raises
    ------
    SessionError
        When it is missing, something else, points elsewhere, or declares more than is there.
    """
    try:
        found = untrusted.dataset(file, name)
        if is_detached(file):
            _check_stored(path, file, found)
    except untrusted.MissingError:
        raise SessionError(f"{path} lacks the dataset /{name}: restore it from a copy.") from None
    except (KeyError, ValueError, OSError, RuntimeError) as error:
        raise SessionError(
            f"{path}: /{name} is damaged or unsafe ({reason(error)}): restore it from a copy."
        ) from error
    if shape is not None and (
        found.ndim != len(shape)
        or any(want not in (None, have) for want, have in zip(shape, found.shape, strict=True))
    ):
        wanted = ", ".join("any" if want is None else str(want) for want in shape)
        raise SessionError(
            f"{path}: the dataset /{name} has shape {found.shape}, but its configuration "
            f"needs ({wanted}): restore it from a copy."
        )
    if dtype is not None and found.dtype.kind != np.dtype(dtype).kind:
        raise SessionError(
            f"{path}: the dataset /{name} holds {found.dtype}, not {np.dtype(dtype)}: "
            "restore it from a copy."
        )
    return found


def _check_stored(path: Path, file: h5py.File, found: h5py.Dataset) -> None:
    """Compare what a dataset declares with what is there, before memory is taken for it."""
    chunk = math.prod(found.chunks or (0,)) * found.dtype.itemsize
    if chunk > _LARGEST_CHUNK:
        raise ValueError(f"{found.name} has chunks of {chunk} bytes")
    if hdf5.marked_open(path):
        hdf5.check_chunks(found, path.stat().st_size)
    if found.chunks and not found.name.startswith(f"/{layout.WEIGHTS}"):
        stored = found.id.get_storage_size()
        if found.nbytes > stored + chunk:
            raise ValueError(f"{found.name} declares {found.nbytes} bytes and holds {stored}")
