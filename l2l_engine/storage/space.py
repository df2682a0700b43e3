"""Disk space, requested and allocated before HDF5 needs it.

HDF5 does not recover from a write that fails half-way. So the room for a write is first
taken by zeros beyond the end HDF5 knows of; a clean close cuts off what was not used.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import h5py

from l2l_engine.storage import atomic, hdf5
from l2l_engine.storage.errors import DiskFullError, SessionError

MARGIN = 8 << 20  # bytes of the disk left to others
OVERHEAD = 1 << 20  # bytes HDF5 may need for chunks and indices beyond the rows themselves
_FULL = tuple(
    getattr(errno, name) for name in ("ENOSPC", "EFBIG", "EDQUOT") if hasattr(errno, name)
)


def is_disk_full(error: BaseException) -> bool:
    """Whether HDF5 or the system failed for want of room."""
    if isinstance(error, OSError) and error.errno in _FULL:
        return True
    return any(f"errno = {number}," in str(error) for number in _FULL)


def disk_full(path: Path, needed: int) -> DiskFullError:
    """The error to raise when ``needed`` bytes more do not fit beside ``path``."""
    free = shutil.disk_usage(path.parent).free
    left = f" ({free / 1e6:.1f} MB free)" if free < needed else ""  # else a quota or limit
    return DiskFullError(
        f"The disk is full: {path.name} needs {needed / 1e6:.1f} MB more in {path.parent}{left}; "
        "make room and continue, nothing saved is harmed."
    )


def failure(path: Path, error: BaseException, size: int) -> DiskFullError | SessionError:
    """The error to raise when a write of ``size`` bytes failed."""
    if is_disk_full(error):
        return disk_full(path, size)
    return SessionError(f"{path} cannot be written ({error}): check its disk or choose another.")


def reserve(file: h5py.File, path: Path, size: int) -> None:
    """Take room for ``size`` bytes of rows in a file open for appending.

    Raises
    ------
    DiskFullError
        When there is none; the file is as before.
    """
    size += OVERHEAD
    if shutil.disk_usage(path.parent).free < size + MARGIN:
        raise disk_full(path, size + MARGIN)
    descriptor = file.id.get_vfd_handle()
    _take(descriptor, file.id.get_filesize() + size, path, size)


def check(path: Path, size: int) -> None:
    """Raise DiskFullError unless a file of ``size`` bytes fits beside ``path``."""
    trial = atomic.sibling(path, ".room")
    try:
        with trial.open("wb") as stream:
            _take(stream.fileno(), size, path, size)
    except OSError as error:
        raise failure(path, error, size) from error
    finally:
        trial.unlink(missing_ok=True)


def _take(descriptor: int, goal: int, path: Path, size: int) -> None:
    """Lengthen a file by zeros to ``goal`` bytes."""
    end = os.fstat(descriptor).st_size
    try:
        if not hasattr(os, "pwrite"):  # Windows, where lengthening a file takes the room
            os.ftruncate(descriptor, max(end, goal))
            return
        while end < goal:
            end += os.pwrite(descriptor, bytes(min(goal - end, OVERHEAD)), end)
    except OSError as error:
        raise failure(path, error, size) from error


def release(path: Path) -> None:
    """Cut off the room taken but not used, unless a writer has or had the file open."""
    found = hdf5.superblock(path)
    if found and not hdf5.marked_open(path) and 0 < found[1] < path.stat().st_size:
        os.truncate(path, found[1])
