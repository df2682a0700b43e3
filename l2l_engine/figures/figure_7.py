"""Figure 7: accumulation. How earlier changes of the vector field add up, and suppress new ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import statistics
from l2l_engine.analysis.accumulation import INTERVAL_MS, PARALLEL, PERPENDICULAR
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunConfig, RunType
from l2l_engine.figures import compose, wording
from l2l_engine.figures.analyses import ACCUMULATED, accumulated
from l2l_engine.figures.contract import Table
from l2l_engine.figures.needs import GROUP, LackingError, Needs
from l2l_engine.figures.processed import PublishedAccumulation
from l2l_engine.figures.sources import FigureSource, NetworkSource, select
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
LAG_GROUPS = ((2, 51), (52, 101), (202, 251), (452, 501))
"""First and last problem of the groups whose change is drawn against lag, as published."""
_LAG_COLOURS = ("#c6c6c6", "#969696", "#5a5a5a", compose.BLACK)
_CAVEAT = (
    "The sizes of both changes are taken before their difference, so whether they oppose each other is "
    "not shown, and growth of the cumulative change alone raises it."
)


@dataclass(frozen=True, slots=True, eq=False)
class Accumulated:
    """Accumulation in n networks, G groups of fifty problems, I intervals of the trial.

    All in rate units a step; the axis of length 2 is parallel, perpendicular; NaN where unknown.

    Attributes
    ----------
    names : tuple of str
    published : bool
        Whether these are the authors' networks.
    by_lag : (n, 4, L)
        Mean magnitude of the change since the network 1 ... L problems earlier, along the
        perpendicular component, of the problems of each of ``LAG_GROUPS``.
    from_first, own : (n, 2, G)
        Magnitude of the change since problem 1, and since the problem before.
    suppression : (n, 2, G, I)
        Net suppression; larger is more.
    """

    names: tuple[str, ...]
    published: bool
    by_lag: Float64
    from_first: Float64
    own: Float64
    suppression: Float64


@dataclass(frozen=True, slots=True, eq=False)
class Figure7Numbers:
    """Everything in Figure 7: our networks and the authors', whichever are given."""

    sets: tuple[Accumulated, ...]
    config: RunConfig
    last_problem: int
    caption: str


def compute(sources: Sequence[FigureSource], progress: Progress | None = None) -> Figure7Numbers:
    """The content of Figure 7. Five hundred problems of one network take a minute or two."""
    authors = [
        _published(source) for source in sources if isinstance(source, PublishedAccumulation)
    ]
    candidates = [source for source in sources if isinstance(source, NetworkSource)]
    try:
        networks = [
            source for source in select(candidates, NEEDS) if isinstance(source, NetworkSource)
        ]
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
    except LackingError:
        if not authors:
            raise
        pairs = []
    ours = [_ours(pairs)] if pairs else []
    lengths = [sum(group["magnitude"].shape[1] for group in groups) + 1 for _, groups in pairs]
    seeds = [network.config.seed for network, _ in pairs]
    sets = (*ours, *authors)
    return Figure7Numbers(
        sets=sets,
        config=pairs[0][0].config if pairs else RunConfig(),
        last_problem=max(
            [*lengths, *(1 + GROUP * authors_set.own.shape[2] for authors_set in authors)]
        ),
        caption=_caption(seeds, lengths, [len(authors_set.names) for authors_set in authors]),
    )


def _ours(pairs: Sequence[tuple[NetworkSource, Sequence[Arrays]]]) -> Accumulated:
    every = [groups for _, groups in pairs]
    return Accumulated(
        names=tuple(network.name for network, _ in pairs),
        published=False,
        by_lag=statistics.padded([_by_lag(groups) for groups in every]),
        from_first=statistics.padded([_grouped(groups, first=True) for groups in every]),
        own=statistics.padded([_grouped(groups, first=False) for groups in every]),
        suppression=np.moveaxis(
            statistics.padded([_suppression(groups) for groups in every]), -1, 2
        ),
    )


