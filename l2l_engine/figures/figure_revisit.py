"""Revisit and reverse: an old problem that comes back, and one whose mapping turns around.

Not a figure of the paper: what Tian et al. (2026) measured in macaques, measured in networks. It is made
from sessions that hold such sets or, where none is given, from the tables of the study ``revisit``, which
come with the program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import revisit
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.revisit import STAGES
from l2l_engine.analysis.running import RunData
from l2l_engine.analysis.statistics import LinearFit
from l2l_engine.config import L2LError, RunType
from l2l_engine.figures import compose, study_numbers, wording
from l2l_engine.figures.contract import Table
from l2l_engine.figures.needs import LackingError, Needs
from l2l_engine.figures.sources import FigureSource, NetworkSource, check_alike, study_table
from l2l_engine.figures.study_table import StudyTable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]
Columns = Mapping[str, NDArray[Any]]

NUMBER = "revisit"
TITLE = "Revisit and reverse"
NEEDS = Needs(
    (RunType.Full,),
    4,
    True,
    "The figure of revisit and reverse needs the networks of runs with sets of A, B, A again and A "
    "reversed: train them with l2l-train --protocol revisit-and-reverse, or use the shipped networks.",
)
MONKEYS = (0.47, 0.49)  # R2 of trials on similarity, Tian et al. (2026)
_COLUMNS = ("set", "stage", "problem", "trials", "similarity_0", "similarity_1")
_COLOURS = {
    "A": compose.GREY,
    "B": compose.GREY,
    "A again": compose.BLACK,
    "A reversed": compose.BLACK,
}
_MARKERS = {"B": "o", "A again": "^", "A reversed": "s"}


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Networks that learned as many new problems before their first set.

    ``problems`` has the columns of the analysis ``revisit`` for each network, ``angles`` (rad) a row a network,
    ``fits`` the regression of each network's trials on similarity, None where it has too few problems,
    ``together`` that over all sets, ``over_networks`` that of the networks' stage means.
    """

    warm_up: int
    names: tuple[str, ...]
    seeds: tuple[int, ...]
    problems: tuple[Columns, ...]
    angles: Float64
    fits: tuple[LinearFit | None, ...]
    together: LinearFit | None
    over_networks: LinearFit | None

    @property
    def joined(self) -> dict[str, NDArray[Any]]:
        """The problems of all networks."""
        return {
            name: np.concatenate([np.asarray(columns[name]) for columns in self.problems])
            for name in _COLUMNS
        }


@dataclass(frozen=True, slots=True, eq=False)
class RevisitNumbers:
    """Everything in the figure, by the number of problems learned before the first set."""

    groups: tuple[Group, ...]
    caption: str

    @property
    def names(self) -> tuple[str, ...]:
        """The networks, group after group."""
        return tuple(name for group in self.groups for name in group.names)


@dataclass(frozen=True, slots=True, eq=False)
class _Network:
    warm_up: int
    name: str
    seed: int
    problems: Columns
    angles: Float64


def compute(sources: Sequence[FigureSource], progress: Progress | None = None) -> RevisitNumbers:
    """The numbers of the figure, from the sessions that have such sets, else from the study's tables."""
    found = _of_sessions(sources, progress) or _of_tables(sources)
    if not found:
        raise LackingError(NEEDS.sentence)
    groups = tuple(
        _group(warm_up, [network for network in found if network.warm_up == warm_up])
        for warm_up in sorted({network.warm_up for network in found})
    )
    return RevisitNumbers(groups, _caption(groups))


def _of_sessions(sources: Sequence[FigureSource], progress: Progress | None) -> list[_Network]:
    runs = [source for source in sources if isinstance(source, NetworkSource) and source.computable]
    found, kept = [], []
    for source in tracked(runs, [1.0] * len(runs), progress):
        weights, stimuli = source.networks(range(len(source.trials_to_criterion)))
        data = RunData(source.name, source.config, source.trials_to_criterion, weights, stimuli)
        sets = revisit.saved_sets(data)
        if not len(sets):
            continue
        kept.append(source)
        columns = {name: np.asarray(values) for name, values in revisit.revisit([data]).items()}
        angles = revisit.angles_of_run(data, sets)
        found.append(_Network(int(sets[0, 0]), source.name, source.config.seed, columns, angles))
    check_alike(kept)
    return found


