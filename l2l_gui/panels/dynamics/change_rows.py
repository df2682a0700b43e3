"""Vector-field change problem by problem, computed once for each problem."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.change_table import COLUMNS
from l2l_engine.analysis.learning_curve import moving_mean
from l2l_engine.analysis.progress import Progress
from l2l_engine.analysis.statistics import group_means
from l2l_engine.analysis.vector_field import vector_field_change
from l2l_engine.network import NetworkWeights
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.columns import Column
from l2l_gui.panels.dynamics.change_quantities import say, unit
from l2l_gui.panels.learned import predecessor

FIRST = 2
"""The first problem that has one before it."""
BLOCK = 10

Rows = dict[int, NDArray[np.float64]]
"""Row of the table, (9,), by problem; NaN where a network was not saved."""
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
            return numbers, self.column(name), moving_mean(self.column(name), window)
        starts = range(0, len(numbers), group)
        centres = np.array([numbers[start : start + group].mean() for start in starts])
        means = group_means(self.table, group)[:, COLUMNS.index(name)]
        return centres, means, means


def change_table(
    session: OpenSession,
    counts: NDArray[np.float64],
    known: Rows,
    progress: Progress | None = None,
) -> ChangeTable:
    """The table of the first ``len(counts)`` problems.

    ``known`` holds the rows at hand and receives new ones as they are ready, so that a run that
    grew, or a computation that was cancelled, continues where it was. A row takes some 30 ms.
    """
    numbers = np.arange(FIRST, len(counts) + 1)
    missing = [int(number) for number in numbers if number not in known]
    done = 0
    for block in _blocks(missing):
        known.update(_rows(session, block))
        done += len(block)
        if progress is not None:
            progress(done / len(missing))
    return ChangeTable(
        numbers, np.stack([known[int(number)] for number in numbers]), counts[FIRST - 1 :]
    )


def _blocks(numbers: list[int]) -> Iterator[range]:
    """Runs of consecutive numbers, none longer than ``BLOCK``."""
    start = 0
    for stop in range(1, len(numbers) + 1):
        ends = stop == len(numbers) or numbers[stop] != numbers[stop - 1] + 1
        if ends or stop - start == BLOCK:
            yield range(numbers[start], numbers[stop - 1] + 1)
            start = stop


def _rows(session: OpenSession, block: range) -> Rows:
    after = session.networks(block)
    earlier = [predecessor(session.config, number) for number in block]
    if earlier == list(range(earlier[0], earlier[0] + len(block))):
        before = session.networks(range(earlier[0], earlier[-1] + 1))
    else:
        before = NetworkWeights.stack([session.network(number) for number in earlier])
    stimuli = session.reader(block[-1]).stimuli[block.start - 1 : block.stop - 1]
    saved = np.isfinite(after.output_bias).all(axis=1) & np.isfinite(before.output_bias).all(axis=1)
    rows = np.full((len(block), len(COLUMNS)), np.nan)
    if saved.any():
        change = vector_field_change(before[saved], after[saved], stimuli[saved], session.config)
        rows[saved] = change.table()
    return dict(zip(block, rows, strict=True))
