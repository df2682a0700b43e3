"""How panels are updated: only while visible, computed in the background, drawn with the view they were asked for.

The part of a panel that no panel changes; :class:`l2l_gui.panels.base.Panel` is the part they
write.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable
from dataclasses import replace
from typing import Any, TypeVar

from PyQt6.QtGui import QHideEvent, QShowEvent
from PyQt6.QtWidgets import QStackedLayout, QWidget

from l2l_engine.config import L2LError
from l2l_gui.look.theme import theme
from l2l_gui.model.pace import RefreshPace
from l2l_gui.model.selection import Selection
from l2l_gui.model.sessions import OpenSession
from l2l_gui.model.stages import named
from l2l_gui.panels.contract import SNAPSHOT, Context, Contract
from l2l_gui.panels.view import Answer, Combined, Later, Nothing, Ready, View
from l2l_gui.plotting import stage_band
from l2l_gui.plotting.ink import re_ink
from l2l_gui.plotting.legend import Legend
from l2l_gui.plotting.plots import ProblemLine, TimeCursor
from l2l_gui.plotting.session_colours import Look
from l2l_gui.plotting.stage_band import StageBand
from l2l_gui.widgets.busy import BusyOverlay, EmptyState
from l2l_gui.workers.jobs import Computation, JobCancelledError

T = TypeVar("T")

log = logging.getLogger(__name__)


class Asking(Contract[T]):
    """Asks, waits and draws; see the module's text."""

    cursors: list[TimeCursor]
    problem_lines: list[ProblemLine]
    stage_bands: list[StageBand]
    stage_legend: Legend | None = None

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context
        self.answer: Answer[T] | None = None
        self._empty = EmptyState("")
        body = QWidget()
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self._empty)
        self._stack.addWidget(body)
        self._busy = BusyOverlay(self)
        self._stale = True
        self._in_front = True
        self._asked: View | None = None  # waits for the answer to this
        self._moved_on = False  # the run has, since
        self._refining: tuple[Asking[Any], str] = (self, "more")
        self._parts: dict[Hashable, Any] = {}
        self._given_up: Hashable = None  # the key of what failed or was cancelled
        self._zoomed = False
        self._faded = False  # drawn in another theme than the present one
        self._pinned: View | None = None
        self._pace = RefreshPace(self.pace)
        self.fill(body)
        self._restyle()
        for plot in self.plots():
            plot.vb.sigRangeChangedManually.connect(self._zoomed_by_hand)
        theme.changed.connect(self._restyle)
        context.selection.changed.connect(self._selection_changed)
        context.sessions.opened.connect(self._session_changed)
        context.sessions.closed.connect(self._session_changed)
        if SNAPSHOT in self.depends:
            context.sessions.advanced.connect(self._advanced)

    def fill(self, body: QWidget) -> None:
        """Build the panel; called once."""
        raise NotImplementedError

    # -- what is looked at ---------------------------------------------------------------

    def present_view(self) -> View:
        """The panel's current view."""
        if self._pinned is not None:
            return self._pinned
        sessions = tuple(self.context.compared)
        snapshots = tuple(session.snapshot for session in sessions)
        values = dict(self.option_values.values)
        looks = Look.of_each(self.context.sessions, sessions)
        return View(self.name, sessions, snapshots, self.context.selected, values, looks)

    def pin(self, view: View | None) -> None:
        """Show this view, whatever is selected; None: the selection again."""
        self._pinned = view
        self.invalidate()

    @property
    def has_content(self) -> bool:
        """Whether something is drawn."""
        return self.answer is not None

    @property
    def empty_words(self) -> str:
        """The sentence shown while there is nothing drawn."""
        return "" if self.has_content else self._empty.label.text()

    @property
    def settled(self) -> bool:
        """Whether what is drawn is what is asked for."""
        return not self._stale and self._asked is None

    def invalidate(self) -> None:
        """Ask again soon if visible, or when next visible."""
        self._stale = True
        self._moved_on = False
        if self.seen:
            self.context.redraws.add(self.refresh)

    # -- asking --------------------------------------------------------------------------

    def refresh(self) -> None:
        """Ask and draw now; does nothing while hidden or up to date."""
        if not (self._stale and self.seen):
            return
        self._stale = False
        view = self.present_view()
        missing = self.needs.missing(view) if self.needs is not None else ""
        wanted = Nothing(missing) if missing else self.ask(view)
        if isinstance(wanted, Ready):
            self._stop_waiting()
            self._take(Answer(view, wanted.value))
        elif isinstance(wanted, Nothing):
            self._show_nothing(wanted.sentence)
        elif isinstance(wanted, Later):
            self._stale = True
        else:
            self._compute(view, wanted)

    def _compute(self, view: View, wanted: Computation | Combined) -> None:
        """Compute, parts first, unless this has just failed or been cancelled."""
        whole = wanted.whole if isinstance(wanted, Combined) else wanted
        if whole.key is not None and whole.key == self._given_up:
            return
        job = whole
        if isinstance(wanted, Combined):
            keys = {part.key for part in wanted.parts}
            self._parts = {key: self._parts[key] for key in keys & self._parts.keys()}
            job = wanted.next(self._parts)
        self._asked = view

        def arrived(value: Any) -> None:
            if job is whole or job.key == whole.key:
                self._stop_waiting()
                self._take(Answer(view, value))
                if self._moved_on:
                    self.invalidate()
            else:
                self._parts[job.key] = value
                self._compute(view, wanted)

        def came_coarse(value: Any) -> None:
            if job is whole and self._asked is view:
                self._take_coarse(Answer(view, value))

        failed = self._failed_of(whole.key)
        submit = self.context.jobs.submit
        if not submit(job, arrived, failed, owner=self, on_coarse=came_coarse):
            self._busy.start(job.label)

    def _failed_of(self, key: Hashable) -> Callable[[Exception], None]:
        def failed(error: Exception) -> None:
            self._given_up = key
            if isinstance(error, JobCancelledError):
                self._show_nothing("Cancelled. Select a problem to compute it again.")
                return
            if not isinstance(error, L2LError):
                log.error("%s failed", self.title, exc_info=error)
            sentence = str(error) if isinstance(error, L2LError) else "This could not be computed."
            self._show_nothing(f"{sentence} The log has the details.")

        return failed

    # -- drawing -------------------------------------------------------------------------

    def _take(self, answer: Answer[Any]) -> None:
        """Draw an answer; only its marks where the rest is drawn already."""
        before, self._given_up = self.answer, None
        same = before is not None and self._same(before, answer)
        if same and before is not None:
            answer = replace(answer, more=before.more)
        if before is not None and before.view.sessions != answer.view.sessions:
            self._zoomed = False
        self.answer = answer
        self._draw(answer, marks_only=same)
        if not same:
            self.context.jobs.release(self._refining)
        if answer.more is None:
            self._refine(answer)

    def _take_coarse(self, answer: Answer[Any]) -> None:
        """Draw a preview of the exact answer; its caption says what is missing."""
        self._busy.stop()
        if self.answer is not None and self.answer.view.sessions != answer.view.sessions:
            self._zoomed = False
        self.answer = answer
        self._draw(answer)

    def _same(self, before: Answer[Any], answer: Answer[Any]) -> bool:
        if before.value is not answer.value or before.view.sessions != answer.view.sessions:
            return False
        old, new = before.view.selection, answer.view.selection
        fields = self.depends - {SNAPSHOT}
        return before.view.options == answer.view.options and all(
            getattr(old, name) == getattr(new, name) for name in fields
        )

    def _draw(self, answer: Answer[Any], *, marks_only: bool = False) -> None:
        if not marks_only:
            self.draw(answer)
            if not self._zoomed:
                self.frame(answer)
        selection = answer.view.selection
        for line in self.problem_lines:
            line.mark(selection.problem, selection.follow_live)
        self.mark(answer)
        self._show_stages(answer.view)
        self._stack.setCurrentIndex(1)
        self._show_time(selection.time)

    def _show_stages(self, view: View) -> None:
        """Over problems: which stage of a protocol they belong to."""
        for band in self.stage_bands:
            band.show_spans(view.stages if band.plot.over_problems else ())
        if self.stage_legend is not None:
            shown = any(band.spans for band in self.stage_bands)
            found = stage_band.signs(view.stages) if shown else ()
            self.stage_legend.show_signs(*found)
            self.stage_legend.setVisible(bool(found))

    def _refine(self, answer: Answer[Any]) -> None:
        wanted = self.refine(answer)
        if wanted is None:
            return
        wanted = replace(wanted, patient=True)  # whoever steps through problems does not pay for it

        def arrived(value: Any) -> None:
            if self.answer is not None and self._same(self.answer, answer):
                self.answer = replace(self.answer, more=value)
                self._draw(self.answer)

        self.context.jobs.submit(wanted, arrived, lambda _: None, owner=self._refining)

    def _show_nothing(self, sentence: str) -> None:
        self._stop_waiting()
        self.context.jobs.release(self._refining)
        self.answer = None
        self._zoomed = False
        self._empty.set_text(sentence)
        self._stack.setCurrentWidget(self._empty)
        self.shown.emit("")

    def _stop_waiting(self) -> None:
        if self._asked is not None:
            self.context.jobs.release(self)
        self._asked = None
        self._busy.stop()

    # -- time, zoom, theme ---------------------------------------------------------------

    def _show_time(self, ms: float) -> None:
        if self.answer is None:
            return
        if self.answer.view.selection.time != ms:
            view = self.answer.view
            moved = replace(view, selection=replace(view.selection, time=ms))
            self.answer = replace(self.answer, view=moved)
        for cursor in self.cursors:
            cursor.setPos(ms)
        self.show_time(self.answer, ms)
        words = (self._caption(self.answer), self.other_parameters())
        self.shown.emit("; ".join(filter(None, words)))

    def _caption(self, answer: Answer[Any]) -> str:
        """With the labels of problems, where one session is looked at."""
        words, view = self.caption(answer), answer.view
        return named(words, view.snapshot.origins) if len(view.snapshots) == 1 else words

    def other_parameters(self) -> str:
        """That the selected problem was learned with other parameters than it is simulated with."""
        if self.answer is None or not self.run_parameters or not self.answer.view.sessions:
            return ""
        view = self.answer.view
        changed = view.session.changes_of(view.selection.problem)
        return f"simulated with the run’s {', '.join(changed)}" if changed else ""

    def reset_zoom(self) -> None:
        """Show everything again."""
        self._zoomed = False
        for plot in self.plots():
            axes = getattr(plot, "trial_axes", None)
            plot.enableAutoRange()
            if axes is not None:
                axes.fit()
        if self.answer is not None:
            self.frame(self.answer)

    def _zoomed_by_hand(self, *_: object) -> None:
        self._zoomed = True

    def _restyle(self, *_: object) -> None:
        """Apply the current theme: recolour each item by its meaning, then redraw."""
        for view in self.scene_views():
            view.setBackground(theme.palette.panel)
            re_ink(view.scene())
        self._faded = self.answer is not None and not self.seen
        if self.answer is not None and self.seen:
            self._draw(self.answer)

    # -- what happens around it ----------------------------------------------------------

    def _selection_changed(self, selection: Selection, fields: frozenset[str]) -> None:
        if fields & (self.depends | self.points_at | {"sessions"}):
            self._given_up = None
            self.invalidate()
        elif "time" in fields and self.answer is not None and self.seen:
            self._show_time(selection.time)

    def _session_changed(self, session: OpenSession) -> None:
        if session.path in self.context.selected.sessions:
            self._given_up = None
            self.invalidate()

    def _advanced(self, session: OpenSession) -> None:
        if session.path not in self.context.selected.sessions:
            return
        if self._asked is not None:  # let it end: a fast run would never see an answer
            self._moved_on = True
        elif not self.seen or self._pace.due(session.snapshot):
            self.invalidate()

    @property
    def seen(self) -> bool:
        """Whether it is visible and not behind another tab."""
        return self.isVisible() and self._in_front

    def set_in_front(self, in_front: bool) -> None:
        """Say whether another tab covers it; Qt takes covered docks for visible ones."""
        self._in_front = in_front
        if self.seen:
            self.wake()
        else:
            self.rest()

    def showEvent(self, event: QShowEvent | None) -> None:
        """Catch up with what changed while hidden."""
        super().showEvent(event)
        if self.seen:
            self.wake()

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Stop computing while hidden."""
        super().hideEvent(event)
        self.rest()

    def wake(self) -> None:
        """Catch up with what changed while unseen."""
        if self._stale:
            self.context.redraws.add(self.refresh)
        elif self.answer is not None:
            if self._faded:
                self._restyle()
            self._show_time(self.context.selected.time)
            if self.answer.more is None:
                self._refine(self.answer)

    def rest(self) -> None:
        """Cancel computations for this panel while it is not visible."""
        self.context.jobs.release(self._refining)
        if self._asked is not None:
            self._stale = True
            self._stop_waiting()
