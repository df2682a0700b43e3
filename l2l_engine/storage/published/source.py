"""The published files as a folder or a zip, read with limits because they are untrusted.

Nothing is ever unpacked to the disk, and nothing larger than the limits into memory.
"""

from __future__ import annotations

import array
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.storage.closing import Closing
from l2l_engine.storage.plain_files import open_plain, printable, reason
from l2l_engine.storage.published import mat5
from l2l_engine.storage.published.archive import Archive, ArchiveError, NotAnArchiveError
from l2l_engine.storage.published.names import Name, PublishedError

LARGEST_FILE = 256 << 20  # bytes, unpacked
LARGEST_TEXT = 64 << 20
LARGEST_RUN = 8 << 30
MOST_ROWS = 1_000_000  # of a text file
_LONGEST_NUMBER = 64  # characters


class SourceFiles(Closing):
    """All files of a folder (and its ``data`` and ``saved``) or a zip whose names we know.

    Raises
    ------
    PublishedError
        When it is neither, or a zip that names places outside itself or is too large.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._archive: Archive | None = None
        self._read_bytes = 0
        self.files: dict[Name, str] = {}
        try:
            if path.is_dir():
                self._list_folder()
            else:
                self._list_zip()
        except FileNotFoundError:
            raise PublishedError(f"{path} does not exist: check the name.") from None
        except OSError as error:
            raise PublishedError(
                f"{path} cannot be read ({reason(error)}): choose a folder or zip of published "
                "files."
            ) from error

    def close(self) -> None:
        """Close the zip, if it is one."""
        if self._archive:
            self._archive.close()

    def _list_folder(self) -> None:
        for folder in (
            self.path,
            self.path / "data",
            self.path / "saved",
            self.path / "data/saved",
        ):
            for item in folder.iterdir() if folder.is_dir() else ():
                self._add(item.name, folder.name, str(item))

    def _list_zip(self) -> None:
        stream = open_plain(self.path)
        try:
            self._archive = Archive(stream)
            for name in self._archive.files:
                place = PurePosixPath(name)
                self._add(place.name, place.parent.name, name)
        except NotAnArchiveError:
            stream.close()
            raise PublishedError(
                f"{self.path} is neither a folder nor a zip of published files: choose one."
            ) from None
        except ArchiveError as error:
            stream.close()
            raise PublishedError(f"{self.path} {error}") from error

    def _add(self, name: str, folder: str, place: str) -> None:
        parsed = Name.parse(name, folder)
        if parsed is None:
            return
        if parsed in self.files:
            raise PublishedError(f"{self.path} holds {name} twice: keep one of them.")
        self.files[parsed] = place

    def label(self, place: str) -> str:
        """A file's name as shown to the user, with the zip it is in."""
        return f"{self.path}, {printable(place, 400)}" if self._archive else printable(place, 4096)

    def read(self, place: str, limit: int | None = None) -> bytes:
        """The bytes of a file, or PublishedError where they pass the limits."""
        label, limit = self.label(place), limit or LARGEST_FILE
        try:
            if self._archive:
                content = self._archive.read(place, limit)
            else:
                with open_plain(Path(place)) as stream:
                    content = stream.read(limit + 1)
        except OSError as error:
            raise PublishedError(
                f"{label} cannot be read ({reason(error)}): get a fresh copy."
            ) from error
        except ArchiveError as error:
            raise PublishedError(f"{label} {error}") from error
        self._read_bytes += len(content)
        if len(content) > limit or self._read_bytes > LARGEST_RUN:
            raise PublishedError(
                f"{label} unpacks to more than the {limit >> 20} MB a file and "
                f"{LARGEST_RUN >> 30} GB a run allowed here: it may be an attack and is not read."
            )
        return content

    def numbers(self, place: str, columns: int | None = None) -> NDArray[np.float64]:
        """A text file of numbers, (rows, columns); an unfinished last row is left out.

        Raises
        ------
        PublishedError
            Naming file and line where something is no number, or the rows differ in length.
        """
        label = self.label(place)
        content = self.read(place, LARGEST_TEXT)
        if content.count(b"\n") + content.count(b"\r") > MOST_ROWS:
            raise PublishedError(
                f"{label} has more than {MOST_ROWS} lines: no published file does; get a fresh copy."
            )
        if not content.isascii():
            raise PublishedError(f"{label} is not a text file of numbers: get a fresh copy.")
        numbers = array.array("d")
        lines = content.splitlines()
        for count, line in enumerate(lines, 1):
            words = line.split()
            if not words:
                continue
            columns = columns or len(words)
            if len(words) != columns:
                if count == len(lines):
                    break  # cut off while being written
                raise PublishedError(f"{label}, line {count}: {len(words)} numbers, not {columns}.")
            try:
                numbers.extend([_number(word) for word in words])
            except ValueError:
                shown = printable(line.strip().decode("ascii"), 40)
                raise PublishedError(f"{label}, line {count}: '{shown}' is not a number.") from None
        return np.array(numbers, np.float64).reshape(-1, columns or 1)

    def variables(self, place: str, wanted: Callable[[str], bool]) -> dict[str, NDArray[Any]]:
        """The wanted variables of a MATLAB file (version 5 to 7), all numeric."""
        return mat_variables(self.read(place), self.label(place), wanted)


def mat_variables(
    content: bytes, label: str, wanted: Callable[[str], bool]
) -> dict[str, NDArray[Any]]:
    """The wanted variables of a MATLAB file (version 5 to 7) of these bytes, all numeric.

    Raises
    ------
    PublishedError
        Naming the file, ``label``, when it is damaged, too large, or holds something else.
    """
    try:
        return mat5.read_arrays(content, wanted, LARGEST_FILE)
    except mat5.MatError as error:
        raise PublishedError(f"{label} {error}") from error


def _number(word: bytes) -> float:
    if len(word) > _LONGEST_NUMBER:
        raise ValueError
    return float(word)
