"""An untrusted zip: its directory is checked before the standard library reads it."""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import PurePosixPath
from typing import BinaryIO

from l2l_engine.storage.plain_files import printable

MOST_FILES = 100_000
_LARGEST_DIRECTORY = 32 << 20  # bytes
_END, _END_64, _LOCATOR_64, _ENTRY = b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\1\2"
_END_SIZE, _END_64_SIZE, _LOCATOR_64_SIZE = 22, 56, 20
_LONGEST_COMMENT = 0xFFFF
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_DAMAGE = (OSError, RuntimeError, ValueError, EOFError, struct.error, zlib.error)


class ArchiveError(ValueError):
    """What is wrong with a zip, phrased to follow its name."""


class NotAnArchiveError(ArchiveError):
    """The file is no zip at all."""


class Archive:
    """The plain files of a zip, in the order of its directory.

    Parameters
    ----------
    stream : binary stream
        The zip, open for reading; it is closed with the archive.

    Raises
    ------
    ArchiveError
        When it is no zip, damaged, one part of several, holds too many files, or names places outside
        itself.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        _check_directory(stream)
        try:
            self._zip = zipfile.ZipFile(stream)
        except UnicodeDecodeError:
            raise ArchiveError(
                "names a file in letters that cannot be read: zip it again."
            ) from None
        except Exception as error:  # zipfile raises anything at all on a damaged directory
            raise ArchiveError(
                f"cannot be read ({printable(str(error))}): get a fresh copy."
            ) from error
        self.files = {entry.filename: entry for entry in self._zip.infolist() if _is_file(entry)}

    def close(self) -> None:
        """Close the zip and its stream."""
        self._zip.close()
        self._stream.close()

    def read(self, name: str, limit: int) -> bytes:
        """The unpacked bytes of a file, of which there may be ``limit``.

        Raises
        ------
        ArchiveError
            When it is too large, damaged, encrypted, or packed by a method that is not read here.
        """
        entry = self.files[name]
        if entry.flag_bits & 1:
            raise ArchiveError("is encrypted: unpack the zip yourself and import the folder.")
        if entry.file_size > limit:
            raise ArchiveError(
                f"unpacks to more than the {limit >> 20} MB a file allowed here: it may be an attack and "
                "is not read."
            )
        if entry.compress_type not in _PACKED:
            raise ArchiveError(
                "is packed by a method that is not read here: zip it again, with deflate."
            )
        try:
            with self._zip.open(entry) as stream:
                return stream.read(limit)
        except (*_DAMAGE, zipfile.BadZipFile) as error:
            raise ArchiveError(
                f"cannot be read ({printable(str(error)) or 'it is cut off'}): get a fresh copy."
            ) from error


def _check_directory(stream: BinaryIO) -> None:
    """Refuse a zip whose directory is too large to be parsed, or that is one part of several."""
    size = stream.seek(0, 2)
    start = max(size - _LONGEST_COMMENT - _END_SIZE, 0)
    stream.seek(start)
    tail = stream.read()
    at = len(tail) - _END_SIZE
    if at < 0 or tail[at : at + 4] != _END or tail[-2:] != b"\0\0":
        at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        raise NotAnArchiveError("is no zip.")
    disk, first_disk, _, _, length = struct.unpack_from("<4HL", tail, at + 4)
    end = start + at
    locator = end - _LOCATOR_64_SIZE
    if locator >= _END_64_SIZE:
        stream.seek(locator - _END_64_SIZE)
        record = stream.read(_END_64_SIZE + _LOCATOR_64_SIZE)
        if record[_END_64_SIZE:][:4] == _LOCATOR_64 and record[:4] == _END_64:
            disk, first_disk, _, _, length = struct.unpack_from("<2L3Q", record, 16)
            end = locator - _END_64_SIZE
            disk = disk or struct.unpack_from("<L", record, _END_64_SIZE + 16)[0] > 1
    if disk or first_disk:
        raise ArchiveError(
            "is one part of a zip in several: join the parts, or unpack them and import the folder."
        )
    if length > end:
        raise ArchiveError("is damaged (its directory is larger than the file): get a fresh copy.")
    if length <= _LARGEST_DIRECTORY:
        stream.seek(end - length)
        entries = stream.read(length).count(_ENTRY)
        if entries <= MOST_FILES:
            stream.seek(0)
            return
    raise ArchiveError(
        f"holds more than {MOST_FILES} files: unpack it yourself and import the folder."
    )


def _is_file(entry: zipfile.ZipInfo) -> bool:
    """Whether an entry is a file with a name; refuses one outside the zip's own folder."""
    place = PurePosixPath(entry.filename.replace("\\", "/"))
    if place.is_absolute() or ".." in place.parts or ":" in entry.filename:
        raise ArchiveError(
            f"names a place outside itself ({printable(entry.filename)}): it may be an attack and "
            "is not read."
        )
    return bool(place.name) and entry.filename[-1] not in "/\\" and "__MACOSX" not in place.parts