def _published(source: PublishedAccumulation) -> Accumulated:
    """The authors' networks; their changes along the parallel component were not published."""
    change = statistics.known_mean(source.change, axis=1)  # (R, P, L)
    problems = np.arange(change.shape[1])
    unknown = np.full((source.networks, change.shape[1]), np.nan)

    def grouped(values: Float64) -> Float64:
        both = np.stack([unknown, values], axis=1)  # (R, 2, P)
        return np.moveaxis(statistics.group_means(np.moveaxis(both, 2, 0), GROUP), 0, 2)

    by_lag = [
        statistics.known_mean(change[:, first - 2 : last - 1], axis=1)
        if first - 2 < change.shape[1]
        else unknown
        for first, last in LAG_GROUPS
    ]
    suppression = np.moveaxis(source.suppression, 3, 0)  # (P, 2, R, I)
    return Accumulated(
        names=tuple(f"published {n}" for n in range(source.networks)),
        published=True,
        by_lag=np.stack(by_lag, axis=1),
        from_first=grouped(change[:, problems, problems]),
        own=grouped(change[:, :, 0]),
        suppression=statistics.group_means(suppression, GROUP).transpose(2, 1, 0, 3),
    )


def table(numbers: Figure7Numbers) -> dict[str, Table]:
    """Magnitudes by lag and by group, suppression by group and interval; one row each."""
    names = wording.group_names(numbers.last_problem)
    by_lag, groups, intervals = [], [], []
    for network_set in numbers.sets:
        network, kind, lag = np.indices(network_set.by_lag.shape).reshape(3, -1)
        by_lag.append(
            {
                "network": np.array(network_set.names)[network],
                "problems": np.array([f"{a}–{b}" for a, b in LAG_GROUPS])[kind],
                "problems_earlier": lag + 1,
                "magnitude": network_set.by_lag.ravel(),
            }
        )
        network, direction, group = np.indices(network_set.own.shape).reshape(3, -1)
        groups.append(
            {
                "network": np.array(network_set.names)[network],
                "direction": np.array(list(_DIRECTIONS.values()))[direction],
                "problems": np.array(names)[group],
                "from_problem_1": network_set.from_first.ravel(),
                "from_problem_before": network_set.own.ravel(),
                "net_suppression": network_set.suppression.mean(axis=-1).ravel(),
            }
        )
        network, direction, group, interval = np.indices(network_set.suppression.shape).reshape(
            4, -1
        )
        intervals.append(
            {
                "network": np.array(network_set.names)[network],
                "direction": np.array(list(_DIRECTIONS.values()))[direction],
                "problems": np.array(names)[group],
                "start_ms": _edges(network_set)[interval],
                "net_suppression": network_set.suppression.ravel(),
            }
        )
    whole = {"by_lag": by_lag, "groups": groups, "intervals": intervals}
    return {
        name: {column: np.concatenate([part[column] for part in parts]) for column in parts[0]}
        for name, parts in whole.items()
    }


@compose.in_style
def draw(numbers: Figure7Numbers) -> Figure:
    """a, change by lag; b, since problem 1 over groups; c, d, net suppression."""
    figure = compose.sheet(86)
    axes = figure.subplot_mosaic("ABCD")
    groups = wording.group_centres(numbers.last_problem)
    for network_set in numbers.sets:
        how = _FAINT if network_set.published and len(numbers.sets) > 1 else {}
        _draw_lags(axes["A"], network_set, how)
        for values, colour in (
            (network_set.from_first, compose.BLACK),
            (network_set.own, compose.PURPLE),
        ):
            _draw_both(axes["B"], groups, values, colour, how)
        _draw_both(axes["C"], groups, network_set.suppression.mean(axis=-1), compose.BLACK, how)
    axes["A"].set(xlabel="Lag (problems)", ylabel="Change (a.u. per step)", xlim=(0, None))
    axes["A"].set_title("perpendicular", fontsize=6)
    axes["A"].legend(loc="lower right", title="problems", title_fontsize=6)
    axes["B"].set(xlabel="Problem", ylabel="Change (a.u. per step)")
    axes["C"].set(xlabel="Problem", ylabel="Net suppression (a.u. per step)")
    for name in "AB":
        compose.from_zero(axes[name])
    for name in "BC":
        axes[name].set_xlim(0, numbers.last_problem)
    _draw_intervals(axes["D"], numbers)
    for name in "CD":
        axes[name].axhline(0, color="#bbbbbb", lw=0.5, zorder=0.5)
    for name, panel in axes.items():
        compose.letter(panel, str(name).lower())
    _key(figure, len(numbers.sets) > 1)
    compose.caption(figure, numbers.caption)
    return figure


_FAINT: dict[str, Any] = {"alpha": 0.4, "lw": 0.9}  # the authors' networks beside ours


def _draw_lags(axes: Axes, network_set: Accumulated, how: dict[str, Any]) -> None:
    lags = np.arange(1, network_set.by_lag.shape[2] + 1, dtype=np.float64)
    for place, ((first, last), colour) in enumerate(zip(LAG_GROUPS, _LAG_COLOURS, strict=True)):
        mean, error = statistics.mean_and_sem(network_set.by_lag[:, place])
        if np.isfinite(mean).any():
            label = "" if how else f"{first}–{last}"
            compose.band(axes, lags, mean, error, colour, label=label, **how)