def _of_tables(sources: Sequence[FigureSource]) -> list[_Network]:
    problems = study_table(sources, "revisit_problems")
    networks = study_table(sources, "revisit_networks")
    if problems is None or networks is None:
        return []
    names = sorted(name for name in networks.columns if name.startswith("angle_"))
    angles = np.stack([networks.numbers(name) for name in names], axis=1)
    places = zip(_whole(networks, "warm_up"), _whole(networks, "seed"), angles, strict=True)
    return [
        _Network(warm_up, f"full_seed{seed}", seed, _rows(problems, warm_up, seed), row)
        for warm_up, seed, row in places
    ]


def _whole(table: StudyTable, column: str) -> list[int]:
    values = table.numbers(column)
    if not np.isfinite(values).all():
        raise L2LError(f"{table.path}: the column {column} must hold whole numbers; make it again.")
    return [int(value) for value in values]


def _rows(problems: StudyTable, warm_up: int, seed: int) -> Columns:
    here = problems.where((problems["warm_up"] == warm_up) & (problems["seed"] == seed))
    study_numbers.seeds_of(here)  # there are rows at all
    return {"stage": here["stage"]} | {
        name: here.numbers(name) for name in _COLUMNS if name != "stage"
    }


def _group(warm_up: int, networks: Sequence[_Network]) -> Group:
    problems = tuple(network.problems for network in networks)
    joined = {
        name: np.concatenate([np.asarray(columns[name]) for columns in problems])
        for name in _COLUMNS
    }
    return Group(
        warm_up,
        tuple(network.name for network in networks),
        tuple(network.seed for network in networks),
        problems,
        np.array([network.angles for network in networks]),
        tuple(map(_fit, problems)),
        _fit(joined),
        _fit(_stage_means(problems)) if len(networks) > 1 else None,
    )


def _stage_means(problems: Sequence[Columns]) -> Columns:
    """A row a network and stage: the means over its sets."""
    rows = []
    for columns in problems:
        for stage in STAGES:
            here = np.asarray(columns["stage"]) == stage
            values = [np.asarray(columns[name], np.float64)[here] for name in _COLUMNS[3:]]
            known = np.isfinite(values[0])
            means = [value[known].mean() if known.any() else np.nan for value in values]
            rows.append((stage, *means))
    return dict(zip(("stage", *_COLUMNS[3:]), map(np.array, zip(*rows, strict=True)), strict=True))


def table(numbers: RevisitNumbers) -> dict[str, Table]:
    """Every problem, and each network's regression and angles."""
    problems: dict[str, list[Any]] = {"warm_up": [], "network": []}
    networks: dict[str, list[Any]] = {
        name: []
        for name in ("warm_up", "network", "seed", "r_squared", "slope_trials", "regressed")
    }
    for group in numbers.groups:
        for name, seed, columns, fit, angles in zip(
            group.names, group.seeds, group.problems, group.fits, group.angles, strict=True
        ):
            count = len(columns["stage"])
            problems["warm_up"] += [group.warm_up] * count
            problems["network"] += [name] * count
            for column in _COLUMNS:
                called = "trials_to_criterion" if column == "trials" else column
                problems.setdefault(called, []).extend(np.asarray(columns[column]).tolist())
            row = {"warm_up": group.warm_up, "network": name, "seed": seed}
            row |= {
                "r_squared": np.nan if fit is None else fit.r_squared,
                "slope_trials": np.nan if fit is None else fit.slope,
                "regressed": 0 if fit is None else fit.n,
            }
            row |= {f"angle_{place}_rad": value for place, value in enumerate(angles.tolist(), 1)}
            for key, value in row.items():
                networks.setdefault(key, []).append(value)
    return {"problems": dict(problems), "networks": dict(networks)}


@compose.in_style
def draw(numbers: RevisitNumbers) -> Figure:
    """A row a warm-up: trials of each stage, similarity to A, their regression, its R², angles."""
    groups = numbers.groups
    figure = compose.sheet(14 + 50 * len(groups))
    letters = iter("abcdefghijklmnopqrstuvwxyz")
    rows = figure.subplots(
        len(groups), 5, squeeze=False, gridspec_kw={"width_ratios": [1, 1, 1.1, 0.45, 0.7]}
    )
    for group, axes in zip(groups, rows, strict=True):
        _draw_stages(axes[0], axes[1], group)
        _draw_regression(axes[2], group)
        _draw_explained(axes[3], group)
        for place, column in enumerate(np.degrees(group.angles).T):
            compose.points_and_box(axes[4], place, column, compose.ORANGE)
        places = range(group.angles.shape[1])
        axes[4].set_xticks(places, [str(place + 1) for place in places])
        axes[4].set(xlabel="Principal angle", ylabel="Decision to stimulus (°)", ylim=(0, 95))
        axes[4].set_xlim(-0.6, len(places) - 0.4)
        for panel in axes:
            compose.letter(panel, next(letters, ""))
    compose.caption(figure, numbers.caption)
    return figure


