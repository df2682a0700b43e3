"""Figure 4: what a change of the vector field is made of, drawn from one problem of one network."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunConfig, RunType
from l2l_engine.figures import compose
from l2l_engine.figures.analyses import decomposition
from l2l_engine.figures.contract import Table
from l2l_engine.figures.needs import LackingError, Needs
from l2l_engine.figures.sources import FigureSource, NetworkSource, select

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

NUMBER = 4
TITLE = "Weight-driven and state-driven change"
NEEDS = Needs(
    (RunType.Full,),
    2,
    True,
    "Figure 4 needs the networks of a run of the type Full, two learned problems or more: train "
    "one with l2l-train.",
)
PROBLEM = 30
"""Drawn, or else the last that was learned: early enough for weights to change much."""
_UNIT = "a.u. per step"
_SHOWN = 0  # stimulus
_COLOURS = {"dZ": compose.BLACK, "W": compose.VERMILION, "S": compose.BLUE}


@dataclass(frozen=True, slots=True, eq=False)
class Figure4Numbers:
    """The change of one problem's vector field, each (2 stimuli, T).

    dZ = W + S. ``weight_parallel`` and ``state_parallel`` are along dZ, with their signs;
    ``perpendicular`` is the length of W's other part, which S's cancels.
    """

    network: str
    config: RunConfig
    problem: int
    total: Float64
    weight_parallel: Float64
    state_parallel: Float64
    perpendicular: Float64
    caption: str

    @property
    def times(self) -> Float64:
        """(T,), ms."""
        return task.times(self.config)


def compute(sources: Sequence[FigureSource], progress: Progress | None = None) -> Figure4Numbers:
    """The numbers of Figure 4, of the first network given whose networks are at hand."""
    candidates = [source for source in sources if isinstance(source, NetworkSource)]
    lacking: LackingError | None = None
    for network in select(candidates, NEEDS):
        assert isinstance(network, NetworkSource)
        problem = min(PROBLEM, len(network.trials_to_criterion))
        try:
            found = decomposition(network, problem, progress)
        except LackingError as error:
            lacking = lacking or error
            continue
        total, along, against, across = (
            np.asarray(found[name], np.float64)
            for name in ("total", "weight_parallel", "state_parallel", "perpendicular")
        )
        return Figure4Numbers(
            network=network.name,
            config=network.config,
            problem=problem,
            total=total,
            weight_parallel=along,
            state_parallel=against,
            perpendicular=across,
            caption=_caption(network, problem),
        )
    raise lacking or LackingError(NEEDS.sentence)


def table(numbers: Figure4Numbers) -> dict[str, Table]:
    """One row a stimulus and step."""
    stimulus, step = np.indices(numbers.total.shape).reshape(2, -1)
    return {
        "decomposition": {
            "stimulus": stimulus,
            "time_ms": numbers.times[step],
            "total_size": numbers.total.ravel(),
            "weight_parallel_size": numbers.weight_parallel.ravel(),
            "state_parallel_size": numbers.state_parallel.ravel(),
            "perpendicular_size": numbers.perpendicular.ravel(),
        }
    }


@compose.in_style
def draw(numbers: Figure4Numbers) -> Figure:
    """a-c, the vectors at the middle of each epoch; d, e, their lengths over the trial."""
    figure = compose.sheet(124)
    axes = figure.subplot_mosaic("AABBCC;AABBCC;DDDEEE")
    config = numbers.config
    edges = np.cumsum([0.0, config.sample_ms, config.delay_ms, config.response_ms])
    for name, epoch, start, stop in zip("ABC", compose.EPOCHS, edges, edges[1:], strict=False):
        step = max(round((start + stop) / 2 / config.dt) - 1, 0)
        compose.letter(axes[name], name.lower())
        _draw_vectors(axes[name], numbers, step)
        axes[name].set_title(f"{epoch}, {numbers.times[step]:.0f} ms", fontsize=7)
    _draw_course(
        axes["D"],
        numbers,
        {
            "dZ": (numbers.total, compose.BLACK, "-"),
            "W ∥": (numbers.weight_parallel, compose.VERMILION, compose.PARALLEL),
            "S ∥": (numbers.state_parallel, compose.BLUE, compose.PARALLEL),
        },
    )
    across = {"W ⊥ = −S ⊥": (numbers.perpendicular, compose.VERMILION, compose.PERPENDICULAR)}
    _draw_course(axes["E"], numbers, across)
    for name in "DE":
        compose.letter(axes[name], name.lower())
    compose.caption(figure, numbers.caption)
    return figure


def _draw_vectors(axes: Axes, numbers: Figure4Numbers, step: int) -> None:
    """The change dZ along the horizontal axis, W and S in the plane they span with it."""
    total, along, against, across = (
        float(values[_SHOWN, step])
        for values in (
            numbers.total,
            numbers.weight_parallel,
            numbers.state_parallel,
            numbers.perpendicular,
        )
    )
    ends = {"dZ": (total, 0.0), "W": (along, across), "S": (against, -across)}
    for name, (x, y) in ends.items():
        axes.annotate(
            "",
            (x, y),
            (0, 0),
            arrowprops={
                "arrowstyle": "-|>",
                "color": _COLOURS[name],
                "lw": 1.2,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
        axes.annotate(
            name,
            (x, y),
            (0, 7 if y >= 0 else -7),
            textcoords="offset points",
            ha="center",
            va="center",
            color=_COLOURS[name],
            weight="bold",
        )
    for name in "WS":
        x, y = ends[name]
        how: dict[str, Any] = {"color": _COLOURS[name], "lw": 0.8}
        axes.plot([0, x], [0, 0], ls=compose.PARALLEL, alpha=0.5, **how)
        axes.plot([x, x], [0, y], ls=compose.PERPENDICULAR, **how)
    reach = 1.25 * max(np.hypot(x, y) for x, y in ends.values()) or 1.0
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")
    axes.locator_params(nbins=4)
    axes.set(xlabel=f"Along dZ ({_UNIT})", ylabel=f"Perpendicular ({_UNIT})")
    axes.axhline(0, color=compose.GREY, lw=0.4, zorder=0)
    axes.axvline(0, color=compose.GREY, lw=0.4, zorder=0)


def _draw_course(
    axes: Axes, numbers: Figure4Numbers, families: dict[str, tuple[Float64, str, Any]]
) -> None:
    compose.epochs(axes, numbers.config)
    for label, (values, colour, line) in families.items():
        axes.plot(numbers.times, values[_SHOWN], color=colour, ls=line, label=label)
    axes.axhline(0, color=compose.GREY, lw=0.4, zorder=0)
    axes.set(xlabel="Time in the trial (ms)", ylabel=f"Length ({_UNIT})")
    compose.legend_above(axes, 3)


def _caption(network: NetworkSource, problem: int) -> str:
    return (
        f"Learning of problem {problem} by {network.name}, stimulus {_SHOWN}, without noise. "
        "The change of the vector field dZ is the sum of a weight-driven change W, of new "
        "weights at the new states, and a state-driven change S, of old weights between old and new "
        "states. a–c, Both in the plane they span with dZ, in the middle of each epoch; thin lines "
        "are their parts parallel (solid) and perpendicular (dashed) to dZ. d, Parallel parts with "
        "their signs over the trial. e, The perpendicular parts, which cancel each other."
    )
