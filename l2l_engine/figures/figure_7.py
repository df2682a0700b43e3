"""Figure 7: accumulation. How earlier changes of the vector field add up, and suppress new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import statistics
from l2l_engine.analysis.accumulation import PARALLEL, PERPENDICULAR
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunConfig, RunType
from l2l_engine.figures import compose, wording
from l2l_engine.figures.analyses import ACCUMULATED, accumulated
from l2l_engine.figures.contract import Table
from l2l_engine.figures.needs import GROUP, LackingError, Needs
from l2l_engine.figures.sources import NetworkSource, Source, select
from l2l_engine.storage.results import Arrays

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

NUMBER = 7
TITLE = "Accumulation of changes and net suppression"
NEEDS = Needs(
    (RunType.Full,),
    2,
    True,
    "Figure 7 needs the networks of a run of the type Full, two learned problems or more: train "
    "one with l2l-train.",
)
_LINES = {PARALLEL: compose.PARALLEL, PERPENDICULAR: compose.PERPENDICULAR}
_DIRECTIONS = {PARALLEL: "parallel", PERPENDICULAR: "perpendicular"}


@dataclass(frozen=True, slots=True, eq=False)
class Numbers:
    """Everything in Figure 7: n networks, G groups of fifty problems, I intervals of the trial.

    The second axis is parallel, perpendicular; all in rate units a step.

    Attributes
    ----------
    by_lag : (n, 2, L)
        Mean magnitude of the change from the network 1 ... L problems earlier, along the modes of a
        problem's own weight-driven change; over all problems with so many before them.
    from_first : (n, 2, G)
        That from the network of problem 1, and ``own`` (n, 2, G) from the problem just before.
    suppression : (n, 2, G, I)
        Net suppression: more negative is more.
    """

    names: tuple[str, ...]
    config: RunConfig
    last_problem: int
    by_lag: Float64
    from_first: Float64
    own: Float64
    suppression: Float64
    caption: str


def compute(sources: Sequence[Source], progress: Progress | None = None) -> Numbers:
    """The numbers of Figure 7. Five hundred problems of one network take a minute or two."""
    candidates = [one for one in sources if isinstance(one, NetworkSource)]
    networks = [one for one in select(candidates, NEEDS) if isinstance(one, NetworkSource)]
    pairs = [
        (network, groups)
        for network, groups in zip(networks, accumulated(networks, progress), strict=True)
        if groups
    ]
    if not pairs:
        raise LackingError(
            f"{networks[0].path} lacks the network of problem 1 or 2, with which accumulation "
            "starts: give a run without that gap."
        )
    every = [groups for _, groups in pairs]
    lengths = [sum(one["magnitude"].shape[1] for one in groups) + 1 for groups in every]
    return Numbers(
        names=tuple(network.name for network, _ in pairs),
        config=pairs[0][0].config,
        last_problem=max(lengths),
        by_lag=statistics.padded([_by_lag(groups) for groups in every]),
        from_first=statistics.padded([_grouped(groups, first=True) for groups in every]),
        own=statistics.padded([_grouped(groups, first=False) for groups in every]),
        suppression=np.moveaxis(
            statistics.padded([_suppression(groups) for groups in every]), -1, 2
        ),
        caption=_caption([network.config.seed for network, _ in pairs], lengths),
    )


def table(numbers: Numbers) -> dict[str, Table]:
    """Magnitudes by lag and by group, suppression by group and interval; one row each."""
    names = wording.group_names(numbers.last_problem)
    edges = _edges(numbers)
    network, direction, lag = np.indices(numbers.by_lag.shape).reshape(3, -1)
    tables: dict[str, Table] = {
        "by_lag": {
            "network": [numbers.names[n] for n in network],
            "direction": [_DIRECTIONS[n] for n in direction],
            "problems_earlier": lag + 1,
            "magnitude": numbers.by_lag.ravel(),
        }
    }
    network, direction, group = np.indices(numbers.own.shape).reshape(3, -1)
    tables["groups"] = {
        "network": [numbers.names[n] for n in network],
        "direction": [_DIRECTIONS[n] for n in direction],
        "problems": [names[n] for n in group],
        "from_problem_1": numbers.from_first.ravel(),
        "from_problem_before": numbers.own.ravel(),
        "net_suppression": numbers.suppression.mean(axis=-1).ravel(),
    }
    network, direction, group, interval = np.indices(numbers.suppression.shape).reshape(4, -1)
    tables["intervals"] = {
        "network": [numbers.names[n] for n in network],
        "direction": [_DIRECTIONS[n] for n in direction],
        "problems": [names[n] for n in group],
        "start_s": edges[interval],
        "net_suppression": numbers.suppression.ravel(),
    }
    return tables


@compose.in_style
def draw(numbers: Numbers) -> Figure:
    """a, accumulation by lag; b, from problem 1 over groups; c, d, net suppression."""
    figure = compose.sheet(74)
    axes = figure.subplot_mosaic("ABCD")
    groups = wording.group_centres(numbers.last_problem)
    lags = np.arange(1, numbers.by_lag.shape[2] + 1, dtype=np.float64)
    _draw_both(axes["A"], lags, numbers.by_lag, compose.BLACK)
    axes["A"].set(xlabel="Problems earlier", ylabel="Change (a.u. per step)", xlim=(0, None))
    _draw_both(axes["B"], groups, numbers.from_first, compose.BLACK)
    _draw_both(axes["B"], groups, numbers.own, compose.PURPLE)
    axes["B"].set(xlabel="Problem", ylabel="Change (a.u. per step)")
    for name in "AB":
        compose.from_zero(axes[name])
    _draw_both(axes["C"], groups, numbers.suppression.mean(axis=-1), compose.BLACK)
    axes["C"].set(xlabel="Problem", ylabel="Net suppression (a.u. per step)")
    for name in "BC":
        axes[name].set_xlim(0, numbers.last_problem)
    _draw_intervals(axes["D"], numbers)
    for name in "CD":
        axes[name].axhline(0, color="#bbbbbb", lw=0.5, zorder=0.5)
    for name, panel in axes.items():
        compose.letter(panel, str(name).lower())
    _key(figure)
    compose.caption(figure, numbers.caption)
    return figure


def _draw_both(axes: Axes, x: Float64, values: Float64, colour: str) -> None:
    """Mean and s.e.m. over networks of values (n, 2, ...) along both directions."""
    for direction, line in _LINES.items():
        mean, error = statistics.mean_and_sem(values[:, direction])
        marker = "o" if len(x) < 13 else ""
        compose.band(axes, x, mean, error, colour, line=line, marker=marker)


def _key(figure: Figure) -> None:
    from matplotlib.lines import Line2D

    figure.legend(
        handles=[
            Line2D([], [], color=compose.BLACK, label="cumulative change"),
            Line2D([], [], color=compose.PURPLE, label="the problem's own weight-driven change"),
            Line2D([], [], color="#666666", ls=compose.PARALLEL, label="parallel"),
            Line2D([], [], color="#666666", ls=compose.PERPENDICULAR, label="perpendicular"),
        ],
        loc="outside upper center",
        ncols=4,
        handlelength=2.4,
    )


def _draw_intervals(axes: Axes, numbers: Numbers) -> None:
    """Suppression along the trial, over all groups."""
    compose.epochs(axes, numbers.config, labels=True)
    edges = _edges(numbers)
    over_groups = statistics.known_mean(numbers.suppression, 2)
    _draw_both(axes, (edges[:-1] + edges[1:]) / 2, over_groups, compose.BLACK)
    axes.set(xlabel="Time in the trial (s)", ylabel="Net suppression (a.u. per step)")


def _edges(numbers: Numbers) -> Float64:
    """Of the intervals, in s."""
    config = numbers.config
    return np.linspace(0, config.steps * config.dt / 1000, numbers.suppression.shape[-1] + 1)


def _by_lag(groups: Sequence[Arrays]) -> Float64:
    """(2, L): means over problems with so many before them."""
    longest = max(one["magnitude"].shape[2] for one in groups)
    sums, numbers = np.zeros((2, longest)), np.zeros(longest)
    first = 1
    for one in groups:
        for place in range(one["magnitude"].shape[1]):
            earlier = first + place
            sums[:, :earlier] += one["magnitude"][:, place, :earlier][:, ::-1]
            numbers[:earlier] += 1
        first += one["magnitude"].shape[1]
    return sums / numbers


def _grouped(groups: Sequence[Arrays], *, first: bool) -> Float64:
    """(2, G): magnitudes from problem 1, or from the problem just before, averaged over groups."""
    means, start = [], 1
    for one in groups:
        number = one["magnitude"].shape[1]
        earlier = np.zeros(number, int) if first else np.arange(start - 1, start - 1 + number)
        means.append(np.float64(one["magnitude"][:, np.arange(number), earlier]).mean(axis=1))
        start += number
    return np.stack(means, axis=1)


def _suppression(groups: Sequence[Arrays]) -> Float64:
    """(2, I, G)."""
    return np.stack([one["suppression"].mean(axis=2) for one in groups], axis=2)


def _caption(seeds: Sequence[int], lengths: Sequence[int]) -> str:
    spread = "mean ± s.e.m. over networks" if len(seeds) > 1 else "one network, so no s.e.m"
    span = wording.problems(2, min(lengths), max(lengths), ACCUMULATED + 1)
    return (
        f"Changes along the first components of each problem's own weight-driven change, parallel "
        f"and perpendicular to the total: {wording.networks(len(seeds), seeds)}, {span}, groups of "
        f"{GROUP}; {spread}. a, From networks so many problems earlier. b, From problem 1 and from "
        "the problem before. c, d, Size of the cumulative change since problem 1 minus the "
        "problem's own: more negative is more suppression."
    )
