"""A numpy RandomState as arrays: named ones for a checkpoint, a row of numbers for a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_KEY = 624
ROW = _KEY + 4
"""Numbers in a packed state: the Mersenne twister's key, position, and its spare normal value."""


def to_arrays(random: np.random.RandomState) -> dict[str, NDArray[Any]]:
    """The whole state of ``random``."""
    state: dict[str, Any] = random.get_state(legacy=False)
    return {
        "random_key": np.array(state["state"]["key"], np.uint32),  # (624,)
        "random_position": np.array(state["state"]["pos"], np.int64),
        "random_has_normal": np.array(state["has_gauss"], np.int64),
        "random_normal": np.array(state["gauss"], np.float64),
    }


def from_arrays(random: np.random.RandomState, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Set ``random`` to what :func:`to_arrays` gave.

    Raises
    ------
    ValueError
        When the arrays are no state; NumPy would read beyond its own memory.
    """
    key, position = np.array(arrays["random_key"], np.uint32), int(arrays["random_position"])
    if key.shape != (_KEY,) or not key.any() or not 0 <= position <= _KEY:
        raise ValueError("not the state of a random stream")
    random.set_state(
        {
            "bit_generator": "MT19937",
            "state": {"key": key, "pos": position},
            "has_gauss": int(arrays["random_has_normal"]),
            "gauss": float(arrays["random_normal"]),
        }
    )


def pack(random: np.random.RandomState) -> NDArray[np.uint32]:
    """The whole state of ``random`` as uint32 (628,)."""
    arrays = to_arrays(random)
    rest = (arrays["random_position"], arrays["random_has_normal"])
    normal = arrays["random_normal"].reshape(1).astype("<f8").view("<u4")
    return np.concatenate([arrays["random_key"], np.array(rest, np.uint32), normal])


def unpack(row: NDArray[np.uint32]) -> np.random.RandomState:
    """A stream in the state :func:`pack` gave.

    Raises
    ------
    ValueError
        When the numbers are no state.
    """
    random = np.random.RandomState(0)
    row = np.ascontiguousarray(row, "<u4")
    if row.shape != (ROW,):
        raise ValueError("not the state of a random stream")
    from_arrays(
        random,
        {
            "random_key": row[:_KEY],
            "random_position": row[_KEY],
            "random_has_normal": row[_KEY + 1],
            "random_normal": row[_KEY + 2 :].view("<f8")[0],
        },
    )
    return random
