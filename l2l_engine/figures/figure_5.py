"""Figure 5: what changes the vector field. Weight- and state-driven parts, and their dimensions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import change_table, statistics
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunType
from l2l_engine.figures import compose, wording
from l2l_engine.figures.analyses import vector_field
from l2l_engine.figures.changes import DIMENSIONS, Changes, shortcomings
from l2l_engine.figures.contract import Table
from l2l_engine.figures.needs import GROUP, Needs
from l2l_engine.figures.sources import FigureSource, select

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

NUMBER = 5
TITLE = "Weight- and state-driven changes of the vector field"
NEEDS = Needs(
    (RunType.Full,),
    2,
    True,
    "Figure 5 needs the networks of a run of the type Full, two learned problems or more (or the "
    "published f5And6_seed_K.mat): train one with l2l-train.",
)
PAPER_PROBLEMS = 1001
# column -> label, colour, line
_SIZES: dict[str, tuple[str, str, Any]] = {
    "total": ("total ΔZ", compose.BLACK, "-"),
    "weight_driven": ("weight-driven W", compose.PURPLE, "-"),
    "state_driven": ("state-driven S", compose.SKY, "-"),
}
_PARTS: dict[str, tuple[str, str, Any]] = {
    "weight_parallel": ("W parallel", compose.PURPLE, compose.PARALLEL),
    "weight_perpendicular": ("W perpendicular", compose.PURPLE, compose.PERPENDICULAR),
    "state_parallel": ("S parallel", compose.SKY, compose.PARALLEL),
    "state_perpendicular": ("S perpendicular", compose.SKY, compose.PERPENDICULAR),
}
_DIMENSIONS: dict[str, tuple[str, str, Any]] = {
    "weight_parallel": _PARTS["weight_parallel"],
    "weight_perpendicular": ("W and S perpendicular", compose.PURPLE, compose.PERPENDICULAR),
    "state_parallel": _PARTS["state_parallel"],
    "total": ("total ΔZ", compose.BLACK, "-"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Figure5Numbers:
    """Everything in Figure 5: n networks, G groups of fifty problems from problem 2 on.

    ``sizes`` (n, G, 9) are group means with the columns of ``change_table.COLUMNS``, in rate units
    a step; ``within`` and ``across`` (n, G, 4) dimensionalities with the columns of ``DIMENSIONS``,
    within a problem and across a group. NaN where a network has not come so far.
    """

    names: tuple[str, ...]
    last_problem: int
    sizes: Float64
    within: Float64
    across: Float64
    caption: str


def compute(sources: Sequence[FigureSource], progress: Progress | None = None) -> Figure5Numbers:
    """The numbers of Figure 5."""
    found = vector_field(select(sources, NEEDS), progress)
    networks, changes = [network for network, _ in found], [change for _, change in found]

    def stacked(groups: list[Float64]) -> Float64:
        return np.moveaxis(statistics.padded(group.T for group in groups), 1, 2)

    return Figure5Numbers(
        names=tuple(network.name for network in networks),
        last_problem=max(len(change.table) for change in changes) + 1,
        sizes=stacked([change.grouped() for change in changes]),
        within=stacked([change.within for change in changes]),
        across=stacked([change.across_whole() for change in changes]),
        caption=_caption([network.config.seed for network in networks], changes),
    )


def table(numbers: Figure5Numbers) -> dict[str, Table]:
    """One row a network and group: sizes and dimensionalities; and their means over networks."""
    number, groups = numbers.sizes.shape[:2]
    columns = {
        **{f"{n}_size": numbers.sizes[..., i] for i, n in enumerate(change_table.COLUMNS)},
        **{f"{n}_dimensions_within": numbers.within[..., i] for i, n in enumerate(DIMENSIONS)},
        **{f"{n}_dimensions_across": numbers.across[..., i] for i, n in enumerate(DIMENSIONS)},
    }
    names = wording.group_names(numbers.last_problem)
    means: Table = {"problems": names}
    for name, values in columns.items():
        means[f"{name}_mean"], means[f"{name}_sem"] = statistics.mean_and_sem(values)
    each: Table = {
        "network": [name for name in numbers.names for _ in range(groups)],
        "problems": names * number,
        **{name: values.ravel() for name, values in columns.items()},
    }
    return {"networks": each, "means": means}


@compose.in_style
def draw(numbers: Figure5Numbers) -> Figure:
    """a, d, early sizes and dimensions; b, c, e, f, their course over problems."""
    figure = compose.sheet(118)
    axes = figure.subplot_mosaic("ABC;DEF")
    _draw_early_sizes(axes["A"], numbers)
    _draw_course(axes["B"], numbers, numbers.sizes, change_table.COLUMNS, _SIZES)
    _draw_course(axes["C"], numbers, _as_published(numbers.sizes), change_table.COLUMNS, _PARTS)
    _from_below_zero(axes["C"])
    _draw_early_dimensions(axes["D"], numbers)
    _draw_course(axes["E"], numbers, numbers.within, DIMENSIONS, _DIMENSIONS)
    _draw_course(axes["F"], numbers, numbers.across, DIMENSIONS, _DIMENSIONS)
    for name in "BC":
        axes[name].set_ylabel("Change (a.u. per step)")
    axes["E"].set_ylabel("Dimensions in a problem")
    axes["F"].set_ylabel("Dimensions across a group")
    for name, panel in axes.items():
        compose.letter(panel, str(name).lower())
    compose.caption(figure, numbers.caption)
    return figure


def _as_published(sizes: Float64) -> Float64:
    """Sizes with the authors' sign: negative for the perpendicular weight-driven part."""
    signed = sizes.copy()
    signed[..., change_table.COLUMNS.index("weight_perpendicular")] *= -1
    return signed


