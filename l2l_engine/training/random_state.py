"""A numpy RandomState as named arrays of fixed shape, for a checkpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray


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
    """Set ``random`` to what :func:`to_arrays` gave."""
    random.set_state(
        {
            "bit_generator": "MT19937",
            "state": {
                "key": np.array(arrays["random_key"], np.uint32),
                "pos": int(arrays["random_position"]),
            },
            "has_gauss": int(arrays["random_has_normal"]),
            "gauss": float(arrays["random_normal"]),
        }
    )
