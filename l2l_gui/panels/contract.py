"""What every panel declares and answers; :mod:`l2l_gui.panels.base` says how to write one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

import pyqtgraph as pg
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QVBoxLayout, QWidget

from l2l_gui.model.pace import PICTURE
from l2l_gui.model.selection import Selection, SharedSelection
from l2l_gui.model.sessions import OpenSession, Sessions
from l2l_gui.model.stages import words as stage_words
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.help_text import HelpText
from l2l_gui.panels.needs import Needs
from l2l_gui.panels.options import Choice, Flag, Number, OptionValues, Several
from l2l_gui.panels.view import Answer, View, Wanted
from l2l_gui.plotting.pointing import Pointing
from l2l_gui.plotting.stage_band import StageBand
from l2l_gui.workers.jobs import Computation, Jobs
from l2l_gui.workers.redraw import RedrawQueue

T = TypeVar("T")

SNAPSHOT = "snapshot"
"""In :attr:`Panel.depends`: the panel shows the run as it goes."""


@dataclass(frozen=True)
class Context:
    """What every panel is given."""

    selection: SharedSelection
    sessions: Sessions
    jobs: Jobs
    redraws: RedrawQueue
    notify: Callable[[str], None]
    """Show a sentence to the person."""
    actions: Callable[[str], QAction | None]
    """The window's action of a name, such as ``open``."""
    film: Callable[[Contract[Any]], None] | None = None
    """Ask how to make a movie of a panel."""

    @property
    def selected(self) -> Selection:
        """The present selection."""
        return self.selection.value

    @property
    def session(self) -> OpenSession | None:
        """The primary session, if one is open."""
        return self.sessions.get(self.selected.primary)

    @property
    def compared(self) -> list[OpenSession]:
        """All selected sessions, the primary first."""
        found = map(self.sessions.get, self.selected.sessions)
        return [session for session in found if session is not None]


class Contract(QWidget, Generic[T]):
    """The part of a panel that its file gives. ``T`` is what is computed and drawn.

    Signals
    -------
    shown(str) : what is drawn, in a few words for the header ("live, trial 12").
    """

    name: ClassVar[str]
    """Unique, as in saved layouts and file names."""
    title: ClassVar[str]
    help: ClassVar[str] = HelpText()  # type: ignore[assignment]
    """Three sentences: what is drawn, how to read it, where the paper explains it.

    By default the text of ``panels/help/<name>.txt``.
    """
    depends: ClassVar[frozenset[str]] = frozenset()
    """Fields of :class:`Selection` that what is drawn depends on, and perhaps ``SNAPSHOT``."""
    points_at: ClassVar[frozenset[str]] = frozenset()
    """Fields of :class:`Selection` that only move marks. Not ``time``: see :meth:`show_time`."""
    options: ClassVar[tuple[Flag | Choice | Several | Number, ...]] = ()
    run_parameters: ClassVar[bool] = False
    """Whether the selected problem is simulated with the run's own parameters, so that problems can be
    compared, also where a stage of a protocol changed some; then the caption says so."""
    needs: ClassVar[Needs | None] = None
    """What must be there before the panel is asked."""
    recipe: ClassVar[str] = ""
    """Module of :mod:`l2l_engine.recipes` (or the whole name of another) that has its numbers and its
    picture without the window: for "Copy as Python" and export for publication."""
    pace: ClassVar[float] = PICTURE
    """How often a second the run's progress is drawn at most; only with ``SNAPSHOT``."""

    shown = pyqtSignal(str)

    context: Context
    answer: Answer[T] | None
    """What is drawn; None while nothing is."""
    option_values: OptionValues
    stage_bands: list[StageBand]
    """One for each plot over problems."""
    body: QWidget
    body_layout: QVBoxLayout

    # -- the panel's own part ----------------------------------------------------------

    def build(self) -> None:
        """Fill :attr:`body_layout`, once."""
        raise NotImplementedError

    def ask(self, view: View) -> Wanted:
        """What ``view`` needs; quick, without files or long sums."""
        raise NotImplementedError

    def draw(self, answer: Answer[T]) -> None:
        """Draw what was answered or computed."""
        raise NotImplementedError

    def data(self, answer: Answer[T]) -> PanelData:
        """The numbers drawn, for export."""
        raise NotImplementedError

    def recipe_settings(self, answer: Answer[T]) -> dict[str, Any]:
        """What the recipe takes beyond the selection and the options.

        Raises L2LError, saying why, where no script can make this again.
        """
        return {}

    def mark(self, answer: Answer[T]) -> None:
        """Move the marks of the selection; also called after every :meth:`draw`."""

    def caption(self, answer: Answer[T]) -> str:
        """What is drawn, in a few words for the header."""
        return ""

    def frame(self, answer: Answer[T]) -> None:
        """Set the ranges that show everything."""

    def refine(self, answer: Answer[T]) -> Computation | None:
        """What takes longer, drawn as ``answer.more`` when it is there."""
        return None

    def show_time(self, answer: Answer[T], ms: float) -> None:
        """Show another time of the trial; cursors have moved already."""

    def actions_of_menu(self) -> list[QAction]:
        """Entries of the menu that are no options."""
        return []

    # -- for panels to use -------------------------------------------------------------

    def point_at(
        self,
        plot: pg.PlotItem,
        select: Callable[[Answer[T], float, float], int | None] | None = None,
        tip: Callable[[Answer[T], float, float], str | None] | None = None,
    ) -> Pointing:
        """Enable clicks and tips on a plot, once the plot is in its view.

        Parameters
        ----------
        select : the problem that a click at (x, y) of an answer selects, or None
        tip : what is said of (x, y), or None
        """

        def clicked(x: float, y: float) -> None:
            number = select(self.answer, x, y) if select and self.answer else None
            if number is not None:
                self.select(number)

        def said(x: float, y: float) -> str | None:
            words = tip(self.answer, x, y) if tip and self.answer else None
            return self._with_stage(plot, words, x, y)

        view, tells = plot.getViewWidget(), tip or getattr(plot, "over_problems", False)
        if tip is not None:
            plot.tip = said
        return Pointing(view, plot, clicked if select else None, said if tells else None)

    def _with_stage(self, plot: pg.PlotItem, words: str | None, x: float, y: float) -> str | None:
        """What is said of a place, and over problems what the problem there was."""
        band = next((band for band in self.stage_bands if band.plot is plot), None)
        if band is None or self.answer is None or not self.answer.view.snapshots:
            return words
        if not plot.over_problems:
            return words
        if words is None:
            span = band.span_at(x) if band.holds(y) else None
            return None if span is None else span.words
        origins, place = self.answer.view.snapshot.origins, round(x) - 1
        there = 0 <= place < len(origins) and len(self.answer.view.sessions) == 1
        what = stage_words(origins[place]) if there else ""
        return f"{words}\n{what}" if what not in ("", "new") else words

    def select(self, problem: int) -> None:
        """Select a problem, as a click on it does."""
        self.context.selection.select_problem(problem)

    def scene_views(self) -> list[pg.GraphicsView]:
        """All of pyqtgraph's views in the panel."""
        return list(self.body.findChildren(pg.GraphicsView))

    def scene_items(self) -> list[Any]:
        """All items of all plots."""
        return [item for view in self.scene_views() for item in view.scene().items()]

    def plots(self) -> list[pg.PlotItem]:
        """All plots of the panel, without the bars of colours."""
        return [
            item
            for item in self.scene_items()
            if isinstance(item, pg.PlotItem) and not isinstance(item, pg.ColorBarItem)
        ]