def _draw_stages(left: Axes, right: Axes, group: Group) -> None:
    problems = group.joined
    trials = np.asarray(problems["trials"], np.float64)
    for axes, values, label in (
        (left, trials, f"Trials after {group.warm_up} problems"),
        (right, _similarity(problems), "Similarity to A (r)"),
    ):
        for place, stage in enumerate(STAGES):
            here = np.asarray(problems["stage"]) == stage
            if axes is left or place:
                compose.points_and_box(axes, place, values[here], _COLOURS[stage])
        axes.set_xticks(range(len(STAGES)), STAGES, rotation=45, ha="right")
        axes.set(xlim=(-0.6, len(STAGES) - 0.4), ylabel=label)
    right.set_xlim(0.4, len(STAGES) - 0.4)
    compose.plain_log(left)


def _draw_regression(axes: Axes, group: Group) -> None:
    problems = group.joined
    similarity, trials = _similarity(problems), np.asarray(problems["trials"])
    for stage, marker in _MARKERS.items():
        here = np.asarray(problems["stage"]) == stage
        axes.plot(
            similarity[here],
            trials[here],
            marker,
            ms=2.6,
            mfc=_COLOURS[stage],
            mec="white",
            mew=0.3,
            label=stage,
        )
    fit = group.together
    if fit is not None:
        ends = np.array([np.nanmin(similarity), np.nanmax(similarity)])
        axes.plot(ends, fit.intercept + fit.slope * ends, color=compose.GREEN, lw=0.8)
    compose.from_zero(axes)
    axes.set(xlabel="Similarity to A (r)", ylabel="Trials to criterion")
    compose.legend_above(axes, 3, handletextpad=0.1, columnspacing=0.8)


def _draw_explained(axes: Axes, group: Group) -> None:
    """R² of each network, beside those of the two monkeys."""
    explained = [fit.r_squared for fit in group.fits if fit is not None]
    compose.points_and_box(axes, 0, explained, compose.BLACK)
    for value in MONKEYS:
        axes.plot(1, value, "D", ms=3.2, mfc=compose.GREEN, mec="white", mew=0.3)
    axes.set_xticks([0, 1], ["networks", "monkeys"], rotation=45, ha="right")
    axes.set(xlim=(-0.6, 1.6), ylim=(0, 1), ylabel="R² of trials on similarity")


def _similarity(problems: Mapping[str, Any]) -> Float64:
    """Mean over the two responses."""
    first, second = (np.asarray(problems[f"similarity_{k}"], np.float64) for k in (0, 1))
    return (first + second) / 2


def _fit(problems: Mapping[str, Any]) -> LinearFit | None:
    try:
        return revisit.regression(problems)
    except L2LError:
        return None


def _caption(groups: Sequence[Group]) -> str:
    seeds = sorted({seed for group in groups for seed in group.seeds})
    count = max(len(group.seeds) for group in groups)
    warm_ups = " and ".join(f"{group.warm_up}" for group in groups)
    sets = sum(len(group.joined["stage"]) for group in groups) // len(STAGES)
    failed = sum(int(np.isnan(group.joined["trials"].astype(float)).sum()) for group in groups)
    parts = [
        f"n = {count} network{'s' * (count != 1)} ({wording.seeds(seeds)}), {sets} "
        f"set{'s' * (sets != 1)}, after {warm_ups} problem{'s' * (warm_ups != '1')}. In each row, from the left: trials to "
        "criterion of each stage; Pearson correlation of decision trajectories with those of A for the "
        "same response, along the first principal component of the decision subspace of A and B, mean "
        "over the two responses; trials regressed on it; variance explained within each network, and "
        "in two monkeys (Tian et al. 2026); principal angles between the decision subspace (average "
        "over problems) and the stimulus subspace (what is left without it, not made orthogonal)."
    ]
    for group in groups:
        if group.together is None:
            parts.append("Too few problems differ for a regression of trials on similarity.")
            continue
        ours = f"R² = {group.together.r_squared:.2f} over {group.together.n} problems"
        each = [fit.r_squared for fit in group.fits if fit is not None]
        if len(each) > 1:
            ours += f", {min(each):.2f} to {max(each):.2f} within networks"
        if group.over_networks is not None:
            ours += f", {group.over_networks.r_squared:.2f} over the networks' means"
        parts.append(f"After {group.warm_up} problems {ours}.")
    parts.append(f"Monkeys: R² = {' and '.join(f'{value:.2f}' for value in MONKEYS)}.")
    if failed:
        parts.append(f"{failed} problems were not learned and are left out.")
    return " ".join(parts)
