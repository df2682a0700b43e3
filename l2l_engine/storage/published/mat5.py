"""Numeric arrays of MATLAB files of versions 5 to 7.

Every size is checked before anything is read by it. SciPy's reader believes the tags of a file and
ends the process where an element's type is none of the known ones.

Source: The MathWorks, "MAT-File Format", chapter 1 (level 5 MAT-files).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

_HEADER = 128
_TAG = 8
_MATRIX, _COMPRESSED = 14, 15
_HEAD = 4096  # bytes in which flags, shape and name of a packed variable must lie
_MOST_DIMENSIONS = 32
_LONGEST_NAME = 1024
_COMPLEX = 0x0800
# element type -> how its numbers are stored
_STORED = {
    1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8",
}  # fmt: skip
# class of an array -> what its numbers mean
_MEANT = {
    6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4", 14: "i8", 15: "u8",
}  # fmt: skip
_INT8, _INT32, _UINT32, _UTF8 = 1, 5, 6, 16

Order = Literal["little", "big"]


class MatError(ValueError):
    """What is wrong with a file, phrased to follow its name: "is damaged (…): …"."""


@dataclass(frozen=True, slots=True)
class _Element:
    """One element of a file: its type, its bytes, and where the next begins."""

    kind: int
    data: memoryview
    end: int


def read_arrays(
    content: bytes, wanted: Callable[[str], bool], limit: int
) -> dict[str, NDArray[Any]]:
    """The wanted variables of a file, by name, in MATLAB's shapes (never fewer than two dimensions).

    Parameters
    ----------
    content : bytes
        The whole file.
    wanted : callable
        Whether a variable of this name is read; others are skipped.
    limit : int
        Bytes that all wanted variables together may unpack to.

    Raises
    ------
    MatError
        When the file is damaged, of another version, too large unpacked, or a wanted variable does
        not hold real numbers.
    """
    order = _byte_order(content)
    arrays: dict[str, NDArray[Any]] = {}
    whole, position, left = memoryview(content), _HEADER, limit
    while position < len(whole):
        element = _element(whole, position, order, padded=False)
        position = element.end
        if element.kind == _COMPRESSED:
            matrix = _unpacked(element.data, wanted, order, left)
        elif element.kind == _MATRIX:
            matrix = element.data
        else:
            raise _damaged(f"an element of type {element.kind} where a variable should begin")
        if matrix is not None and (variable := _variable(matrix, wanted, order)):
            name, arrays[name] = variable
            left -= len(matrix)
            if left < 0:
                raise _too_large(limit)
    return arrays


def _byte_order(content: bytes) -> Order:
    """The byte order the header tells; refuse what is no MATLAB file of version 5 to 7."""
    mark = content[126:128]
    if len(content) < _HEADER or mark not in (b"IM", b"MI"):
        raise MatError("is no MATLAB file of version 5 to 7: save it with -v7 in MATLAB.")
    order: Order = "little" if mark == b"IM" else "big"
    version = int.from_bytes(content[124:126], order) >> 8
    if version == 2:
        raise MatError("is a MATLAB file of version 7.3: save it with -v7.")
    if version != 1:
        raise MatError("is no MATLAB file of version 5 to 7: save it with -v7 in MATLAB.")
    return order


def _element(data: memoryview, position: int, order: Order, *, padded: bool = True) -> _Element:
    """The element at a position; MatError where it reaches beyond the data."""
    if position + _TAG > len(data):
        raise _damaged("cut off in a tag")
    word = int.from_bytes(data[position : position + 4], order)
    if small := word >> 16:  # type, size and up to four bytes in eight
        if small > 4:
            raise _damaged(f"a short element of {small} bytes")
        return _Element(word & 0xFFFF, data[position + 4 : position + 4 + small], position + _TAG)
    size = int.from_bytes(data[position + 4 : position + _TAG], order)
    start = position + _TAG
    if size > len(data) - start:
        raise _damaged(f"an element of {size} bytes where {len(data) - start} are left")
    return _Element(word, data[start : start + size], start + size + (-size % 8 if padded else 0))


def _unpacked(
    packed: memoryview, wanted: Callable[[str], bool], order: Order, limit: int
) -> memoryview | None:
    """A packed variable without its tag; None where it is not wanted."""
    inflater = zlib.decompressobj()
    try:
        head = inflater.decompress(packed, _HEAD)
        if len(head) < _TAG or int.from_bytes(head[:4], order) != _MATRIX:
            raise _damaged("something packed that is no variable")
        size = _TAG + int.from_bytes(head[4:_TAG], order)
        name, _ = _name(memoryview(head)[_TAG:size], order)
        if not wanted(name):
            return None
        if size > limit:
            raise _too_large(limit)
        # one byte more than there should be, so that the end and its checksum are reached
        rest = inflater.decompress(inflater.unconsumed_tail, max(size - len(head), 0) + 1)
    except zlib.error as error:
        raise _damaged(str(error)) from error
    if len(head) + len(rest) != size or not inflater.eof:
        raise _damaged(f"{name} does not unpack to the {size} bytes it tells")
    return memoryview(head + rest)[_TAG:]


def _name(matrix: memoryview, order: Order) -> tuple[str, int]:
    """A variable's name, and where its numbers begin."""
    position = _shape(matrix, order).end
    element = _element(matrix, position, order)
    if element.kind not in (_INT8, _UTF8) or len(element.data) > _LONGEST_NAME:
        raise _damaged("a variable without a readable name")
    return bytes(element.data).decode("utf-8", "replace"), element.end


def _flags(matrix: memoryview, order: Order) -> _Element:
    element = _element(matrix, 0, order)
    if element.kind != _UINT32 or len(element.data) != 8:
        raise _damaged("a variable without its flags")
    return element


def _shape(matrix: memoryview, order: Order) -> _Element:
    element = _element(matrix, _flags(matrix, order).end, order)
    if element.kind != _INT32 or not 8 <= len(element.data) <= 4 * _MOST_DIMENSIONS:
        raise _damaged("a variable without its shape")
    return element


def _variable(
    matrix: memoryview, wanted: Callable[[str], bool], order: Order
) -> tuple[str, NDArray[Any]] | None:
    """A variable's name and numbers; None where it is not wanted."""
    name, position = _name(matrix, order)
    if not wanted(name):
        return None
    flags = int.from_bytes(_flags(matrix, order).data[:4], order)
    meant = _MEANT.get(flags & 0xFF)
    if meant is None or flags & _COMPLEX:
        raise MatError(f"holds no real numbers in the variable {name}: get a fresh copy.")
    mark = "<" if order == "little" else ">"
    shape = tuple(np.frombuffer(_shape(matrix, order).data, f"{mark}i4").tolist())
    numbers = _element(matrix, position, order)
    stored = _STORED.get(numbers.kind)
    if stored is None:
        raise _damaged(f"{name} holds numbers of the unknown type {numbers.kind}")
    count = math.prod(shape)
    if min(shape) < 0 or count * np.dtype(stored).itemsize != len(numbers.data):
        raise _damaged(f"{name} tells the shape {shape} and holds {len(numbers.data)} bytes")
    values = np.frombuffer(numbers.data, f"{mark}{stored}")
    with np.errstate(all="ignore"):
        return name, values.astype(meant, copy=False).reshape(shape, order="F")


def _damaged(what: str) -> MatError:
    return MatError(f"is damaged ({what}): get a fresh copy.")


def _too_large(limit: int) -> MatError:
    return MatError(
        f"unpacks to more than the {limit >> 20} MB allowed here: it may be an attack and is not "
        "read."
    )
