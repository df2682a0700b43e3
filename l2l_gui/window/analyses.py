"""The workspace whose panels the user chooses: analyses, scatter plots, panels of plug-ins."""

from __future__ import annotations

from typing import Any, NamedTuple

from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import QToolBar

from l2l_engine import plugins
from l2l_engine.config import L2LError
from l2l_gui.look.deletion import delete_later
from l2l_gui.model.settings import settings
from l2l_gui.panels.analyses import catalogue as reading
from l2l_gui.panels.analyses.catalogue import Catalogue
from l2l_gui.panels.analyses.chooser import Chooser
from l2l_gui.panels.analyses.from_record import panel_of
from l2l_gui.panels.analyses.guarding import guarded
from l2l_gui.panels.analyses.scatter import scatter_of
from l2l_gui.panels.base import Computation, Context, Panel
from l2l_gui.widgets.busy import EmptyState
from l2l_gui.window.panel_dock import PanelDock
from l2l_gui.window.workspaces import Workspace

NAME = "analyses"
COLUMNS, ROWS = 2, 2
"""Panels side by side and below each other; any more would be cramped, and are tabs of the last row."""
MOST = 12
"""Panels at once; more would not be told apart, and each computes."""
SCATTER, ANALYSIS, PANEL = "scatter", "analysis", "panel"
FIRST = ((SCATTER, ""), (ANALYSIS, "weight-path"))
"""What is there at the first launch."""
READING = "Reading the analyses"
HINT = "Add an analysis to see it here: Add an analysis…, above."


class Placed(NamedTuple):
    """A panel's place, as :class:`l2l_gui.panels.Entry` has it."""

    column: int
    tabbed: bool = False


class Chosen(NamedTuple):
    """What a panel is of; ``number`` tells several of one kind apart."""

    what: str
    name: str
    number: int


