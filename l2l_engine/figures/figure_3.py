"""Figure 3: causality. Relearning with the readout moved between decision and stimulus subspaces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import statistics
from l2l_engine.analysis.learning_curve import box
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunType
from l2l_engine.figures import compose, wording
from l2l_engine.figures.contract import Table
from l2l_engine.figures.needs import LackingError, Needs
from l2l_engine.figures.sources import FigureSource, Network, NetworkSource, check_alike, select

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

NUMBER = 3
TITLE = "Causality"
_TYPES = (RunType.ControlManifPert, RunType.DSManifPert, RunType.SSManifPert)
NEEDS = Needs(
    _TYPES,
    1,
    False,
    "Figure 3 needs runs of the types ControlManifPert, DSManifPert and SSManifPert that have "
    "learned perturbed problems: train them with l2l-sweep --run-types control ds ss.",
)
RELEARNED = 50  # perturbed problems the paper's means are over
_LABELS = {
    RunType.ControlManifPert: "Control",
    RunType.DSManifPert: "D→S",
    RunType.SSManifPert: "S→S",
}
_COLUMNS = _LABELS | {RunType.ControlManifPert: "Control\n(frozen\nreadout)"}
_COLOURS = {
    RunType.ControlManifPert: compose.BLACK,
    RunType.DSManifPert: compose.GREEN,
    RunType.SSManifPert: compose.ORANGE,
}


@dataclass(frozen=True, slots=True, eq=False)
class Condition:
    """One kind of perturbation; its runs' first fifty perturbed problems.

    ``counts`` and ``moved`` have a row a run: trials to criterion, NaN where failed, and how many
    of the permutation's directions go elsewhere, NaN where the permutation is unknown (imported runs).
    """

    run_type: RunType
    names: tuple[str, ...]
    seeds: tuple[int, ...]
    counts: tuple[Float64, ...]
    moved: tuple[Float64, ...]

    @property
    def means(self) -> Float64:
        """Mean trials to criterion of each run, over the problems it learned."""
        return np.array([statistics.known_mean(row) for row in self.counts])


@dataclass(frozen=True, slots=True, eq=False)
class Figure3Numbers:
    """Everything in Figure 3. ``first_problem`` is of each of ``seeds``, unperturbed."""

    seeds: tuple[int, ...]
    first_problem: Float64
    first_perturbed: int  # number of the first perturbed problem, from 1
    conditions: tuple[Condition, ...]
    caption: str


def compute(sources: Sequence[FigureSource], progress: Progress | None = None) -> Figure3Numbers:
    """The numbers of Figure 3, with the conditions there are."""
    runs = [
        source
        for source in select(sources, NEEDS)
        if isinstance(source, NetworkSource)
        and len(source.trials_to_criterion) > source.config.baseline_problems
    ]
    if not runs:
        raise LackingError(NEEDS.sentence)
    whole: list[Network] = [source for source in sources if isinstance(source, NetworkSource)]
    check_alike(whole)
    first: dict[int, float] = {}
    for network in (*runs, *whole):
        if len(network.trials_to_criterion):
            first.setdefault(network.config.seed, float(network.trials_to_criterion[0]))
    conditions = tuple(
        _condition(run_type, [network for network in runs if network.config.run_type is run_type])
        for run_type in _TYPES
    )
    if progress is not None:
        progress(1.0)
    return Figure3Numbers(
        tuple(sorted(first)),
        np.array([first[seed] for seed in sorted(first)]),
        runs[0].config.baseline_problems + 1,
        conditions,
        _caption(
            conditions, _shared_seeds(first, conditions), runs[0].config.baseline_problems + 1
        ),
    )


def table(numbers: Figure3Numbers) -> dict[str, Table]:
    """Means a network and condition, and every perturbed problem."""
    each = [
        (condition, run, place)
        for condition in numbers.conditions
        for run in range(len(condition.names))
        for place in range(len(condition.counts[run]))
    ]
    return {
        "networks": {
            "seed": [
                *numbers.seeds,
                *(s for condition in numbers.conditions for s in condition.seeds),
            ],
            "condition": ["problem 1"] * len(numbers.seeds)
            + [
                condition.run_type.value
                for condition in numbers.conditions
                for _ in condition.seeds
            ],
            "trials_to_criterion": [
                *numbers.first_problem,
                *(mean for condition in numbers.conditions for mean in condition.means),
            ],
        },
        "problems": {
            "network": [condition.names[run] for condition, run, _ in each],
            "seed": [condition.seeds[run] for condition, run, _ in each],
            "condition": [condition.run_type.value for condition, _, _ in each],
            "problem": [numbers.first_perturbed + place for _, _, place in each],
            "trials_to_criterion": [condition.counts[run][place] for condition, run, place in each],
            "moved_directions": [condition.moved[run][place] for condition, run, place in each],
        },
    }


@compose.in_style
def draw(numbers: Figure3Numbers) -> Figure:
    """a, b, boxes over networks, linear and log; c, how soon problems were learned; d, by permutation."""
    figure = compose.sheet(76)
    axes = figure.subplot_mosaic("ABCD", width_ratios=[1.3, 1.3, 1, 1])
    _draw_boxes(axes["A"], numbers)
    compose.from_zero(axes["A"])
    _draw_boxes(axes["B"], numbers)
    compose.plain_log(axes["B"])
    _draw_shares(axes["C"], numbers)
    _draw_moved(axes["D"], numbers)
    for name, panel in axes.items():
        compose.letter(panel, str(name).lower())
    compose.caption(figure, numbers.caption)
    return figure


def _shared_seeds(seeds: Iterable[int], conditions: Sequence[Condition]) -> list[int]:
    """The seeds that problem 1 and every condition given have: only these are compared in a and b."""
    shared = set(seeds)
    for condition in conditions:
        if condition.seeds:
            shared &= set(condition.seeds)
    return sorted(shared)


def _draw_boxes(axes: Axes, numbers: Figure3Numbers) -> None:
    """The same networks in every column."""
    shared = _shared_seeds(numbers.seeds, numbers.conditions)
    first = dict(zip(numbers.seeds, numbers.first_problem, strict=True))
    compose.points_and_box(axes, 0, [first[seed] for seed in shared], compose.GREY)
    for place, condition in enumerate(numbers.conditions, 1):
        means = [
            mean
            for seed, mean in zip(condition.seeds, condition.means, strict=True)
            if seed in shared
        ]
        compose.points_and_box(axes, place, means, _COLOURS[condition.run_type])
    labels = ["Problem\n1", *(_COLUMNS[condition.run_type] for condition in numbers.conditions)]
    axes.set_xticks(range(len(labels)), labels)
    axes.set(xlim=(-0.6, len(labels) - 0.4), ylabel="Trials to criterion")


def _draw_shares(axes: Axes, numbers: Figure3Numbers) -> None:
    for condition in numbers.conditions:
        if condition.counts:
            counts = np.concatenate(condition.counts)
            learned = np.sort(counts[np.isfinite(counts)])
            share = 100 * np.arange(1, len(learned) + 1) / len(counts)
            axes.step(
                [*learned],
                share,
                where="post",
                color=_COLOURS[condition.run_type],
                label=_LABELS[condition.run_type],
            )
    compose.plain_log(axes, "x")
    axes.set(xlabel="Trials to criterion", ylabel="Problems learned by then (%)", ylim=(0, 100))
    axes.legend(loc="upper left")


def _draw_moved(axes: Axes, numbers: Figure3Numbers) -> None:
    """S→S alone: the others do not come back to where they were, or do not move."""
    within = next(
        condition for condition in numbers.conditions if condition.run_type is RunType.SSManifPert
    )
    if not within.counts:
        compose.empty(axes, "No S→S run was given.")
        return
    counts, moved = np.concatenate(within.counts), np.concatenate(within.moved)
    kinds = np.unique(moved[np.isfinite(moved)])
    if not len(kinds):
        compose.empty(axes, "The permutations of the S→S runs are unknown.")
        return
    groups = [box(counts[moved == kind]) for kind in kinds]
    colour = _COLOURS[RunType.SSManifPert]
    compose.boxes(axes, range(len(kinds)), groups, [colour] * len(kinds), 0.5)
    names = {0: "0\n(identity)"}
    axes.set_xticks(range(len(kinds)), [names.get(int(kind), f"{kind:.0f}") for kind in kinds])
    axes.set(xlabel="Directions moved, S→S", ylabel="Trials to criterion")
    axes.set_xlim(-0.6, len(kinds) - 0.4)
    compose.plain_log(axes)


def _condition(run_type: RunType, runs: Sequence[NetworkSource]) -> Condition:
    rows = [
        slice(network.config.baseline_problems, network.config.baseline_problems + RELEARNED)
        for network in runs
    ]
    permutations = [
        network.summary.permutations[chosen] for network, chosen in zip(runs, rows, strict=True)
    ]
    return Condition(
        run_type,
        tuple(network.name for network in runs),
        tuple(network.config.seed for network in runs),
        tuple(
            network.trials_to_criterion[chosen] for network, chosen in zip(runs, rows, strict=True)
        ),
        tuple(_moved(run_type, drawn) for drawn in permutations),
    )


def _moved(run_type: RunType, permutations: NDArray[np.int8]) -> Float64:
    """Directions that each drawn permutation (rows of k) moves; Control draws but moves none."""
    if run_type is RunType.ControlManifPert:
        return np.zeros(len(permutations))
    moved = np.sum(permutations != np.arange(permutations.shape[1]), axis=1).astype(np.float64)
    moved[(permutations < 0).any(axis=1)] = np.nan
    return moved


def _caption(conditions: Sequence[Condition], shared: Sequence[int], first: int) -> str:
    numbers = ", ".join(
        f"{_LABELS[condition.run_type]} {len(condition.names)}" for condition in conditions
    )
    counts = [row for condition in conditions for row in condition.counts]
    failed = sum(int(np.isnan(row).sum()) for row in counts)
    shortest, longest = min(map(len, counts)), max(map(len, counts))
    last = first + RELEARNED - 1
    span = wording.problems(first, first + shortest - 1, first + longest - 1, last)
    who = wording.seeds(shared) if shared else "nothing, as no seed has them all"
    parts = [
        f"a, b, Trials to criterion of problem 1 and means over {span} of the "
        f"runs with a frozen readout, unmoved (Control) or moved within (S→S) or into (D→S) the "
        f"stimulus subspace; networks: {numbers} (the paper: {wording.PAPER_NETWORKS} each). Every "
        f"perturbed problem starts from the network of problem 1; a and b compare "
        f"{who}. c, All these problems. d, Those of "
        "S→S, by how many of the four directions the drawn permutation moves.",
    ]
    moved = np.concatenate([row for condition in conditions for row in condition.moved])
    if unknown := int(np.isnan(moved).sum()):
        parts.append(
            f"The permutations of {unknown} perturbed problems of imported runs are unknown: d leaves "
            "them out."
        )
    if failed:
        parts.append(
            f"{failed} perturbed problems were not learned; the means leave them out, c counts them."
        )
    return " ".join(parts)
