"""Repeated experiments as they are drawn: boxes, single repetitions and failures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from l2l_engine.perturbation import PerturbationKind
from l2l_gui.plotting.boxes import five_numbers
from l2l_gui.workers.relearning import Counts

FIGURE_3 = (
    PerturbationKind.CONTROL,
    PerturbationKind.DECISION_TO_STIMULUS,
    PerturbationKind.STIMULUS_TO_STIMULUS,
)
SHORT = {
    PerturbationKind.CONTROL: "Control",
    PerturbationKind.DECISION_TO_STIMULUS: "D→S",
    PerturbationKind.STIMULUS_TO_STIMULUS: "S→S",
    PerturbationKind.WITHIN_MANIFOLD: "Within",
    PerturbationKind.OUTSIDE_MANIFOLD: "Outside",
}
JITTER = 0.16

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Repetitions:
    """Decimal logarithms of trials to criterion, an array for each condition.

    ``failed`` counts the repetitions of each condition that did not reach the criterion.
    """

    kinds: tuple[PerturbationKind, ...]
    columns: tuple[Floats, ...]
    failed: tuple[int, ...]
    done: int = 0
    repeats: int = 1

    @classmethod
    def of(cls, counts: Counts | None, kinds: Iterable[PerturbationKind]) -> Self:
        """Those done; without any, nothing of ``kinds``."""
        if counts is None:
            return cls(tuple(kinds), (), ())
        logs = np.log10(np.maximum(counts.counts, 1.0)).T
        return cls(
            counts.kinds,
            tuple(column[np.isfinite(column)] for column in logs),
            tuple(int(np.isnan(column).sum()) for column in logs),
            len(counts.counts),
            counts.repeats,
        )

    @property
    def boxes(self) -> tuple[list[float], list[Floats]]:
        """Places and five numbers of the conditions that have two repetitions or more."""
        enough = [place for place, column in enumerate(self.columns) if len(column) >= 2]
        return [*map(float, enough)], [five_numbers(self.columns[place]) for place in enough]

    @property
    def points(self) -> tuple[Floats, Floats]:
        """Where each repetition is drawn, x and y, beside each other."""
        x: list[Floats] = [np.empty(0)]
        for place, column in enumerate(self.columns):
            spread = np.linspace(-JITTER, JITTER, len(column)) if len(column) > 1 else 0.0
            x.append(np.broadcast_to(place + spread, column.shape))
        return np.concatenate(x), np.concatenate([np.empty(0), *self.columns])

    @property
    def highest(self) -> float:
        """The largest logarithm; three decades when every repetition failed."""
        return max((float(column.max()) for column in self.columns if len(column)), default=3.0)
