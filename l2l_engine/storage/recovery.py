"""Opening session files for appending, also after their writer was killed.

A writer that dies leaves the file marked as open, and HDF5 refuses to append to it; it may
still be read, for SWMR writes data before whatever refers to it. Such a file is copied,
object by object, into a new one that then takes its place.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import h5py

from l2l_engine.storage.layout import DiskFullError, SessionError

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_DISK_FULL = tuple(
    getattr(errno, name) for name in ("ENOSPC", "EFBIG", "EDQUOT") if hasattr(errno, name)
)


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
    return h5py.File(path, "r", swmr=found is not None and found[0] >= 3)


def open_to_append(path: Path) -> h5py.File:
    """Open as the single SWMR writer, in one step: killed at any time, the file is readable."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_LATEST, h5py.h5f.LIBVER_LATEST)
    flags = h5py.h5f.ACC_RDWR | h5py.h5f.ACC_SWMR_WRITE
    return h5py.File(h5py.h5f.open(os.fsencode(path), flags, fapl=access))


def rewrite(path: Path, *, source: Path | None = None) -> None:
    """Replace the session at ``path`` by a sound copy of it, at once or not at all.

    Raises
    ------
    DiskFullError
        When there is no room for the copy.
    SessionError
        When the file is damaged beyond what a killed writer leaves.
    """
    temporary = path.with_name(f".{path.name}.repair")
    try:
        with (
            open_to_read(source or path) as damaged,
            h5py.File(temporary, "w", libver="latest") as sound,
        ):
            for name, value in damaged.attrs.items():
                sound.attrs[name] = value
            for name in damaged:
                damaged.copy(name, sound)
        sync(temporary)
        temporary.replace(path)
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        if is_disk_full(error):
            raise disk_full(path, path.stat().st_size) from error
        raise SessionError(
            f"{path} is damaged and could not be repaired ({error}): restore it from a copy."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def rewrite_detached(path: Path) -> None:
    """As :func:`rewrite`, where this process holds a handle HDF5 can no longer write with.

    HDF5 would share that handle's state with a second one, so the bytes are copied first.
    """
    copy = path.with_name(f".{path.name}.copy")
    try:
        shutil.copyfile(path, copy)
        rewrite(path, source=copy)
    except OSError as error:
        if is_disk_full(error):
            raise disk_full(path, path.stat().st_size) from error
        raise
    finally:
        copy.unlink(missing_ok=True)


def sync(path: Path) -> None:
    """Make the file's bytes survive a power cut."""
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def is_disk_full(error: BaseException) -> bool:
    """Whether HDF5 or the system failed for want of room."""
    if isinstance(error, OSError) and error.errno in _DISK_FULL:
        return True
    return any(f"errno = {number}," in str(error) for number in _DISK_FULL)


def disk_full(path: Path, needed: int) -> DiskFullError:
    """The error to raise when ``needed`` bytes more do not fit beside ``path``."""
    free = shutil.disk_usage(path.parent).free
    return DiskFullError(
        f"The disk is full: {path.name} needs {needed / 2**20:.1f} MB more in {path.parent} "
        f"({free / 2**20:.1f} MB free); make room and go on, nothing saved is harmed."
    )