class AnalysesWorkspace(Workspace):
    """Panels that are added and removed, and restored at the next launch."""

    def __init__(self, context: Context) -> None:
        super().__init__(NAME, [], context)
        self._context = context
        self._chosen: dict[PanelDock, Chosen] = {}
        self.catalogue: Catalogue | None = None
        bar = QToolBar("Analyses")
        bar.setObjectName("analyses bar")
        bar.setMovable(False)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.addToolBar(bar)
        self.add_analysis = bar.addAction("Add an analysis…")
        self.add_scatter = bar.addAction("Add a scatter plot")
        for action, slot in (
            (self.add_analysis, self.ask),
            (self.add_scatter, lambda: self.add(SCATTER)),
        ):
            assert action is not None
            action.triggered.connect(lambda _=False, slot=slot: slot())
            action.setEnabled(False)
        self.hint = EmptyState(READING)
        self.setCentralWidget(self.hint)
        context.jobs.submit(
            Computation(reading.read, label=READING), self._fill, self._unread, owner=self
        )

    # -- choosing ----------------------------------------------------------------------

    def _fill(self, catalogue: Catalogue) -> None:
        """Offer what there is, and bring back what was there before."""
        self.catalogue = catalogue
        for action in (self.add_analysis, self.add_scatter):
            assert action is not None
            action.setEnabled(True)
        for sentence in catalogue.failed:
            self._context.notify(sentence)
        for chosen in _remembered():
            self.add(*chosen, arrange=False)
        self._arrange()
        self._say()
        if self.isVisible():
            self.restore()

    def _unread(self, error: Exception) -> None:
        self.hint.set_text(f"The analyses cannot be read: {error}")

    def ask(self) -> None:
        """Ask which analysis to add."""
        if self.catalogue is None:
            return
        if self.catalogue.stamp != reading.stamp():  # a plug-in was allowed meanwhile
            self._context.jobs.submit(
                Computation(reading.read, label=READING), self._ask_of, self._unread, owner=self
            )
        else:
            self._ask_of(self.catalogue)

    def _ask_of(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        dialog = Chooser(catalogue, self)
        dialog.accepted.connect(lambda: self._add_chosen(dialog))
        dialog.finished.connect(lambda _: delete_later(dialog))
        dialog.open()

    def _add_chosen(self, dialog: Chooser) -> None:
        offer = dialog.chosen
        if offer is not None:
            self.add(offer.what, offer.name)

    def add(
        self, what: str, name: str = "", number: int | None = None, *, arrange: bool = True
    ) -> Panel[Any] | None:
        """Add a panel beside those there are; None, with a sentence, where it cannot be.

        Parameters
        ----------
        what : "analysis", "scatter" or "panel" (of a plug-in)
        name : of the analysis or the plug-in's panel
        number : to tell several of one kind apart; by default the next
        arrange : whether to lay all panels out anew
        """
        if len(self.docks) >= MOST:
            self._context.notify(f"There is room for {MOST} panels: close one first.")
            return None
        taken = [each.number for each in self._chosen.values() if each[:2] == (what, name)]
        if number is None or number in taken:
            number = next(k for k in range(1, MOST + 2) if k not in taken)
        try:
            panel = self._make(Chosen(what, name, number))
        except L2LError as error:
            self._context.notify(str(error))
            return None
        dock = PanelDock(panel)
        dock.close_button.setToolTip("Remove this panel; Add an analysis brings it back")
        dock.close_button.clicked.connect(lambda: self.take_away(dock))
        dock.installEventFilter(self)
        self._chosen[dock] = Chosen(what, name, number)
        place = len(self.docks)
        self._entries.append(Placed(place % COLUMNS, tabbed=place >= COLUMNS * ROWS))
        self.docks.append(dock)
        if arrange:
            in_front = [each for each in self.docks if not each.visibleRegion().isEmpty()]
            self._arrange()
            for each in (*in_front, dock):
                each.raise_()
            self._say()
        return panel

    def _make(self, chosen: Chosen) -> Panel[Any]:
        assert self.catalogue is not None
        if chosen.what == SCATTER:
            return scatter_of(self.catalogue, chosen.number)(self._context)
        if chosen.what == ANALYSIS:
            record = self.catalogue.records.get(chosen.name)
            if record is None:
                raise L2LError(f"The analysis '{chosen.name}' is no longer there.")
            return panel_of(record, chosen.number)(self._context)
        plug_in = reading.panels().get(chosen.name)
        if plug_in is None:
            raise L2LError(f"The panel '{chosen.name}' is no longer there: its plug-in is missing.")
        kind = reading.load_panel(plug_in)
        try:
            panel = guarded(kind, plug_in)(self._context)
        except Exception as error:  # whatever it does while it is made
            raise plugins.failed(plug_in, error) from error
        return panel

    def take_away(self, dock: PanelDock) -> None:
        """Remove a panel for good."""
        place = self.docks.index(dock)
        settings.remove(f"panel/{dock.panel.name}")
        dock.panel.set_in_front(False)
        self._context.jobs.release(dock.panel)
        self.removeDockWidget(dock)
        self.forget(dock)
        self.docks.pop(place)
        self._entries.pop()
        self._chosen.pop(dock)
        delete_later(dock)
        QTimer.singleShot(0, self._say)

    def _say(self) -> None:
        """Say what to do where there is no panel."""
        self.hint.set_text(HINT)
        self.hint.setVisible(not self.docks)

    # -- remembered --------------------------------------------------------------------

    def restore(self) -> None:
        """Only once the panels are there."""
        if self.catalogue is not None:
            super().restore()

    def remember(self) -> None:
        """Store which panels there are, too."""
        if self.catalogue is not None:
            panels = [list(self._chosen[dock]) for dock in self.docks]
            settings.put(NAME, {"panels": panels})
        super().remember()

    def reset(self) -> None:
        """Back to the panels of the first launch."""
        settings.remove(f"layout/{self.name}")
        for dock in list(self.docks):
            self.take_away(dock)
        for what, name in FIRST:
            self.add(what, name, arrange=False)
        self._arrange()
        self._say()


def _remembered() -> list[Chosen]:
    """The panels of the last launch; those of the first one where that is damaged or missing."""
    kept = settings.plain(NAME).get("panels")
    if not isinstance(kept, list):
        return [Chosen(what, name, 1) for what, name in FIRST]
    found = []
    for entry in kept[:MOST]:
        match entry:
            case [str(what), str(name), int(number)] if what in (SCATTER, ANALYSIS, PANEL):
                found.append(Chosen(what, name, number))
    return found
