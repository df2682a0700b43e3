"""The checkpoint inside a session file: two slots written in turn, each sealed.

A slot holds an .npz archive. Its seal (sequence number, length in bytes, CRC-32 of the
bytes and the sequence number) is written after it, so that a corrupted slot is recognised and
the previous one is used.
"""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Mapping
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from l2l_engine.storage.layout import CHECKPOINT_SEAL, CHECKPOINT_SLOTS

State = dict[str, NDArray[Any]]


def pack(state: Mapping[str, Any]) -> NDArray[np.uint8]:
    """Named arrays as the bytes of an .npz archive; names may contain '/'.

    Raises
    ------
    ValueError
        When an array holds Python objects.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, array in state.items():
            with archive.open(f"{name}.npy", "w", force_zip64=True) as stream:
                np.lib.format.write_array(stream, np.asanyarray(array), allow_pickle=False)
    return np.frombuffer(buffer.getbuffer(), np.uint8)


def write(file: h5py.File, packed: NDArray[np.uint8]) -> None:
    """Put the packed state into the older slot, then seal it."""
    seals = file[CHECKPOINT_SEAL]
    sequences = seals[:, 0]
    slot = int(sequences.argmin())
    sequence = int(sequences.max()) + 1
    data = file[CHECKPOINT_SLOTS[slot]]
    if len(data) < len(packed):
        data.resize(len(packed), axis=0)
    data[: len(packed)] = packed
    file.flush()
    seals[slot] = (sequence, len(packed), _checksum(sequence, packed))
    file.flush()


def read(file: h5py.File) -> State | None:
    """The newest state whose seal fits, or None."""
    for slot in intact_slots(file):
        return _unpack(file[CHECKPOINT_SLOTS[slot]][: int(file[CHECKPOINT_SEAL][slot, 1])])
    return None


def integer(state: State, name: str) -> int | None:
    """A whole number of a state; None where the name is missing or stands for something else."""
    found = state.get(name)
    return (
        int(found) if found is not None and found.shape == () and found.dtype.kind in "iu" else None
    )


def intact_slots(file: h5py.File) -> list[int]:
    """Slots whose contents agree with their seals, the newest first."""
    seals = file[CHECKPOINT_SEAL][:]
    found = []
    for slot in np.argsort(seals[:, 0])[::-1]:
        sequence, length, checksum = (int(value) for value in seals[slot])
        data = file[CHECKPOINT_SLOTS[slot]]
        try:
            if sequence and length <= len(data) and _checksum(sequence, data[:length]) == checksum:
                found.append(int(slot))
        except OSError:  # damaged in its place in the file, or beyond the end of a file cut off
            continue
    return found


def refresh(file: h5py.File) -> None:
    """See what another process has sealed since."""
    for path in (CHECKPOINT_SEAL, *CHECKPOINT_SLOTS):
        file[path].refresh()


def _checksum(sequence: int, packed: NDArray[np.uint8]) -> int:
    return zlib.crc32(sequence.to_bytes(8, "little"), zlib.crc32(packed.data))


def _unpack(packed: NDArray[np.uint8]) -> State | None:
    try:
        with zipfile.ZipFile(io.BytesIO(packed.tobytes())) as archive:
            if any(item.compress_type != zipfile.ZIP_STORED for item in archive.infolist()):
                return None  # never ours, and could swell
            return {
                item.filename.removesuffix(".npy"): _array(archive.read(item))
                for item in archive.infolist()
            }
    except (ValueError, EOFError, zipfile.BadZipFile, NotImplementedError, RuntimeError):
        return None


def _array(content: bytes) -> NDArray[Any]:
    """An .npy file's array; ValueError unless its header declares just what follows it."""
    stream = io.BytesIO(content)
    if np.lib.format.read_magic(stream) != (1, 0):
        raise ValueError("an unknown version")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
    rest = content[stream.tell() :]
    if dtype.hasobject or math.prod(shape) * dtype.itemsize != len(rest):
        raise ValueError("its size is not what it declares")
    array = np.frombuffer(rest, dtype).reshape(shape, order="F" if fortran else "C")
    return array.copy(order="C")
