"""The log as a dock: what the program did, from any thread, filtered and searchable."""

from __future__ import annotations

import contextlib
import logging
import weakref
from collections import deque
from typing import NamedTuple

from PyQt6.QtCore import QObject, QTimer, pyqtSignal
from PyQt6.QtGui import QFontDatabase, QTextCharFormat, QTextCursor
from PyQt6.QtWidgets import (
    QApplication,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from l2l_gui.look.theme import theme

MOST_RECORDS = 5000
GATHER_MS = 100
LEVELS = (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR)
FORMAT = "%(asctime)s  %(levelname)-7s  %(name)s  %(message)s"


class _Entry(NamedTuple):
    level: int
    text: str


class _Relay(QObject):
    arrived = pyqtSignal(object)


class _Handler(logging.Handler):
    """Hands records to the GUI thread through a queued signal."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.relay = _Relay()
        self.setFormatter(logging.Formatter(FORMAT, "%H:%M:%S"))

    def emit(self, record: logging.LogRecord) -> None:
        with contextlib.suppress(RuntimeError):  # the window is gone, another thread still logs
            self.relay.arrived.emit(_Entry(record.levelno, self.format(record)))


class LogConsole(QWidget):
    """The latest records of a logger, with a level filter, search and copy."""

    def __init__(self, logger: logging.Logger | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._records: deque[_Entry] = deque(maxlen=MOST_RECORDS)
        self._waiting: list[_Entry] = []
        self._gather = QTimer(self)
        self._gather.setSingleShot(True)
        self._gather.setInterval(GATHER_MS)
        self._gather.timeout.connect(self._append_waiting)
        self._build()
        self._handler = _Handler()
        self._handler.relay.arrived.connect(self._receive)
        self._logger = logger if logger is not None else logging.getLogger()
        self._logger.addHandler(self._handler)
        self._detach = weakref.finalize(self, self._logger.removeHandler, self._handler)
        self.destroyed.connect(self._detach)
        theme.changed.connect(self._refill)

    def _build(self) -> None:
        self.level = QComboBox()
        for level in LEVELS:
            self.level.addItem(logging.getLevelName(level).capitalize(), level)
        self.level.setCurrentIndex(LEVELS.index(logging.INFO))
        self.level.setAccessibleName("Lowest level shown")
        self.level.currentIndexChanged.connect(self._refill)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search the log")
        self.search.setAccessibleName("Search the log")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._refill)
        self.copy = QPushButton("Copy")
        self.copy.clicked.connect(self._copy)
        self.clear = QPushButton("Clear")
        self.clear.clicked.connect(self._clear)
        self.view = QPlainTextEdit()
        self.view.setReadOnly(True)
        self.view.setMaximumBlockCount(MOST_RECORDS)
        self.view.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.view.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.view.setAccessibleName("Log")
        self.view.setPlaceholderText("Nothing logged yet.")
        row = QHBoxLayout()
        for widget in (self.level, self.search, self.copy, self.clear):
            row.addWidget(widget, 1 if widget is self.search else 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.addLayout(row)
        column.addWidget(self.view)

    def text(self) -> str:
        """What is shown."""
        return self.view.toPlainText()

    def _receive(self, entry: _Entry) -> None:
        self._records.append(entry)
        self._waiting.append(entry)
        del self._waiting[:-MOST_RECORDS]
        if not self._gather.isActive():
            self._gather.start()

    def _shown(self, entry: _Entry) -> bool:
        wanted = self.search.text().casefold()
        return entry.level >= self.level.currentData() and wanted in entry.text.casefold()

    def _append_waiting(self) -> None:
        entries, self._waiting = self._waiting, []
        self._append(entries)

    def _append(self, entries: list[_Entry]) -> None:
        bar = self.view.verticalScrollBar()
        at_end = bar is None or bar.value() >= bar.maximum() - 2
        cursor = QTextCursor(self.view.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.beginEditBlock()
        document = self.view.document()
        first = document is None or document.isEmpty()
        for entry in filter(self._shown, entries):
            if not first:
                cursor.insertBlock()
            first = False
            cursor.insertText(entry.text, _style(entry.level))
        cursor.endEditBlock()
        if at_end and bar is not None:
            bar.setValue(bar.maximum())

    def _refill(self) -> None:
        self._waiting = []
        self.view.clear()
        self._append(list(self._records))

    def _clear(self) -> None:
        self._records.clear()
        self._refill()

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.text())


def _style(level: int) -> QTextCharFormat:
    name = (
        "error"
        if level >= logging.ERROR
        else "warning"
        if level >= logging.WARNING
        else "quiet"
        if level < logging.INFO
        else "text"
    )
    style = QTextCharFormat()
    style.setForeground(theme.color(name))
    return style
