"""The main window: it connects the parts and carries out actions."""

from __future__ import annotations

import logging
from pathlib import Path

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QMenu,
    QMenuBar,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from l2l_gui.look.theme import theme
from l2l_gui.model.selection import Group, Selection, SharedSelection
from l2l_gui.model.sessions import OpenSession, Sessions
from l2l_gui.model.settings import settings
from l2l_gui.panels.base import Context
from l2l_gui.widgets.dropped_files import accept_files, dropped_files
from l2l_gui.widgets.log_console import LogConsole
from l2l_gui.widgets.transport import Transport
from l2l_gui.widgets.welcome import Welcome
from l2l_gui.window import actions
from l2l_gui.window.actions import Actions
from l2l_gui.window.features import Features
from l2l_gui.window.notifications import Notifications
from l2l_gui.window.requests import Requests
from l2l_gui.window.run_dock import RunDock
from l2l_gui.window.status_line import StatusLine
from l2l_gui.window.view_menu import ComparedMenu, EditMenu, RecentMenu, ViewMenu
from l2l_gui.window.workspaces import WORKSPACES, Workspace, Workspaces
from l2l_gui.workers.jobs import Jobs
from l2l_gui.workers.redraw import RedrawQueue
from l2l_gui.workers.runner import Runner

log = logging.getLogger(__name__)

TITLE = "L2L Explorer"
LAYOUT_VERSION = 1
START_SIZE = QSize(1440, 900)
FRAME = QSize(16, 48)
"""Room for what a window manager draws around a window, in logical pixels."""


