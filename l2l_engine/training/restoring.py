"""What a checkpoint must hold for a run to resume from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import L2LError


class CheckpointError(L2LError, ValueError):
    """A checkpoint does not fit its run; the text continues the words "its checkpoint"."""


def check_state(
    state: Mapping[str, NDArray[Any]],
    expected: Mapping[str, NDArray[Any]],
    *,
    optional: frozenset[str] = frozenset(),
) -> None:
    """Compare the names, shapes and types of a checkpoint's arrays with those of a new run.

    Parameters
    ----------
    state : mapping
        What was read; other names in it are ignored.
    expected : mapping
        What a run of the same parameters writes.
    optional : frozenset of str
        Names of which all may be missing together: checkpoints of format version 1 lack some.

    Raises
    ------
    CheckpointError
        When an array is missing, or of another shape or kind of number.
    """
    known_missing = optional if optional.isdisjoint(state) else frozenset()
    for name, array in expected.items():
        if name in known_missing:
            continue
        found = state.get(name)
        if found is None:
            raise CheckpointError(f"lacks '{name}'")
        if found.shape != array.shape:
            raise CheckpointError(f"has '{name}' of shape {found.shape}, not {array.shape}")
        if not np.can_cast(found.dtype, array.dtype, "same_kind"):
            raise CheckpointError(f"has '{name}' of type {found.dtype}, not {array.dtype}")
