"""Beyond the paper: what analyses of later work find in networks that learned the paper's problems.

Made from the tables of the study ``beyond`` (``l2l-study beyond``), which come with the program.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.progress import Progress
from l2l_engine.analysis.statistics import known_mean
from l2l_engine.config import RunType
from l2l_engine.figures import compose, study_numbers, wording
from l2l_engine.figures.contract import Table
from l2l_engine.figures.needs import LackingError, Needs
from l2l_engine.figures.sources import FigureSource, study_table
from l2l_engine.figures.study_numbers import (
    END_OF_DELAY,
    END_OF_TRIAL,
    PERIODS,
    RANK_GROUPS,
    Course,
    FirstTry,
)
from l2l_engine.figures.study_table import StudyTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

NUMBER = "beyond"
TITLE = "Beyond the paper"
NEEDS = Needs(
    (RunType.Full,),
    51,
    True,
    "The figure beyond the paper is made from tables: use the shipped networks', or make those of your "
    "own Full runs with l2l-study beyond.",
)
TABLES = (
    "beyond_first_try",
    "beyond_gradients",
    "beyond_ranks",
    "beyond_abstraction",
    "beyond_likeness",
)
_MEASURES = {"parallelism": compose.GREEN, "generalisation": compose.PURPLE}
_TIMES = {END_OF_DELAY: "-", END_OF_TRIAL: compose.PERPENDICULAR}


@dataclass(frozen=True, slots=True, eq=False)
class BeyondNumbers:
    """Everything in the figure; ``abstract`` by measure and time of the trial (ms)."""

    first: FirstTry
    gradients: Course
    ranks: Course
    abstract: dict[tuple[str, float], Course]
    likeness: StudyTable
    caption: str


def compute(sources: Sequence[FigureSource], progress: Progress | None = None) -> BeyondNumbers:
    """The numbers of the figure, from the study's tables."""
    found = [study_table(sources, name) for name in TABLES]
    tables = [table for table in found if table is not None]
    if len(tables) < len(TABLES):
        raise LackingError(NEEDS.sentence)
    tries, gradients, ranks, abstraction, likeness = tables
    first = study_numbers.first_try(tries)
    return BeyondNumbers(
        first,
        study_numbers.gradients(gradients),
        study_numbers.ranks(ranks),
        {
            (measure, time): study_numbers.abstraction(abstraction, measure, time)
            for measure in _MEASURES
            for time in _TIMES
        },
        likeness,
        _caption(first.seeds),
    )


def table(numbers: BeyondNumbers) -> dict[str, Table]:
    """A row a network and stage of learning for each panel."""
    first = numbers.first
    rows = [
        (seed, f"{span[0]}-{span[1]}", first.right[n, k], first.correlation[n, k], *first.trials[n, k])
        for n, seed in enumerate(first.seeds)
        for k, span in enumerate(PERIODS)
    ]  # fmt: skip
    names = (
        "seed",
        "problems",
        "right",
        "correlation",
        "median_0_right",
        "median_1_right",
        "median_2_right",
    )
    made: dict[str, Table] = {
        "first_try": dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)),
        "gradients": _course_table(numbers.gradients, "alignment"),
        "ranks": _course_table(numbers.ranks, "rank"),
        "likeness": dict(numbers.likeness.columns),
    }  # fmt: skip
    for (measure, time), found in numbers.abstract.items():
        made[f"{measure}_{time:g}_ms"] = _course_table(found, measure)
    return made


def _course_table(found: Course, name: str) -> Table:
    seeds, problems = np.meshgrid(found.seeds, found.at, indexing="ij")
    return {"seed": seeds.ravel(), "problem": problems.ravel(), name: found.values.ravel()}


@compose.in_style
def draw(numbers: BeyondNumbers) -> Figure:
    """a, b, first tries; c, gradients; d, dimensions; e, abstraction; f, likeness."""
    figure = compose.sheet(118)
    axes = figure.subplot_mosaic([["a", "b", "c"], ["d", "e", "f"]])
    _draw_first(axes["a"], axes["b"], numbers.first)
    _lines(axes["c"], numbers.gradients, compose.BLACK)
    compose.plain_log(axes["c"], "x")
    axes["c"].set(xlabel="Problem", ylabel="Gradient alignment")
    compose.from_zero(axes["c"])
    spans = [f"{first}–{last}" for first, last in RANK_GROUPS]
    for place, values in enumerate(numbers.ranks.values.T):
        compose.points_and_box(axes["d"], place, values, compose.BLACK)
    axes["d"].set_xticks(range(len(spans)), spans, rotation=30, ha="right")
    axes["d"].set(xlabel="Problems", ylabel="Dimensions needed")
    compose.from_zero(axes["d"])
    _draw_abstract(axes["e"], numbers)
    _draw_likeness(axes["f"], numbers.likeness)
    for name, panel in axes.items():
        compose.letter(panel, str(name))
    compose.caption(figure, numbers.caption)
    return figure


