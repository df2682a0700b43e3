"""A person's own stimuli: two vectors from a small file of numbers."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import L2LError
from l2l_engine.storage.plain_files import printable, read_plain, reason
from l2l_engine.task import RESPONSES

SUFFIXES = (".npy", ".npz", ".csv", ".txt")
LARGEST_FILE = 1 << 20  # bytes
_NAME = "stimuli"


class StimuliError(L2LError):
    """A file of stimuli cannot be used; the text names it and says what it must hold."""


def read_stimuli(path: Path, channels: int) -> NDArray[np.float32]:
    """Two stimulus vectors, (2, channels), made unit length.

    Parameters
    ----------
    path : a ``.npy``, a ``.npz`` (its array ``stimuli``, or the only one), or text in ``.csv`` or
        ``.txt``: two rows, or two columns, of numbers apart by commas, semicolons or blanks;
        lines that start with ``#`` are left out
    channels : the network's stimulus channels

    Raises
    ------
    StimuliError
        When the file cannot be read or holds something else.
    """
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise StimuliError(f"{path.name} has no known ending: use one of {', '.join(SUFFIXES)}.")
    content = _content(path)
    values = _text(path, content) if suffix in (".csv", ".txt") else _arrays(path, content)
    if values.shape == (channels, RESPONSES) != (RESPONSES, channels):
        values = values.T
    if values.shape != (RESPONSES, channels):
        found = " × ".join(map(str, values.shape)) or "one number"
        raise StimuliError(
            f"{path.name} holds {found} numbers: give two rows of {channels}, one a stimulus."
        )
    if not np.isfinite(values).all():
        raise StimuliError(f"{path.name} holds a value that is not finite: give plain numbers.")
    lengths = np.linalg.norm(values, axis=1, keepdims=True)
    if not (lengths > 0).all() or not np.isfinite(lengths).all():
        raise StimuliError(
            f"{path.name}: a stimulus has no direction, being zero or too large: change it."
        )
    return np.asarray(values / lengths, np.float32)


def _content(path: Path) -> bytes:
    try:
        return read_plain(path, LARGEST_FILE)
    except OSError as error:
        raise StimuliError(f"{path} cannot be read ({reason(error)}): choose another.") from error


def _arrays(path: Path, content: bytes) -> NDArray[np.float64]:
    try:
        loaded = np.load(io.BytesIO(content), allow_pickle=False, max_header_size=10_000)
        if isinstance(loaded, np.ndarray):
            array = loaded
        else:
            names = loaded.files
            name = names[0] if len(names) == 1 else _NAME
            if name not in names:
                raise StimuliError(
                    f"{path.name} holds {printable(', '.join(names[:8])) or 'no array'}: "
                    f"name the array of the two vectors {_NAME}."
                )
            info = loaded.zip.getinfo(f"{name}.npy")
            if info.file_size > LARGEST_FILE:
                raise StimuliError(f"{path.name} is larger than 1 MB: give only the two stimuli.")
            array = loaded[name]
    except StimuliError:
        raise
    except Exception as error:  # NumPy and zipfile raise anything at all on a damaged file
        raise StimuliError(
            f"{path.name} is no NumPy file of plain numbers: save it again."
        ) from error
    if not isinstance(array, np.ndarray) or array.dtype.kind not in "fiu":
        raise StimuliError(f"{path.name} does not hold real numbers: save it again.")
    return np.asarray(array, np.float64)


def _text(path: Path, content: bytes) -> NDArray[np.float64]:
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise StimuliError(f"{path.name} is not text: save it as numbers in rows.") from None
    rows: list[list[float]] = []
    for count, line in enumerate(lines, 1):
        words = re.split(r"\s*[,;]\s*|\s+", line.strip().rstrip(",;"))
        if words == [""] or words[0].startswith("#"):
            continue
        try:
            rows.append([float(word) for word in words])
        except ValueError:
            raise StimuliError(
                f"{path.name}, line {count}: '{printable(line.strip(), 40)}' is not a row of numbers."
            ) from None
    if len({len(row) for row in rows}) > 1:
        raise StimuliError(f"{path.name}: the rows differ in length: give two rows alike.")
    return np.array(rows, np.float64)
