"""How every figure is composed: matplotlib without pyplot, one style, one meaning per colour.

The only place that imports matplotlib, and only when something is drawn. Its settings are
process-wide, so drawing and saving take turns.
"""

from __future__ import annotations

import dataclasses
import functools
import textwrap
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec

import numpy as np
from numpy.typing import ArrayLike, NDArray

from l2l_engine.analysis.learning_curve import Box, box
from l2l_engine.analysis.statistics import mean_and_sem
from l2l_engine.config import RunConfig

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

Float64 = NDArray[np.float64]
P = ParamSpec("P")

STYLE = Path(__file__).with_name("journal.mplstyle")
WIDTH_MM = 183.0
_INCH_MM = 25.4

BLUE, VERMILION, GREEN, ORANGE = "#0072b2", "#d55e00", "#009e73", "#e69f00"
PURPLE, SKY, GREY, BLACK = "#cc79a7", "#56b4e9", "#8c8c8c", "#000000"
RESPONSES = (BLUE, VERMILION)
EPOCHS = {"sample": "#e6eef7", "delay": "#f5f6f7", "response": "#f8efe2"}
PARALLEL: Any = "-"
PERPENDICULAR: Any = (0, (3.2, 1.4))

_turn = threading.RLock()


@contextmanager
def styled() -> Iterator[None]:
    """The figures' style, whatever the user's own settings, for this thread alone."""
    import matplotlib.style

    with _turn, matplotlib.style.context(["default", STYLE]):
        yield


def in_style(draw: Callable[P, Figure]) -> Callable[P, Figure]:
    """Make a drawing function draw, and lay out, in the figures' style."""

    @functools.wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Figure:
        with styled():
            return draw(*args, **kwargs)

    return drawn


def sheet(height_mm: float) -> Figure:
    """An empty figure of the double column's width."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_MM / _INCH_MM, height_mm / _INCH_MM), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def caption(figure: Figure | SubFigure, text: str) -> None:
    """The line below the panels, broken before the page ends: hinting widens text at some sizes."""
    from matplotlib.font_manager import FontProperties

    canvas: Any = figure.canvas
    measure, font = canvas.get_renderer().get_text_width_height_descent, FontProperties(size=6)
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if measure(longer, font, False)[0] > 0.95 * canvas.figure.bbox.width:
            lines.append(word)
        else:
            lines[-1] = longer
    figure.supxlabel("\n".join(lines), x=0.008, ha="left", fontsize=6, color="#444444")


def letter(axes: Axes, text: str, points: float = 26) -> None:
    """The panel's letter, left of its axes and above."""
    axes.annotate(
        text,
        (0, 1),
        (-points, 5),
        xycoords="axes fraction",
        textcoords="offset points",
        fontsize=8,
        fontweight="bold",
        va="bottom",
        annotation_clip=False,
    )


def empty(axes: Axes, sentence: str) -> None:
    """A panel that has nothing to show, and why."""
    axes.set_axis_off()
    axes.text(
        0.5,
        0.5,
        textwrap.fill(sentence, 22),
        ha="center",
        va="center",
        color="#666666",
        fontsize=6,
        transform=axes.transAxes,
        in_layout=False,  # else a narrow panel's sentence leaves no room for the other panels
    )


def band(
    axes: Axes,
    x: ArrayLike,
    mean: Float64,
    error: Float64,
    colour: str,
    *,
    label: str = "",
    line: Any = "-",
    marker: str = "",
    alpha: float = 1.0,
    lw: float | None = None,
) -> None:
    """A mean as a line and its s.e.m. as a shade around it."""
    how: dict[str, Any] = {"alpha": alpha} | ({} if lw is None else {"lw": lw})
    axes.plot(x, mean, color=colour, ls=line, label=label or None, marker=marker, ms=2.2, **how)
    if np.isfinite(error).any():
        shade = 0.22 * alpha
        axes.fill_between(x, mean - error, mean + error, color=colour, alpha=shade, linewidth=0)


