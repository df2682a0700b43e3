"""Workspaces: sets of panels, each with an arrangement of its own that is remembered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, pyqtSignal
from PyQt6.QtGui import QAction, QResizeEvent
from PyQt6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QStackedWidget,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from l2l_gui.model.settings import settings
from l2l_gui.panels import PANELS, Entry
from l2l_gui.panels.base import Context, Panel
from l2l_gui.panels.header import PanelHeader
from l2l_gui.window.panel_dock import PanelDock

LAYOUT_VERSION = 1
SEPARATOR, SCROLL_BAR = 6, 12  # pixels across, at most
ROUNDING = 3  # pixels by which Qt may miss a share; were they noted, they would add up


class Described(NamedTuple):
    """A workspace's name and tip."""

    title: str
    tip: str


WORKSPACES = {
    "learn": Described("Learn", "Learning curve, present problem, trial and activity"),
    "representations": Described(
        "Representations", "Trajectories in the decision and stimulus subspaces"
    ),
    "dynamics": Described("Dynamics", "What learning changes in the vector field"),
    "perturb": Described("Perturb", "Disturb a copy of the network and see what follows"),
    "compare": Described("Compare", "Several sessions side by side"),
    "figures": Described("Figures", "The paper's figures from the open sessions"),
    "analyses": Described("Analyses", "Any analysis as a panel, any number against any other"),
}


class Place(Protocol):
    """Where a panel stands: what :class:`l2l_gui.panels.Entry` says of it."""

    @property
    def column(self) -> int:
        """Columns stand side by side."""

    @property
    def tabbed(self) -> bool:
        """Whether it is behind the panel before it, as a tab."""


