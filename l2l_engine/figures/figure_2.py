"""Figure 2: shared representations. What the trajectories of fifty problems have in common."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.progress import Progress
from l2l_engine.config import RunConfig, RunType
from l2l_engine.figures import compose, wording
from l2l_engine.figures.analyses import shared_representations
from l2l_engine.figures.contract import Table
from l2l_engine.figures.needs import GROUP, LackingError, Needs
from l2l_engine.figures.sources import FigureSource, NetworkSource, select

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Float64 = NDArray[np.float64]

NUMBER = 2
TITLE = "Shared representations"
NEEDS = Needs(
    (RunType.Full,),
    2,
    True,
    "Figure 2 needs the networks of a run of the type Full, two learned problems or more: train "
    "one with l2l-train.",
)
_PARTS = ("mean decision", "residual decision", "stimulus")
_SHOWN = 3  # components


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One part of the representations of P problems.

    ``trajectories`` (P, M, T', 3) are along the part's first components (M = 1 for the mean
    decision, 2 stimuli otherwise). The mean and s.e.m. over problems of its currents into the two
    response outputs are (2 stimuli, T", 2 outputs).
    """

    name: str
    trajectories: Float64
    current: Float64
    current_sem: Float64


@dataclass(frozen=True, slots=True, eq=False)
class Figure2Numbers:
    """Everything in Figure 2, of one network; times in ms."""

    network: str
    config: RunConfig
    problems: NDArray[np.int_]
    times: Float64  # (T',)
    current_times: Float64  # (T",)
    parts: tuple[Part, ...]
    decision_explained: Float64  # (N,)
    stimulus_explained: Float64  # (N,)
    caption: str


def compute(sources: Sequence[FigureSource], progress: Progress | None = None) -> Figure2Numbers:
    """The numbers of Figure 2, of the first network given that can show them."""
    candidates = [source for source in sources if isinstance(source, NetworkSource)]
    network: NetworkSource | None = None
    lacking: LackingError | None = None
    for chosen in select(candidates, NEEDS):
        assert isinstance(chosen, NetworkSource)
        try:
            found = shared_representations(chosen, progress)
        except LackingError as error:
            lacking = lacking or error
        else:
            network = chosen
            break
    if network is None:
        raise lacking or LackingError(NEEDS.sentence)
    parts = []
    for name in _PARTS:
        field = name.replace(" ", "_")
        paths = np.asarray(found[field], np.float64)
        parts.append(
            Part(
                name,
                paths if paths.ndim == 4 else paths[:, None],
                found[f"{field}_mean"],
                found[f"{field}_sem"],
            )
        )

    def times(points: int, every: Any) -> Float64:
        return float(every) * np.arange(1, points + 1, dtype=np.float64)

    return Figure2Numbers(
        network=network.name,
        config=network.config,
        problems=found["problems"],
        times=times(parts[0].trajectories.shape[2], found["trajectory_ms"]),
        current_times=times(parts[0].current.shape[1], found["current_ms"]),
        parts=tuple(parts),
        decision_explained=found["decision_explained"],
        stimulus_explained=found["stimulus_explained"],
        caption=_caption(network, found["problems"], float(found["decision_share"])),
    )


def table(numbers: Figure2Numbers) -> dict[str, Table]:
    """Trajectories, currents and variance explained, one row a point."""
    tables: dict[str, Table] = {}
    for part in numbers.parts:
        of = part.trajectories
        problem, stimulus, time = np.indices(of.shape[:3]).reshape(3, -1)
        tables[f"{part.name.replace(' ', '_')}_trajectories"] = {
            "problem": numbers.problems[problem],
            **({"stimulus": stimulus} if of.shape[1] > 1 else {}),
            "time_ms": numbers.times[time],
            **{f"component_{n + 1}": of[..., n].ravel() for n in range(_SHOWN)},
        }
    part_, stimulus, time, output = np.indices(
        (len(numbers.parts), *numbers.parts[0].current.shape)
    ).reshape(4, -1)
    tables["output_currents"] = {
        "part": [numbers.parts[n].name for n in part_],
        "stimulus": stimulus,
        "output": output,
        "time_ms": numbers.current_times[time],
        "mean": np.stack([part.current for part in numbers.parts]).ravel(),
        "sem": np.stack([part.current_sem for part in numbers.parts]).ravel(),
    }
    tables["variance_explained"] = {
        "component": np.arange(len(numbers.decision_explained)) + 1,
        "decision": numbers.decision_explained,
        "stimulus": numbers.stimulus_explained,
    }
    return tables


