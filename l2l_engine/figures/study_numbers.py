"""What the tables of studies amount to: a number a network, from which figures and pages are made.

Networks are rows, in the order of :attr:`seeds`; what is not known is NaN.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.statistics import spearman
from l2l_engine.config import L2LError
from l2l_engine.figures.study_table import StudyTable

Float64 = NDArray[np.float64]

PERIODS = ((2, 51), (52, 251), (252, 1001))
"""Problems over which first tries are counted, first and last."""
_LARGEST = 2.0**31
END_OF_DELAY, END_OF_TRIAL = 1500.0, 2000.0  # ms, in the paper's trial


def seeds_of(table: StudyTable) -> tuple[int, ...]:
    """The networks of a table; L2LError where it has none, or no whole numbers for them."""
    seeds = np.unique(table.numbers("seed"))
    if not len(seeds):
        raise L2LError(f"{table.path} holds no row that is needed here: make it again.")
    if not np.isfinite(seeds).all() or (np.abs(seeds) > _LARGEST).any():
        raise L2LError(f"{table.path}: the column seed must hold whole numbers; make it again.")
    return tuple(int(seed) for seed in seeds)


def _by_network(table: StudyTable) -> list[StudyTable]:
    return [table.where(table["seed"] == seed) for seed in seeds_of(table)]


def _mean(values: Float64) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def known_median(values: Float64) -> float:
    """Median of the values that are known; NaN where none is."""
    known = values[np.isfinite(values)]
    return float(np.median(known)) if len(known) else float("nan")


# -- beyond the paper -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class FirstTry:
    """First tries by period of learning."""

    seeds: tuple[int, ...]
    right: Float64  # (n, periods) share of stimuli answered right before the problem is learned
    trials: Float64  # (n, periods, 3) median trials to criterion by stimuli answered right, 0 to 2
    at_once: Float64  # (n, periods, 3) share of problems learned in one trial, by the same
    lucky: Float64  # (n, periods) of the problems learned in one trial, share with both right
    correlation: Float64  # (n, periods) Spearman's, of loss before and trials


def first_try(table: StudyTable) -> FirstTry:
    """From ``beyond_first_try``."""
    right, trials, at_once, lucky, correlation = [], [], [], [], []
    for network in _by_network(table):
        problem, correct = network.numbers("problem"), network.numbers("correct")
        counts, loss = network.numbers("trials"), network.numbers("loss")
        periods = [(problem >= first) & (problem <= last) for first, last in PERIODS]
        right.append([_mean(correct[here]) / 2 for here in periods])
        trials.append(
            [[known_median(counts[here & (correct == k)]) for k in range(3)] for here in periods]
        )
        once = counts == 1
        at_once.append(
            [[_mean(1.0 * once[here & (correct == k)]) for k in range(3)] for here in periods]
        )
        lucky.append([_mean(1.0 * (correct[here & once] == 2)) for here in periods])
        correlation.append([spearman(loss[here], counts[here]).rho for here in periods])
    found = (right, trials, at_once, lucky, correlation)
    return FirstTry(seeds_of(table), *map(np.array, found))


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """One number a network at stages of learning."""

    seeds: tuple[int, ...]
    at: NDArray[np.int64]  # (stages,) problems
    values: Float64  # (n, stages)


def course(table: StudyTable, column: str, by: str = "problem") -> Course:
    """The mean of a column by problem, or by another column of whole numbers."""
    places = np.unique(table.numbers(by))
    if not np.isfinite(places).all() or (np.abs(places) > _LARGEST).any():
        raise L2LError(f"{table.path}: the column {by} must hold whole numbers; make it again.")
    at = places.astype(np.int64)
    values = [
        [_mean(network.numbers(column)[network[by] == stage]) for stage in at]
        for network in _by_network(table)
    ]
    return Course(seeds_of(table), at, np.array(values))


def gradients(table: StudyTable) -> Course:
    """Alignment of unseen problems' gradients, from ``beyond_gradients``."""
    return course(table, "alignment")


def in_groups(table: StudyTable, groups: Sequence[tuple[int, int]]) -> StudyTable:
    """A table with the column ``first``: the first problem of the group that each row belongs to."""
    problem = table.numbers("problem")
    first = np.zeros(len(problem), np.int64)
    for start, stop in groups:
        first[(problem >= start) & (problem <= stop)] = start
    grouped = StudyTable(table.path, {**table.columns, "first": first})
    return grouped.where(first > 0)


RANK_GROUPS = ((2, 51), (52, 101), (202, 251), (452, 501), (952, 1001))


def ranks(table: StudyTable) -> Course:
    """Dimensions that a problem's solution needs, mean over fifty problems, from ``beyond_ranks``."""
    return course(in_groups(table, RANK_GROUPS), "rank", "first")


def abstraction(table: StudyTable, column: str, time: float) -> Course:
    """Parallelism or generalisation at a time of the trial (ms), from ``beyond_abstraction``."""
    return course(table.where(table["time"] == time), column, "first")


# -- studies ----------------------------------------------------------------------------------


def reversals(table: StudyTable) -> Course:
    """Trials of each reversal, from ``serial_reversal``."""
    return course(table, "trials", "reversal")


@dataclass(frozen=True, slots=True, eq=False)
class Overlaps:
    """Trials of pairs of problems by the overlap of their stimuli."""

    seeds: tuple[int, ...]
    overlap: Float64  # (overlaps,)
    first: Float64  # (n, overlaps) trials of the new problem
    second: Float64  # (n, overlaps) trials of the one that overlaps with it


def overlaps(table: StudyTable) -> Overlaps:
    """From ``overlap``."""
    overlap = np.unique(table.numbers("overlap"))
    first, second = (
        np.array(
            [
                [_mean(network.numbers(column)[network["overlap"] == c]) for c in overlap]
                for network in _by_network(table)
            ]
        )
        for column in ("trials_first", "trials_second")
    )
    return Overlaps(seeds_of(table), overlap, first, second)


@dataclass(frozen=True, slots=True, eq=False)
class Conditions:
    """One number a network and problem, in two conditions."""

    seeds: tuple[int, ...]
    names: tuple[str, ...]
    problems: NDArray[np.int64]
    values: Float64  # (conditions, n, problems)

    @property
    def means(self) -> Float64:
        """Over problems, (conditions, n)."""
        return np.array([[_mean(row) for row in condition] for condition in self.values])


def conditions(table: StudyTable, names: Sequence[str], column: str) -> Conditions:
    """A column in two conditions, of the networks that have both, from ``mixing`` or ``projection``."""
    parts = [table.where(table["condition"] == name) for name in names]
    both = set.intersection(*(set(seeds_of(part)) for part in parts))
    if not both:
        raise L2LError(f"{table.path}: no network has both {' and '.join(names)}.")
    kept = [part.where(np.isin(part["seed"], sorted(both))) for part in parts]
    courses = [course(part, column) for part in kept]
    problems = np.intersect1d(courses[0].at, courses[1].at)
    values = np.array([found.values[:, np.isin(found.at, problems)] for found in courses])
    return Conditions(tuple(sorted(both)), tuple(names), problems, values)