class Workspace(QMainWindow):
    """Panels in docks that can be moved, tabbed, undocked and closed."""

    def __init__(self, name: str, entries: list[Entry], context: Context) -> None:
        super().__init__()
        self.setWindowFlags(Qt.WindowType.Widget)
        self.name = name
        self._entries: list[Place] = list(entries)
        self.setDockNestingEnabled(True)
        self.setDockOptions(
            QMainWindow.DockOption.AllowNestedDocks
            | QMainWindow.DockOption.AllowTabbedDocks
            | QMainWindow.DockOption.AnimatedDocks
        )
        for area in (Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.TopDockWidgetArea):
            self.setTabPosition(area, QTabWidget.TabPosition.North)
        self.docks = [PanelDock(entry.load()(context)) for entry in entries]
        self._arrange()
        self._room = QSize()
        self._shares: dict[QDockWidget, tuple[float, float]] = {}  # of width and height
        self._given: dict[QDockWidget, tuple[int, int]] = {}  # the pixels that came to
        for dock in self.docks:
            dock.installEventFilter(self)
        self._default = self.saveState(LAYOUT_VERSION)
        self._arranged = False

    @property
    def panels(self) -> list[Panel[Any]]:
        """All panels, in the order of the registry."""
        return [dock.panel for dock in self.docks]

    def dock(self, panel: Panel[Any]) -> PanelDock:
        """The dock that holds a panel."""
        return self.docks[self.panels.index(panel)]

    def header(self, panel: Panel[Any]) -> PanelHeader:
        """The strip above a panel."""
        return self.dock(panel).header

    def _arrange(self) -> None:
        """Columns side by side, their panels below each other or tabbed."""
        area = Qt.DockWidgetArea.LeftDockWidgetArea
        for dock in self.docks:
            self.removeDockWidget(dock)
        tops: dict[int, QDockWidget] = {}
        last: dict[int, QDockWidget] = {}
        for entry, dock in zip(self._entries, self.docks, strict=True):  # columns first
            if entry.column in tops:
                continue
            if not tops:
                self.addDockWidget(area, dock)
            else:
                self.splitDockWidget(tops[max(tops)], dock, Qt.Orientation.Horizontal)
            tops[entry.column] = last[entry.column] = dock
            dock.show()
        for entry, dock in zip(self._entries, self.docks, strict=True):
            if dock is not tops[entry.column] and not entry.tabbed:
                self.splitDockWidget(last[entry.column], dock, Qt.Orientation.Vertical)
                last[entry.column] = dock
                dock.show()
        before: dict[int, QDockWidget] = {}
        for entry, dock in zip(
            self._entries, self.docks, strict=True
        ):  # what is split has no tabs yet
            if entry.tabbed:
                self.tabifyDockWidget(before[entry.column], dock)
                dock.show()
            before[entry.column] = dock
        for entry, dock in zip(self._entries, self.docks, strict=True):
            if not entry.tabbed:
                dock.raise_()
        self._share()

    def _share(self) -> None:
        """Equal widths for columns, or what one needs where that is more; equal heights within."""
        if not self.docks:
            return
        tops = [
            dock
            for number, dock in enumerate(self.docks)
            if self._entries[number].column
            not in {entry.column for entry in self._entries[:number]}
        ]
        columns = {
            column: max(
                self._needed(dock)
                for entry, dock in zip(self._entries, self.docks, strict=True)
                if entry.column == column
            )
            for column in sorted({entry.column for entry in self._entries})
        }
        needed = [columns[self._entries[self.docks.index(dock)].column] for dock in tops]
        room = self.width() - SEPARATOR * (len(tops) - 1)
        self.resizeDocks(tops, shared(room, needed), Qt.Orientation.Horizontal)
        for column in {entry.column for entry in self._entries}:
            stacked = [
                dock
                for entry, dock in zip(self._entries, self.docks, strict=True)
                if entry.column == column and not entry.tabbed
            ]
            self.resizeDocks(stacked, [1000] * len(stacked), Qt.Orientation.Vertical)

    # -- resized -----------------------------------------------------------------------

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Note what share of the room the person, not the window, gives a dock."""
        assert watched is not None
        assert event is not None
        if (
            event.type() == QEvent.Type.Resize
            and isinstance(watched, QDockWidget)
            and self.size() == self._room
        ):
            height = watched.height() + self._tab_height(watched)
            given = self._given.get(watched, (0, 0))
            if max(abs(watched.width() - given[0]), abs(height - given[1])) > ROUNDING:
                self._shares[watched] = watched.width() / self.width(), height / self.height()
                self._given[watched] = watched.width(), height
        return False

    def forget(self, dock: QDockWidget) -> None:
        """A dock that is taken away for good has no share."""
        dock.removeEventFilter(self)
        self._shares.pop(dock, None)
        self._given.pop(dock, None)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Share the room as before; Qt would give most of it to one dock."""
        super().resizeEvent(event)
        docks = [dock for dock in self._shares if _has_room(dock)]
        if self._arranged and not docks:
            self._share()
        elif self._arranged:
            across = self._widths(docks)
            down = [round(self._shares[dock][1] * self.height()) for dock in docks]
            self._given = dict(zip(docks, zip(across, down, strict=True), strict=True))
            self.resizeDocks(docks, across, Qt.Orientation.Horizontal)
            self.resizeDocks(docks, down, Qt.Orientation.Vertical)
        self._room = self.size()

    def _widths(self, docks: list[QDockWidget]) -> list[int]:
        """Widths by share; who had all the width it needs keeps that before others give way."""
        wanted = [round(self._shares[dock][0] * self.width()) for dock in docks]
        kept: dict[int, tuple[int, int]] = {}  # needed and wanted, by the place of a column
        for dock, width in zip(docks, wanted, strict=True):
            needed = self._needed(dock)
            if width < needed <= self._shares[dock][0] * self._room.width() + ROUNDING:
                kept[dock.x()] = max(kept.get(dock.x(), (0, 0)), (needed, width))
        rest = self.width() - sum(width for _, width in kept.values())
        left = self.width() - sum(needed for needed, _ in kept.values())
        if not kept or left < rest / 2:
            return wanted
        return [
            kept[dock.x()][0] if dock.x() in kept else width * left // rest
            for dock, width in zip(docks, wanted, strict=True)
        ]

    def _needed(self, dock: QDockWidget) -> int:
        """Width in which nothing of a dock, nor of those it shares its place with, is cut off."""
        behind = [dock, *self.tabifiedDockWidgets(dock)]
        panels = [each.panel for each in behind if isinstance(each, PanelDock)]
        return SCROLL_BAR + max(panel.minimumSizeHint().width() for panel in panels)

    def _tab_height(self, dock: QDockWidget) -> int:
        """Height of the tabs that a dock shares its place with."""
        if not self.tabifiedDockWidgets(dock):
            return 0
        return max((bar.height() for bar in self.findChildren(QTabBar)), default=0)

    def mark_focus(self, focus: QWidget | None) -> None:
        """Show which panel the keyboard goes to."""
        for dock in self.docks:
            dock.set_focused(focus is not None and dock.isAncestorOf(focus))

    @property
    def dock_in_use(self) -> PanelDock | None:
        """The dock that has the keyboard, or else the first one shown."""
        shown = [dock for dock in self.docks if dock.panel.seen]
        marked = (dock for dock in shown if dock.header.property("focused"))
        return next(marked, next(iter(shown), None))

    def switch_full_screen(self) -> None:
        """Fill the screen with the panel in use, or put back the one that does."""
        filling = next((dock for dock in self.docks if dock.on_stage), None)
        dock = filling or self.dock_in_use
        if dock is not None:
            dock.set_full_screen(filling is None)

    def put_away(self) -> None:
        """Hide the panels that float, as the window closes."""
        for dock in self.docks:
            if dock.isFloating():
                dock.hide()

    # -- remembered --------------------------------------------------------------------

    def event(self, event: QEvent | None) -> bool:
        """Restore the remembered arrangement once the size is known."""
        assert event is not None
        if event.type() == QEvent.Type.Show and not self._arranged:
            self.restore()
        return super().event(event)

    def restore(self) -> None:
        """Take up the remembered arrangement and options."""
        self._arranged = True
        state = settings.bytes(f"layout/{self.name}")
        if state is None or not self.restoreState(state, LAYOUT_VERSION):
            self._shares.clear()  # noted before there was a window around
            self._share()
        for panel in self.panels:
            panel.set_state(settings.plain(f"panel/{panel.name}"))

    def remember(self) -> None:
        """Store arrangement and panel options."""
        if not self._arranged:
            return
        for dock in self.docks:
            dock.set_full_screen(False)
        settings.put(f"layout/{self.name}", self.saveState(LAYOUT_VERSION))
        for panel in self.panels:
            settings.put(f"panel/{panel.name}", panel.state())

    def reset(self) -> None:
        """Back to the arrangement it came with."""
        settings.remove(f"layout/{self.name}")
        for dock in self.docks:
            dock.setFloating(False)
        self._arrange()

    def toggles(self) -> list[QAction]:
        """Actions that show and hide each panel."""
        return [action for dock in self.docks if (action := dock.toggleViewAction()) is not None]


