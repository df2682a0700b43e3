"""Four short studies: reversals, overlapping stimuli, mixed trials, learning outside the past.

Made from the tables of ``l2l-study``, which come with the program; a panel whose table is missing says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.learning_curve import moving_mean
from l2l_engine.analysis.progress import Progress
from l2l_engine.analysis.statistics import known_mean
from l2l_engine.config import RunType
from l2l_engine.figures import compose, study_numbers, wording
from l2l_engine.figures.contract import Table
from l2l_engine.figures.needs import LackingError, Needs
from l2l_engine.figures.sources import FigureSource, study_table
from l2l_engine.figures.study_numbers import Conditions, Course, Overlaps

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

NUMBER = "studies"
TITLE = "Reversals, overlap, mixing, projection"
NEEDS = Needs(
    (RunType.Full,),
    51,
    True,
    "The figure of the studies is made from tables: use the shipped networks', or make those of your "
    "own Full runs with l2l-study serial-reversal overlap mixing projection.",
)
MIXING = ("blocked", "interleaved")
PROJECTION = ("plain", "outside")
_COLOURS = (compose.BLACK, compose.GREEN)
_WINDOW = 5


@dataclass(frozen=True, slots=True, eq=False)
class StudiesNumbers:
    """Everything in the figure; None where a table is missing."""

    reversals: Course | None
    overlaps: Overlaps | None
    mixing: Conditions | None
    projection: Conditions | None
    caption: str


def compute(sources: Sequence[FigureSource], progress: Progress | None = None) -> StudiesNumbers:
    """The numbers of the figure, from the studies' tables."""
    names = ("serial_reversal", "overlap", "mixing", "projection")
    reversal, overlap, mixing, projection = (study_table(sources, name) for name in names)
    if reversal is overlap is mixing is projection is None:
        raise LackingError(NEEDS.sentence)
    reversals = None if reversal is None else study_numbers.reversals(reversal)
    overlaps = None if overlap is None else study_numbers.overlaps(overlap)
    mixed = None if mixing is None else study_numbers.conditions(mixing, MIXING, "correct")
    projected = (
        None if projection is None else study_numbers.conditions(projection, PROJECTION, "trials")
    )
    found = {"a": reversals, "b": overlaps, "c": mixed, "d": projected}
    counts = ", ".join(
        f"{letter} {len(part.seeds)} ({wording.seeds(part.seeds)})"
        for letter, part in found.items()
        if part is not None
    )
    caption = (
        f"Networks: {counts}; thin lines are networks, thick ones their means. a, Trials to criterion of a "
        "new problem (0) and of its reversals in turn. b, Trials of a problem by the overlap of its "
        "stimuli with those of the new problem before it (grey: that problem). c, Stimuli that the last "
        "network still answers right, by problem after the warm-up, 200 trials each. d, Trials of each "
        f"problem, moving mean of {_WINDOW}, of networks that learn plainly and outside the 20 leading "
        "directions of past activity."
    )
    return StudiesNumbers(reversals, overlaps, mixed, projected, caption)


def table(numbers: StudiesNumbers) -> dict[str, Table]:
    """A row a network and place for each panel."""
    made: dict[str, Table] = {}
    if numbers.reversals is not None:
        found = numbers.reversals
        seeds, places = np.meshgrid(found.seeds, found.at, indexing="ij")
        made["reversals"] = {
            "seed": seeds.ravel(),
            "reversal": places.ravel(),
            "trials_to_criterion": found.values.ravel(),
        }
    if numbers.overlaps is not None:
        pairs = numbers.overlaps
        seeds, overlap = np.meshgrid(pairs.seeds, pairs.overlap, indexing="ij")
        made["overlaps"] = {
            "seed": seeds.ravel(),
            "overlap": overlap.ravel(),
            "trials_first": pairs.first.ravel(),
            "trials_second": pairs.second.ravel(),
        }
    for name, column, part in (
        ("mixing", "correct", numbers.mixing),
        ("projection", "trials_to_criterion", numbers.projection),
    ):
        if part is not None:
            columns = np.meshgrid(part.names, part.seeds, part.problems, indexing="ij")
            keys = ("condition", "seed", "problem")
            made[name] = dict(zip(keys, (values.ravel() for values in columns), strict=True))
            made[name][column] = part.values.ravel()
    return made


@compose.in_style
def draw(numbers: StudiesNumbers) -> Figure:
    """a, reversals; b, overlap; c, mixing; d, projection."""
    figure = compose.sheet(68)
    axes = figure.subplot_mosaic([["a", "b", "c", "d"]])
    missing = "Not computed: see l2l-study."
    if numbers.reversals is None:
        compose.empty(axes["a"], missing)
    else:
        _lines(axes["a"], numbers.reversals.at, numbers.reversals.values, compose.BLACK)
        axes["a"].set(xlabel="Reversal", ylabel="Trials to criterion")
        compose.plain_log(axes["a"])
    if numbers.overlaps is None:
        compose.empty(axes["b"], missing)
    else:
        pairs = numbers.overlaps
        _lines(axes["b"], pairs.overlap, pairs.first, compose.GREY, "new")
        _lines(axes["b"], pairs.overlap, pairs.second, compose.BLACK, "overlapping")
        axes["b"].set(xlabel="Overlap (cosine)", ylabel="Trials to criterion")
        compose.plain_log(axes["b"])
        compose.legend_above(axes["b"])
    _conditions(axes["c"], numbers.mixing, 50.0, "Still right (%)", missing)
    _conditions(axes["d"], numbers.projection, None, "Trials to criterion", missing)
    for name, panel in axes.items():
        compose.letter(panel, str(name))
    compose.caption(figure, numbers.caption)
    return figure


def _lines(axes: Axes, x: NDArray[Any], values: Float64, colour: str, label: str = "") -> None:
    axes.plot(x, values.T, color=colour, lw=0.4, alpha=0.35)
    axes.plot(x, known_mean(values, axis=0), "o-", color=colour, ms=2.6, label=label or None)


def _conditions(
    axes: Axes, found: Conditions | None, share: float | None, label: str, missing: str
) -> None:
    """Two conditions over problems; as a share of ``share``, or trials as moving means."""
    if found is None:
        compose.empty(axes, missing)
        return
    for name, values, colour in zip(found.names, found.values, _COLOURS, strict=True):
        if share is not None:
            _lines(axes, found.problems, share * values, colour, name)
            continue
        smooth = np.array([moving_mean(row, _WINDOW) for row in values])
        axes.plot(found.problems, smooth.T, color=colour, lw=0.4, alpha=0.35)
        axes.plot(found.problems, known_mean(smooth, axis=0), color=colour, label=name)
    axes.set(xlabel="Problem", ylabel=label)
    if share is not None:
        axes.set_ylim(0, 104)
    else:
        compose.plain_log(axes)
    compose.legend_above(axes)
