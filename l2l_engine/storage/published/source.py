"""The published files as a folder or a zip, read with limits because they are untrusted.

Nothing is ever unpacked to the disk, and nothing larger than the limits into memory.
"""

from __future__ import annotations

import array
import io
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self

import numpy as np
import scipy.io
from numpy.typing import NDArray

from l2l_engine.storage.published.names import Name, PublishedError

LARGEST_FILE = 256 << 20  # bytes, unpacked
LARGEST_RUN = 8 << 30
MOST_FILES = 100_000
_MAT_HEADER = 128
_MAT_COMPRESSED = 15


class Source:
    """All files of a folder (and its ``data`` and ``saved``) or a zip whose names we know.

    Raises
    ------
    PublishedError
        When it is neither, or a zip that names places outside itself or is too large.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        self._read_bytes = 0
        self.files: dict[Name, str] = {}
        try:
            if path.is_dir():
                self._list_folder()
            elif not path.exists():
                raise PublishedError(f"{path} does not exist: check the name.")
            elif zipfile.is_zipfile(path):
                self._zip = zipfile.ZipFile(path)
                self._list_zip(self._zip)
            else:
                raise PublishedError(f"{path} is neither a folder nor a zip of published files.")
        except (OSError, zipfile.BadZipFile, NotImplementedError) as error:
            raise PublishedError(f"{path} cannot be read ({error}): get it anew.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._zip:
            self._zip.close()

    def _list_folder(self) -> None:
        for folder in (
            self.path,
            self.path / "data",
            self.path / "saved",
            self.path / "data/saved",
        ):
            for item in folder.iterdir() if folder.is_dir() else ():
                self._add(item.name, folder.name, str(item))

    def _list_zip(self, archive: zipfile.ZipFile) -> None:
        entries = archive.infolist()
        if len(entries) > MOST_FILES:
            raise PublishedError(
                f"{self.path} holds {len(entries)} files, more than {MOST_FILES}: "
                "unpack it yourself and import the folder."
            )
        for entry in entries:
            place = PurePosixPath(entry.filename.replace("\\", "/"))
            if place.is_absolute() or ".." in place.parts or ":" in entry.filename:
                raise PublishedError(
                    f"{self.path} names a place outside itself ({entry.filename}): "
                    "it may be an attack and is not read."
                )
            if not entry.is_dir() and "__MACOSX" not in place.parts:
                self._add(place.name, place.parent.name, entry.filename)

    def _add(self, name: str, folder: str, place: str) -> None:
        parsed = Name.parse(name, folder)
        if parsed is None:
            return
        if parsed in self.files:
            raise PublishedError(f"{self.path} holds {name} twice: keep one of them.")
        self.files[parsed] = place

    def label(self, place: str) -> str:
        """What to call a file to a person: also the zip it is in."""
        return f"{self.path}, {place}" if self._zip else place

    def read(self, place: str) -> bytes:
        """The bytes of a file, or PublishedError where they pass the limits."""
        label = self.label(place)
        try:
            with self._zip.open(place) if self._zip else Path(place).open("rb") as stream:
                content = stream.read(LARGEST_FILE + 1)
        except (OSError, RuntimeError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise PublishedError(f"{label} cannot be read ({error}): get it anew.") from error
        except NotImplementedError as error:
            raise PublishedError(
                f"{label} is packed in a way not known here: pack it anew."
            ) from error
        self._read_bytes += len(content)
        if len(content) > LARGEST_FILE or self._read_bytes > LARGEST_RUN:
            raise PublishedError(
                f"{label} unpacks to more than the {LARGEST_FILE >> 20} MB a file and "
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
        try:
            stream = io.StringIO(self.read(place).decode("ascii"))
        except UnicodeDecodeError:
            raise PublishedError(f"{label} is not a text file of numbers: get it anew.") from None
        numbers = array.array("d")
        for count, line in enumerate(stream, 1):
            try:
                row = [float(word) for word in line.split()]
            except ValueError:
                raise PublishedError(
                    f"{label}, line {count}: '{line[:40].strip()}' is no number."
                ) from None
            columns = columns or len(row)
            if row and len(row) != columns:
                if not stream.read(1):
                    break  # cut off while being written
                raise PublishedError(f"{label}, line {count}: {len(row)} numbers, not {columns}.")
            numbers.extend(row)
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
    _check_packing(content, label)
    try:
        stream: Any = io.BytesIO(content)
        names = [name for name, *_ in scipy.io.whosmat(stream) if wanted(name)]
        found = scipy.io.loadmat(stream, variable_names=names)
    except NotImplementedError:
        raise PublishedError(
            f"{label} is a MATLAB file of version 7.3: save it with -v7."
        ) from None
    except Exception as error:  # SciPy raises anything at all on a damaged file
        raise PublishedError(
            f"{label} is no MATLAB file or damaged ({error}): get it anew."
        ) from error
    arrays = {name: found[name] for name in names}
    for name, values in arrays.items():
        if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiu":
            raise PublishedError(f"{label}: the variable {name} does not hold real numbers.")
    return arrays


def _check_packing(content: bytes, label: str) -> None:
    """Refuse a MATLAB file whose packed variables unpack to more than a file may hold."""
    order = "big" if content[126:128] == b"MI" else "little"
    position, left = _MAT_HEADER, LARGEST_FILE
    while position + 8 <= len(content):
        kind = int.from_bytes(content[position : position + 4], order)  # type: ignore[arg-type]
        size = int.from_bytes(content[position + 4 : position + 8], order)  # type: ignore[arg-type]
        if kind == _MAT_COMPRESSED:
            packed = content[position + 8 : position + 8 + size]
            try:
                left -= len(zlib.decompressobj().decompress(packed, left + 1))
            except zlib.error as error:
                raise PublishedError(f"{label} is damaged ({error}): get it anew.") from error
            if left < 0:
                raise PublishedError(
                    f"{label} unpacks to more than the {LARGEST_FILE >> 20} MB allowed here: "
                    "it may be an attack and is not read."
                )
        position += 8 + size