def _draw_first(left: Axes, right: Axes, first: FirstTry) -> None:
    spans = [f"{start}–{stop}" for start, stop in PERIODS]
    for place, values in enumerate(first.right.T):
        compose.points_and_box(left, place, 100 * values, compose.BLACK)
    left.axhline(50, color=compose.GREY, lw=0.7, ls=compose.PERPENDICULAR)
    left.set_xticks(range(len(spans)), spans)
    left.set(xlabel="Problems", ylabel="Right at the first try (%)", ylim=(30, 70))
    colours = (compose.SKY, compose.BLUE, compose.BLACK)
    for k, (span, colour) in enumerate(zip(spans, colours, strict=True)):
        medians = first.trials[:, k]
        middle = known_mean(medians, axis=0)
        right.plot(range(3), middle, "o-", ms=2.6, color=colour, label=span)
        right.plot(range(3), medians.T, color=colour, lw=0.4, alpha=0.35)
    compose.plain_log(right)
    right.set_xticks(range(3))
    right.set(xlabel="Stimuli right at the first try", ylabel="Median trials")
    compose.legend_above(right, 3, handletextpad=0.3, columnspacing=0.8)


def _lines(axes: Axes, found: Course, colour: str) -> None:
    """Each network as a thin line, their mean as a thick one."""
    axes.plot(found.at, found.values.T, color=colour, lw=0.4, alpha=0.35)
    axes.plot(found.at, known_mean(found.values, axis=0), "o-", color=colour, ms=2.6)


def _draw_abstract(axes: Axes, numbers: BeyondNumbers) -> None:
    names = {END_OF_DELAY: "end of delay", END_OF_TRIAL: "end of trial"}
    for (measure, time), found in numbers.abstract.items():
        mean = known_mean(found.values, axis=0)
        axes.plot(
            range(len(found.at)),
            mean,
            "o",
            ls=_TIMES[time],
            ms=2.6,
            color=_MEASURES[measure],
            label=f"{measure}, {names[time]}",
        )
        for place, values in enumerate(found.values.T):
            axes.plot(
                np.full(len(values), place),
                values,
                ".",
                ms=1.6,
                color=_MEASURES[measure],
                alpha=0.5,
            )
    first = next(iter(numbers.abstract.values())).at
    spans = [f"{start}–{start + 49}" for start in first.tolist()]
    axes.set_xticks(range(len(spans)), spans, rotation=30, ha="right")
    axes.set(
        xlabel="Problems", ylabel="Cosine, accuracy", ylim=(min(0.0, axes.get_ylim()[0]), 1.05)
    )
    compose.legend_above(axes, 1)


def _draw_likeness(axes: Axes, likeness: StudyTable) -> None:
    words = {"itself": "itself\nlater", "networks": "others"}
    for place, pair in enumerate(words):
        here = likeness["pair"] == pair
        compose.points_and_box(axes, place, likeness.numbers("procrustes")[here], compose.GREEN)
        compose.points_and_box(
            axes, place + 2.5, likeness.numbers("dynamics")[here], compose.PURPLE
        )
    axes.set_xticks([0, 1, 2.5, 3.5], list(words.values()) * 2)
    axes.set(xlim=(-0.6, 4.1), ylabel="Distance (rad)")
    compose.from_zero(axes)
    for at, name, colour in (
        (0.5, "representations", compose.GREEN),
        (3.0, "dynamics", compose.PURPLE),
    ):
        axes.annotate(
            name, (at, 1), (0, 2), xycoords=("data", "axes fraction"),
            textcoords="offset points", ha="center", fontsize=6, color=colour,
        )  # fmt: skip


def _caption(seeds: Sequence[int]) -> str:
    return (
        f"n = {len(seeds)} network{'s' * (len(seeds) != 1)} ({wording.seeds(seeds)}); points and thin lines "
        "are networks. a, Stimuli answered right before a problem is learned; dashed: chance. b, Trials "
        "to criterion by how many were. c, Mean pairwise cosine of the task loss's gradients for the "
        "recurrent weights over 12 unseen problems. d, Fewest dimensions of a problem's recurrent change "
        "that solve it, mean over 50 problems. e, Parallelism of the choice's coding directions and "
        "accuracy of a decoder on problems it was not trained on; means over networks. f, Distance of a "
        "network to itself fifty problems later, and to each other network: Procrustes angle of the "
        "mean trajectories, angle of linear models of the dynamics."
    )
