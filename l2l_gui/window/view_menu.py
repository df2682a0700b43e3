"""The menus whose entries change: Open recent, Stop comparing with, Edit, View."""

from __future__ import annotations

from PyQt6.QtGui import QAction, QActionGroup
from PyQt6.QtWidgets import QMenu, QWidget

from l2l_gui.look.theme import Mode, theme
from l2l_gui.model.settings import settings
from l2l_gui.panels.header import PanelHeader
from l2l_gui.window.workspaces import WORKSPACES, Workspaces
from l2l_gui.workers.runner import Runner


class RecentMenu(QMenu):
    """Sessions opened lately."""

    def __init__(self, runner: Runner, parent: QWidget) -> None:
        super().__init__("Open recent", parent)
        self._runner = runner
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)

    def _fill(self) -> None:
        self.clear()
        for path in settings.recent:
            item = QAction(path.name, self)
            item.setToolTip(str(path))
            item.triggered.connect(lambda _=False, path=path: self._runner.open(path))
            self.addAction(item)
        if self.isEmpty():
            nothing = QAction("No sessions yet", self)
            nothing.setEnabled(False)
            self.addAction(nothing)


class ComparedMenu(QMenu):
    """The sessions shown beside the primary one, each to be taken out."""

    def __init__(self, runner: Runner, parent: QWidget) -> None:
        super().__init__("Stop comparing with", parent)
        self._runner = runner
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self.fill)

    def fill(self) -> None:
        """List the sessions compared now."""
        self.clear()
        for path in self._runner.compared:
            item = self.addAction(path.name)
            if item is not None:
                item.setToolTip(str(path))
                item.triggered.connect(lambda _=False, path=path: self._runner.leave_out(path))
        if self.isEmpty():
            nothing = self.addAction("No session is compared")
            if nothing is not None:
                nothing.setEnabled(False)


class EditMenu(QMenu):
    """What can be done with the panel that has the keyboard, or else the first one shown."""

    def __init__(self, workspaces: Workspaces, parent: QWidget) -> None:
        super().__init__("&Edit", parent)
        self._workspaces = workspaces
        self.aboutToShow.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self.clear()
        header = self._header()
        if header is None:
            nothing = QAction("No panel is shown", self)
            nothing.setEnabled(False)
            self.addAction(nothing)
            return
        self.addSection(header.panel.title)
        self.addActions(header.taken_along)
        self.addSeparator()
        self.addActions([header.reset_zoom, header.explain])

    def _header(self) -> PanelHeader | None:
        if not self._workspaces.isVisible():
            return None
        dock = self._workspaces.current.dock_in_use
        return None if dock is None else dock.header


class ViewMenu(QMenu):
    """Workspaces by number, panels to show and hide, theme."""

    def __init__(self, workspaces: Workspaces, others: list[QAction], parent: QWidget) -> None:
        super().__init__("&View", parent)
        self._workspaces = workspaces
        for number, name in enumerate(workspaces.names, 1):
            item = QAction(WORKSPACES[name].title, self)
            item.setShortcut(f"Ctrl+{number}")
            item.triggered.connect(lambda _=False, name=name: workspaces.go(name))
            self.addAction(item)
        self.addSeparator()
        self._panels = QMenu("Panels", self)
        self._panels.aboutToShow.connect(self._fill_panels)
        self.addMenu(self._panels)
        self.addActions(others)
        self.addSeparator()
        self.addMenu(_theme_menu(self))

    def _fill_panels(self) -> None:
        self._panels.clear()
        self._panels.addActions(self._workspaces.current.toggles())


def set_theme(mode: Mode) -> None:
    """Choose a theme and remember it."""
    settings.put("theme", mode.value)
    theme.set_mode(mode)


def _theme_menu(parent: QWidget) -> QMenu:
    menu = QMenu("Theme", parent)
    group = QActionGroup(menu)
    for mode, text in (
        (Mode.SYSTEM, "As the system"),
        (Mode.LIGHT, "Light"),
        (Mode.DARK, "Dark"),
    ):
        item = QAction(text, menu)
        item.setCheckable(True)
        item.setChecked(theme.mode is mode)
        item.triggered.connect(lambda _=False, mode=mode: set_theme(mode))
        group.addAction(item)
        menu.addAction(item)
    return menu
