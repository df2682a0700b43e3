"""What h5py does not offer: reading an HDF5 file's header, and opening for SWMR in one step."""

from __future__ import annotations

import atexit
import errno
import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def mentions(path: Path, text: str) -> bool:
    """Whether a text is among a file's first bytes."""
    with path.open("rb") as stream:
        return text.encode() in stream.read(1 << 16)


def open_beside_writer(path: Path) -> h5py.File:
    """Open read-only a file that is being written."""
    return _patiently(lambda: h5py.File(path, "r", swmr=True))


def check_chunks(dataset: h5py.Dataset, size: int) -> None:
    """Check that every chunk ends within a file of ``size`` bytes; OSError where one does not."""

    def check(chunk: h5py.h5d.StoreInfo) -> None:
        if chunk.byte_offset + chunk.size > size:
            raise OSError("it is cut off")

    if dataset.chunks:
        dataset.id.chunk_iter(check)


def open_detached(path: Path) -> h5py.File:
    """Open read-only as a file of its own, apart from other handles of this process.

    A file marked as open, or cut off, appears as it would had it been closed at its present length.
    It is never waited for: a reader beside a writer waits, ever longer, for damage to be repaired.
    """
    return h5py.File(_Unmarked(path), "r")


@atexit.register
def _close_detached() -> None:
    """HDF5 itself closes files last of all, and would call upon an interpreter that has ended."""
    for identifier in h5py.h5f.get_obj_ids(types=h5py.h5f.OBJ_FILE):
        file = h5py.File(identifier)
        if file.driver == "fileobj":
            file.close()


class _Unmarked(io.RawIOBase):
    """The bytes of a file, but for the mark of an open one and the end of one cut off."""

    def __init__(self, path: Path) -> None:
        self._stream = path.open("rb")
        self._head = self._stream.read(48)
        size = os.fstat(self._stream.fileno()).st_size
        end = int.from_bytes(self._head[28:36], "little")
        if len(self._head) == 48 and self._head[8] >= 3 and (self._head[11] or size < end):
            head = bytearray(self._head)
            head[11] = 0
            head[28:36] = size.to_bytes(8, "little")
            head[44:48] = _lookup3(bytes(head[:44])).to_bytes(4, "little")
            self._head = bytes(head)

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer).cast("B")
        start = self._stream.tell()
        count = self._stream.readinto(view)
        covered = min(len(self._head) - start, count)
        if covered > 0:
            view[:covered] = self._head[start : start + covered]
        return count

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if offset > sys.maxsize:  # a damaged address: as any other beyond the end
            raise OSError(errno.EINVAL, "an address beyond the end of the file")
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._stream.close()
        super().close()


def _lookup3(data: bytes) -> int:
    """Bob Jenkins' lookup3 hash, HDF5's checksum of its metadata."""
    mask = 0xFFFFFFFF

    def rotated(x: int, bits: int) -> int:
        return ((x << bits) | (x >> (32 - bits))) & mask

    padded = data + bytes(-len(data) % 12)
    words = [int.from_bytes(padded[i : i + 4], "little") for i in range(0, len(padded), 4)]
    a = b = c = (0xDEADBEEF + len(data)) & mask
    for i in range(0, len(words), 3):
        a, b, c = (a + words[i]) & mask, (b + words[i + 1]) & mask, (c + words[i + 2]) & mask
        if i + 3 < len(words):
            for bits in (4, 6, 8, 16, 19, 4):
                a = ((a - c) & mask) ^ rotated(c, bits)
                c = (c + b) & mask
                a, b, c = b, c, a
    for bits in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - rotated(b, bits)) & mask
        a, b, c = b, c, a
    return b


def create(path: Path) -> h5py.File:
    """Make a new file that HDF5 1.10 and later read, and whose writer readers can follow."""
    return h5py.File(path, "w", libver=("v110", "v110"))


def open_to_append(path: Path) -> h5py.File:
    """Open as the single SWMR writer, in one step: killed at any time, the file is readable."""
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_libver_bounds(h5py.h5f.LIBVER_V110, h5py.h5f.LIBVER_V110)
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
