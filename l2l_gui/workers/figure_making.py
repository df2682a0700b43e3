"""The paper's figures being made in the background: what is ready, under way or refused.

Importing the figures brings SciPy and, once something is drawn, matplotlib, so that all of
it happens on other threads; this model lives on the GUI thread.
"""

from __future__ import annotations

import enum
import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QImage

from l2l_engine.config import L2LError
from l2l_gui.workers.jobs import Computation, Job, JobCancelledError, Jobs

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from l2l_engine.figures import Made

log = logging.getLogger(__name__)

PICTURES = (".pdf", ".svg", ".png")
DPI = (40.0, 600.0)


Number = int | str
"""A figure's number in the paper, or the name of one of a plug-in."""


def called(number: Number) -> str:
    """A figure in words."""
    return f"Figure {number}" if isinstance(number, int) else f"The figure {number}"


class Listed(NamedTuple):
    """A figure of the paper, or of a plug-in."""

    number: Number
    title: str


class Stage(enum.Enum):
    """How far a figure is."""

    NONE = "not made yet"
    MAKING = "being made"
    READY = "ready"
    REFUSED = "not possible"


@dataclass
class Item:
    """A figure and how far it is; ``sentence`` says why there is none."""

    stage: Stage = Stage.NONE
    made: Made | None = None
    sentence: str = ""
    job: Job | None = None


class FigureMaker(QObject):
    """Makes figures from the chosen files, each when it is wanted.

    Signals
    -------
    changed(number) : the item of this figure differs.
    """

    changed = pyqtSignal(object)

    def __init__(self, jobs: Jobs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.paths: tuple[Path, ...] = ()
        self._items: dict[Number, Item] = {}
        self._stamp: object = None

    def item(self, number: Number) -> Item:
        """How far a figure is."""
        return self._items.setdefault(number, Item())

    def use(self, paths: tuple[Path, ...]) -> None:
        """Make figures of these files from now on; those of others are dropped."""
        if paths == self.paths:
            return
        self.paths = paths
        for number in list(self._items):
            self._jobs.release((self, number))
            self._items[number] = Item()
            self.changed.emit(number)

    def make(self, number: Number, recompute: bool = False) -> None:
        """Make a figure again, in the background."""
        self._jobs.release((self, number))
        item = self._items[number] = Item(Stage.MAKING)
        computation = Computation(
            _make,
            (number, self.paths, recompute),
            label=f"Making {called(number)}",
            reports=True,
            background=True,
        )
        self._jobs.submit(
            computation,
            lambda made: self._made(number, item, made),
            lambda error: self._failed(number, item, error),
            owner=(self, number),
        )
        running = (job for job in self._jobs.running if job.computation is computation)
        item.job = next(running, None)
        self.changed.emit(number)

    def cancel(self, number: Number) -> None:
        """Give up making a figure."""
        job = self.item(number).job
        if job is not None:
            self._jobs.cancel(job)

    def _made(self, number: Number, item: Item, made: Made) -> None:
        item.stage, item.made, item.job = Stage.READY, made, None
        self.changed.emit(number)

    def _failed(self, number: Number, item: Item, error: Exception) -> None:
        item.job = None
        if isinstance(error, JobCancelledError):
            item.stage, item.sentence = Stage.NONE, "Cancelled; what was computed is kept."
        else:
            item.stage, item.sentence = Stage.REFUSED, str(error)
            if not isinstance(error, L2LError):
                log.error("%s failed", called(number), exc_info=error)
                item.sentence = "This figure could not be made; the log has the details."
        self.changed.emit(number)


# -- on other threads --------------------------------------------------------------------


def catalogue() -> tuple[Listed, ...]:
    """The figures there are; one of a plug-in that cannot be used says so once it is chosen."""
    from l2l_engine import figures

    listed = [Listed(number, module.TITLE) for number, module in figures.REGISTRY.items()]
    listed += [Listed(name, module.TITLE) for name, module in figures.BEYOND.items()]
    for name in figures.plug_ins():
        try:
            listed.append(Listed(name, str(figures.find(name).TITLE)))
        except L2LError:
            listed.append(Listed(name, "cannot be drawn"))
    return tuple(listed)


def _make(
    number: Number, paths: tuple[Path, ...], recompute: bool, progress: Callable[[float], None]
) -> Made:
    from l2l_engine import figures

    return figures.make(number, figures.load(paths, recompute=recompute), progress)


@dataclass(frozen=True)
class Rendered:
    """A figure drawn: matplotlib's, to be used again, and a picture of a size."""

    figure: Figure
    image: QImage


def render(made: Made, figure: Figure | None, width: int, height: int) -> Rendered:
    """Draw a figure to fit a size in pixels."""
    from l2l_engine.figures.export import picture

    figure = made.figure() if figure is None else figure
    inches = figure.get_size_inches()
    dpi = min(max(min(width / inches[0], height / inches[1]), DPI[0]), DPI[1])
    image = QImage()
    image.loadFromData(picture(figure, "png", title=made.title, dpi=float(dpi)), "PNG")
    return Rendered(figure, image)


def save(made: Made, path: Path) -> list[Path]:
    """Write the figure by the file's ending and its tables as CSV beside; the files written."""
    from l2l_engine.figures.export import write

    suffix = path.suffix.lower()
    written = []
    if suffix in PICTURES:
        written.append(write(path, made.picture(suffix[1:])))
    return written + [
        write(path.with_name(f"{path.stem}_{name}.csv"), text.encode())
        for name, text in made.csv_texts().items()
    ]


def save_all(
    made: list[Made], folder: Path, kind: str, progress: Callable[[float], None]
) -> list[Path]:
    """Write several figures and their tables into a folder."""
    written = []
    for count, figure in enumerate(made, 1):
        written += figure.save(folder, [kind])
        progress(count / len(made))
    return written
