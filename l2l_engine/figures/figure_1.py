"""Figure 1: learning to learn. Trials to criterion over problems, and how fast they fall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.learning_curve import (
    Box,
    ExponentialFit,
    box,
    fit_exponential,
    moving_mean,
)
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunType
from l2l_engine.figures import compose, wording
from l2l_engine.figures.contract import Table
from l2l_engine.figures.needs import GROUP, Needs
from l2l_engine.figures.processed import PublishedFits, PublishedNetwork
from l2l_engine.figures.sources import FigureSource, Network, select

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

NUMBER = 1
TITLE = "Learning to learn"
NEEDS = Needs(
    (RunType.Full,),
    2,
    False,
    "Figure 1 needs a run of the type Full with two learned problems: train one with l2l-train.",
)
PAPER_PROBLEMS = 1001
_FEWEST_FITTED = 31  # counts: the fit's start is the mean of the last 31


@dataclass(frozen=True, slots=True, eq=False)
class Fits:
    """Exponential fits to problems 2 on, each (n,); amplitude and asymptote in trials."""

    names: tuple[str, ...]
    amplitudes: Float64
    time_constants: Float64  # problems
    asymptotes: Float64


@dataclass(frozen=True, slots=True, eq=False)
class Figure1Numbers:
    """Everything in Figure 1.

    The example is the first network, with the moving mean and the fit of its problems 2 on, and
    ``example_boxes`` of its groups of fifty problems from problem 2 on; ``boxes`` are of all
    networks together. ``fitted`` is each network's own fit, as ``counts`` are ordered.
    """

    names: tuple[str, ...]
    counts: tuple[Float64, ...]  # of each network (K,): trials to criterion, NaN = failed
    moving_mean: Float64  # (K - 1,)
    fitted: tuple[ExponentialFit | None, ...]
    example_boxes: tuple[Box, ...]
    boxes: tuple[Box, ...]
    fits: Fits
    caption: str

    @property
    def fit(self) -> ExponentialFit | None:
        """The example's."""
        return self.fitted[0] if self.fitted else None


def compute(sources: Sequence[FigureSource], progress: Progress | None = None) -> Figure1Numbers:
    """The numbers of Figure 1; a file of published fits stands for the published networks' own."""
    published = [source for source in sources if isinstance(source, PublishedFits)]
    networks = select(sources, NEEDS, at_least=0 if published else 1)
    counts = tuple(network.trials_to_criterion for network in networks)
    fitted = [_fit(row) for row in counts]
    own = [
        (network.name, fit)
        for network, fit in zip(networks, fitted, strict=True)
        if fit is not None and not (published and isinstance(network, PublishedNetwork))
    ]
    fits = Fits(
        (
            *(name for name, _ in own),
            *(f"published {n}" for file in published for n in range(len(file.asymptotes))),
        ),
        np.array([fit.amplitude for _, fit in own] + _all(file.amplitudes for file in published)),
        np.array(
            [fit.time_constant for _, fit in own] + _all(file.time_constants for file in published)
        ),
        np.array([fit.asymptote for _, fit in own] + _all(file.asymptotes for file in published)),
    )
    if progress is not None:
        progress(1.0)
    return Figure1Numbers(
        names=tuple(network.name for network in networks),
        counts=counts,
        moving_mean=moving_mean(counts[0][1:]) if counts else np.empty(0),
        fitted=tuple(fitted),
        example_boxes=_boxes(counts[:1]),
        boxes=_boxes(counts),
        fits=fits,
        caption=_caption(networks, fits),
    )


def _boxes(counts: Sequence[Float64]) -> tuple[Box, ...]:
    """Of each group of fifty problems from problem 2 on, the networks together."""
    return tuple(
        box(np.concatenate([row[at : at + GROUP] for row in counts]), at)
        for at in range(1, max(map(len, counts), default=0), GROUP)
    )


def table(numbers: Figure1Numbers) -> dict[str, Table]:
    """Counts a problem and network, boxes a group, fits a network."""
    example = np.full(len(numbers.moving_mean), np.nan)
    if numbers.fit is not None:
        example = numbers.fit(np.arange(len(example)))
    fits = numbers.fits
    return {
        "trials_to_criterion": {
            "network": [
                name
                for name, counts in zip(numbers.names, numbers.counts, strict=True)
                for _ in counts
            ],
            "problem": [n + 1 for counts in numbers.counts for n in range(len(counts))],
            "trials_to_criterion": _all(numbers.counts),
        },
        "example": {
            "problem": np.arange(len(example)) + 2,
            "moving_mean": numbers.moving_mean,
            "fit": example,
        },
        "example_groups": _box_table(numbers.example_boxes),
        "groups": _box_table(numbers.boxes),
        "fits": {
            "network": fits.names,
            "amplitude_trials": fits.amplitudes,
            "time_constant_problems": fits.time_constants,
            "asymptote_trials": fits.asymptotes,
        },
    }


def _box_table(boxes: Sequence[Box]) -> Table:
    return {
        "first_problem": [box_.first + 1 for box_ in boxes],
        "median": [box_.median for box_ in boxes],
        "lower_quartile": [box_.quartiles[0] for box_ in boxes],
        "upper_quartile": [box_.quartiles[1] for box_ in boxes],
        "lower_whisker": [box_.whiskers[0] for box_ in boxes],
        "upper_whisker": [box_.whiskers[1] for box_ in boxes],
        "mean": [box_.mean for box_ in boxes],
    }


