"""What the pictures of recipes share: sheet, style, axes over the trial and over problems, files.

>>> from l2l_engine.recipes import drawing
>>> with drawing.style(font_pt=8):
...     figure = drawing.sheet(85, 60)
>>> [round(25.4 * size) for size in figure.get_size_inches()]
[85, 60]
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, VERMILION, GREEN, ORANGE = "#0072b2", "#d55e00", "#009e73", "#e69f00"
PURPLE, SKY, GREY = "#cc79a7", "#56b4e9", "#8c8c8c"
# as in l2l_engine.figures, which bring SciPy and are loaded once something is drawn

Column = NDArray[Any]
Table = dict[str, Column]
Tables = dict[str, Table]

STIMULUS = (BLUE, VERMILION)
OUTPUTS = {"response 0": BLUE, "response 1": VERMILION, "fixation": GREY}
PARTS = {"mean decision": GREEN, "residual decision": PURPLE, "stimulus": ORANGE}
COPIES = {"unperturbed": GREEN, "perturbed": "C0"}
SESSIONS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY)
CRITERION, WEIGHT, STATE = GREEN, PURPLE, SKY
NIGHT = {"background": "#16181c", "text": "#e6e6e6", "line": "#9a9a9a"}
NIGHT_EPOCHS = {"sample": "#1b2633", "delay": "#1c1e22", "response": "#2a241a"}
INCH_MM = 25.4


# -- sheet and style -------------------------------------------------------------------


@contextmanager
def style(font_pt: float = 7.0, dark: bool = False) -> Iterator[None]:
    """Draw and save in the figures' style, with text of so many points, on white or for a dark slide."""
    import matplotlib as mpl
    from cycler import cycler

    from l2l_engine.figures import compose

    scale = font_pt / 7.0
    with compose.styled():
        sizes = ("font.size", "axes.titlesize", "axes.labelsize")
        small = ("xtick.labelsize", "ytick.labelsize", "legend.fontsize")
        settings: Any = mpl.rcParams
        settings.update(dict.fromkeys(sizes, font_pt) | dict.fromkeys(small, 6.0 * scale))
        if dark:
            lines = ("axes.edgecolor", "xtick.color", "ytick.color")
            words = ("text.color", "axes.labelcolor", "xtick.labelcolor", "ytick.labelcolor")
            grounds = ("figure.facecolor", "axes.facecolor", "savefig.facecolor")
            settings.update(
                dict.fromkeys(lines, NIGHT["line"])
                | dict.fromkeys(words, NIGHT["text"])
                | dict.fromkeys(grounds, NIGHT["background"])
            )
            colours = [NIGHT["text"], *SESSIONS]
            settings["axes.prop_cycle"] = cycler("color", colours)
        yield


def is_dark() -> bool:
    """Whether :func:`style` is the dark one."""
    import matplotlib as mpl

    return bool(mpl.rcParams["figure.facecolor"] == NIGHT["background"])