class MainWindow(QMainWindow):
    """Tool bar, run, workspaces, transport and status bar."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self._asks = True  # before it closes
        self.selection = SharedSelection(self)
        self.jobs = Jobs(self)
        self.sessions = Sessions(self.jobs.when_done, self)
        self.redraws = RedrawQueue(self)
        self.runner = Runner(self.selection, self.sessions, self.jobs, self)
        self.actions_by_name = Actions(self)
        self.notifications = Notifications()
        self.workspaces = Workspaces(self._context, {"analyses": _analyses})
        self.transport = Transport()
        self.empty = Welcome(
            [self.actions_by_name[name] for name in ("example", "demo", "open", "new")],
            self.runner.open,
        )
        self._build_centre()
        self._build_docks()
        self._build_menus()
        bar = self.statusBar()
        assert bar is not None
        self.status = StatusLine(bar, self.jobs)
        self._connect()
        self.features = Features(self)
        self._restore()
        self._update()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._mark_focus)

    def _context(self) -> Context:
        return Context(
            selection=self.selection,
            sessions=self.sessions,
            jobs=self.jobs,
            redraws=self.redraws,
            notify=self.notifications.inform,
            actions=self.actions_by_name.get,
            film=lambda panel: self.features.film(panel),
        )

    # -- what its features use (see Shell) ---------------------------------------------

    @property
    def frame(self) -> QMainWindow:
        """The window itself."""
        return self

    @property
    def run_summary(self) -> QWidget:
        """The run's facts, parameters and problems."""
        return self.run_dock

    def add_status(self, widget: QWidget) -> None:
        """Put a widget into the status bar, between the run's state and the jobs."""
        bar = self.statusBar()
        assert bar is not None
        bar.insertPermanentWidget(1, widget)

    # -- building ----------------------------------------------------------------------

    def _build_centre(self) -> None:
        bar = QToolBar("Tools")
        self.addToolBar(bar)
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setIconSize(QSize(18, 18))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.actions_by_name.fill_bar(bar)
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        middle = QWidget()
        inner = QVBoxLayout(middle)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.addWidget(self.empty, 1)
        inner.addWidget(self.workspaces, 1)
        column.addWidget(middle, 1)
        column.addWidget(self.transport)
        self.notifications.lie_over(middle)
        self.setCentralWidget(centre)

    def _build_docks(self) -> None:
        features = QDockWidget.DockWidgetFeature
        self.run_dock = RunDock(self.selection, self.sessions)
        self._run_holder = QDockWidget("Run", self)
        self._run_holder.setObjectName("run")
        self._run_holder.setWidget(self.run_dock)
        self._run_holder.setFeatures(features.NoDockWidgetFeatures)
        self._run_holder.setTitleBarWidget(QWidget())  # the run's name is title enough
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self._run_holder)
        self.resizeDocks([self._run_holder], [290], Qt.Orientation.Horizontal)
        self.log_console = LogConsole()
        self._log_holder = QDockWidget("Log", self)
        self._log_holder.setObjectName("log console")
        self._log_holder.setWidget(self.log_console)
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self._log_holder)
        self._log_holder.hide()

    def _build_menus(self) -> None:
        bar = self.menuBar()
        assert bar is not None
        toggle = self._run_holder.toggleViewAction()
        assert toggle is not None
        toggle.triggered.connect(lambda shown: settings.put("run shown", shown))
        files, run, helps = (QMenu(title, self) for title in ("&File", "&Run", "&Help"))
        does = self.actions_by_name
        does.fill_menu(files, actions.FILE, RecentMenu(self.runner, self))
        self.compared_menu = ComparedMenu(self.runner, self)
        files.insertMenu(does["save_copy"], self.compared_menu)
        does.fill_menu(run, actions.RUN)
        does.fill_menu(helps, actions.HELP)
        view = ViewMenu(self.workspaces, [does["full_screen"], toggle, does["reset_layout"]], self)
        for menu in (files, EditMenu(self.workspaces, self), run, view, helps):
            bar.addMenu(menu)

    def _connect(self) -> None:
        does = self.actions_by_name
        titles = [WORKSPACES[name].title for name in self.workspaces.names]
        self.requests = Requests(self, titles)
        for name, slot in (
            ("quit", self.close),
            ("previous_problem", lambda: self._step_problem(-1)),
            ("next_problem", lambda: self._step_problem(1)),
            ("play", lambda: self.transport.set_playing(not self.transport.playing)),
            ("reset_layout", lambda: self.workspaces.current.reset()),
            ("full_screen", lambda: self.workspaces.current.switch_full_screen()),
        ):
            does.provide(name, slot)
        does["follow_live"].triggered.connect(self._follow)
        does["log"].triggered.connect(self._log_holder.setVisible)
        self._log_holder.visibilityChanged.connect(does["log"].setChecked)
        self.runner.changed.connect(self._update)
        self.sessions.advanced.connect(self._advanced)
        self.runner.informed.connect(self.notifications.inform)
        self.runner.failed.connect(self.notifications.complain)
        self.runner.lost.connect(self.requests.save_lost)
        self.selection.changed.connect(self._selection_changed)
        transport = self.transport
        transport.time_changed.connect(lambda ms: self.selection.update(time=ms))
        transport.problem_changed.connect(self.selection.select_problem)
        transport.group_changed.connect(self._choose_group)
        transport.stimulus_changed.connect(lambda shown: self.selection.update(stimulus=shown))

    # -- remembered --------------------------------------------------------------------

    def _restore(self) -> None:
        geometry, state = settings.bytes("window"), settings.bytes("docks")
        if geometry is None or not self.restoreGeometry(geometry):
            screen = self.screen()
            room = screen.availableSize() - FRAME if screen is not None else START_SIZE
            self.resize(START_SIZE.boundedTo(room))
        if state is not None:
            self.restoreState(state, LAYOUT_VERSION)
        self.workspaces.go(settings.text("workspace"))

    def _remember(self) -> None:
        settings.put("window", self.saveGeometry())
        settings.put("docks", self.saveState(LAYOUT_VERSION))
        self.workspaces.remember()
        settings.store.sync()

    # -- following the model -----------------------------------------------------------

    def _update(self) -> None:
        """Show the runner's state."""
        runner, does = self.runner, self.actions_by_name
        session = runner.session
        training = runner.training
        run = does["run"]
        if training != (run.text() == "Pause"):
            run.setText("Pause" if training else "Run")
            run.setToolTip(
                "Stop after this trial (Space)" if training else "Train until paused (Space)"
            )
            theme.set_icon(run, "pause" if training else "run")
        for name in ("step_trial", "step_problem", "run_until"):
            does[name].setEnabled(session is not None and not training)
        for name in ("run", "save_copy", "compare", "follow_live", "export_session", "movie"):
            does[name].setEnabled(session is not None)
        does["branch"].setEnabled(session is not None and bool(session.problems))
        does["compare_parent"].setEnabled(session is not None and session.parent is not None)
        if self.empty.isVisible() == (session is not None) or self.workspaces.isHidden() == (
            session is not None
        ):
            self._leave_welcome(session is not None)
            self.empty.setVisible(session is None)
            self.workspaces.setVisible(session is not None)
            self.transport.setVisible(session is not None)
            self._run_holder.setVisible(session is not None and settings.flag("run shown", True))
        self.status.update(runner)
        self.setWindowTitle(TITLE if session is None else f"{session.name} – {TITLE}")

    def _advanced(self, session: OpenSession) -> None:
        if session.path == self.selection.value.primary and not self.runner.stage:
            self.status.show_progress(session.snapshot)

    def _leave_welcome(self, leave: bool) -> None:
        """Take the keys from a button that is about to be hidden."""
        focus = self.focusWidget()
        if leave and focus is not None and self.empty.isAncestorOf(focus):
            focus.clearFocus()

    def _selection_changed(self, selection: Selection, fields: frozenset[str]) -> None:
        transport = self.transport
        transport.set_trial(self.selection.duration)
        if "time" in fields:
            transport.set_time(selection.time)
        transport.set_problems(self.selection.problems)
        if selection.problem is not None:
            transport.set_problem(selection.problem)
        transport.set_group(*selection.group)
        transport.set_stimulus(selection.stimulus)
        self.actions_by_name["follow_live"].setChecked(selection.follow_live)

    def _follow(self, live: bool) -> None:
        self.selection.update(follow_live=live)
        self.actions_by_name["follow_live"].setChecked(self.selection.value.follow_live)

    def _choose_group(self, start: int, size: int) -> None:
        self.selection.update(group=Group(start, size))

    def _step_problem(self, by: int) -> None:
        problem = self.selection.value.problem
        if problem is not None:
            self.selection.select_problem(problem + by)

    def _mark_focus(self, _old: QWidget | None, now: QWidget | None) -> None:
        if now is None or isinstance(now, QMenu | QMenuBar):
            return  # a menu acts on the panel that had the keyboard before it
        for workspace in self.workspaces:
            workspace.mark_focus(now)

    # -- events ------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take files."""
        accept_files(event)

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Open the first file, compare with the others."""
        paths = dropped_files(event)
        if paths:
            self.open_files(paths)

    def open_files(self, paths: list[Path]) -> None:
        """Show the first session and compare it with the others; import published files."""
        if self.features.published.offer(paths[0]):
            return
        self.runner.open(paths[0], beside=paths[1:])

    def close_unasked(self) -> None:
        """Close at once without questions, as a signal demands."""
        self._asks = False
        self.close()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        """Save and end everything; training can be resumed next time."""
        assert event is not None
        if self._asks and not self.features.may_close():
            event.ignore()
            return
        self._remember()
        self.transport.set_playing(False)
        self.hide()
        for workspace in self.workspaces:
            workspace.put_away()
        self.redraws.clear()
        self.features.close()
        self.jobs.close()
        self.runner.close()
        self.sessions.close()
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.disconnect(self._mark_focus)
        log.info("Closed")
        event.accept()


def _analyses(context: Context) -> Workspace:
    """Imported when it is first looked at."""
    from l2l_gui.window.analyses import AnalysesWorkspace

    return AnalysesWorkspace(context)
