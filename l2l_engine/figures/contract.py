"""What a paper figure is, and what all of them say in the same words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.progress import Progress
from l2l_engine.config import L2LError, RunType

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from l2l_engine.figures.sources import Source

Float64 = NDArray[np.float64]
Table = dict[str, Sequence[Any] | NDArray[Any]]
"""Columns of equal length by name, for a CSV file."""

PAPER_NETWORKS = 10
GROUP = 50  # problems


class LackingError(L2LError):
    """What was given does not suffice for a figure; the text says what would."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a figure is made from.

    ``run_types``, and of these ``problems`` or more; ``networks`` says whether the saved networks
    (or analyses of them in results files) are needed besides the trials to criterion, and
    ``sentence`` says it all to a person.
    """

    run_types: tuple[RunType, ...]
    problems: int
    networks: bool
    sentence: str


class Numbers(Protocol):
    """All a figure shows; each figure's is a frozen dataclass of its own."""

    @property
    def caption(self) -> str:
        """What is drawn, from how many networks and problems, and what is short of the paper's."""


class PaperFigure(Protocol):
    """A figure's module."""

    NUMBER: int
    TITLE: str
    NEEDS: Needs

    def compute(self, sources: Sequence[Source], progress: Progress | None = None) -> Any:
        """The numbers of the figure; L2LError says what is missing or does not go together."""

    def draw(self, numbers: Any) -> Figure:
        """The figure, in any thread."""

    def table(self, numbers: Any) -> dict[str, Table]:
        """The numbers as tables, by name."""


def mean_and_sem(values: Float64) -> tuple[Float64, Float64]:
    """Mean and standard error (n - 1) over the first axis, leaving out NaN; (...).

    Without a value the mean, with fewer than two the error is NaN.
    """
    known = np.isfinite(values)
    number = known.sum(axis=0)
    total: Float64 = np.where(known, values, 0.0).sum(axis=0)
    mean: Float64 = total / np.where(number, number, np.nan)
    squares = np.where(known, np.square(values - mean), 0.0).sum(axis=0)
    freedom = np.where(number > 1, number - 1.0, np.nan)
    return mean, np.sqrt(squares / freedom / np.maximum(number, 1))


def known_mean(values: Float64, axis: int = 0) -> Float64:
    """Mean along ``axis``, leaving out NaN; NaN where there is nothing else."""
    return mean_and_sem(np.moveaxis(values, axis, 0))[0]


def padded(rows: Iterable[Float64]) -> Float64:
    """Arrays (..., L) of unlike L as one, filled up with NaN."""
    listed = list(rows)
    longest = max(row.shape[-1] for row in listed)
    filled = np.full((len(listed), *listed[0].shape[:-1], longest), np.nan)
    for target, row in zip(filled, listed, strict=True):
        target[..., : row.shape[-1]] = row
    return filled


def seeds(numbers: Iterable[int]) -> str:
    """``seed 0`` or ``seeds 0–4, 7``."""
    distinct = sorted(set(numbers))
    spans: list[list[int]] = []
    for number in distinct:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    text = ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in spans)
    return f"{'seed' if len(distinct) == 1 else 'seeds'} {text}"


def networks(number: int, which: Iterable[int] = ()) -> str:
    """``n = 5 networks (seeds 0–4; the paper: 10)``."""
    listed = list(which)
    notes = [seeds(listed)] if listed else []
    if number != PAPER_NETWORKS:
        notes.append(f"the paper: {PAPER_NETWORKS}")
    plural = "network" if number == 1 else "networks"
    return f"n = {number} {plural}" + (f" ({'; '.join(notes)})" if notes else "")


def problems(first: int, shortest: int, longest: int, paper: int) -> str:
    """``problems 2–1001``, of networks that learned unlike numbers, and the paper's where unlike."""
    last = f"{longest}" if shortest == longest else f"{shortest} to {longest}"
    span = f"problems {first}–{last}" if longest > first else f"problem {first}"
    return span if shortest == longest == paper else f"{span} (the paper: {first}–{paper})"


def group_centres(last: int, first: int = 2, size: int = GROUP) -> Float64:
    """Middle of each group of problems from ``first`` to ``last``, (groups,)."""
    starts = np.arange(first, last + 1, size, dtype=np.float64)
    return (starts + np.minimum(starts + size - 1, last)) / 2


def group_names(last: int, first: int = 2, size: int = GROUP) -> list[str]:
    """``2–51``, ``52–101`` ... up to problem ``last``."""
    return [f"{at}–{min(at + size - 1, last)}" for at in range(first, last + 1, size)]
