"""Whether a file is a sound session: one clear sentence for each way in which it is not."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
from numpy.typing import DTypeLike

from l2l_engine.config import ConfigError, RunConfig
from l2l_engine.storage import hdf5, layout
from l2l_engine.storage.errors import SessionError


def open_file(path: Path) -> h5py.File:
    """Open the HDF5 file of a session for reading.

    Raises
    ------
    SessionError
        When it is missing, no HDF5 file, cut off or damaged.
    """
    _check_bytes(path)
    try:
        _check_structure(path)
        return hdf5.open_to_read(path)
    except (OSError, RuntimeError) as error:
        raise SessionError(
            f"{path} is damaged or cannot be opened ({error}): restore it from a copy."
        ) from error


def _check_bytes(path: Path) -> None:
    try:
        found = hdf5.superblock(path)
        size = path.stat().st_size
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
    if found is None:
        raise SessionError(
            f"{path} is not an HDF5 file, so it holds no session: choose a file made by "
            "l2l-train or l2l-convert."
        )
    end = found[1]
    if size < end and not hdf5.marked_open(path):
        raise SessionError(
            f"{path} is cut off ({size} of {end} bytes): copy it again from where it came."
        )


def _check_structure(path: Path) -> None:
    """Find damage that would keep a SWMR reader waiting: OSError."""
    marked = hdf5.marked_open(path)
    found = hdf5.superblock(path)
    if marked and found and path.stat().st_size >= found[1]:
        return
    try:
        hdf5.check_sound(path)
    except OSError:
        if marked or not hdf5.marked_open(path):  # else a writer began meanwhile
            raise


def config_of(path: Path, file: h5py.File) -> RunConfig:
    """The configuration of an open file, once it is known to be a session we can read."""
    found = attribute(path, file, "format")
    if found == layout.RESULTS_FORMAT:
        raise SessionError(
            f"{path} holds results of a run and not its networks: add it in the Figures workspace, "
            "or give it to l2l-figures."
        )
    if found != layout.FORMAT:
        raise SessionError(
            f"{path} is an HDF5 file but not a session (its attribute 'format' is {found!r}, "
            f"not '{layout.FORMAT}'): choose a file made by l2l-train or l2l-convert."
        )
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
        return layout.attribute(file, name)
    except (OSError, RuntimeError, TypeError, ValueError) as error:
        raise SessionError(
            f"{path}: the attribute '{name}' is damaged ({error}): restore it from a copy."
        ) from error


def dataset(
    path: Path,
    file: h5py.File,
    name: str,
    shape: tuple[int | None, ...] | None = None,
    dtype: DTypeLike | None = None,
) -> h5py.Dataset:
    """A dataset; its shape must agree where ``shape`` is not None, and its kind of number."""
    found = file.get(name)
    if not isinstance(found, h5py.Dataset):
        raise SessionError(f"{path} lacks the dataset /{name}: restore it from a copy.")
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
