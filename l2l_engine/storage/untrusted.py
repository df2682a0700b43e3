"""Arrays of a closed HDF5 file from a stranger: only what the file itself holds, within limits.

Nothing is followed out of the file (external links and storage, virtual datasets), no plug-in is loaded
for a filter, and no more is read than the bytes stored in the file can unpack to.
"""

from __future__ import annotations

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import h5py
import numpy as np
from numpy.typing import NDArray

from l2l_engine.storage.plain_files import open_plain

LARGEST_ARRAY = 256 << 20  # bytes
_LONGEST_TEXT = 1 << 24  # bytes
_MOST_MEMBERS = 1000
_MORE_MEMORY = 512 << 20  # bytes
_bounding = threading.Lock()
_bound = threading.local()  # whether this thread holds it
_HEAP, _HEAP_OBJECT = b"GCOL\1", 16
_BLOCK = 1 << 20  # bytes of a file looked through at once
_UNPACKS_TO = 1100  # times its size, deflate's limit
_FILTERS = {h5py.h5z.FILTER_DEFLATE, h5py.h5z.FILTER_SHUFFLE, h5py.h5z.FILTER_FLETCHER32}


class MissingError(KeyError):
    """There is nothing of the name asked for."""


def open_closed(path: Path) -> h5py.File:
    """Open a file that is replaced as a whole and never written in place.

    Not as a reader beside a writer: such a reader waits, without an end, for damage to be repaired.

    Raises
    ------
    OSError
        When it is no plain file or no HDF5 file.
    """
    check_bytes(path)
    return h5py.File(path, "r")


def check_bytes(path: Path) -> None:
    """Look at a file before HDF5 does.

    Raises
    ------
    OSError
        When it is no plain file, or damaged in a way in which HDF5 reads it without an end.
    """
    with open_plain(path) as stream:  # HDF5 would block forever on a pipe
        _check_heaps(stream)


def _check_heaps(stream: BinaryIO) -> None:
    """Refuse global heaps, which hold texts, through which HDF5 would walk without an end.

    A heap is "GCOL", the version (1), three bytes, its size in eight bytes, and objects: their index
    in two bytes (0: the free rest), six bytes, their size in eight, their bytes in multiples of eight.
    Source: HDF5 File Format Specification, version 3.0, section III.E.
    """
    size_now = os.fstat(stream.fileno()).st_size
    for at in _places(stream, _HEAP):
        end = at + int.from_bytes(_bytes_at(stream, at + 8, 8), "little")
        if end > size_now:
            raise OSError("a heap of texts reaches beyond its end")
        place = at + 16
        while end - place >= _HEAP_OBJECT:
            head = _bytes_at(stream, place, _HEAP_OBJECT)
            index, size = int.from_bytes(head[:2], "little"), int.from_bytes(head[8:], "little")
            step = _HEAP_OBJECT + size + -size % 8 if index else size
            if step < _HEAP_OBJECT or place + step > end:
                raise OSError("a heap of texts is damaged")
            place += step


def _places(stream: BinaryIO, wanted: bytes) -> Iterator[int]:
    """Where some bytes stand in a file.

    It is read and not mapped: a writer that gives up the space it took in advance shortens the file,
    and a process that looks at mapped bytes that are gone is ended by the system.
    """
    start = 0
    while True:
        block = _bytes_at(stream, start, _BLOCK)
        at = block.find(wanted)
        while at >= 0:
            yield start + at
            at = block.find(wanted, at + 1)
        if len(block) < _BLOCK:
            return
        start += _BLOCK - len(wanted) + 1


def _bytes_at(stream: BinaryIO, place: int, size: int) -> bytes:
    stream.seek(place)
    return stream.read(size)


@contextmanager
def bounded_memory() -> Iterator[None]:
    """Let the process take 512 MB more and no further, where the system can be told so (Linux).

    May be nested; every attribute is read under it.
    """
    if getattr(_bound, "here", False):
        yield
        return
    with _bounding, _marked():  # the limit is the whole process's
        try:
            import resource

            used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
            soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
            limit = used * resource.getpagesize() + _MORE_MEMORY
            if soft == resource.RLIM_INFINITY or soft > limit:
                resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
        except (ImportError, OSError, ValueError):
            yield
            return
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


