"""The main window: it puts the parts together and carries out what actions ask for."""

from __future__ import annotations

import logging
import math
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PyQt6.QtGui import QActionGroup, QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent
from PyQt6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDockWidget,
    QFileDialog,
    QLabel,
    QMainWindow,
    QMenu,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from l2l_gui import actions, working_copy
from l2l_gui.actions import Actions
from l2l_gui.goals import Goal
from l2l_gui.help import AboutDialog, ShortcutSheet
from l2l_gui.job_status import JobStatus
from l2l_gui.jobs import Jobs
from l2l_gui.notifications import Notifications
from l2l_gui.panels.base import Context
from l2l_gui.panels.redraw import RedrawQueue
from l2l_gui.run_dock import RunDock
from l2l_gui.run_until_dialog import RunUntilDialog
from l2l_gui.runner import Runner, note_of
from l2l_gui.selection import Group, Selection, SharedSelection
from l2l_gui.sessions import Sessions
from l2l_gui.settings import settings
from l2l_gui.snapshot import RunState
from l2l_gui.theme import Mode, theme
from l2l_gui.widgets.busy import EmptyState
from l2l_gui.widgets.log_console import LogConsole
from l2l_gui.widgets.transport import Transport
from l2l_gui.workspaces import WORKSPACES, Workspaces

log = logging.getLogger(__name__)

TITLE = "L2L Explorer"
SESSIONS = "L2L sessions (*.h5 *.hdf5)"
LAYOUT_VERSION = 1
START_SIZE = QSize(1440, 900)