def shared(room: int, needed: Sequence[int]) -> list[int]:
    """Equal parts of ``room`` (pixels), except for those that need more.

    Examples
    --------
    >>> shared(900, [100, 100, 100]), shared(700, [320, 180, 180])
    ([300, 300, 300], [320, 190, 190])
    """
    widths: dict[int, int] = {}
    while True:
        left = [place for place in range(len(needed)) if place not in widths]
        part = (room - sum(widths.values())) // max(1, len(left))
        wide = [place for place in left if needed[place] > part]
        if not wide or len(wide) == len(left):
            return [widths.get(place, max(1, part)) for place in range(len(needed))]
        widths |= {place: needed[place] for place in wide}


def _has_room(dock: QDockWidget) -> bool:
    """Whether a dock is in the workspace's room, even while another workspace is shown.

    Qt keeps docks that are behind a tab outside of the window.
    """
    return not dock.isHidden() and not dock.isFloating() and dock.geometry().right() >= 0


class Workspaces(QWidget):
    """The tabs and what is behind them; a workspace is built when first looked at.

    ``special`` makes those workspaces, by name, whose panels are not in the registry.

    Signals
    -------
    switched(str) : the name of the workspace now shown.
    """

    switched = pyqtSignal(str)

    def __init__(
        self,
        make_context: Callable[[], Context],
        special: Mapping[str, Callable[[Context], Workspace]] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._make_context = make_context
        self._special = dict(special or {})
        self.tabs = QTabBar()
        self.tabs.setAccessibleName("Workspaces")
        self.tabs.setExpanding(False)
        self.tabs.setDrawBase(False)
        self._stack = QStackedWidget()
        self._built: dict[str, Workspace] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self._stack, 1)
        filled = {*self._special, *(entry.workspace for entry in PANELS)}
        self.names = [name for name in WORKSPACES if name in filled]
        for number, name in enumerate(self.names):
            self.tabs.addTab(WORKSPACES[name].title)
            self.tabs.setTabToolTip(number, f"{WORKSPACES[name].tip} (Ctrl+{number + 1})")
        self.tabs.setVisible(len(self.names) > 1)
        self.tabs.currentChanged.connect(self._show)

    def __iter__(self) -> Iterator[Workspace]:
        return iter(self._built.values())

    @property
    def current(self) -> Workspace:
        """The workspace shown."""
        return self._get(self.names[max(self.tabs.currentIndex(), 0)])

    def go(self, name: str) -> Workspace:
        """Show a workspace; an unknown name shows the first."""
        self.tabs.setCurrentIndex(self.names.index(name) if name in self.names else 0)
        self._show(self.tabs.currentIndex())
        return self.current

    def panel(self, name: str) -> Panel[Any] | None:
        """A panel that has been built."""
        found = (panel for workspace in self for panel in workspace.panels)
        return next((panel for panel in found if panel.name == name), None)

    def remember(self) -> None:
        """Store every arrangement and which workspace is shown."""
        for workspace in self:
            workspace.remember()
        settings.put("workspace", self.current.name)

    def _get(self, name: str) -> Workspace:
        if name not in self._built:
            context = self._make_context()
            if name in self._special:
                workspace = self._special[name](context)
            else:
                entries = [entry for entry in PANELS if entry.workspace == name]
                workspace = Workspace(name, entries, context)
            self._built[name] = workspace
            self._stack.addWidget(workspace)
        return self._built[name]

    def _show(self, number: int) -> None:
        workspace = self._get(self.names[number])
        if self._stack.currentWidget() is not workspace or not workspace.isVisible():
            self._stack.setCurrentWidget(workspace)
            self.switched.emit(workspace.name)
