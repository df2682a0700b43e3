"""The paper's figures, one module each, from any number of sessions, results or published files.

>>> sources = load(["run.h5"])
>>> made = make(1, sources)
>>> made.save(Path("figures"), ["pdf"])

Nothing here imports matplotlib before something is drawn; everything works in any thread.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from l2l_engine import plugins
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import L2LError
from l2l_engine.figures import (
    export,
    figure_1,
    figure_2,
    figure_3,
    figure_4,
    figure_5,
    figure_6,
    figure_7,
    figure_beyond,
    figure_revisit,
    figure_studies,
)
from l2l_engine.figures.analyses import Foresight
from l2l_engine.figures.contract import PaperFigure, Table
from l2l_engine.figures.needs import LackingError
from l2l_engine.figures.sources import FigureSource, NetworkSource, load, networks
from l2l_engine.plugins import Kind, PlugIn

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "BEYOND",
    "REGISTRY",
    "LackingError",
    "Made",
    "PaperFigure",
    "find",
    "foresee",
    "load",
    "make",
    "names",
    "networks",
    "plug_ins",
]

REGISTRY: dict[int, PaperFigure] = {
    module.NUMBER: module
    for module in (figure_1, figure_2, figure_3, figure_4, figure_5, figure_6, figure_7)
}
"""The figures by their number in the paper."""

BEYOND: dict[str, PaperFigure] = {
    module.NUMBER: module for module in (figure_revisit, figure_beyond, figure_studies)
}
"""Figures that are not in the paper, by name."""

_PARTS = ("NUMBER", "TITLE", "NEEDS", "compute", "draw", "table")


def plug_ins() -> dict[str, PlugIn]:
    """The figures of plug-ins by name, without importing one."""
    return plugins.of(Kind.FIGURE, [*BEYOND, *map(str, REGISTRY)])


def names() -> list[int | str]:
    """All figures: the paper's by number, those beyond it by name, then those of plug-ins."""
    return [*REGISTRY, *BEYOND, *plug_ins()]


def find(number: int | str) -> PaperFigure:
    """A figure by its number or name; L2LError where there is none, or a plug-in's cannot be used."""
    if isinstance(number, int) and number in REGISTRY:
        return REGISTRY[number]
    if number in BEYOND:
        return BEYOND[str(number)]
    plug_in = plug_ins().get(str(number))
    if plug_in is None:
        raise L2LError(
            f"There is no figure {number}: choose one of {', '.join(map(str, names()))}."
        )
    return plugins.load(plug_in, lambda module: _checked(module, plug_in))


def _checked(module: Any, plug_in: PlugIn) -> PaperFigure:
    missing = [part for part in _PARTS if not hasattr(module, part)]
    if missing:
        raise L2LError(f"it has no {', '.join(missing)}")
    if plug_in.name != module.NUMBER:
        raise L2LError(
            f"its NUMBER is {module.NUMBER!r}, its entry point '{plug_in.name}': use one"
        )
    return module


