"""Reading HDF5 files that others made, without trusting what they declare.

A file can point at other files (external storage, external links, virtual datasets), declare arrays
of any size in a few bytes, and be damaged where HDF5 neither notices nor stops. So a file is looked
at as bytes before HDF5 sees it, only the paths asked for are opened, and each is checked before
anything is read or written. Where a file of HDF5's old format, which has no checksums, comes from
is unknown, it is read first in a process of its own, within limits of time and memory.
"""

from __future__ import annotations

import functools
import json
import math
import mmap
import stat
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import h5py
import numpy as np

from l2l_engine.storage import hdf5

LARGEST = 1 << 30
"""Bytes of an array that is read in one piece."""

_LARGEST_CHUNK = 1 << 27
_LARGEST_TEXT = 1 << 24
_FILTERS = {h5py.h5z.FILTER_FLETCHER32, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_DEFLATE}
_KINDS = "biufS"
_HEAP = b"GCOL\x01\0\0\0"
_CHECKED_SUPERBLOCK = 2  # from this version on, HDF5 has checksums on its structures
_CHILD_SECONDS = 2.0
_CHILD_BYTES = 1 << 30


class UnsafeFileError(Exception):
    """A file asks for something no file of ours does; the text says what, to follow its name."""


def check_bytes(path: Path) -> None:
    """Check a file before HDF5 opens it.

    Parameters
    ----------
    path : Path
        A file; following symbolic links, it must be a regular one.

    Raises
    ------
    UnsafeFileError
        When it is no HDF5 file, or HDF5 might not return from reading it.
    OSError
        When it cannot be read.
    """
    status = path.stat()
    if not stat.S_ISREG(status.st_mode):
        raise UnsafeFileError("is not a regular file")
    found = hdf5.superblock(path)
    if found is None:
        raise UnsafeFileError("is not an HDF5 file")
    _check_heaps(path)
    if found[0] < _CHECKED_SUPERBLOCK:
        problem = _read_in_child(
            str(path), status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns
        )
        if problem:
            raise UnsafeFileError(problem)


def attribute(file: h5py.File, name: str) -> str | int | None:
    """A root attribute: text, a whole number, or None where it is missing or something else.

    Raises
    ------
    UnsafeFileError
        When it is of unreasonable size.
    OSError, UnicodeDecodeError
        When it is damaged.
    """
    if name not in file.attrs:
        return None
    found = h5py.h5a.open(file.id, name.encode())
    if found.get_storage_size() > _LARGEST_TEXT:
        raise UnsafeFileError(f"has an attribute '{name}' of {found.get_storage_size()} bytes")
    if found.get_space().get_simple_extent_npoints() != 1:
        return None
    if found.get_type().get_class() not in (h5py.h5t.STRING, h5py.h5t.INTEGER):
        return None
    value = file.attrs[name]
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        return value
    return int(value) if isinstance(value, (int, np.integer)) else None


def dataset(file: h5py.File, path: str) -> h5py.Dataset | None:
    """A dataset of plain numbers or text whose bytes are all in this file; None where missing.

    Parameters
    ----------
    file : h5py.File
    path : str
        Where it is; every part of the path must be a hard link.

    Raises
    ------
    UnsafeFileError
        When it is, or refers to, anything else, or its chunks are of unreasonable size.
    """
    place: h5py.Group = file
    parts = path.split("/")
    for count, part in enumerate(parts, 1):
        name = part.encode()
        if not isinstance(place, h5py.Group):
            return None
        if not place.id.links.exists(name):
            return None
        if place.id.links.get_info(name).type != h5py.h5l.TYPE_HARD:
            raise UnsafeFileError(f"has a link to elsewhere at /{'/'.join(parts[:count])}")
        place = place[part]
    if not isinstance(place, h5py.Dataset):
        return None
    _check_storage(place, path)
    return place


def names(file: h5py.File, path: str, most: int = 10_000) -> list[str]:
    """Names of what is in a group, which must be reached by hard links; none where missing.

    Raises
    ------
    UnsafeFileError
        When the path has other links, or the group more than ``most`` members.
    """
    place: h5py.Group = file
    for part in path.split("/") if path else ():
        name = part.encode()
        if not isinstance(place, h5py.Group) or not place.id.links.exists(name):
            return []
        if place.id.links.get_info(name).type != h5py.h5l.TYPE_HARD:
            raise UnsafeFileError(f"has a link to elsewhere in /{path}")
        place = place[part]
    if not isinstance(place, h5py.Group):
        return []
    if len(place) > most:
        raise UnsafeFileError(f"has more than {most} objects in /{path}")
    return list(place)


