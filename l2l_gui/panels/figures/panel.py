"""The paper's figures from the open sessions and any files added."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import L2LError
from l2l_gui.dialogs.figure_sources import FigureSources
from l2l_gui.look.resources_path import data
from l2l_gui.look.theme import Palette, theme
from l2l_gui.model.settings import settings
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.legacy import Answer, LegacyPanel
from l2l_gui.widgets.busy import EmptyState
from l2l_gui.widgets.figure_preview import FigurePreview
from l2l_gui.widgets.time_left import Outlook
from l2l_gui.workers import figure_making
from l2l_gui.workers.figure_making import FigureMaker, Item, Listed, Stage
from l2l_gui.workers.jobs import Computation

NUMBER = Qt.ItemDataRole.UserRole
TICK_MS = 200
NO_SOURCES = (
    "Check or add what figures are made from: the shipped networks, sessions, a sweep's folder, or "
    "the authors' processed files."
)


class FiguresPanel(LegacyPanel):
    """A list of figures, and the one chosen."""

    name = "figures"
    title = "Figures of the paper"
    depends = frozenset({"sessions"})

    def build(self) -> None:
        """Files and figures on the left, the preview on the right."""
        self.maker = FigureMaker(self.context.jobs, self)
        self.maker.changed.connect(self._item_changed)
        self.sources = FigureSources(data("results"))
        self.sources.changed.connect(self._sources_changed)
        self.list = QListWidget()
        self.list.setAccessibleName("Figures")
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(self._chosen)
        self.preview = FigurePreview(self.context.jobs)
        self.message = EmptyState(NO_SOURCES, "chart", "Make", lambda: self._make(False))
        self.pages = QStackedWidget()
        self.pages.addWidget(self.message)
        self.pages.addWidget(self.preview)
        self.caption_label = QLabel()
        self.caption_label.setWordWrap(True)
        self.caption_label.setProperty("quiet", True)
        self.caption_label.setAccessibleName("Caption")
        self.caption_label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._listed: tuple[Listed, ...] = ()
        self._outlook = Outlook()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._show_progress)
        self._build_bar()
        self._build_tools()
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(6, 6, 6, 6)
        heading = QLabel("Figures")
        heading.setProperty("heading", True)
        heading.setBuddy(self.list)
        column.addWidget(self.sources, 1)
        column.addSpacing(8)
        column.addWidget(heading)
        column.addWidget(self.list, 2)
        right = QWidget()
        side = QVBoxLayout(right)
        side.setContentsMargins(4, 6, 6, 6)
        side.addWidget(self.pages, 1)
        side.addWidget(self.caption_label)
        side.addLayout(self._bar)
        parts = QSplitter()
        parts.setChildrenCollapsible(False)
        parts.addWidget(left)
        parts.addWidget(right)
        parts.setSizes([270, 900])
        parts.setStretchFactor(1, 1)
        self.body_layout.addWidget(parts)

    def _build_bar(self) -> None:
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedSize(160, 6)
        self.progress.setRange(0, 100)
        self.words = QLabel()
        self.words.setProperty("quiet", True)
        self.cancel = QPushButton("Cancel")
        self.cancel.clicked.connect(lambda: self.maker.cancel(self.number))
        self.again = QPushButton("Make again")
        self.again.setToolTip("Read the sessions again; what is already computed is used")
        self.again.clicked.connect(lambda: self._make(False))
        self.export_button = QPushButton("Export…")
        self.export_button.setToolTip("Write the figure as PDF, SVG or PNG, and its numbers as CSV")
        self.export_button.clicked.connect(self._ask_export)
        self._bar = QHBoxLayout()
        for widget in (self.progress, self.words, self.cancel):
            self._bar.addWidget(widget)
        self._bar.addStretch()
        for button in (self.again, self.export_button):
            self._bar.addWidget(button)

    def _build_tools(self) -> None:
        self.recompute = QAction("Compute anew, ignoring saved results", self)
        self.recompute.triggered.connect(lambda: self._make(True))
        self.make_all = QAction("Make all figures", self)
        self.make_all.triggered.connect(self._make_all)
        self.export_all = QAction("Export all that are ready…", self)
        self.export_all.triggered.connect(self._ask_export_all)

    def tools(self) -> list[QAction]:
        """Making and exporting more than one."""
        return [self.make_all, self.recompute, self.export_all]

    # -- the panel's part --------------------------------------------------------------

    @property
    def number(self) -> int:
        """Number of the figure chosen; 0 before there is a list."""
        item = self.list.currentItem()
        return 0 if item is None else int(item.data(NUMBER))

    @property
    def canvas(self) -> QWidget:
        """The page alone."""
        return self.preview

    def ask(self) -> Answer:
        """Which figures there are."""
        return Computation(figure_making.catalogue, key="figures of the paper", label="Loading")

    def draw(self, value: tuple[Listed, ...]) -> None:
        """The list once, then the figure chosen."""
        if value != self._listed:
            self._listed = value
            for number, title in value:
                item = QListWidgetItem(f"{number}   {title}")
                item.setData(NUMBER, number)
                self.list.addItem(item)
            self.list.setCurrentRow(0)
        self.sources.show_open(self.context.selected.sessions)
        self._sources_changed()

    def data(self) -> PanelData | None:
        """The first table of the figure; Export… below it writes all."""
        made = self.maker.item(self.number).made
        if made is None:
            return None
        name, table = next(iter(made.tables().items()))
        arrays = {key: np.asarray(column) for key, column in table.items()}
        return PanelData(arrays, title=f"{made.title}: {name}", notes=(made.caption,))

    def write(self, path: Path) -> bool:
        """Pictures with all tables, in the background; data as other panels do."""
        if path.suffix.lower() not in figure_making.PICTURES:
            return super().write(path)
        made = self.maker.item(self.number).made
        if made is None:
            raise L2LError(f"Figure {self.number} is not made yet: make it before exporting it.")
        self.context.jobs.submit(
            Computation(figure_making.save, (made, path), label=f"Exporting {path.name}"),
            lambda written: self.context.notify(
                f"Exported {written[0]} and {len(written) - 1} tables beside it."
            ),
            lambda error: self.context.notify(str(error)),
        )
        return False

    def state(self) -> dict[str, Any]:
        """The files added, and whether the shipped networks are wanted."""
        added = [str(path) for path in self.sources.added]
        return {"added": added, "shipped": self.sources.shipped_wanted}

    def set_state(self, state: dict[str, Any]) -> None:
        """Add those that still are."""
        if isinstance(wanted := state.get("shipped"), bool):
            self.sources.want_shipped(wanted)
        names = state.get("added")
        paths = [Path(name) for name in names or () if isinstance(name, str)]
        existing = [path for path in paths if path.exists()]
        if existing:
            self.sources.add_files(existing)

    def restyle(self, palette: Palette) -> None:
        """Marks in the list follow the theme."""
        for row in self._rows():
            self._mark(row)

    # -- what happens ------------------------------------------------------------------

    def _sources_changed(self) -> None:
        self.maker.use(self.sources.paths)
        self._chosen()

    def _chosen(self) -> None:
        """Make the figure looked at, unless it was given up or refused."""
        item = self.maker.item(self.number)
        if self.maker.paths and self.number and item.stage is Stage.NONE and not item.sentence:
            self._make(False)
        self._show_item()

    def _make(self, recompute: bool) -> None:
        if self.maker.paths and self.number:
            self.maker.make(self.number, recompute)

    def _make_all(self) -> None:
        for number, _ in self._listed:
            if self.maker.paths and self.maker.item(number).stage is Stage.NONE:
                self.maker.make(number)

    def _item_changed(self, number: int) -> None:
        for row in self._rows():
            if row.data(NUMBER) == number:
                self._mark(row)
        if number == self.number:
            self._show_item()

    def _rows(self) -> list[QListWidgetItem]:
        found = map(self.list.item, range(self.list.count()))
        return [row for row in found if row is not None]

    def _mark(self, row: QListWidgetItem) -> None:
        item = self.maker.item(int(row.data(NUMBER)))
        colour = {Stage.READY: "text", Stage.REFUSED: "warning"}.get(item.stage, "quiet")
        row.setForeground(theme.color(colour))
        row.setToolTip(item.sentence or item.stage.value.capitalize())

    def _show_item(self) -> None:
        item = self.maker.item(self.number)
        making, ready = item.stage is Stage.MAKING, item.made is not None
        self.preview.show_figure(item.made)
        self.pages.setCurrentWidget(self.preview if ready else self.message)
        self.message.set_text(_sentence(item, self.number, bool(self.maker.paths)))
        self.message.button.setVisible(
            bool(self.maker.paths) and item.stage in (Stage.NONE, Stage.REFUSED)
        )
        self.caption_label.setText(item.made.caption if item.made is not None else "")
        self.caption_label.setVisible(ready)
        for widget in (self.progress, self.words, self.cancel):
            widget.setVisible(making)
        self.again.setVisible(ready)
        self.export_button.setEnabled(ready)
        if making:
            self._tick.start()
        else:
            self._tick.stop()
        self._show_progress()
        self.shown.emit(item.stage.value if self.maker.paths else "")

    def _show_progress(self) -> None:
        job = self.maker.item(self.number).job
        if job is None:
            return
        self.progress.setValue(round(100 * job.fraction))
        left = self._outlook.words(job, job.fraction)
        self.words.setText(f"{job.fraction:.0%}{', ' if left else ''}{left}")

    def hideEvent(self, event: Any) -> None:
        """Making goes on, watching stops."""
        super().hideEvent(event)
        self._tick.stop()

    def showEvent(self, event: Any) -> None:
        """Watch again."""
        super().showEvent(event)
        if self._listed:
            self._show_item()

    # -- exporting ---------------------------------------------------------------------

    def _ask_export(self) -> None:
        folder = Path(settings.text("export folder") or Path.home())
        kinds = [f"{kind[1:].upper()} and CSV (*{kind})" for kind in figure_making.PICTURES]
        title, start = f"Export Figure {self.number}", folder / f"figure_{self.number}.pdf"
        name, chosen = QFileDialog.getSaveFileName(self, title, str(start), ";;".join(kinds))
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() not in figure_making.PICTURES:
            kind = kinds.index(chosen) if chosen in kinds else 0
            path = path.with_name(path.name + figure_making.PICTURES[kind])
        settings.put("export folder", str(path.parent))
        self.write(path)

    def _ask_export_all(self) -> None:
        ready = [m for number, _ in self._listed if (m := self.maker.item(number).made) is not None]
        if not ready:
            self.context.notify("No figure is made yet: make one before exporting.")
            return
        name = QFileDialog.getExistingDirectory(self, "Export all figures that are ready")
        if not name:
            return
        computation = Computation(
            figure_making.save_all,
            (ready, Path(name), "pdf"),
            label=f"Exporting {len(ready)} figures",
            reports=True,
            background=True,
        )
        self.context.jobs.submit(
            computation,
            lambda written: self.context.notify(f"Exported {len(written)} files to {name}."),
            lambda error: self.context.notify(str(error) or "The export was cancelled."),
        )


def _sentence(item: Item, number: int, sources: bool) -> str:
    if not sources:
        return NO_SOURCES
    if item.stage is Stage.MAKING:
        return f"Figure {number} is being made; the rest of the window can be used meanwhile."
    return item.sentence or f"Figure {number} is not made yet."