def boxes(
    axes: Axes, places: Sequence[float], groups: Sequence[Box], colours: Sequence[str], width: float
) -> None:
    """Box plots as the analysis defines them; outliers as dots.

    Not matplotlib's, whose box plots choose a window system for pyplot as a side effect.
    """
    from matplotlib.patches import Rectangle

    for place, group, colour in zip(places, groups, colours, strict=True):
        if not np.isfinite(group.median):
            continue
        (low, high), (lowest, highest) = group.quartiles, group.whiskers
        left, half = place - width / 2, width / 4
        axes.add_patch(Rectangle((left, low), width, high - low, fill=False, ec=colour, lw=0.7))
        axes.plot([left, left + width], [group.median] * 2, color=colour, lw=1.4)
        for quartile, end in ((low, lowest), (high, highest)):
            axes.plot([place, place], [quartile, end], color=colour, lw=0.7)
            axes.plot([place - half, place + half], [end, end], color=colour, lw=0.7)
        outliers = group.outliers
        where = np.full(len(outliers), place)
        axes.plot(where, outliers, ".", ms=1.6, mfc=colour, mec="none", alpha=0.6)


def points_and_box(
    axes: Axes, place: float, values: ArrayLike, colour: str, width: float = 0.5
) -> None:
    """A box with every network's value on it; of fewer than four the values alone."""
    known = np.asarray(values, np.float64)
    known = known[np.isfinite(known)]
    if not len(known):  # an unclipped line of no points would upset the layout
        return
    if len(known) >= 4:  # outliers are among the points
        boxes(axes, [place], [dataclasses.replace(box(known), outliers=known[:0])], [colour], width)
    axes.plot(
        place + side_by_side(len(known), width),
        known,
        "o",
        ms=2.6,
        mfc=colour,
        mec="white",
        mew=0.3,
        alpha=0.85,
        clip_on=False,
        zorder=5,
    )


def side_by_side(number: int, width: float) -> Float64:
    """Where the points of a box go, so that they do not hide each other."""
    return np.linspace(-0.3, 0.3, number) * width if number > 1 else np.zeros(number)


def epochs(axes: Axes, config: RunConfig, *, labels: bool = False) -> None:
    """Sample, delay and response as quiet backgrounds; time in ms."""
    edges = np.cumsum([0.0, config.sample_ms, config.delay_ms, config.response_ms])
    for (name, colour), start, stop in zip(EPOCHS.items(), edges, edges[1:], strict=False):
        axes.axvspan(start, stop, color=colour, zorder=0, linewidth=0)
        if labels and stop > start:
            axes.annotate(
                name,
                ((start + stop) / 2, 1),
                (0, 1.5),
                xycoords=("data", "axes fraction"),
                textcoords="offset points",
                ha="center",
                va="bottom",
                fontsize=5.5,
                color="#666666",
            )
    axes.set_xlim(0, edges[-1])


def plain_log(axes: Axes, which: str = "y") -> None:
    """A logarithmic axis labelled 1, 10, 100; also 2 and 5 where it spans little."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    getattr(axes, f"set_{which}scale")("log")
    axis = getattr(axes, f"{which}axis")
    low, high = getattr(axes, f"get_{which}lim")()
    if high < 50 * low:
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def course(
    axes: Axes, x: Float64, families: dict[str, tuple[Float64, str, Any]], *, legend: bool = True
) -> None:
    """Mean and s.e.m. over networks of several quantities (n, G), with what they are called.

    ``families`` gives label -> values, colour, line.
    """
    for label, (values, colour, line) in families.items():
        mean, error = mean_and_sem(values)
        marker = "o" if np.isfinite(mean).sum() < 2 else ""
        band(axes, x, mean, error, colour, label=label, line=line, marker=marker)
    from_zero(axes)
    if legend:
        legend_above(axes)


def from_zero(axes: Axes) -> None:
    """A vertical axis from 0 with room above what is drawn."""
    axes.set_ylim(0, max(1.08 * axes.dataLim.y1, np.finfo(float).tiny))


def legend_above(axes: Axes, columns: int = 2, **how: Any) -> None:
    """The legend over the panel, where it hides nothing."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=columns,
        borderaxespad=0.1,
        handlelength=1.8,
        **how,
    )