@compose.in_style
def draw(numbers: Figure1Numbers) -> Figure:
    """a, an example network; b, c, boxes of fifty problems, its own and all; d, e, all fits."""
    figure = compose.sheet(150)
    axes = figure.subplot_mosaic("AAAAAD;AAAAAD;BBBBBD;BBBBBE;CCCCCE;CCCCCE")
    _draw_example(axes["A"], numbers)
    _draw_groups(axes["B"], "b", numbers.example_boxes, numbers.counts[:1])
    _draw_groups(axes["C"], "c", numbers.boxes, numbers.counts, log=True)
    fits = numbers.fits
    for name, values, label in (
        ("D", fits.time_constants, "Time constant (problems)"),
        ("E", fits.asymptotes, "Asymptote (trials)"),
    ):
        panel = axes[name]
        if len(values):
            compose.points_and_box(panel, 0, values, compose.BLACK)
            panel.set(xlim=(-0.6, 0.6), xticks=[], ylabel=label)
            panel.set_xlabel(f"n = {len(values)}")
            panel.set_ylim(0, 1.12 * values.max())
        else:
            compose.empty(panel, f"No fit: it rests on {_FEWEST_FITTED} learned problems or more.")
        compose.letter(panel, name.lower())
    compose.caption(figure, numbers.caption)
    return figure


def pages(numbers: Figure1Numbers) -> Iterator[Figure]:
    """A page for each network: its trials to criterion and their fit, on both kinds of axis."""
    for name, counts, fit in zip(numbers.names, numbers.counts, numbers.fitted, strict=True):
        yield _page(name, counts, fit)


@compose.in_style
def _page(name: str, counts: Float64, fit: ExponentialFit | None) -> Figure:
    figure = compose.sheet(120)
    linear, log = figure.subplots(2, 1)
    for axes in (linear, log):
        _draw_curve(axes, counts, moving_mean(counts[1:]), fit)
    compose.plain_log(log)
    later = counts[1:][np.isfinite(counts[1:])]
    linear.set_ylim(0, 1.05 * later.max(initial=1.0))  # problem 1 would flatten all the others
    compose.legend_above(linear, 3, markerscale=2)
    words = "No fit: too few problems were learned."
    if fit is not None:
        words = (
            f"Fit to problems 2 on: {fit.asymptote:.3g} + {fit.amplitude:.3g} exp(-(n - 2) / "
            f"{fit.time_constant:.3g}) trials at problem n."
        )
    compose.caption(figure, f"Trials to criterion of {name}: from problem 2 on, and all. {words}")
    return figure


def _draw_example(axes: Axes, numbers: Figure1Numbers) -> None:
    compose.letter(axes, "a")
    if not numbers.counts:
        compose.empty(axes, "Published fits hold no trials to criterion.")
        return
    _draw_curve(axes, numbers.counts[0], numbers.moving_mean, numbers.fit)
    compose.plain_log(axes)
    compose.legend_above(axes, 3, markerscale=2)


def _draw_curve(axes: Axes, counts: Float64, mean: Float64, fit: ExponentialFit | None) -> None:
    problem = np.arange(len(counts)) + 1
    axes.plot(problem, counts, ".", color=compose.GREY, ms=2.2, mew=0, label="each problem")
    axes.plot(problem[1:], mean, color=compose.BLACK, label="mean of 30 problems")
    if fit is not None:
        fitted = problem[1:PAPER_PROBLEMS]
        text = f"fit, time constant {fit.time_constant:.0f} problems"
        axes.plot(fitted, fit(fitted - 2), color=compose.BLUE, ls=(0, (3, 1.5)), label=text)
    axes.set(xlabel="Problem", ylabel="Trials to criterion")
    axes.set_xlim(1 - 0.01 * len(counts), 1 + 1.01 * len(counts))


def _draw_groups(
    axes: Axes,
    letter: str,
    boxes: Sequence[Box],
    counts: Sequence[Float64],
    *,
    log: bool = False,
) -> None:
    compose.letter(axes, letter)
    if not boxes:
        compose.empty(axes, "Published fits hold no trials to criterion.")
        return
    places = range(len(boxes))
    compose.boxes(axes, places, boxes, [compose.BLACK] * len(places), 0.6)
    means = [box_.mean for box_ in boxes]
    axes.plot(places, means, "D", ms=2.4, mfc="white", mec=compose.VERMILION, mew=0.7, label="mean")
    if log:
        compose.plain_log(axes)
    else:
        axes.set_ylim(0, None)
    names = wording.group_names(max(map(len, counts)))
    axes.set_xticks(places, names, rotation=45, ha="right", rotation_mode="anchor")
    axes.set(xlim=(-0.7, len(places) - 0.3), xlabel="Problems", ylabel="Trials to criterion")
    compose.legend_above(axes)


def _fit(counts: Float64) -> ExponentialFit | None:
    after_first = counts[1:PAPER_PROBLEMS]
    enough = np.isfinite(after_first).sum() >= _FEWEST_FITTED
    return fit_exponential(after_first) if enough else None


def _all(arrays: Iterable[Float64]) -> list[float]:
    return [float(value) for array in arrays for value in array]


def _caption(networks: Sequence[Network], fits: Fits) -> str:
    if not networks:
        return f"Fits of {len(fits.names)} published networks, problems 2–{PAPER_PROBLEMS}."
    lengths = [len(network.trials_to_criterion) for network in networks]
    failed = sum(network.failed for network in networks)
    parts = [
        f"a, Trials to criterion of {networks[0].name}. b, Median, quartiles and whiskers "
        "(1.5 box heights) of its groups of fifty problems. c, The same of all networks together: "
        f"{wording.networks(len(networks), (network.config.seed for network in networks))}, "
        f"{wording.problems(2, min(lengths), max(lengths), PAPER_PROBLEMS)}.",
        f"d, e, Exponential fits from problem 2 on, n = {len(fits.names)}; points are networks.",
    ]
    if failed:
        parts.append(f"{failed} problems were not learned and are left out.")
    return " ".join(parts)