_PAGES: dict[int | str, Callable[[Any], Iterator[Figure]]] = {figure_1.NUMBER: figure_1.pages}


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """A figure's numbers, ready to be drawn, tabulated and saved."""

    module: PaperFigure
    numbers: Any
    runs: tuple[str, ...] = ()
    """The runs given, each with its seed."""
    plug_in: PlugIn | None = None
    """Where the figure comes from, if it is not built in."""

    @property
    def title(self) -> str:
        """The figure's number, if it is one of the paper, and title."""
        if isinstance(self.module.NUMBER, str):
            return self.module.TITLE
        return f"Figure {self.module.NUMBER}: {self.module.TITLE}"

    @property
    def caption(self) -> str:
        """What is drawn, and where it falls short of the paper's figure."""
        with plugins.guarded(self.plug_in):
            return self.numbers.caption

    def figure(self) -> Figure:
        """The figure, newly drawn."""
        with plugins.guarded(self.plug_in):
            return self.module.draw(self.numbers)

    def pages(self) -> Iterator[Figure]:
        """What stands on pages of its own, newly drawn: in Figure 1 each network's fit."""
        draw = _PAGES.get(self.module.NUMBER)
        return iter(()) if draw is None else draw(self.numbers)

    def tables(self) -> dict[str, Table]:
        """The numbers as tables, by name."""
        with plugins.guarded(self.plug_in):
            return self.module.table(self.numbers)

    def picture(self, kind: str = "png", dpi: float = 300.0) -> bytes:
        """The bytes of a PDF, SVG or PNG file; ``dpi`` is for PNG."""
        return export.picture(self.figure(), kind, title=self.title, dpi=dpi)

    def save(self, folder: Path, kinds: Iterable[str] = ("pdf",)) -> list[Path]:
        """Write ``figure_N.KIND``, its pages and ``figure_N_TABLE.csv`` for each; the files written."""
        stem, figure = f"figure_{self.module.NUMBER}", self.figure()
        kinds = export.formats(kinds)
        written = [
            export.write(folder / f"{stem}.{kind}", export.picture(figure, kind, title=self.title))
            for kind in kinds
        ]
        for number, page in enumerate(self.pages(), 1):
            written += [
                export.write(
                    folder / f"{stem}_page_{number}.{kind}",
                    export.picture(page, kind, title=f"{self.title}, page {number}"),
                )
                for kind in kinds
            ]
        return written + [
            export.write(folder / f"{stem}_{name}.csv", text.encode())
            for name, text in self.csv_texts().items()
        ]

    def csv_texts(self) -> dict[str, str]:
        """The tables as CSV, by name: units, runs, seeds, version and date in lines that begin with #."""
        return {
            name: export.csv_text(table, export.notes(self.title, name, table, self.runs))
            for name, table in self.tables().items()
        }


def _try(made: Made, plug_in: PlugIn) -> None:
    """Try the parts of a plug-in's figure that are shown, so that errors are found here."""
    if not isinstance(made.caption, str) or not isinstance(made.tables(), dict):
        raise plugins.left_out(plug_in, "its caption is no text, or its tables are no dictionary")


def foresee(number: int | str, sources: Sequence[FigureSource]) -> float:
    """Seconds of computing a figure takes before it can be drawn; nothing is computed or written.

    Parameters
    ----------
    number : int or str
        Its number in the paper, or its name: one of :func:`names`.
    sources : sequence
        From :func:`load`.

    Returns
    -------
    float
        0 where everything is at hand, NaN where it is unknown.

    Raises
    ------
    LackingError, L2LError
        As :func:`make`.
    """
    module, foresight = find(number), Foresight()
    plug_in = plug_ins().get(number) if isinstance(number, str) else None
    if plug_in is not None:
        return math.nan
    try:
        module.compute(sources, foresight)
    except Foresight.Computing as due:
        return due.seconds
    return 0.0


def make(
    number: int | str, sources: Sequence[FigureSource], progress: Progress | None = None
) -> Made:
    """Compute a figure from what ``load`` gave; long computations are cached beside each session.

    Parameters
    ----------
    number : int or str
        Its number in the paper, or its name: one of :func:`names`.
    sources : sequence
        From :func:`load`.
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises stops the work.

    Raises
    ------
    LackingError
        When the sources do not suffice; the text says what would.
    L2LError
        When they do not belong in one figure, or a plug-in's figure fails.
    """
    module = find(number)
    runs = tuple(f"{each.name} (seed {each.config.seed})" for each in networks(sources))
    plug_in = plug_ins().get(number) if isinstance(number, str) else None
    with plugins.guarded(plug_in, progress) as report:
        made = Made(module, module.compute(sources, report), runs, plug_in)
    if plug_in is not None:
        _try(made, plug_in)
    for source in sources:
        if isinstance(source, NetworkSource) and source.computable:
            source.results.remember(source.summary)
    return made