def sheet(width_mm: float, height_mm: float) -> Figure:
    """An empty figure of this size."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width_mm / INCH_MM, height_mm / INCH_MM), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def caption(figure: Figure, words: str) -> None:
    """Words below the picture, broken where the sheet ends."""
    import matplotlib as mpl

    from l2l_engine.figures import compose

    if words:
        compose.caption(figure, words)
        line = figure._supxlabel  # type: ignore[attr-defined]  # matplotlib has no other way to it
        line.set_color(mpl.rcParams["text.color"])


# -- axes ------------------------------------------------------------------------------


def over_trial(axes: Axes, config: RunConfig, label: str = "", *, mask: bool = False) -> None:
    """Time along the trial, its epochs behind; the unscored time after the go signal hatched."""
    from l2l_engine.figures import compose

    compose.epochs(axes, config)
    if is_dark():
        for patch, colour in zip(axes.patches, NIGHT_EPOCHS.values(), strict=False):
            patch.set_facecolor(colour)
    if mask and config.mask_ms:
        go = config.go_step * config.dt
        axes.axvspan(
            go,
            go + config.mask_ms,
            fill=False,
            hatch="////",
            edgecolor=GREY,
            linewidth=0,
            zorder=0.5,
        )
    axes.set_xlabel("Time in the trial (ms)")
    axes.set_ylabel(label)


def grid(figure: Figure, rows: int, columns: int, **how: Any) -> NDArray[Any]:
    """Axes in rows and columns, (rows, columns); those of a column share their x axis."""
    return np.asarray(
        figure.subplots(rows, columns, squeeze=False, **({"sharex": "col"} | how)), object
    )


def outer_labels(axes: NDArray[Any]) -> None:
    """Name only the outer axes of a grid."""
    for one in axes.flat:
        one.label_outer()


def matrix(
    axes: Axes,
    values: NDArray[np.floating],
    extent: tuple[float, float, float, float],
    label: str,
    *,
    colours: str = "viridis",
    levels: tuple[float, float] | None = None,
    aspect: str = "equal",
) -> Any:
    """An image whose first row is lowest, with its bar of colours."""
    low, high = levels or (None, None)
    image = axes.imshow(
        values,
        origin="lower",
        extent=extent,
        cmap=colours,
        vmin=low,
        vmax=high,
        aspect=aspect,  # type: ignore[arg-type]
        interpolation="nearest",
    )
    axes.figure.colorbar(
        image, ax=axes, label=label, pad=0.02, shrink=1.0 if aspect == "auto" else 0.7
    )
    return image


def paths(
    axes: Any, lines: Sequence[NDArray[np.floating]], colour: str, *, width: float = 0.5, **how: Any
) -> None:
    """Lines (T, 3) in axes of three dimensions, drawn as vectors."""
    for place, line in enumerate(lines):
        label = how.get("label") if place == 0 else None
        axes.plot(*np.asarray(line).T, color=colour, lw=width, **(how | {"label": label}))


def space(
    figure: Figure, place: tuple[int, int, int], names: Sequence[str], camera: Mapping[str, float]
) -> Any:
    """Axes of three dimensions at (rows, columns, number), seen from ``camera``."""
    axes = figure.add_subplot(*place, projection="3d")
    axes.set_proj_type("ortho")
    axes.view_init(elev=camera.get("elevation", 25.0), azim=camera.get("azimuth", -60.0))
    axes.set_box_aspect(None, zoom=1.15)
    for side, name in zip("xyz", names, strict=True):
        getattr(axes, f"set_{side}label")(name, labelpad=-10)
        getattr(axes, f"set_{side}ticklabels")([])
        pane = getattr(axes, f"{side}axis")
        pane.set_pane_color((0, 0, 0, 0.0))
        pane._axinfo["grid"].update(linewidth=0.3, color="#8c8c8c55")
    return axes


def five_numbers(
    axes: Axes, place: float, five: Sequence[float], colour: str, width: float
) -> None:
    """A box of lower end, quartile, median, quartile and upper end."""
    from matplotlib.patches import Rectangle

    lowest, low, median, high, highest = five
    left = place - width / 2
    axes.add_patch(Rectangle((left, low), width, high - low, fill=False, ec=colour, lw=0.7))
    axes.plot([left, left + width], [median] * 2, color=colour, lw=1.4)
    for quartile, end in ((low, lowest), (high, highest)):
        axes.plot([place, place], [quartile, end], color=colour, lw=0.7)


# -- files -----------------------------------------------------------------------------


def flat(table: Mapping[str, Column]) -> dict[str, Column]:
    """A table whose columns have one axis: of several, one for each of the second axis' places."""
    found: dict[str, Column] = {}
    for name, values in table.items():
        column = np.asarray(values)
        if column.ndim < 2:
            found[name] = np.atleast_1d(column)
            continue
        words, _, unit = name.partition(" (")
        for place in range(column.shape[1]):
            found[f"{words} {place + 1}" + (f" ({unit}" if unit else "")] = column[:, place]
    return found


def csv_files(
    folder: Path, name: str, tables: Mapping[str, Mapping[str, Column]], notes: Sequence[str] = ()
) -> list[Path]:
    """Write each table as ``name.csv``, or ``name-table.csv`` where there are several."""
    from l2l_engine.figures import export

    written = []
    for key, table in tables.items():
        path = folder / (
            f"{name}.csv" if len(tables) == 1 else f"{name}-{key.replace(' ', '-')}.csv"
        )
        columns = {words: _short(values) for words, values in flat(table).items()}
        text = export.csv_text(columns, notes)
        written.append(export.write(path, text.encode()))
    return written


def encoded(figure: Figure, kind: str, *, dpi: float = 300.0, title: str = "") -> bytes:
    """The picture as the bytes of a file, within :func:`style`; in PDF and SVG text stays text."""
    stream = io.BytesIO()
    figure.savefig(stream, format=kind, dpi=dpi, metadata={"Title": title})
    return stream.getvalue()


def save(figure: Figure, path: Path, *, dpi: float = 300.0, title: str = "") -> Path:
    """Write the picture in the format of its ending, within :func:`style`."""
    from l2l_engine.figures import export

    return export.write(path, encoded(figure, path.suffix[1:].lower(), dpi=dpi, title=title))


def _short(values: Column) -> Column:
    """Single precision with the digits it has, not those of double precision."""
    return values.astype(str) if values.dtype == np.float32 else values
