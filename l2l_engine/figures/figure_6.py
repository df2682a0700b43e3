"""Figure 6: learning faster by changing less. Weight changes over problems, and trials with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import change_table, statistics
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunType
from l2l_engine.figures import compose, wording
from l2l_engine.figures.analyses import vector_field
from l2l_engine.figures.changes import Changes, shortcomings
from l2l_engine.figures.contract import Table
from l2l_engine.figures.needs import GROUP, Needs
from l2l_engine.figures.processed import PublishedCorrelations, PublishedNetwork
from l2l_engine.figures.sources import FigureSource, select

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

NUMBER = 6
TITLE = "Learning faster by changing less"
NEEDS = Needs(
    (RunType.Full,),
    2,
    True,
    "Figure 6 needs the networks of a run of the type Full, two learned problems or more (or the "
    "published f5And6_seed_K.mat): train one with l2l-train.",
)
PAPER_PROBLEMS = 1001
EXPLAINED = 500  # problems after the first the explained variance rests on
_RELATIVE = {
    "recurrent": ("recurrent weights", compose.BLACK, "-"),
    "current": ("net current", compose.GREY, "-"),
    "weight_driven": ("weight-driven W", compose.PURPLE, "-"),
    "state_driven": ("state-driven S", compose.SKY, "-"),
}
_EXAMPLE_COLOURS = ((compose.BLACK, compose.GREY), (compose.PURPLE, compose.SKY))  # early, late
_NONE = "No network's problems are given."
_UNVARIED = "Too few problems, or all took as many trials."
CORRELATED = ("weight_driven", "state_driven", "recurrent")


@dataclass(frozen=True, slots=True, eq=False)
class Correlations:
    """Pearson's r (m, 3) of trials to criterion with the changes ``CORRELATED``, of m networks."""

    names: tuple[str, ...]
    values: Float64


@dataclass(frozen=True, slots=True, eq=False)
class Figure6Numbers:
    """Everything in Figure 6: n networks, G groups of fifty problems from problem 2 on.

    ``explained`` (n,) is the variance of trials to criterion that the recurrent weight change
    explains over problems 2–501; NaN where undefined. ``examples`` are the places of the networks
    whose problems are drawn: the first, and the first published one beside it.
    """

    names: tuple[str, ...]
    last_problem: int
    sizes: Float64  # (n, G, 9), columns of change_table.COLUMNS
    counts: tuple[Float64, ...]  # of each network (P,)
    recurrent: tuple[Float64, ...]  # of each network (P,)
    correlations: Correlations
    explained: Float64
    examples: tuple[int, ...]
    caption: str

    @property
    def relative(self) -> Float64:
        """Sizes as a share of the same network's first group, (n, G, 9)."""
        return self.sizes / self.sizes[:, :1]


def compute(sources: Sequence[FigureSource], progress: Progress | None = None) -> Figure6Numbers:
    """The numbers of Figure 6; published correlations stand for the published networks' own."""
    published = [source for source in sources if isinstance(source, PublishedCorrelations)]
    networks = select(sources, NEEDS, at_least=0 if published else 1)
    analysed = vector_field(networks, progress)
    networks, changes = [network for network, _ in analysed], [change for _, change in analysed]
    found = [
        change_table.learning_correlations(change.table, change.counts, EXPLAINED)
        for change in changes
    ]
    own = [
        (
            network.name,
            [correlations.weight_driven, correlations.state_driven, correlations.recurrent],
        )
        for network, correlations in zip(networks, found, strict=True)
        if not (published and isinstance(network, PublishedNetwork))
    ]
    rows = [values for _, values in own] + [
        list(row) for source in published for row in source.correlations
    ]
    correlations = Correlations(
        (
            *(name for name, _ in own),
            *(f"published {n}" for source in published for n in range(len(source.correlations))),
        ),
        np.array(rows, np.float64).reshape(-1, len(CORRELATED)),
    )
    theirs = [n for n, network in enumerate(networks) if isinstance(network, PublishedNetwork)]
    examples = tuple(dict.fromkeys([*range(len(networks[:1])), *theirs[:1]]))
    example = " and ".join(networks[place].name for place in examples)
    return Figure6Numbers(
        names=tuple(network.name for network in networks),
        last_problem=max((len(change.table) for change in changes), default=0) + 1,
        sizes=_stacked(changes),
        counts=tuple(change.counts for change in changes),
        recurrent=tuple(change.column("recurrent") for change in changes),
        correlations=correlations,
        explained=np.array([correlations.explained for correlations in found]),
        examples=examples,
        caption=_caption(
            [network.config.seed for network in networks], changes, len(rows), example
        ),
    )