def check_allocated(found: h5py.Dataset, largest: int = LARGEST) -> None:
    """Check that what a dataset declares is there, before memory is taken for it.

    Raises
    ------
    UnsafeFileError
        When it declares more than was ever written, or more than ``largest`` bytes.
    """
    declared = math.prod(found.shape) * found.dtype.itemsize
    if declared > largest:
        raise UnsafeFileError(f"declares {declared} bytes at {found.name}, more than are read")
    if found.id.get_create_plist().get_nfilters() > 1:  # compressed: only the limit holds
        return
    stored = found.id.get_storage_size()
    if declared > stored:
        raise UnsafeFileError(f"declares {declared} bytes at {found.name} and holds {stored}")


def _check_storage(found: h5py.Dataset, path: str) -> None:
    plist = found.id.get_create_plist()
    kind = found.id.get_type()
    if plist.get_layout() == h5py.h5d.VIRTUAL or plist.get_external_count():
        raise UnsafeFileError(f"keeps /{path} in another file")
    if found.dtype.kind not in _KINDS or kind.get_class() == h5py.h5t.VLEN:
        raise UnsafeFileError(f"holds neither numbers nor text at /{path}")
    filters = {plist.get_filter(index)[0] for index in range(plist.get_nfilters())}
    if filters - _FILTERS:
        raise UnsafeFileError(f"has filters that are not ours at /{path}")
    if found.chunks and math.prod(found.chunks) * found.dtype.itemsize > _LARGEST_CHUNK:
        raise UnsafeFileError(f"has chunks of unreasonable size at /{path}")


def _check_heaps(path: Path) -> None:
    """Follow the objects of each global heap, in which HDF5 loops for ever if one is damaged.

    Text of variable length lies there. It is the one structure that has no checksum.
    """
    if path.stat().st_size == 0:
        return
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as all_:
        start = all_.find(_HEAP)
        while start >= 0:
            if not _heap_is_sound(all_, start):
                raise UnsafeFileError("is damaged in its texts")
            start = all_.find(_HEAP, start + len(_HEAP))


def _heap_is_sound(content: mmap.mmap, start: int) -> bool:
    """Whether the objects of the heap at ``start`` follow one another up to its end."""
    size = int.from_bytes(content[start + 8 : start + 16], "little")
    end = start + size
    if size < 4096 or end > len(content):
        return False
    place = start + 16
    while place < end:
        if end - place < 16:
            return True
        index = int.from_bytes(content[place : place + 2], "little")
        length = int.from_bytes(content[place + 8 : place + 16], "little")
        if index == 0:  # free space, which includes its own header, is the last
            return length in (0, end - place)
        place += 16 + -(-length // 8) * 8
    return place == end


_CHILD = """
import json, sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit}))
except ImportError:
    pass
import h5py
def look(group, depth):
    for name in group:
        if group.id.links.get_info(name.encode()).type != h5py.h5l.TYPE_HARD:
            continue
        item = group[name]
        if isinstance(item, h5py.Group):
            if depth < 8:
                look(item, depth + 1)
        else:
            item.shape, item.dtype, item.chunks, item.id.get_storage_size()
            dict(item.attrs)
with h5py.File(sys.argv[1], "r", locking=False) as file:
    dict(file.attrs)
    look(file, 0)
"""


@functools.lru_cache(maxsize=256)
def _read_in_child(path: str, *identity: int) -> str:
    """What is wrong with a file when it is walked through in another process; else nothing."""
    command = [sys.executable, "-I", "-c", _CHILD.format(limit=_CHILD_BYTES), path]
    try:
        ended = subprocess.run(
            command, capture_output=True, timeout=_CHILD_SECONDS + 3.0, check=False
        )
    except subprocess.TimeoutExpired:
        return "is damaged: reading it does not end"
    return "" if ended.returncode == 0 else "is damaged"
