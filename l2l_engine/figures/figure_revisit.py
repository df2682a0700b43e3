"""Revisit and reverse: an old problem that comes back, and one whose mapping turns around.

Not a figure of the paper: what Tian et al. (2026) measured in macaques, measured in networks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import revisit
from l2l_engine.analysis.groups import group_states
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.revisit import STAGES
from l2l_engine.analysis.running import RunData
from l2l_engine.analysis.statistics import LinearFit
from l2l_engine.config import L2LError, RunType
from l2l_engine.figures import compose, wording
from l2l_engine.figures.contract import Table
from l2l_engine.figures.needs import LackingError, Needs
from l2l_engine.figures.sources import FigureSource, NetworkSource, check_alike

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

NUMBER = "revisit"
TITLE = "Revisit and reverse"
NEEDS = Needs(
    (RunType.Full,),
    4,
    True,
    "The figure of revisit and reverse needs the networks of runs with sets of A, B, A again and A "
    "reversed: train them with l2l-train --protocol revisit-and-reverse.",
)
MONKEYS = (0.47, 0.49)  # R2 of trials on similarity, Tian et al. (2026)
_DIMENSIONS = 4
_EVERY = 10  # ms between the states that angles are found from
_COLOURS = {
    "A": compose.GREY,
    "B": compose.GREY,
    "A again": compose.BLACK,
    "A reversed": compose.BLACK,
}
_MARKERS = {"B": "o", "A again": "^", "A reversed": "s"}


@dataclass(frozen=True, slots=True, eq=False)
class RevisitNumbers:
    """Everything in the figure.

    ``problems`` has the columns of the analysis ``revisit``, ``angles`` (rad) a row a network, ``fits`` the
    regression of each network's trials on similarity, None where it has too few problems.
    """

    names: tuple[str, ...]
    seeds: tuple[int, ...]
    problems: Mapping[str, NDArray[Any]]
    angles: Float64
    fits: tuple[LinearFit | None, ...]
    together: LinearFit | None
    caption: str


def compute(sources: Sequence[FigureSource], progress: Progress | None = None) -> RevisitNumbers:
    """The numbers of the figure, from the sources that have such sets."""
    runs = [source for source in sources if isinstance(source, NetworkSource) and source.computable]
    found, angles, kept = [], [], []
    for source in tracked(runs, [1.0] * len(runs), progress):
        data = _data(source)
        sets = revisit.find_sets(data.stimuli)
        sets = sets[data.available[sets].all(axis=1)]
        if not len(sets):
            continue
        kept.append(source)
        found.append(revisit.revisit([data]))
        angles.append(_angles(data, sets))
    if not kept:
        raise LackingError(NEEDS.sentence)
    check_alike(kept)
    names = tuple(source.name for source in kept)
    problems = {
        name: np.concatenate([np.asarray(columns[name]) for columns in found]) for name in found[0]
    }
    together, fits = _fit(problems), tuple(map(_fit, found))
    seeds = tuple(source.config.seed for source in kept)
    return RevisitNumbers(
        names,
        seeds,
        problems,
        np.array(angles),
        fits,
        together,
        _caption(seeds, problems, together, fits),
    )


def table(numbers: RevisitNumbers) -> dict[str, Table]:
    """Every problem, and each network's regression and angles."""
    problems: Table = dict(numbers.problems)
    problems["trials_to_criterion"] = problems.pop("trials")
    fits = numbers.fits
    networks: Table = {
        "network": numbers.names,
        "seed": numbers.seeds,
        "r_squared": [np.nan if fit is None else fit.r_squared for fit in fits],
        "slope_trials": [np.nan if fit is None else fit.slope for fit in fits],
        "regressed": [0 if fit is None else fit.n for fit in fits],
    }
    for place, column in enumerate(numbers.angles.T, 1):
        networks[f"angle_{place}_rad"] = column
    return {"problems": problems, "networks": networks}


