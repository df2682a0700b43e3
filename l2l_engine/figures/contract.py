"""The contract every paper figure keeps: computed, drawn and tabulated from sources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from numpy.typing import NDArray

from l2l_engine.analysis.progress import Progress
from l2l_engine.figures.needs import Needs
from l2l_engine.figures.sources import FigureSource

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Table = dict[str, Sequence[Any] | NDArray[Any]]
"""Columns of equal length by name, for a CSV file."""


class FigureContent(Protocol):
    """All that a figure shows; each figure has a frozen dataclass of its own."""

    @property
    def caption(self) -> str:
        """What is drawn, from how many networks and problems, and where it falls short of the paper's figure."""


class PaperFigure(Protocol):
    """A figure's module; ``NUMBER`` is its number in the paper, or a name for one beyond it."""

    NUMBER: Any
    TITLE: str
    NEEDS: Needs

    def compute(self, sources: Sequence[FigureSource], progress: Progress | None = None) -> Any:
        """The figure's content; L2LError says what is missing or does not go together."""

    def draw(self, content: Any) -> Figure:
        """The figure, in any thread."""

    def table(self, content: Any) -> dict[str, Table]:
        """The content as tables, by name."""