class MainWindow(QMainWindow):
    """Tool bar, run, workspaces, transport and status bar."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle(TITLE)
        self.setAcceptDrops(True)
        self.selection = SharedSelection(self)
        self.sessions = Sessions(self)
        self.jobs = Jobs(self)
        self.redraws = RedrawQueue(self)
        self.runner = Runner(self.selection, self.sessions, self.jobs, self)
        self.actions_by_name = Actions(self)
        self.notifications = Notifications()
        self.workspaces = Workspaces(self._context)
        self.transport = Transport()
        self.empty = self._empty_state()
        self._build_centre()
        self._build_docks()
        self._build_menus()
        self._build_status_bar()
        self._connect()
        self._restore()
        self._update()
        app = QApplication.instance()
        if app is not None:
            app.installEventFilter(self)

    def _context(self) -> Context:
        return Context(
            selection=self.selection,
            sessions=self.sessions,
            jobs=self.jobs,
            redraws=self.redraws,
            notify=self.notifications.inform,
            actions=self.actions_by_name.get,
        )

    # -- building ----------------------------------------------------------------------

    def _empty_state(self) -> EmptyState:
        return EmptyState(
            "No session is open. Open one, drop a file here, or begin a new run.",
            "chart",
            "New run…",
            lambda: self.actions_by_name["new"].trigger(),
        )

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
        column.addWidget(self.notifications)
        column.addWidget(self.empty, 1)
        column.addWidget(self.workspaces, 1)
        column.addWidget(self.transport)
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
        titles = ("&File", "&Run", "&View", "&Help")
        files, run, view, helps = (QMenu(title, self) for title in titles)
        for menu in (files, run, view, helps):
            bar.addMenu(menu)
        self._recent = QMenu("Open recent", self)
        self._recent.aboutToShow.connect(self._fill_recent)
        self._panels_menu = QMenu("Panels", self)
        self._panels_menu.aboutToShow.connect(self._fill_panels)
        themes = QMenu("Theme", self)
        self.actions_by_name.fill_menu(files, actions.FILE, self._recent)
        self.actions_by_name.fill_menu(run, actions.RUN)
        self.actions_by_name.fill_menu(helps, actions.HELP)
        for number, name in enumerate(self.workspaces.names, 1):
            item = view.addAction(WORKSPACES[name].title)
            item.setShortcut(f"Ctrl+{number}")
            item.triggered.connect(lambda _=False, name=name: self.workspaces.go(name))
        view.addSeparator()
        view.addMenu(self._panels_menu)
        view.addAction(self._run_holder.toggleViewAction())
        view.addAction(self.actions_by_name["reset_layout"])
        view.addSeparator()
        view.addMenu(themes)
        self._build_theme_menu(themes)

    def _build_theme_menu(self, menu: QMenu) -> None:
        group = QActionGroup(self)
        for mode, text in (
            (Mode.SYSTEM, "As the system"),
            (Mode.LIGHT, "Light"),
            (Mode.DARK, "Dark"),
        ):
            item = menu.addAction(text)
            item.setCheckable(True)
            item.setChecked(theme.mode is mode)
            group.addAction(item)
            item.triggered.connect(lambda _=False, mode=mode: self.set_theme(mode))

    def _build_status_bar(self) -> None:
        bar = self.statusBar()
        assert bar is not None
        self._state, self._rate, self._kept = QLabel(), QLabel(), QLabel()
        self._state.setAccessibleName("State")
        self._rate.setMinimumWidth(self.fontMetrics().horizontalAdvance("000 trials/s "))
        for label in (self._state, self._rate, self._kept):
            label.setContentsMargins(8, 0, 8, 0)
        bar.addWidget(self._state, 1)
        bar.addPermanentWidget(JobStatus(self.jobs))
        bar.addPermanentWidget(self._rate)
        bar.addPermanentWidget(self._kept)

    def _connect(self) -> None:
        does = self.actions_by_name
        for name, slot in (
            ("new", self.new),
            ("open", self.open),
            ("compare", self.compare),
            ("save_copy", self.save_copy),
            ("quit", self.close),
            ("step_trial", lambda: self.runner.train(Goal(trials=1))),
            ("step_problem", lambda: self.runner.train(Goal(problems=1))),
            ("run", self.runner.toggle),
            ("run_until", self.run_until),
            ("previous_problem", lambda: self._step_problem(-1)),
            ("next_problem", lambda: self._step_problem(1)),
            ("play", lambda: self.transport.set_playing(not self.transport.playing)),
            ("reset_layout", lambda: self.workspaces.current.reset()),
            ("shortcuts", self.show_shortcuts),
            ("about", lambda: AboutDialog(self).open()),
        ):
            does.provide(name, slot)
        does["follow_live"].triggered.connect(lambda on: self.selection.update(follow_live=on))
        does["log"].triggered.connect(self._log_holder.setVisible)
        self._log_holder.visibilityChanged.connect(does["log"].setChecked)
        self.runner.changed.connect(self._update)
        self.runner.informed.connect(self.notifications.inform)
        self.runner.failed.connect(self.notifications.complain)
        self.selection.changed.connect(self._selection_changed)
        transport = self.transport
        transport.time_changed.connect(lambda ms: self.selection.update(time=ms))
        transport.problem_changed.connect(self.selection.select_problem)
        transport.group_changed.connect(self._choose_group)
        transport.stimulus_changed.connect(lambda one: self.selection.update(stimulus=one))

    # -- remembered --------------------------------------------------------------------

    def _restore(self) -> None:
        geometry, state = settings.bytes("window"), settings.bytes("docks")
        if geometry is None or not self.restoreGeometry(geometry):
            screen = self.screen()
            room = screen.availableSize() if screen is not None else START_SIZE
            self.resize(START_SIZE.boundedTo(room))
        if state is not None:
            self.restoreState(state, LAYOUT_VERSION)
        self.workspaces.go(settings.text("workspace"))

    def _remember(self) -> None:
        settings.put("window", self.saveGeometry())
        settings.put("docks", self.saveState(LAYOUT_VERSION))
        self.workspaces.remember()
        settings.store.sync()

    def set_theme(self, mode: Mode) -> None:
        """Choose a theme and remember it."""
        settings.put("theme", mode.value)
        theme.set_mode(mode)

    # -- following the model -----------------------------------------------------------

    def _update(self) -> None:
        """Show what the runner is at."""
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
        for name in ("run", "save_copy", "compare"):
            does[name].setEnabled(session is not None)
        if self.empty.isVisible() == (session is not None) or self.workspaces.isHidden() == (
            session is not None
        ):
            self.empty.setVisible(session is None)
            self.workspaces.setVisible(session is not None)
            self.transport.setVisible(session is not None)
        self._update_words()

    def _update_words(self) -> None:
        runner, session = self.runner, self.runner.session
        if session is None:
            words, rate, kept = runner.stage, "", ""
            title = TITLE
        else:
            now = session.snapshot
            title = f"{session.name} – {TITLE}"
            rate = "" if math.isnan(now.rate) else f"{now.rate:.0f} trials/s"
            kept = "Saves itself" if runner.training else note_of(session)
            if now.state is RunState.TRAINING:
                words = f"Training problem {now.present}, trial {len(now.losses):,}"
                words += f", until {now.goal}" if now.goal else ""
            elif now.state is RunState.FINISHED:
                words = f"All {now.problems:,} problems are done"
            else:
                words = f"{now.state.value.capitalize()} at problem {now.present}"
            if runner.stage:
                words = f"{runner.stage}…" if runner.training else f"{words}  ·  {runner.stage}…"
        for label, text in ((self._state, words), (self._rate, rate), (self._kept, kept)):
            if label.text() != text:
                label.setText(text)
        if self.windowTitle() != title:
            self.setWindowTitle(title)

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

    def _choose_group(self, start: int, size: int) -> None:
        self.selection.update(group=Group(start, size))

    def _step_problem(self, by: int) -> None:
        problem = self.selection.value.problem
        if problem is not None:
            self.selection.select_problem(problem + by)

    # -- what actions do ---------------------------------------------------------------

    def new(self) -> None:
        """Ask for parameters and begin a run."""
        from l2l_gui.widgets.new_run_dialog import NewRunDialog

        dialog = NewRunDialog(working_copy.sessions_folder(), parent=self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.runner.create(dialog.path(), dialog.config()))
        dialog.open()

    def open(self) -> None:
        """Ask for a session and show it."""
        name, _ = QFileDialog.getOpenFileName(self, "Open a session", self._folder(), SESSIONS)
        if name:
            self.runner.open(Path(name))

    def compare(self) -> None:
        """Ask for sessions to show beside this one."""
        names, _ = QFileDialog.getOpenFileNames(self, "Compare with", self._folder(), SESSIONS)
        self.runner.compare(map(Path, names))

    def save_copy(self) -> None:
        """Ask for a name and copy the session there."""
        session = self.runner.session
        if session is None:
            return
        start = working_copy.free_name(working_copy.sessions_folder(), session.name)
        name, _ = QFileDialog.getSaveFileName(self, "Save a copy", str(start), SESSIONS)
        if name:
            path = Path(name)
            self.runner.save_copy(path if path.suffix else path.with_suffix(".h5"))

    def run_until(self) -> None:
        """Ask what for and train until then."""
        session = self.runner.session
        if session is None:
            return
        dialog = RunUntilDialog(session.snapshot, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.runner.train(dialog.goal()))
        dialog.open()

    def show_shortcuts(self) -> None:
        """Every key on one sheet."""
        titles = [WORKSPACES[name].title for name in self.workspaces.names]
        sheet = ShortcutSheet(self.actions_by_name.sheet(), titles, self)
        sheet.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        sheet.open()

    def _folder(self) -> str:
        last = settings.text("last session")
        return str(Path(last).parent if last else working_copy.sessions_folder())

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in settings.recent:
            item = self._recent.addAction(path.name)
            item.setToolTip(str(path))
            item.triggered.connect(lambda _=False, path=path: self.runner.open(path))
        if self._recent.isEmpty():
            self._recent.addAction("No sessions yet").setEnabled(False)

    def _fill_panels(self) -> None:
        self._panels_menu.clear()
        self._panels_menu.addActions(self.workspaces.current.toggles())

    # -- events ------------------------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leave Space to a button that has the focus, rather than to Run."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(watched, QAbstractButton)
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Space
            and event.modifiers() == Qt.KeyboardModifier.NoModifier
        ):
            event.accept()
            return True
        return False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the first file, compare with the others."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.open_files(paths)

    def open_files(self, paths: list[Path]) -> None:
        """Show the first session and compare it with the others."""
        self.runner.open(paths[0])
        if paths[1:]:
            QTimer.singleShot(500, lambda: self.runner.compare(paths[1:]))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Save and end everything; training goes on next time."""
        self._remember()
        self.transport.set_playing(False)
        self.hide()
        self.redraws.clear()
        self.jobs.close()
        self.runner.close()
        self.sessions.close()
        app = QApplication.instance()
        if app is not None:
            app.removeEventFilter(self)
        log.info("Closed")
        event.accept()