def table(numbers: Figure6Numbers) -> dict[str, Table]:
    """Group means a network, problems, correlations and explained variance."""
    number, groups = numbers.sizes.shape[:2]
    names = wording.group_names(numbers.last_problem)
    relative: Table = {"problems": names}
    for column, name in enumerate(change_table.COLUMNS):
        if name in _RELATIVE:
            mean, error = statistics.mean_and_sem(numbers.relative[..., column])
            relative[f"{name}_mean"], relative[f"{name}_sem"] = mean, error
    return {
        "groups": {
            "network": [name for name in numbers.names for _ in range(groups)],
            "problems": names * number,
            **{
                name: numbers.sizes[..., column].ravel()
                for column, name in enumerate(change_table.COLUMNS)
            },
        },
        "relative_to_first_group": relative,
        "problems": {
            "network": [
                name
                for name, counts in zip(numbers.names, numbers.counts, strict=True)
                for _ in counts
            ],
            "problem": [n + 2 for counts in numbers.counts for n in range(len(counts))],
            "recurrent_change": _all(numbers.recurrent),
            "trials_to_criterion": _all(numbers.counts),
        },
        "correlations": {
            "network": numbers.correlations.names,
            **{name: numbers.correlations.values[:, n] for n, name in enumerate(CORRELATED)},
        },
        "explained_variance": {"network": numbers.names, "r_squared": numbers.explained},
    }


@compose.in_style
def draw(numbers: Figure6Numbers) -> Figure:
    """a–c, changes over problems; d, example networks; e, f, correlations over networks."""
    figure = compose.sheet(112)
    axes = figure.subplot_mosaic("AABBCC;DDDEEF")
    if numbers.names:
        _draw_courses(axes, numbers)
        _draw_example(axes["D"], numbers)
    else:
        for name in "ABCD":
            compose.empty(axes[name], "Published correlations hold no changes.")
    _draw_correlations(axes["E"], numbers.correlations)
    _draw_explained(axes["F"], numbers.explained)
    for name, panel in axes.items():
        compose.letter(panel, str(name).lower())
    compose.caption(figure, numbers.caption)
    return figure


def _draw_courses(axes: dict[str, Axes], numbers: Figure6Numbers) -> None:
    x = wording.group_centres(numbers.last_problem)
    labels = {"recurrent": "Weight change, ‖ΔW‖ (a.u.)", "current": "Current change (a.u.)"}
    for panel, (name, label) in zip("AB", labels.items(), strict=True):
        _, colour, line = _RELATIVE[name]
        values = numbers.sizes[..., change_table.COLUMNS.index(name)]
        compose.course(axes[panel], x, {label: (values, colour, line)}, legend=False)
        axes[panel].set_ylabel(label)
    relative = {
        label: (100 * numbers.relative[..., change_table.COLUMNS.index(name)], colour, line)
        for name, (label, colour, line) in _RELATIVE.items()
    }
    compose.course(axes["C"], x, relative)
    axes["C"].axhline(100, color="#bbbbbb", lw=0.5, zorder=0)
    axes["C"].set_ylabel(f"Relative to {wording.group_names(numbers.last_problem)[0]} (%)")
    for panel in "ABC":
        axes[panel].set(xlabel="Problem", xlim=(0, numbers.last_problem))


