"""The few things about HDF5 files that h5py does not tell: their header, and SWMR in one step."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import h5py

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_PATIENCE = 2.0  # s


def superblock(path: Path) -> tuple[int, int] | None:
    """Version and recorded end of an HDF5 file; None when it is no HDF5 file.

    The end is 0 where the version does not keep it at a fixed place.
    """
    with path.open("rb") as stream:
        head = stream.read(48)
    if not head.startswith(_SIGNATURE) or len(head) < 48:
        return None
    version = head[8]
    return version, int.from_bytes(head[28:36], "little") if version >= 2 else 0


def marked_open(path: Path) -> bool:
    """Whether a writer has the file open, or died having it open."""
    with path.open("rb") as stream:
        head = stream.read(12)
    return len(head) == 12 and head[8] >= 3 and head[11] != 0


def open_to_read(path: Path) -> h5py.File:
    """Open read-only, beside a writer where the file's version allows it."""
    found = superblock(path)
    swmr = found is not None and found[0] >= 3
    return _patiently(lambda: h5py.File(path, "r", swmr=swmr))


def open_to_append(path: Path) -> h5py.File:
    """Open as the single SWMR writer, in one step: killed at any time, the file is readable."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)
    flags = h5py.h5f.ACC_RDWR | h5py.h5f.ACC_SWMR_WRITE
    return _patiently(lambda: h5py.File(h5py.h5f.open(os.fsencode(path), flags, fapl=access)))


def _patiently(opened: Callable[[], h5py.File]) -> h5py.File:
    """Readers and the writer lock each other out for the moment in which they open a file."""
    give_up = time.monotonic() + _PATIENCE
    while True:
        try:
            return opened()
        except OSError as error:
            if "unable to lock file" not in str(error) or time.monotonic() > give_up:
                raise
        time.sleep(0.002)


def sync(path: Path) -> None:
    """Make the file's bytes survive a power cut."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