@compose.in_style
def draw(numbers: RevisitNumbers) -> Figure:
    """a, trials of each stage; b, similarity to A; c, trials against similarity; d, angles."""
    figure = compose.sheet(62)
    axes = figure.subplot_mosaic("ABCD", width_ratios=[1, 1, 1, 0.7])
    trials = np.asarray(numbers.problems["trials"], np.float64)
    for name, values, label in (
        ("A", trials, "Trials to criterion"),
        ("B", _similarity(numbers.problems), "Similarity to A (r)"),
    ):
        for place, stage in enumerate(STAGES):
            here = np.asarray(numbers.problems["stage"]) == stage
            if name == "A" or place:
                compose.points_and_box(axes[name], place, values[here], _COLOURS[stage])
        axes[name].set_xticks(range(len(STAGES)), [stage.replace(" ", "\n") for stage in STAGES])
        axes[name].set(xlim=(-0.6, len(STAGES) - 0.4), ylabel=label)
    axes["B"].set_xlim(0.4, len(STAGES) - 0.4)
    compose.plain_log(axes["A"])
    _draw_regression(axes["C"], numbers)
    degrees = np.degrees(numbers.angles)
    for place, column in enumerate(degrees.T):
        compose.points_and_box(axes["D"], place, column, compose.ORANGE)
    axes["D"].set_xticks(
        range(degrees.shape[1]), [str(place) for place in range(1, degrees.shape[1] + 1)]
    )
    axes["D"].set(xlabel="Principal angle", ylabel="Decision to stimulus (°)", ylim=(0, 95))
    axes["D"].set_xlim(-0.6, degrees.shape[1] - 0.4)
    for name, panel in axes.items():
        compose.letter(panel, str(name).lower())
    compose.caption(figure, numbers.caption)
    return figure


def _draw_regression(axes: Axes, numbers: RevisitNumbers) -> None:
    similarity, trials = _similarity(numbers.problems), np.asarray(numbers.problems["trials"])
    for stage, marker in _MARKERS.items():
        here = np.asarray(numbers.problems["stage"]) == stage
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
    fit = numbers.together
    if fit is not None:
        ends = np.array([np.nanmin(similarity), np.nanmax(similarity)])
        axes.plot(ends, fit.intercept + fit.slope * ends, color=compose.GREEN, lw=0.8)
    compose.from_zero(axes)
    axes.set(xlabel="Similarity to A (r)", ylabel="Trials to criterion")
    compose.legend_above(axes, 3, handletextpad=0.1, columnspacing=0.8)


def _similarity(problems: Mapping[str, Any]) -> Float64:
    """Mean over the two responses."""
    first, second = (np.asarray(problems[f"similarity_{k}"], np.float64) for k in (0, 1))
    return (first + second) / 2


def _fit(problems: Mapping[str, Any]) -> LinearFit | None:
    try:
        return revisit.regression(problems)
    except L2LError:
        return None


def _data(source: NetworkSource) -> RunData:
    weights, stimuli = source.networks(range(len(source.trials_to_criterion)))
    return RunData(source.name, source.config, source.trials_to_criterion, weights, stimuli)


def _angles(data: RunData, sets: NDArray[np.intp]) -> Float64:
    """Of the new problems, A and B of all sets."""
    new = np.unique(sets[:, :2])
    steps = max(round(_EVERY / data.config.dt), 1)
    states = group_states(
        data.weights[new], data.stimuli[new], data.config, slice(steps - 1, None, steps)
    )
    return revisit.decision_stimulus_angles(states, min(_DIMENSIONS, data.config.units // 2))


def _caption(
    seeds: Sequence[int],
    problems: Mapping[str, NDArray[Any]],
    together: LinearFit | None,
    fits: Sequence[LinearFit | None],
) -> str:
    sets = len(problems["stage"]) // len(STAGES)
    failed = int(np.isnan(np.asarray(problems["trials"], np.float64)).sum())
    parts = [
        f"n = {len(seeds)} network{'s' * (len(seeds) != 1)} ({wording.seeds(seeds)}), {sets} "
        f"set{'s' * (sets != 1)}. a, Trials to criterion of each stage. b, Pearson correlation of decision "
        "trajectories with those of A for the same response, along the first principal component of the "
        "decision subspace of A and B; mean over the two responses."
    ]
    if together is not None:
        ours = f"R² = {together.r_squared:.2f} over {together.n} problems"
        each = [fit.r_squared for fit in fits if fit is not None]
        if len(each) > 1:
            ours += f", {min(each):.2f} to {max(each):.2f} within networks"
        monkeys = " and ".join(f"{value:.2f}" for value in MONKEYS)
        parts.append(
            f"c, Trials regressed on similarity: {ours} ({monkeys} in two monkeys, Tian et al. 2026)."
        )
    else:
        parts.append("c, Too few problems differ for a regression of trials on similarity.")
    parts.append(
        "d, Principal angles between the decision subspace (average over problems) and the stimulus "
        "subspace (what is left without it, not made orthogonal)."
    )
    if failed:
        parts.append(f"{failed} problems were not learned and are left out.")
    return " ".join(parts)
