"""Vector-field change problem by problem, computed once for each problem."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.change_table import COLUMNS
from l2l_engine.analysis.learning_curve import moving_mean
from l2l_engine.analysis.progress import Progress
from l2l_engine.analysis.statistics import group_means
from l2l_engine.analysis.vector_field import change_sizes
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.columns import Column
from l2l_gui.panels.dynamics import change_memory
from l2l_gui.panels.dynamics.change_memory import FIRST, Row, Rows
from l2l_gui.panels.dynamics.change_quantities import say, unit
from l2l_gui.panels.learned import predecessor

THREADS = 2  # more would take the cores from those who train
EARLY = 8  # every eighth problem comes first
FIRST_S, TELL_S = 0.2, 1.0  # s until the first coarse table, and from one to the next
WORTH_KEEPING = 10  # rows

_KNOWN: WeakKeyDictionary[OpenSession, Rows] = WeakKeyDictionary()


def known_rows(session: OpenSession) -> Rows:
    """The rows at hand of a session, to which new ones are added."""
    return _KNOWN.setdefault(session, {})


@dataclass(frozen=True, slots=True, eq=False)
class ChangeTable:
    """Problems 2 to K + 1 of a run."""

    numbers: NDArray[np.intp]  # (K,)
    table: NDArray[np.float64]  # (K, 9), columns as in COLUMNS
    counts: NDArray[np.float64]  # (K,) trials to criterion, NaN where it failed
    ready: int  # rows computed so far

    @property
    def left_out(self) -> str:
        """Words for a caption while rows are still to come, else nothing."""
        return f"{self.ready} of {len(self.numbers)} problems so far" * (
            self.ready < len(self.numbers)
        )

    def column(self, name: str) -> NDArray[np.float64]:
        """A column by its name in ``COLUMNS``."""
        return self.table[:, COLUMNS.index(name)]

    def index(self, number: int | None) -> int | None:
        """The row of a problem; None where there is none."""
        if number is None or not FIRST <= number <= self.numbers[-1]:
            return None
        return number - FIRST

    @property
    def columns(self) -> dict[str, Column]:
        """One row a problem, all columns by name."""
        return {
            "problem": Column("problem", self.numbers, words="Problem {}"),
            "trials": Column(
                "trials to criterion", self.counts, "", "{:,.0f} trials", "not learned"
            ),
            **{
                name: Column(name.replace("_", " "), self.column(name), unit(name), say(name))
                for name in COLUMNS
            },
        }

    def course(self, name: str, window: int, group: int) -> tuple[NDArray[np.float64], ...]:
        """Problems, values and moving mean of a column; means of groups of more than one problem.

        Parameters
        ----------
        name : the column
        window : problems of the moving mean
        group : problems of a group; 1 shows each, else the mean is that of the group
        """
        numbers = self.numbers.astype(float)
        if group == 1:
            values = self.column(name)
            few = len(values) < window  # of which it would be no such mean
            mean = np.full(len(values), np.nan) if few else moving_mean(values, window)
            return numbers, values, mean
        starts = range(0, len(numbers), group)
        centres = np.array([numbers[start : start + group].mean() for start in starts])
        means = group_means(self.table, group)[:, COLUMNS.index(name)]
        return centres, means, means


def change_table(
    session: OpenSession,
    counts: NDArray[np.float64],
    known: Rows,
    progress: Progress | None = None,
    coarse: Callable[[ChangeTable], None] | None = None,
) -> ChangeTable:
    """The table of the first ``len(counts)`` problems.

    ``known`` holds the rows at hand and receives new ones as they are ready, so that a run that
    grew, or a computation that was cancelled, continues where it was. Rows remembered on disk are
    read; others take some 15 ms each, on two cores at once. Meanwhile ``coarse`` is given what
    there is, from problems all over the run.
    """
    numbers = np.arange(FIRST, len(counts) + 1)
    if len(numbers) > len(known) + WORTH_KEEPING:
        known.update(change_memory.remembered(session, len(counts)))
    missing = [int(number) for number in numbers if number not in known]
    order = dict.fromkeys([*missing[::EARLY], *missing])
    told = time.monotonic() - TELL_S + FIRST_S
    for done, (number, row) in enumerate(_rows(session, order), 1):
        known[number] = row
        if progress is not None:
            progress(done / len(missing))
        if coarse is not None and time.monotonic() - told > TELL_S:
            coarse(_table(numbers, known, counts))
            told = time.monotonic()
    if len(missing) > WORTH_KEEPING:
        change_memory.remember(session, known, len(counts))
    return _table(numbers, known, counts)


def _table(numbers: NDArray[np.intp], known: Rows, counts: NDArray[np.float64]) -> ChangeTable:
    unknown = np.full(len(COLUMNS), np.nan)
    rows = np.stack([known.get(int(number), unknown) for number in numbers])
    ready = sum(int(number) in known for number in numbers)
    return ChangeTable(numbers, rows, counts[FIRST - 1 :], ready)


def _rows(session: OpenSession, numbers: Iterable[int]) -> Iterator[tuple[int, Row]]:
    """The rows of problems, in this order, from as many threads as are of use."""
    pool = ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1))
    try:
        yield from pool.map(lambda number: (number, _row(session, number)), numbers)
    finally:
        pool.shutdown(cancel_futures=True)


def _row(session: OpenSession, number: int) -> Row:
    after = session.network(number)
    before = session.network(predecessor(session, number))
    if not (after.is_finite() and before.is_finite()):
        return np.full(len(COLUMNS), np.nan)
    stimuli = session.stimuli(number)[None]
    return change_sizes(before[None], after[None], stimuli, session.config)[0]
