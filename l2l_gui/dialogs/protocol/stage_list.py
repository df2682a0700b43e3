"""The list of stages, whose rows can be dragged or moved with Alt and the arrow keys."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QModelIndex, Qt, pyqtSignal
from PyQt6.QtGui import QDropEvent, QKeyEvent
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from l2l_engine.protocols.outline import Line, numbers_words
from l2l_gui.dialogs.protocol.document import Document
from l2l_gui.look.theme import theme

COLUMNS = ("Stage", "Problems", "Label")
TIPS = (
    "Number of the stage",
    "Numbers of its problems in the run",
    "Free text, shown wherever its problems are named",
)


class StageModel(QAbstractTableModel):
    """A document's stages."""

    def __init__(self) -> None:
        super().__init__()
        self._document = Document()
        self._numbers: list[tuple[int, int] | None] = []
        self._lines: list[Line] = []
        self._wrong: dict[int | None, str] = {}

    def show(self, document: Document, lines: list[Line], wrong: dict[int | None, str]) -> None:
        """Show a document, its outline (empty while it is wrong), and what is wrong by row."""
        rows = len(document.stages)
        if rows != len(self._document.stages):
            self.beginResetModel()
            self._take(document, lines, wrong)
            self.endResetModel()
            return
        self._take(document, lines, wrong)
        if rows:
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, len(COLUMNS) - 1))

    def _take(self, document: Document, lines: list[Line], wrong: dict[int | None, str]) -> None:
        self._document, self._lines, self._wrong = document, lines, wrong
        self._numbers = document.numbers()

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Stages."""
        return 0 if parent is not None and parent.isValid() else len(self._document.stages)

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Columns."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        """Rows can be dragged, and dropped between rows."""
        flag = Qt.ItemFlag
        if not index.isValid():
            return flag.ItemIsDropEnabled
        return flag.ItemIsEnabled | flag.ItemIsSelectable | flag.ItemIsDragEnabled

    def supportedDropActions(self) -> Qt.DropAction:  # noqa: N802
        """Rows move."""
        return Qt.DropAction.MoveAction

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names of the columns."""
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return COLUMNS[section]
            if role == Qt.ItemDataRole.ToolTipRole:
                return TIPS[section]
            if role == Qt.ItemDataRole.TextAlignmentRole:
                return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell."""
        row, wrong = index.row(), self._wrong.get(index.row())
        if role == Qt.ItemDataRole.ForegroundRole and wrong:
            return theme.color("error")
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrong or (self._lines[row].how if row < len(self._lines) else None) or None
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return wrong
        return self._cell(row, index.column()) if role == Qt.ItemDataRole.DisplayRole else None

    def _cell(self, row: int, column: int) -> str:
        stage = self._document.stages[row]
        if column == 0:
            return f"{row + 1}{' !' if row in self._wrong else ''}"
        if column == 1:
            span = self._numbers[row]
            return "–" if span is None else numbers_words(*span)
        label, what = stage.get("label", ""), ""
        if row < len(self._lines):
            what = self._lines[row].what
        return str(label) or what or "–"


class StageList(QTableView):
    """The rows.

    Signals
    -------
    chosen(int) : a row was gone to.
    moved(int, int) : a row is to move to a place counted without it.
    """

    chosen = pyqtSignal(int)
    moved = pyqtSignal(int, int)

    def __init__(self) -> None:
        super().__init__()
        self.stages = StageModel()
        self.stages.setParent(self)
        self.setModel(self.stages)
        self.setAccessibleName("Stages")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.setDragDropOverwriteMode(False)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        rows, columns, selection = (
            self.verticalHeader(),
            self.horizontalHeader(),
            self.selectionModel(),
        )
        assert rows is not None
        assert columns is not None
        assert selection is not None
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 8)
        columns.setHighlightSections(False)
        columns.setStretchLastSection(True)
        for column, sample in enumerate(("Stage  ", "1,000–1,001  ")):
            self.setColumnWidth(column, self.fontMetrics().horizontalAdvance(sample) + 16)
        selection.currentRowChanged.connect(self._current)

    @property
    def row(self) -> int:
        """The present row; -1 when there is none."""
        return self.currentIndex().row()

    def go(self, row: int) -> None:
        """Make a row the present one, without telling."""
        if 0 <= row < self.stages.rowCount() and row != self.row:
            self.blockSignals(True)
            self.selectRow(row)
            self.blockSignals(False)
            self.scrollTo(self.stages.index(row, 0))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Alt and the arrow keys move the row."""
        assert event is not None
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.shift(step)
            return
        super().keyPressEvent(event)

    def shift(self, step: int) -> None:
        """Move the present row up or down."""
        to = self.row + step
        if self.row >= 0 and 0 <= to < self.stages.rowCount():
            self.moved.emit(self.row, to)

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Move the dragged row in the document, not in Qt's model."""
        assert event is not None
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        at = self.indexAt(event.position().toPoint())
        to = at.row() if at.isValid() else self.stages.rowCount()
        position = self.dropIndicatorPosition()
        to += position is QAbstractItemView.DropIndicatorPosition.BelowItem and at.isValid()
        to -= to > self.row
        if self.row >= 0 and to != self.row:
            self.moved.emit(self.row, to)

    def _current(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and not self.signalsBlocked():
            self.chosen.emit(current.row())