@contextmanager
def _marked() -> Iterator[None]:
    _bound.here = True
    try:
        yield
    finally:
        _bound.here = False


@contextmanager
def unbounded_memory() -> Iterator[None]:
    """Keep readers from bounding this process's memory: one started meanwhile would inherit the bound."""
    with _bounding:
        yield


def attribute(node: h5py.Group | h5py.File, name: str) -> str | int | None:
    """A text or whole number; None where there is none, or something of another kind.

    The type is looked up in the file, for HDF5 ends the process where it is a list of variable
    length that h5py takes for a text.

    Raises
    ------
    ValueError
        When it is of unreasonable size, or its text not UTF-8.
    """
    attributes = node.attrs  # looks the group up each time
    if name not in attributes:
        return None
    known = attributes.get_id(name)
    kinds = (h5py.h5t.TypeStringID, h5py.h5t.TypeIntegerID)
    if known.shape != () or not isinstance(known.get_type(), kinds):
        return None
    if known.get_storage_size() > _LONGEST_TEXT:
        raise ValueError(f"the attribute '{name}' has {known.get_storage_size()} bytes")
    with bounded_memory():  # HDF5 clears as many bytes as the file says a text has, up to 4 GB
        value = attributes[name]
    if isinstance(value, bytes):
        value = value.decode()
    if isinstance(value, str):
        if len(value) > _LONGEST_TEXT:
            raise ValueError(f"the attribute '{name}' has {len(value)} characters")
        return value
    return int(value) if isinstance(value, (int, np.integer)) else None


def text(node: h5py.Group | h5py.File, name: str) -> str:
    """A text attribute; ValueError where there is none."""
    found = attribute(node, name)
    if not isinstance(found, str):
        raise ValueError(f"the attribute '{name}' is no text")
    return found


def members(group: h5py.Group) -> list[str]:
    """The names in a group; ValueError where there are very many."""
    if len(group) > _MOST_MEMBERS:
        raise ValueError(f"{group.name} holds {len(group)} members")
    return list(group)


def group(parent: h5py.Group | h5py.File, path: str) -> h5py.Group:
    """A group at a path inside the file.

    Raises
    ------
    KeyError
        When there is none.
    ValueError
        When a part of the path is not a group of this file.
    """
    found: Any = parent
    for name in path.split("/"):
        found = _member(found, name)
        if not isinstance(found, h5py.Group):
            raise ValueError(f"{name} is no group")
    return found


def array(parent: h5py.Group, name: str) -> NDArray[Any]:
    """The numbers of a dataset of a group.

    Raises
    ------
    KeyError
        When there is none.
    ValueError
        When it is not an array of plain numbers inside this file, or too large.
    """
    found = dataset(parent, name)
    stored, chunk = found.id.get_storage_size(), math.prod(found.chunks or (0,))
    size = max(found.nbytes, chunk * found.dtype.itemsize)
    if found.dtype.kind == "S" or size > LARGEST_ARRAY or found.nbytes > stored * _UNPACKS_TO:
        raise ValueError(f"{name} tells {found.nbytes} bytes and holds {stored}")
    return np.asarray(found[()])


def dataset(parent: h5py.Group | h5py.File, path: str) -> h5py.Dataset:
    """A dataset of numbers, or text of fixed length, all of which is inside the file.

    Its size is not checked.

    Raises
    ------
    KeyError
        When there is none.
    ValueError
        When it is something else.
    """
    *groups, name = path.split("/")
    found = _member(group(parent, "/".join(groups)) if groups else parent, name)
    if not isinstance(found, h5py.Dataset) or found.dtype.kind not in "fiubS":
        raise ValueError(f"{path} is no array of numbers")
    if found.external or found.is_virtual:
        raise ValueError(f"{path} keeps its numbers in another file")
    settings = found.id.get_create_plist()
    used = {settings.get_filter(place)[0] for place in range(settings.get_nfilters())}
    if used - _FILTERS:
        raise ValueError(f"{path} is packed by an unknown filter")
    return found


def _member(parent: h5py.Group, name: str) -> Any:
    link = parent.get(name, getlink=True)
    if link is None:
        raise MissingError(f"{name} is missing")
    if not isinstance(link, h5py.HardLink):
        raise ValueError(f"{name} points elsewhere")
    return parent[name]