def _draw_both(axes: Axes, x: Float64, values: Float64, colour: str, how: dict[str, Any]) -> None:
    """Mean and s.e.m. over networks of values (n, 2, ...) along both directions."""
    for direction, line in _LINES.items():
        mean, error = statistics.mean_and_sem(values[:, direction])
        marker = "o" if len(x) < 13 and not how else ""
        places = x[: len(mean)]
        compose.band(axes, places, mean, error, colour, line=line, marker=marker, **how)


def _key(figure: Figure, both: bool) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], color=compose.BLACK, label="cumulative change"),
        Line2D([], [], color=compose.PURPLE, label="the problem's own weight-driven change"),
        Line2D([], [], color="#666666", ls=compose.PARALLEL, label="parallel"),
        Line2D([], [], color="#666666", ls=compose.PERPENDICULAR, label="perpendicular"),
    ]
    if both:
        handles.append(Line2D([], [], color=compose.BLACK, label="published", **_FAINT))
    figure.legend(handles=handles, loc="outside upper center", ncols=5, handlelength=2.4)


def _draw_intervals(axes: Axes, numbers: Figure7Numbers) -> None:
    """Suppression along the trial, over all groups."""
    compose.epochs(axes, numbers.config, labels=True)
    for network_set in numbers.sets:
        edges = _edges(network_set)
        how = _FAINT if network_set.published and len(numbers.sets) > 1 else {}
        over_groups = statistics.known_mean(network_set.suppression, 2)
        _draw_both(axes, (edges[:-1] + edges[1:]) / 2, over_groups, compose.BLACK, how)
    axes.set(xlabel="Time in the trial (ms)", ylabel="Net suppression (a.u. per step)")


def _edges(network_set: Accumulated) -> Float64:
    """Where the intervals of the trial begin, and where the last would end, in ms."""
    return INTERVAL_MS * np.arange(network_set.suppression.shape[-1] + 1)


def _by_lag(groups: Sequence[Arrays]) -> Float64:
    """(4, L): means over the problems of each of ``LAG_GROUPS`` with so many before them."""
    longest = max(group["magnitude"].shape[2] for group in groups)
    problems = sum(group["magnitude"].shape[1] for group in groups)
    lagged = np.full((problems, longest), np.nan)
    place = 0
    for group in groups:
        for row in group["magnitude"][PERPENDICULAR]:
            earlier = place + 1  # the first problem here has one before it
            lagged[place, :earlier] = row[:earlier][::-1]
            place += 1
    chosen = [lagged[first - 2 : last - 1] for first, last in LAG_GROUPS]
    return np.stack([statistics.known_mean(rows) for rows in chosen])


def _grouped(groups: Sequence[Arrays], *, first: bool) -> Float64:
    """(2, G): magnitudes from problem 1, or from the problem just before, averaged over groups."""
    means, start = [], 1
    for group in groups:
        number = group["magnitude"].shape[1]
        earlier = np.zeros(number, int) if first else np.arange(start - 1, start - 1 + number)
        means.append(np.float64(group["magnitude"][:, np.arange(number), earlier]).mean(axis=1))
        start += number
    return np.stack(means, axis=1)


def _suppression(groups: Sequence[Arrays]) -> Float64:
    """(2, I, G)."""
    return np.stack([group["suppression"].mean(axis=2) for group in groups], axis=2)


def _caption(seeds: Sequence[int], lengths: Sequence[int], authors: Sequence[int]) -> str:
    who = [
        f"{wording.networks(len(seeds), seeds)}, "
        f"{wording.problems(2, min(lengths), max(lengths), ACCUMULATED + 1)}"
        for _ in [0]
        if seeds
    ] + [f"{number} published networks" for number in authors]
    spread = "one network, so no s.e.m" if len(seeds) == 1 else "mean ± s.e.m. over networks"
    return (
        "Changes along the first components of each problem's own weight-driven change, parallel "
        f"and perpendicular to the total: {'; '.join(who)}; groups of {GROUP}; {spread}. a, Since the "
        "network so many problems earlier, along the perpendicular component, by group. b, Since "
        "problem 1 and since the problem before. c, d, Net suppression: size of the cumulative change "
        f"since problem 1 minus that of the problem's own; larger is more. {_CAVEAT}"
    )
