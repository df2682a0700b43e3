"""What a panel is.

A panel is one file with one subclass of :class:`Panel` that declares its name, title, help
and what it depends on, and answers four questions: how it is built, what it wants to show
now (:meth:`Panel.ask`), how that is drawn, and which numbers are behind it. Everything else
is done here and in the header: it is asked only while it can be seen, computations run in
the background, waiting and empty states, export, zoom, themes and the time cursor.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import pyqtgraph as pg
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtGui import QAction, QHideEvent, QPalette, QShowEvent
from PyQt6.QtWidgets import QStackedLayout, QVBoxLayout, QWidget

from l2l_engine.config import L2LError
from l2l_gui.look.theme import Palette, theme
from l2l_gui.model.pace import PICTURE, Pace
from l2l_gui.model.selection import Selection, SharedSelection
from l2l_gui.model.sessions import OpenSession, Sessions
from l2l_gui.output import exporting
from l2l_gui.output.panel_data import PanelData
from l2l_gui.widgets.busy import BusyOverlay, EmptyState
from l2l_gui.workers.jobs import Computation, JobCancelledError, Jobs
from l2l_gui.workers.redraw import RedrawQueue

log = logging.getLogger(__name__)

SNAPSHOT = "snapshot"
"""In :attr:`Panel.depends`: the panel shows the run as it goes."""


@dataclass(frozen=True)
class Ready:
    """An answer of :meth:`Panel.ask`: draw this now."""

    value: Any


@dataclass(frozen=True)
class Nothing:
    """An answer of :meth:`Panel.ask`: there is nothing to show; the sentence says what to do."""

    sentence: str


Answer = Ready | Nothing | Computation


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
    film: Callable[[Panel], None] | None = None
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


class Panel(QWidget):
    """Base of all panels; see the module's text.

    Signals
    -------
    shown(str) : what is drawn, in a few words for the header ("live, trial 12").
    """

    name: ClassVar[str]
    """Unique, as in saved layouts and file names."""
    title: ClassVar[str]
    help: ClassVar[str]
    """Three sentences: what is drawn, how to read it, where the paper explains it."""
    depends: ClassVar[frozenset[str]] = frozenset()
    """Fields of :class:`Selection` whose change makes it ask again, and perhaps ``SNAPSHOT``.
    Not ``time``: see :meth:`show_time`."""
    pace: ClassVar[float] = PICTURE
    """How often a second the run's progress is drawn at most; only with ``SNAPSHOT``."""

    shown = pyqtSignal(str)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.setObjectName(self.name)
        self.setAccessibleName(self.title)
        self.body = QWidget()
        self.body.setAutoFillBackground(True)
        self.body.setBackgroundRole(QPalette.ColorRole.Base)
        self.body_layout = QVBoxLayout(self.body)
        self.body_layout.setContentsMargins(4, 2, 4, 4)
        self.body_layout.setSpacing(4)
        self._empty = EmptyState("")
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.body)
        self._busy = BusyOverlay(self)
        self._stale = True
        self._has_content = False
        self._waiting = False
        self._in_front = True
        self._pace = Pace(self.pace)
        self.build()
        self._restyle(theme.palette)
        theme.changed.connect(self._restyle)
        context.selection.changed.connect(self._selection_changed)
        context.sessions.opened.connect(self._session_changed)
        context.sessions.closed.connect(self._session_changed)
        if SNAPSHOT in self.depends:
            context.sessions.advanced.connect(self._advanced)

    # -- the panel's own part ----------------------------------------------------------

    def build(self) -> None:
        """Fill :attr:`body_layout`, once."""
        raise NotImplementedError

    def ask(self) -> Answer:
        """What to show for the present selection; quick, without files or long sums."""
        raise NotImplementedError

    def draw(self, value: Any) -> None:
        """Draw what was answered or computed."""
        raise NotImplementedError

    def data(self) -> PanelData | None:
        """The numbers drawn, for export; None while nothing is drawn."""
        raise NotImplementedError

    def follows(self) -> bool:
        """Whether the run's progress changes what is shown now; only with ``SNAPSHOT``."""
        return True

    def show_time(self, ms: float) -> None:
        """Move the time cursor; called only while the panel shows something."""

    def restyle(self, palette: Palette) -> None:
        """Take on new colours; plots are styled already."""

    def tools(self) -> list[QAction]:
        """Options of this panel, offered in its menu."""
        return []

    def state(self) -> dict[str, Any]:
        """Options to remember between launches, as plain values."""
        return {}

    def set_state(self, state: dict[str, Any]) -> None:
        """Take options up again; unknown ones are ignored."""

    @property
    def canvas(self) -> QWidget:
        """What is pictured and filmed."""
        return self.body

    def write(self, path: Path) -> bool:
        """Export picture or data by the file's ending; raises L2LError.

        False: it goes on in the background and says by itself when it is done.
        """
        exporting.export(self.canvas, path, self.data())
        return True

    # -- for panels to use -------------------------------------------------------------

    def invalidate(self) -> None:
        """Ask again soon, if seen; else when seen next."""
        self._stale = True
        if self.seen:
            self.context.redraws.add(self.refresh)

    def plots(self) -> list[pg.PlotItem]:
        """All plots of the panel."""
        found = []
        for view in self.body.findChildren(pg.GraphicsView):
            found += [item for item in view.scene().items() if isinstance(item, pg.PlotItem)]
        return found

    def reset_zoom(self) -> None:
        """Show everything again."""
        for plot in self.plots():
            plot.enableAutoRange()

    @property
    def has_content(self) -> bool:
        """Whether something is drawn."""
        return self._has_content

    @property
    def empty_words(self) -> str:
        """The sentence shown while there is nothing drawn."""
        return "" if self._has_content else self._empty.label.text()

    @property
    def settled(self) -> bool:
        """Whether what is drawn is what is asked for."""
        return not (self._stale or self._waiting)

    # -- asking and drawing ------------------------------------------------------------

    def refresh(self) -> None:
        """Ask and draw now; does nothing while hidden or up to date."""
        if not (self._stale and self.seen):
            return
        self._stale = False
        answer = self.ask()
        if isinstance(answer, Computation):
            self._waiting = True
            if not self.context.jobs.submit(answer, self._computed, self._failed, owner=self):
                self._busy.start(answer.label)
            return
        if self._waiting:
            self.context.jobs.release(self)
        if isinstance(answer, Ready):
            self._computed(answer.value)
        else:
            self._show_nothing(answer.sentence)

    def _computed(self, value: Any) -> None:
        self._stop_waiting()
        self.draw(value)
        self._has_content = True
        self._stack.setCurrentWidget(self.body)
        self.show_time(self.context.selected.time)

    def _failed(self, error: Exception) -> None:
        if isinstance(error, JobCancelledError):
            self._show_nothing("Cancelled. Select a problem to compute it again.")
            return
        if not isinstance(error, L2LError):
            log.error("%s failed", self.title, exc_info=error)
        sentence = str(error) if isinstance(error, L2LError) else "This could not be computed."
        self._show_nothing(f"{sentence} The log has the details.")

    def _show_nothing(self, sentence: str) -> None:
        self._stop_waiting()
        self._has_content = False
        self._empty.set_text(sentence)
        self._stack.setCurrentWidget(self._empty)
        self.shown.emit("")

    def _stop_waiting(self) -> None:
        self._waiting = False
        self._busy.stop()

    # -- what happens around it --------------------------------------------------------

    def _selection_changed(self, selection: Selection, fields: frozenset[str]) -> None:
        if fields & self.depends or "sessions" in fields:
            self.invalidate()
        elif "time" in fields and self._has_content and self.seen:
            self.show_time(selection.time)

    def _session_changed(self, session: OpenSession) -> None:
        if session.path in self.context.selected.sessions:
            self.invalidate()

    def _advanced(self, session: OpenSession) -> None:
        if (
            session.path in self.context.selected.sessions
            and self.follows()
            and (not self.seen or self._pace.due(session.snapshot))
        ):
            self.invalidate()

    def _restyle(self, palette: Palette) -> None:
        for view in self.body.findChildren(pg.GraphicsView):
            view.setBackground(palette.panel)
        for plot in self.plots():
            theme.style_plot(plot)
        self.restyle(palette)

    @property
    def seen(self) -> bool:
        """Whether it is shown, and not behind another tab."""
        return self.isVisible() and self._in_front

    def set_in_front(self, in_front: bool) -> None:
        """Say whether another tab covers it; Qt takes covered docks for visible ones."""
        self._in_front = in_front
        if self.seen:
            self.wake()
        else:
            self.rest()

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what changed while hidden."""
        super().showEvent(event)
        if self.seen:
            self.wake()

    def hideEvent(self, event: QHideEvent) -> None:
        """Compute nothing while hidden."""
        super().hideEvent(event)
        self.rest()

    def wake(self) -> None:
        """Catch up with what changed while unseen."""
        if self._stale:
            self.context.redraws.add(self.refresh)
        elif self._has_content:
            self.show_time(self.context.selected.time)

    def rest(self) -> None:
        """Stop computing for nobody."""
        if self._waiting:
            self._waiting, self._stale = False, True
            self.context.jobs.release(self)
            self._busy.stop()