@compose.in_style
def draw(numbers: Figure2Numbers) -> Figure:
    """a–c, trajectories in three dimensions; d–f, the currents they feed to the responses."""
    importlib.import_module("mpl_toolkits.mplot3d")  # registers the projection
    figure = compose.sheet(132)
    rows: Any = figure.subfigures(2, 1, height_ratios=[1.1, 1])
    above, below = rows
    for place, (part, name) in enumerate(zip(numbers.parts, "abc", strict=True), 1):
        axes = above.add_subplot(1, 3, place, projection="3d", computed_zorder=False)
        _draw_trajectories(axes, part, numbers)
        axes.text2D(-0.04, 1.0, name, transform=axes.transAxes, fontsize=8, fontweight="bold")
    _key(above)
    lower = below.subplots(2, 3, sharex=True, sharey="col")  # each part on its own scale
    for column, (part, name) in enumerate(zip(numbers.parts, "def", strict=True)):
        for stimulus in range(2):
            _draw_currents(lower[stimulus, column], part, stimulus, numbers)
        lower[0, column].set_title(part.name.capitalize(), pad=11)
        lower[1, column].set_xlabel("Time (ms)")
        compose.letter(lower[0, column], name, 26 if column == 0 else 14)
    for stimulus in range(2):
        lower[stimulus, 0].set_ylabel("Current (a.u.)")
        lower[stimulus, 0].text(
            0.02,
            0.04,
            f"stimulus {stimulus}",
            transform=lower[stimulus, 0].transAxes,
            fontsize=6,
            color=compose.RESPONSES[stimulus],
        )
    lower[0, 1].legend(loc="lower left")
    compose.caption(below, numbers.caption)
    return figure


def _draw_trajectories(axes: Any, part: Part, numbers: Figure2Numbers) -> None:
    """Thin lines a problem; their mean where they share a course, as decisions do."""
    config, paths = numbers.config, part.trajectories
    shared = part.name != "stimulus"
    off, go = (
        int(np.searchsorted(numbers.times, ms))
        for ms in (config.sample_ms, config.sample_ms + config.delay_ms)
    )
    colours = compose.RESPONSES if paths.shape[1] > 1 else (compose.GREEN,)
    for stimulus, colour in enumerate(colours):
        for path in paths[:, stimulus]:
            axes.plot(*path.T, color=colour, lw=0.35, alpha=0.35, zorder=1)
        mean = paths[:, stimulus].mean(axis=0)
        if shared:
            axes.plot(*mean.T, color=colour, lw=1.6, zorder=3)
        for moment, marker, fill in ((0, "o", "white"), (off, "s", colour), (go, "^", colour)):
            if shared or moment == off:
                at = mean[moment] if shared else paths[:, stimulus, moment]
                axes.scatter(
                    *at.T,
                    marker=marker,
                    s=11 if shared else 3,
                    c=fill,
                    edgecolors="black" if shared else "none",
                    linewidths=0.5,
                    zorder=4,
                    depthshade=False,
                )
    axes.set_title(part.name.capitalize(), pad=-2)
    _style_axes(axes, "decision" if shared else "stimulus")


def _style_axes(axes: Any, subspace: str) -> None:
    from matplotlib.ticker import MaxNLocator

    for number, name in enumerate("xyz", 1):
        axis = getattr(axes, f"{name}axis")
        axis.set_label_text(f"{subspace} PC {number}", fontsize=6)
        axis.labelpad = -10 if name != "z" else -11
        axis.pane.set(facecolor="#fafafa", edgecolor="#dddddd")
        axis._axinfo["grid"].update(color="#e6e6e6", linewidth=0.4)
        axis.set_major_locator(MaxNLocator(4))
        axes.tick_params(axis=name, labelsize=5, pad=-4, length=0)
    axes.set_box_aspect((1, 1, 0.9), zoom=0.9)
    axes.view_init(elev=22, azim=-58)


def _key(figure: Any) -> None:
    from matplotlib.lines import Line2D

    lines = {
        "both stimuli": compose.GREEN,
        "stimulus 0": compose.BLUE,
        "stimulus 1": compose.VERMILION,
    }
    marks = {
        "trial start": ("o", "white"),
        "stimulus off": ("s", "#666666"),
        "go signal": ("^", "#666666"),
    }
    handles = [Line2D([], [], color=colour, label=label) for label, colour in lines.items()]
    for label, (marker, fill) in marks.items():
        handles.append(
            Line2D(
                [], [], ls="", marker=marker, mfc=fill, mec="black", mew=0.5, ms=3.5, label=label
            )
        )
    figure.legend(handles=handles, loc="outside lower center", ncols=6)


def _draw_currents(axes: Axes, part: Part, stimulus: int, numbers: Figure2Numbers) -> None:
    compose.epochs(axes, numbers.config, labels=stimulus == 0)
    axes.axhline(0, color="#bbbbbb", lw=0.5)
    for output, line in enumerate(("-", (0, (2, 1)))):  # colours mean stimuli in a to c
        compose.band(
            axes,
            numbers.current_times,
            part.current[stimulus, :, output],
            part.current_sem[stimulus, :, output],
            compose.BLACK if output == 0 else "#777777",
            label=f"to response {output}",
            line=line,
        )


def _caption(network: NetworkSource, problems: NDArray[np.int_], share: float) -> str:
    number = len(problems)
    span = wording.problems(int(problems[0]), int(problems[-1]), int(problems[-1]), GROUP + 1)
    parts = [
        f"{network.name} ({wording.seeds([network.config.seed])}), {span}, without noise. a–c, Thin "
        "lines: problems; thick: their mean; rates in a.u. along uncentred principal components. "
        f"The decision subspace (4 dimensions) holds {100 * share:.0f} % of the summed squares of "
        "the states.",
        f"d–f, What each part adds to the net currents of the two response outputs, each part on its own scale, mean ± s.e.m. "
        f"over {number} problems."
        if number > 1
        else "d–f, What each part adds to the net currents of the two response outputs, of one "
        "problem.",
    ]
    return " ".join(parts)
