"""The paper's figures, and those beyond it, from the open sessions and any files added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from l2l_engine.config import L2LError
from l2l_gui.dialogs.figure_sources import FigureSources
from l2l_gui.look.resources_path import data
from l2l_gui.panels.base import Answer, Column, Computation, Panel, Ready, Table, View
from l2l_gui.panels.figures import exporting
from l2l_gui.panels.figures.figure_list import FigureList
from l2l_gui.panels.figures.page import FigurePage
from l2l_gui.workers import figure_making
from l2l_gui.workers.figure_making import FigureMaker, Item, Listed, Number, Stage, called


@dataclass(frozen=True, eq=False)
class Shelf:
    """The available figures, the progress of each, and their sources."""

    listed: tuple[Listed, ...]
    items: Mapping[Number, Item]
    sources: tuple[Path, ...]
    chosen: Number
    """Number of the figure looked at."""

    @property
    def item(self) -> Item:
        """The progress of the figure shown."""
        return self.items[self.chosen]


class FiguresPanel(Panel[Shelf]):
    """A list of figures, and the one chosen."""

    name = "figures"
    title = "Figures"
    depends = frozenset({"sessions"})

    def build(self) -> None:
        """Files and figures on the left, the page on the right."""
        self.maker = FigureMaker(self.context.jobs, self)
        self.maker.changed.connect(self._ask_now)
        self.sources = FigureSources(data("results"))
        self.sources.changed.connect(self._ask_now)
        self.figures = FigureList()
        self.figures.chosen.connect(self._ask_now)
        self.page = FigurePage(self.context.jobs)
        self.page.make.connect(self._make)
        self.page.cancel.connect(lambda: self.maker.cancel(self.number))
        self.page.export.connect(lambda: exporting.ask_one(self, self.number, self.write))
        self._listed: tuple[Listed, ...] = ()
        self.menu_actions = [
            self._action("Make all figures", self._make_all),
            self._action("Recompute, ignoring saved results", lambda: self._make(True)),
            self._action("Export all that are ready…", self._export_all),
        ]
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(8)
        column.addWidget(self.sources, 1)
        column.addWidget(self.figures, 2)
        parts = QSplitter()
        parts.setChildrenCollapsible(False)
        parts.addWidget(left)
        parts.addWidget(self.page)
        parts.setSizes([270, 900])
        parts.setStretchFactor(1, 1)
        self.body_layout.addWidget(parts)

    def actions_of_menu(self) -> list[QAction]:
        """Making and exporting more than one figure."""
        return self.menu_actions

    @property
    def number(self) -> Number:
        """Number of the figure chosen; 0 before there is a list."""
        return self.figures.number

    @property
    def canvas(self) -> QWidget:
        """The page alone."""
        return self.page.preview

    def ask(self, view: View) -> Computation | Ready:
        """Which figures there are; then how far each is, from the present sources."""
        if not self._listed:
            return Computation(figure_making.catalogue, label="Loading")
        self.sources.show_open(view.selection.sessions)
        self.maker.use(self.sources.paths)
        item = self.maker.item(self.number)
        if item.stage is Stage.NONE and not item.sentence:  # neither cancelled nor refused
            self._make(False)
        items = {number: replace(self.maker.item(number)) for number, _ in self._listed}
        return Ready(Shelf(self._listed, items, self.sources.paths, self.number))

    def draw(self, answer: Answer[Shelf]) -> None:
        """The marks of the list, and the page of the figure chosen."""
        shelf = answer.value
        self.figures.mark(shelf.items)
        self.page.show_item(shelf.item, shelf.chosen, bool(shelf.sources))

    def caption(self, answer: Answer[Shelf]) -> str:
        """How far the figure chosen is."""
        return answer.value.item.stage.value if answer.value.sources else ""

    def data(self, answer: Answer[Shelf]) -> Table:
        """The first table of the figure; Export… below it writes all."""
        made = answer.value.item.made
        if made is None:
            return Table(self.title, ())
        name, columns = next(iter(made.tables().items()))
        found = (Column(key, np.asarray(values)) for key, values in columns.items())
        return Table(f"{made.title}: {name}", (made.caption,), *found)

    def table(self) -> Table | None:
        """None while the figure chosen is not made."""
        made = self.answer is not None and self.answer.value.item.made is not None
        return self.data(self.answer) if self.answer is not None and made else None

    def write(self, path: Path) -> bool:
        """Pictures with all tables, in the background; data as other panels do."""
        if path.suffix.lower() not in figure_making.PICTURES:
            return super().write(path)
        made = self.maker.item(self.number).made
        if made is None:
            raise L2LError(f"{called(self.number)} is not made yet: make it before exporting it.")
        exporting.save_one(self.context, made, path)
        return False

    def state(self) -> dict[str, Any]:
        """The files added, and whether the shipped networks are wanted."""
        added = [str(path) for path in self.sources.added]
        return {"added": added, "shipped": self.sources.shipped_wanted}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """Add those that still are."""
        if isinstance(wanted := state.get("shipped"), bool):
            self.sources.want_shipped(wanted)
        names = state.get("added")
        paths = [Path(name) for name in names or () if isinstance(name, str)]
        existing = [path for path in paths if path.exists()]
        if existing:
            self.sources.add_files(existing)

    # -- what happens ------------------------------------------------------------------

    def _take(self, answer: Answer[Any]) -> None:
        """Fill the list once it is known; what is drawn of it is asked for next."""
        if isinstance(answer.value, Shelf):
            super()._take(answer)
        else:
            self._listed = answer.value
            self.figures.fill(self._listed)
            self._ask_now()

    def _ask_now(self, *_: object) -> None:
        self.invalidate()
        self.refresh()

    def _make(self, recompute: bool) -> None:
        if self.maker.paths and self.number:
            self.maker.make(self.number, recompute)

    def _make_all(self) -> None:
        for number, _ in self._listed:
            if self.maker.paths and self.maker.item(number).stage is Stage.NONE:
                self.maker.make(number)

    def _export_all(self) -> None:
        found = (self.maker.item(number).made for number, _ in self._listed)
        exporting.ask_all(self, self.context, [made for made in found if made is not None])

    def _action(self, words: str, act: Callable[[], None]) -> QAction:
        action = QAction(words, self)
        action.triggered.connect(lambda: act())
        return action