def _draw_example(axes: Axes, numbers: Figure6Numbers) -> None:
    several = len(numbers.examples) > 1
    for place, (early_colour, late_colour) in zip(numbers.examples, _EXAMPLE_COLOURS, strict=False):
        changes, counts = numbers.recurrent[place], numbers.counts[place]
        late = np.arange(len(counts)) >= EXPLAINED
        name = f"{numbers.names[place]}, " if several else ""
        for chosen, colour, label in (
            (~late, early_colour, f"{name}problems 2–{min(EXPLAINED, len(counts)) + 1}"),
            (late, late_colour, "later"),
        ):
            if chosen.any():
                axes.plot(
                    changes[chosen],
                    counts[chosen],
                    ".",
                    color=colour,
                    ms=2.6,
                    mew=0,
                    alpha=0.7,
                    label=label,
                )
    axes.set(xlabel="Change of the recurrent weights, ‖ΔW‖ (a.u.)", ylabel="Trials to criterion")
    axes.set(xlim=(0, None))
    compose.plain_log(axes)
    compose.legend_above(axes, markerscale=2)


def _draw_correlations(axes: Axes, correlations: Correlations) -> None:
    if not np.isfinite(correlations.values).any():
        compose.empty(axes, _UNVARIED if len(correlations.names) else _NONE)
        return
    colours = (compose.PURPLE, compose.SKY, compose.BLACK)
    for place, colour in enumerate(colours):
        compose.points_and_box(axes, place, correlations.values[:, place], colour)
    axes.set_xticks(range(3), ["W", "S", "recurrent\nweights"])
    axes.set(xlim=(-0.6, 2.6), ylabel="Correlation with trials, r")
    axes.set_ylim(min(0.0, 1.1 * _lowest(correlations.values)), 1)
    axes.set_title(f"n = {len(correlations.names)}")
    axes.axhline(0, color="#bbbbbb", lw=0.5, zorder=0)


def _draw_explained(axes: Axes, explained: Float64) -> None:
    known = explained[np.isfinite(explained)]
    if not len(known):
        compose.empty(axes, _UNVARIED if len(explained) else _NONE)
        return
    compose.points_and_box(axes, 0, known, compose.BLACK)
    axes.set(xlim=(-0.6, 0.6), xticks=[], ylabel="Variance explained, r²", ylim=(0, 1))
    axes.set_title(f"n = {len(known)}")


def _stacked(changes: Sequence[Changes]) -> Float64:
    if not changes:
        return np.empty((0, 0, len(change_table.COLUMNS)))
    return np.moveaxis(statistics.padded(change.grouped().T for change in changes), 1, 2)


def _all(arrays: Iterable[Float64]) -> list[float]:
    return [float(value) for array in arrays for value in array]


def _lowest(values: Float64) -> float:
    known = values[np.isfinite(values)]
    return float(known.min()) if len(known) else 0.0


def _caption(
    seeds: Sequence[int], changes: Sequence[Changes], correlated: int, example: str
) -> str:
    if not seeds:
        return f"Correlations of {correlated} published networks, problems 2–{PAPER_PROBLEMS}."
    lengths = [len(change.table) + 1 for change in changes]
    spread = "mean ± s.e.m. over networks" if len(seeds) > 1 else "one network, so no s.e.m"
    last = min(max(lengths), EXPLAINED + 1)
    paper = "" if min(lengths) > EXPLAINED else f" (the paper: 2–{EXPLAINED + 1})"
    return (
        f"Changes by learning a problem: {wording.networks(len(seeds), seeds)}, "
        f"{wording.problems(2, min(lengths), max(lengths), PAPER_PROBLEMS)}, groups of {GROUP}; a–c, "
        f"{spread}. d, Each problem of {example}. e, Pearson's r of trials to criterion with the "
        "sizes of the weight-driven (W), state-driven (S) and recurrent weight changes, over all "
        f"problems. f, Variance of trials that ‖ΔW‖ explains over problems 2–{last}{paper}."
        f"{shortcomings(changes)}"
    )
