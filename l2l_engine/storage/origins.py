"""How each problem of a session came about: as recorded, or as its protocol has it."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from l2l_engine.training.records import Origin, StimuliFrom


class _Recorded(Protocol):
    @property
    def labels(self) -> list[str]:
        """The label of each problem."""

    def problem_column(self, name: str) -> NDArray[Any]:
        """A column of /problems."""


def recorded(session: _Recorded) -> tuple[Origin, ...]:
    """How each finished problem came about, (K,)."""
    columns = (
        session.problem_column(name).tolist() for name in ("stimuli_from", "from_problem", "stage")
    )
    overlaps = session.problem_column("overlaps")
    rows = zip(*columns, overlaps, session.labels, strict=True)
    return tuple(
        Origin(
            StimuliFrom(kind),
            problem if problem >= 0 else None,
            overlap if np.isfinite(overlap).all() else None,
            label,
            stage if stage >= 0 else None,
        )
        for kind, problem, stage, overlap, label in rows
    )
