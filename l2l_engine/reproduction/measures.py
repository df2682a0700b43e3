"""The measures that summarise the paper's results: one number for each network and row of the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import change_table
from l2l_engine.analysis.learning_curve import fit_exponential
from l2l_engine.figures.changes import DIMENSIONS, Changes

Float64 = NDArray[np.float64]

BLOCKS = ((2, 11), (12, 21), (22, 51), (52, 101), (102, 201), (202, 501), (502, 1001))
"""Problems, first and last, whose trials to criterion are averaged."""

PROBLEMS = 1001
_WINDOW = 50  # trials of the criterion window, in which learning continues
_EXPLAINED = 500  # problems after the first


@dataclass(frozen=True, slots=True, eq=False)
class LearnedNetwork:
    """What a network that learned all its problems is measured by.

    ``counts`` (1001,) are trials to criterion from problem 1, NaN where failed (or, for problem 1
    of the published networks, unknown); ``changes`` the vector-field changes of problems 2 on.
    """

    name: str
    counts: Float64
    changes: Changes


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the table: what it is called, how it is written, and how it is computed."""

    label: str
    places: int  # behind the decimal point
    of: Callable[[LearnedNetwork], float]

    def written(self, value: float) -> str:
        """A value as the table has it."""
        return f"{value:,.{self.places}f}"


def _block(
    first: int, last: int, average: Callable[[Float64], np.floating]
) -> Callable[..., float]:
    return lambda network: float(average(network.counts[first - 1 : last]))


def _failed(network: LearnedNetwork) -> float:
    return float(np.isnan(network.counts[1:]).sum())


def _largest(network: LearnedNetwork) -> float:
    return float(np.nanmax(network.counts[1:]))


def _at_once(network: LearnedNetwork) -> float:
    return 100 * float(np.mean(network.counts[BLOCKS[-1][0] - 1 :] == 1))


def _trials_run(network: LearnedNetwork) -> float:
    return float(np.nansum(network.counts[1:] + _WINDOW))


def _time_constant(network: LearnedNetwork) -> float:
    return fit_exponential(network.counts[1:]).time_constant


def _asymptote(network: LearnedNetwork) -> float:
    return fit_exponential(network.counts[1:]).asymptote


def _size(column: str) -> Callable[[LearnedNetwork], float]:
    place = change_table.COLUMNS.index(column)
    return lambda network: float(network.changes.grouped()[0, place])


def _within(part: str) -> Callable[[LearnedNetwork], float]:
    return lambda network: float(network.changes.within[0, DIMENSIONS.index(part)])


def _across(part: str) -> Callable[[LearnedNetwork], float]:
    return lambda network: float(network.changes.across[0, DIMENSIONS.index(part)])


def _relative(column: str) -> Callable[[LearnedNetwork], float]:
    place = change_table.COLUMNS.index(column)

    def late_to_early(network: LearnedNetwork) -> float:
        groups = network.changes.grouped()[:, place]
        return float(groups[-1] / groups[0])

    return late_to_early


def _correlation(name: str) -> Callable[[LearnedNetwork], float]:
    def of(network: LearnedNetwork) -> float:
        found = change_table.learning_correlations(
            network.changes.table, network.changes.counts, _EXPLAINED
        )
        return float(getattr(found, name))

    return of


_PARTS = {
    "total": "ΔZ",
    "weight_driven": "W",
    "state_driven": "S",
    "weight_parallel": "W∥",
    "weight_perpendicular": "W⊥",
    "state_parallel": "S∥",
    "state_perpendicular": "S⊥",
}
_LATE = {
    "recurrent": "recurrent weights",
    "current": "net current",
    "weight_driven": "W",
    "state_driven": "S",
}
_EARLY = "Problems 2–51"

MEASURES: tuple[Measure, ...] = (
    *(
        Measure(f"Trials to criterion, problems {first}–{last}, {name}", 1, _block(first, last, of))
        for first, last in BLOCKS
        for name, of in (("mean", np.nanmean), ("median", np.nanmedian))
    ),
    Measure("Learned at once (1 trial), problems 502–1001 (%)", 1, _at_once),
    Measure("Failed problems", 0, _failed),
    Measure("Largest count of problems 2–1001", 0, _largest),
    Measure("Trials run, problems 2–1001", 0, _trials_run),
    Measure("Time constant of the fit (problems)", 1, _time_constant),
    Measure("Asymptote of the fit (trials)", 1, _asymptote),
    *(Measure(f"{_EARLY}, size of {label}", 4, _size(name)) for name, label in _PARTS.items()),
    *(
        Measure(f"{_EARLY}, dimensionality of {_PARTS[name]}, {where}", 2, of(name))
        for name in DIMENSIONS
        for where, of in (("one problem", _within), ("group of 50", _across))
    ),
    Measure(
        "Variance of trials explained by the recurrent change, problems 2–501",
        2,
        _correlation("explained"),
    ),
    *(
        Measure(f"Correlation of trials with {_LATE[name]}, problems 2–1001", 2, _correlation(name))
        for name in ("weight_driven", "state_driven", "recurrent")
    ),
    *(
        Measure(f"Problems 952–1001 relative to 2–51, {label}", 2, _relative(name))
        for name, label in _LATE.items()
    ),
)
"""The rows of the table, in its order."""


def measured(networks: Sequence[LearnedNetwork]) -> dict[str, Float64]:
    """Every measure of every network, (n,), by the measure's label."""
    return {
        measure.label: np.array([measure.of(network) for network in networks])
        for measure in MEASURES
    }