def _from_below_zero(axes: Axes) -> None:
    """A vertical axis with a line at 0 and room around what is drawn."""
    axes.axhline(0, color="#bbbbbb", lw=0.5, zorder=0.5)
    axes.set_ylim(1.08 * min(axes.dataLim.y0, 0.0), 1.08 * axes.dataLim.y1)


def _draw_early_sizes(axes: Axes, numbers: Figure5Numbers) -> None:
    shown = {**_SIZES, **_PARTS}
    sizes = _as_published(numbers.sizes)
    for place, (name, (_, colour, _line)) in enumerate(shown.items()):
        compose.points_and_box(axes, place, sizes[:, 0, change_table.COLUMNS.index(name)], colour)
    axes.set_xticks(range(len(shown)), ["ΔZ", "W", "S", "W∥", "W⊥", "S∥", "S⊥"])
    axes.set(xlim=(-0.6, len(shown) - 0.4), ylabel="Change (a.u. per step)")
    _from_below_zero(axes)
    axes.set_title(f"problems {wording.group_names(numbers.last_problem)[0]}", fontsize=6)


def _draw_early_dimensions(axes: Axes, numbers: Figure5Numbers) -> None:
    for place, (_, colour, _line) in enumerate(_DIMENSIONS.values()):
        column = place  # both are in the order of DIMENSIONS
        for shift, values in ((-0.2, numbers.within), (0.2, numbers.across)):
            compose.points_and_box(axes, place + shift, values[:, 0, column], colour, 0.3)
        ends = np.stack([numbers.within[:, 0, column], numbers.across[:, 0, column]])
        aside = compose.side_by_side(len(numbers.names), 0.3)
        where = np.stack([place - 0.2 + aside, place + 0.2 + aside])
        axes.plot(where, ends, color=colour, lw=0.4, alpha=0.5)
    axes.set_xticks(range(len(_DIMENSIONS)), ["W∥", "W⊥, S⊥", "S∥", "ΔZ"])
    axes.set(xlim=(-0.6, len(_DIMENSIONS) - 0.4), ylabel="Dimensionality")
    compose.from_zero(axes)
    axes.set_title("in a problem → across the group", fontsize=6)


def _draw_course(
    axes: Axes,
    numbers: Figure5Numbers,
    values: Float64,
    columns: Sequence[str],
    shown: dict[str, tuple[str, str, Any]],
) -> None:
    compose.course(
        axes,
        wording.group_centres(numbers.last_problem),
        {
            label: (values[..., columns.index(name)], colour, line)
            for name, (label, colour, line) in shown.items()
        },
    )
    axes.set(xlabel="Problem", xlim=(0, numbers.last_problem))


def _caption(seeds: Sequence[int], changes: Sequence[Changes]) -> str:
    lengths = [len(change.table) + 1 for change in changes]
    spread = "mean ± s.e.m. over networks" if len(seeds) > 1 else "one network, so no s.e.m"
    return (
        f"Change of the vector field by learning a problem: {wording.networks(len(seeds), seeds)}, "
        f"{wording.problems(2, min(lengths), max(lengths), PAPER_PROBLEMS)}, in groups of {GROUP}; "
        f"{spread}. Parallel and perpendicular to the total change ΔZ = W + S at each step; the "
        "size of W perpendicular carries the authors' minus sign, since it opposes S perpendicular. "
        "Dimensionality: participation ratio of the uncentred covariance; across a group only "
        f"where it is whole or the first.{shortcomings(changes)}"
    )
