"""The page of one figure: its preview or why there is none, its caption, and its buttons."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from l2l_gui.widgets.busy import EmptyState
from l2l_gui.widgets.figure_preview import FigurePreview
from l2l_gui.widgets.time_left import Outlook
from l2l_gui.workers.figure_making import Item, Number, Stage, called
from l2l_gui.workers.jobs import Jobs

TICK_MS = 200
NO_SOURCES = (
    "Check or add what figures are made from: the shipped networks, sessions, a sweep's folder, or "
    "the authors' processed files."
)


class FigurePage(QWidget):
    """Shows an :class:`Item`; while it is being made, its progress.

    Signals
    -------
    make(bool) : make the figure; whether saved results are ignored.
    cancel, export : the buttons of these names.
    """

    make = pyqtSignal(bool)
    cancel = pyqtSignal()
    export = pyqtSignal()

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._item = Item()
        self._outlook = Outlook()
        self._tick = QTimer(self)
        self._tick.setInterval(TICK_MS)
        self._tick.timeout.connect(self._show_progress)
        self.preview = FigurePreview(jobs)
        self.message = EmptyState(NO_SOURCES, "chart", "Make", lambda: self.make.emit(False))
        self.pages = QStackedWidget()
        self.pages.addWidget(self.message)
        self.pages.addWidget(self.preview)
        self.preview.refused.connect(self._refuse)
        self.caption = QLabel()
        self.caption.setWordWrap(True)
        self.caption.setProperty("quiet", True)
        self.caption.setAccessibleName("Caption")
        self.caption.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedSize(160, 6)
        self.progress.setRange(0, 100)
        self.words = QLabel()
        self.words.setProperty("quiet", True)
        self.cancel_button = QPushButton("Cancel")
        self.cancel_button.clicked.connect(self.cancel)
        self.again = QPushButton("Make again")
        self.again.setToolTip("Read the sessions again; what is already computed is used")
        self.again.clicked.connect(lambda: self.make.emit(False))
        self.export_button = QPushButton("Export…")
        self.export_button.setToolTip("Write the figure as PDF, SVG or PNG, and its numbers as CSV")
        self.export_button.clicked.connect(self.export)
        bar = QHBoxLayout()
        for widget in (self.progress, self.words, self.cancel_button):
            bar.addWidget(widget)
        bar.addStretch()
        for button in (self.again, self.export_button):
            bar.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 6, 6, 6)
        column.addWidget(self.pages, 1)
        column.addWidget(self.caption)
        column.addLayout(bar)

    def show_item(self, item: Item, number: Number, sources: bool) -> None:
        """Show figure ``number`` as far as it is; without ``sources`` it cannot be made."""
        self._item = item
        making, ready = item.stage is Stage.MAKING, item.made is not None
        self.preview.show_figure(item.made)
        self.pages.setCurrentWidget(self.preview if ready else self.message)
        self.message.set_text(sentence(item, number, sources))
        self.message.button.setVisible(sources and item.stage in (Stage.NONE, Stage.REFUSED))
        self.caption.setText(item.made.caption if item.made is not None else "")
        self.caption.setVisible(ready)
        for widget in (self.progress, self.words, self.cancel_button):
            widget.setVisible(making)
        self.again.setVisible(ready)
        self.export_button.setEnabled(ready)
        self._watch()

    def _refuse(self, sentence: str) -> None:
        """Say why it cannot be drawn, in its place."""
        self.message.set_text(sentence)
        self.pages.setCurrentWidget(self.message)

    def _watch(self) -> None:
        """Follow the progress while something is made and the page is seen."""
        if self._item.stage is Stage.MAKING and self.isVisible():
            self._tick.start()
        else:
            self._tick.stop()
        self._show_progress()

    def _show_progress(self) -> None:
        job = self._item.job
        if job is None:
            return
        self.progress.setValue(round(100 * job.fraction))
        left = self._outlook.words(job, job.fraction)
        self.words.setText(f"{job.fraction:.0%}{', ' if left else ''}{left}")

    def hideEvent(self, event: Any) -> None:
        """The figure is still made; only watching stops."""
        super().hideEvent(event)
        self._tick.stop()

    def showEvent(self, event: Any) -> None:
        """Watch again."""
        super().showEvent(event)
        self._watch()


def sentence(item: Item, number: Number, sources: bool) -> str:
    """Why there is no preview, and what to do."""
    if not sources:
        return NO_SOURCES
    if item.stage is Stage.MAKING:
        return f"{called(number)} is being made; the rest of the window can be used meanwhile."
    return item.sentence or f"{called(number)} is not made yet."
