"""How captions and tables name networks, problems and groups of problems."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from l2l_engine.figures.needs import GROUP

Float64 = NDArray[np.float64]

PAPER_NETWORKS = 10


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
    """``problems 2–1001``, and the paper's where it differs; networks may have learned different numbers."""
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
