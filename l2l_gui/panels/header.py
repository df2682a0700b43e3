"""The strip above a panel: title, what is shown, help, and its menu."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QPoint, QSize, Qt, QTimer
from PyQt6.QtGui import QAction, QContextMenuEvent, QKeySequence
from PyQt6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QMenu,
    QWhatsThis,
    QWidget,
)

from l2l_engine.config import L2LError
from l2l_gui.dialogs.error import show_error
from l2l_gui.model.pace import TEXT
from l2l_gui.model.settings import settings
from l2l_gui.output import exporting
from l2l_gui.panels import publishing
from l2l_gui.panels.base import Panel
from l2l_gui.widgets.elided_label import ElidedLabel
from l2l_gui.widgets.small import tool_button

LEAST_WIDTH = 150
ENDINGS = {**exporting.PICTURES, **exporting.TABLES}


class PanelHeader(QWidget):
    """Title bar of a panel's dock; drag it to move the panel, double-click to undock it."""

    def __init__(self, panel: Panel[Any]) -> None:
        super().__init__()
        self.panel = panel
        self._title = ElidedLabel(panel.title, whole=True)
        self._title.setProperty("heading", True)
        self._shown = ElidedLabel()
        self._shown.setProperty("quiet", True)
        self._words = ""
        self._rest = QTimer(self)  # new words cause a new layout of the whole window
        self._rest.setSingleShot(True)
        self._rest.setInterval(round(1e3 / TEXT))
        self._rest.timeout.connect(self._show_words)
        panel.shown.connect(self._show)
        self._make_actions()
        self.help = tool_button("help", f"What is drawn in {panel.title}", size=14)
        self.help.clicked.connect(self._explain)
        self.reset = tool_button("reset", "Reset zoom (R)", size=14)
        self.reset.clicked.connect(self.panel.reset_zoom)
        self.more = tool_button("export", "Export and options", size=14)
        self.more.clicked.connect(self._pop_up)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 3, 4, 3)
        row.setSpacing(2)
        row.addWidget(self._title)
        row.addSpacing(8)
        row.addWidget(self._shown, 1)
        for button in (self.help, self.reset, self.more):
            button.setAutoRaise(True)
            row.addWidget(button)

    def minimumSizeHint(self) -> QSize:
        """Small, so that the header of a panel behind a tab does not widen the others."""
        return QSize(LEAST_WIDTH, super().minimumSizeHint().height())

    def _make_actions(self) -> None:
        panel = self.panel

        def action(text: str, keys: str, slot: Callable[..., object]) -> QAction:
            made = QAction(text, panel)
            if keys:
                made.setShortcut(QKeySequence(keys))
                made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            made.triggered.connect(slot)
            panel.addAction(made)
            return made

        self.export = action("Export…", "Ctrl+E", self._export)
        self.publish = action(
            "Export for publication…", "Ctrl+Shift+E", lambda: publishing.ask(panel)
        )
        self.copy_python = action(
            "Copy as Python", "Ctrl+Alt+C", lambda: publishing.copy_python(panel)
        )
        self.copy_picture = action(
            "Copy picture", "Ctrl+C", lambda: exporting.copy_picture(panel.canvas)
        )
        self.copy_data = action("Copy data", "Ctrl+Shift+C", self._copy_data)
        self.movie = action("Movie…", "", self._film)
        self.undo = action(
            "Undo", "Ctrl+Z" if panel.options else "", panel.option_values.history.undo
        )
        self.redo = action(
            "Redo", "Ctrl+Shift+Z" if panel.options else "", panel.option_values.history.redo
        )
        self.reset_zoom = action("Reset zoom", "R", panel.reset_zoom)
        self.explain = action("What is this?", "Shift+F1", self._explain)

    @property
    def taken_along(self) -> list[QAction]:
        """What takes the panel's picture, numbers or script out of the window."""
        return [
            self.export,
            self.publish,
            self.copy_picture,
            self.copy_data,
            self.copy_python,
        ]

    # -- showing -----------------------------------------------------------------------

    def _show(self, words: str) -> None:
        self._words = words
        if not self._rest.isActive():
            self._show_words()

    def _show_words(self) -> None:
        if self._shown.text() != self._words:
            self._shown.setText(self._words)
            self._rest.start()

    def _explain(self) -> None:
        corner = self.help.mapToGlobal(QPoint(0, self.help.height()))
        text = f"<p><b>{self.panel.title}</b></p><p>{self.panel.help}</p>"
        QWhatsThis.showText(corner, text, self.panel)

    def menu(self) -> QMenu:
        """Options of the panel, then export, copy, zoom and help."""
        menu = QMenu(self)
        options = self.panel.tools()
        menu.addActions(options)
        if self.panel.options:
            history = self.panel.option_values.history
            for item, words, possible in (
                (self.undo, f"Undo {history.undoText()}", history.canUndo()),
                (self.redo, f"Redo {history.redoText()}", history.canRedo()),
            ):
                item.setText(words.strip())
                item.setVisible(possible)
                menu.addAction(item)
        if options:
            menu.addSeparator()
        menu.addActions(self.taken_along)
        if reading := self.panel.reading:
            copied = menu.addAction(f"Copy “{', '.join(reading.splitlines())}”")
            assert copied is not None
            copied.triggered.connect(lambda: exporting.copy_text(reading))
        if self.panel.context.film is not None:
            menu.addAction(self.movie)
        menu.addSeparator()
        menu.addActions([self.reset_zoom, self.explain])
        for item in (*self.taken_along, self.movie):
            item.setEnabled(self.panel.has_content)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.aboutToHide.connect(self._enable)
        return menu

    def _enable(self) -> None:
        for item in self.taken_along:
            item.setEnabled(True)  # shortcuts answer with a sentence instead

    def _pop_up(self) -> None:
        self.menu().popup(self.more.mapToGlobal(QPoint(0, self.more.height())))

    def contextMenuEvent(self, event: QContextMenuEvent | None) -> None:
        """The same menu on a right click."""
        assert event is not None
        self.menu().popup(event.globalPos())

    # -- exporting ---------------------------------------------------------------------

    def export_to(self, path: Path) -> bool:
        """Write the panel's picture or data; see :meth:`Panel.write`."""
        return self.panel.write(path)

    def _export(self) -> None:
        if not self.panel.has_content:
            self.panel.context.notify(f"{self.panel.title} shows nothing to export yet.")
            return
        folder = Path(settings.text("export folder") or Path.home())
        suffix = settings.text("export ending") or ".png"
        name, chosen = QFileDialog.getSaveFileName(
            self,
            f"Export {self.panel.title}",
            str(folder / f"{self.panel.name}{suffix}"),
            exporting.file_filter(),
            ENDINGS.get(suffix, ""),
        )
        if not name:
            return
        path = Path(name)
        if not path.suffix:
            path = path.with_suffix(next(key for key, text in ENDINGS.items() if text == chosen))
        try:
            done = self.export_to(path)
        except L2LError as error:
            show_error(error, self)
            return
        settings.put("export folder", str(path.parent))
        settings.put("export ending", path.suffix)
        if done:
            self.panel.context.notify(f"Exported {path}.")

    def _film(self) -> None:
        if self.panel.context.film is not None:
            self.panel.context.film(self.panel)

    def _copy_data(self) -> None:
        data = self.panel.table()
        if data is None:
            self.panel.context.notify(f"{self.panel.title} has no data to copy yet.")
        else:
            exporting.copy_data(data)
