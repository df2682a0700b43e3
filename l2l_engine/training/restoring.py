"""What a checkpoint must hold for a run to resume from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import L2LError
from l2l_engine.training.records import LABEL_BYTES, Origin, StimuliFrom


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


ORIGIN_NAMES = frozenset({"stimuli_from", "from_problem", "overlaps", "label", "stage"})
"""What :func:`origin_state` gives; checkpoints of format version 1 lack all of it."""


def origin_state(origin: Origin) -> dict[str, NDArray[Any]]:
    """How a problem came about, as named arrays of fixed shapes."""
    none = -1
    return {
        "stimuli_from": np.array(origin.stimuli_from, np.int64),
        "from_problem": np.array(none if origin.from_problem is None else origin.from_problem),
        "overlaps": np.full(2, np.nan) if origin.overlaps is None else origin.overlaps,
        "label": np.frombuffer(origin.label.encode().ljust(LABEL_BYTES, b"\0"), np.uint8),
        "stage": np.array(none if origin.stage is None else origin.stage, np.int64),
    }


def origin_of(checkpoint: Mapping[str, NDArray[Any]]) -> Origin:
    """The inverse of :func:`origin_state`; unknown in checkpoints of format version 1."""
    if "stimuli_from" not in checkpoint:
        return Origin(StimuliFrom.UNKNOWN)
    problem, stage = int(checkpoint["from_problem"]), int(checkpoint["stage"])
    overlaps = np.array(checkpoint["overlaps"], np.float64)
    return Origin(
        StimuliFrom(int(checkpoint["stimuli_from"])),
        problem if problem >= 0 else None,
        overlaps if np.isfinite(overlaps).all() else None,
        bytes(checkpoint["label"]).rstrip(b"\0").decode(),
        stage if stage >= 0 else None,
    )
