"""The learned problems as a table that stays fast with a thousand rows, live."""

from __future__ import annotations

import math
from typing import Any

from PyQt6.QtCore import QAbstractTableModel, QItemSelectionModel, QModelIndex, Qt, pyqtSignal
from PyQt6.QtGui import QFontMetrics
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QTableView, QWidget

from l2l_engine.training.records import StimuliFrom
from l2l_gui.look.theme import theme
from l2l_gui.model.snapshot import RunState, Snapshot
from l2l_gui.model.stages import words

COLUMNS = ("Problem", "Trials", "Right", "State", "What")
STATE, WHAT = 3, 4
TIPS = (
    "Number of the problem",
    "Trials to criterion: trials run less the 50 of the criterion window",
    "Fraction of right choices in the criterion window",
    "Whether it was learned",
    "Which problem it was: its stage in the protocol, and whether it came back",
)
WIDEST = ("Problem", "20,000…", "100%", "not learned")
PADDING = 8
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class ProblemModel(QAbstractTableModel):
    """Finished problems and, last, the present one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._snapshot: Snapshot | None = None
        self._rows = 0

    def show(self, snapshot: Snapshot | None) -> None:
        """Show a run; only rows that differ are announced."""
        before = self._snapshot
        rows = 0 if snapshot is None else snapshot.problems + (len(snapshot.losses) > 0)
        same = (
            before is not None
            and snapshot is not None
            and before.path == snapshot.path
            and rows >= self._rows
        )
        if not same:
            self.beginResetModel()
            self._snapshot, self._rows = snapshot, rows
            self.endResetModel()
            return
        first = max(self._rows - 1, 0)
        if rows > self._rows:
            self.beginInsertRows(QModelIndex(), self._rows, rows - 1)
            self._snapshot, self._rows = snapshot, rows
            self.endInsertRows()
        self._snapshot = snapshot
        if rows:
            self.dataChanged.emit(self.index(first, 1), self.index(rows - 1, WHAT))

    def rowCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Problems shown."""
        return 0 if parent is not None and parent.isValid() else self._rows

    def columnCount(self, parent: QModelIndex | None = None) -> int:  # noqa: N802
        """Columns shown."""
        return 0 if parent is not None and parent.isValid() else len(COLUMNS)

    def headerData(  # noqa: N802
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Names of the columns."""
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section]
        if role == Qt.ItemDataRole.ToolTipRole:
            return TIPS[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if section >= STATE else RIGHT
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """One cell."""
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if index.column() >= STATE else RIGHT
        if role == Qt.ItemDataRole.ToolTipRole and self._snapshot is not None:
            what = what_words(self._snapshot, index.row())
            return "\n".join(filter(None, (trial_words(self._snapshot, index.row()), what)))
        if role != Qt.ItemDataRole.DisplayRole or self._snapshot is None:
            return None
        return self._cell(self._snapshot, index.row(), index.column())

    @staticmethod
    def _cell(now: Snapshot, row: int, column: int) -> str:
        present = row >= now.problems
        if column == 0:
            return str(row + 1)
        if column == WHAT:
            return what_words(now, row)
        if present:
            state = "training" if now.state is RunState.TRAINING else "begun"
            return ("", f"{len(now.losses):,}…", "", state)[column]
        count, accuracy = float(now.counts[row]), float(now.accuracy[row])
        learned = not math.isnan(count)
        return (
            "",
            f"{count:,.0f}" if learned else "–",
            "–" if math.isnan(accuracy) else f"{accuracy:.0%}",
            "learned" if learned else "not learned",
        )[column]


def trial_words(now: Snapshot, row: int) -> str:
    """How many trials a problem took, and which of them the table counts."""
    if row >= now.problems:
        return f"{counted(len(now.losses), 'trial')} so far"
    count = float(now.counts[row])
    ran = float(now.ran[row]) if row < len(now.ran) else math.nan
    total = "" if math.isnan(ran) else counted(int(ran), "trial")
    if math.isnan(count):
        return f"The criterion was not reached{' in ' * bool(total)}{total}"
    words, window = f"{counted(int(count), 'trial')} to criterion", now.config.criterion_trials
    if ran == count + window:
        words += f"; with the {window} of the criterion window {total} were run"
    elif total:
        words += f"; {total} were run"
    return words


def what_words(now: Snapshot, row: int) -> str:
    """Which problem it was, as in "A1 again: problem 51 again"; nothing where that is not known."""
    return words(now.origins[row]) if row < len(now.origins) else ""


def is_planned(now: Snapshot | None) -> bool:
    """Whether problems are more than new ones, one after the other."""
    plain = (StimuliFrom.NEW, StimuliFrom.UNKNOWN)
    return now is not None and any(
        origin.label or origin.stimuli_from not in plain for origin in now.origins
    )


def counted(number: int, noun: str) -> str:
    """A number of things, as in "1 trial" and "2 trials"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


class ProblemTable(QTableView):
    """A view of :class:`ProblemModel`.

    Signals
    -------
    chosen(int) : number of the finished problem chosen by mouse or keyboard.
    """

    chosen = pyqtSignal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problems = ProblemModel(self)
        self.setModel(self.problems)
        self.setAccessibleName("Problems")
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setAlternatingRowColors(True)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows, columns = self.verticalHeader(), self.horizontalHeader()
        style, selection = self.style(), self.selectionModel()
        assert rows is not None
        assert columns is not None
        assert style is not None
        assert selection is not None
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(self.fontMetrics().height() + 6)
        columns.setHighlightSections(False)
        columns.setStretchLastSection(True)
        bold = QFontMetrics(theme.font(self.font().pointSize(), bold=True))
        widths = [bold.horizontalAdvance(sample) + 2 * PADDING for sample in WIDEST]
        for column, width in enumerate(widths):
            self.setColumnWidth(column, width)
        bar = style.pixelMetric(QStyle.PixelMetric.PM_ScrollBarExtent)
        self.setMinimumWidth(sum(widths[:3]) + bar)  # the state may be cut off
        self.setColumnHidden(WHAT, True)
        self._finished = 0
        self._telling = True
        selection.currentRowChanged.connect(self._moved)

    def show_run(self, snapshot: Snapshot | None) -> None:
        """Show a run, staying at the end if the view was there."""
        bar = self.verticalScrollBar()
        at_end = bar is None or bar.value() >= bar.maximum()
        rows = self.problems.rowCount()
        self._finished = 0 if snapshot is None else snapshot.problems
        self.problems.show(snapshot)
        self._show_what(is_planned(snapshot))
        if at_end and self.problems.rowCount() != rows:
            self.scrollToBottom()

    def _show_what(self, shown: bool) -> None:
        """What problems were in place of their state: those that failed have no number of trials."""
        if shown is not self.isColumnHidden(WHAT):
            return
        self.setColumnHidden(STATE, shown)
        self.setColumnHidden(WHAT, not shown)
        columns = self.horizontalHeader()
        if columns is not None:  # the width it would have had is of another time
            columns.setStretchLastSection(False)
            self.setColumnWidth(WHAT, 0)
            columns.setStretchLastSection(True)

    def mark(self, number: int | None) -> None:
        """Select a problem's row without telling."""
        if number is None:
            self.clearSelection()
            self.scrollToBottom()
            return
        index = self.problems.index(number - 1, 0)
        if index.isValid() and self.currentIndex().row() != number - 1:
            flags = QItemSelectionModel.SelectionFlag
            self._telling = False
            selection = self.selectionModel()
            if selection is not None:
                selection.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)
            self._telling = True
            self.scrollTo(index)
        elif index.isValid():
            self.selectRow(number - 1)

    def _moved(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if self._telling and current.isValid() and current.row() < self._finished:
            self.chosen.emit(current.row() + 1)
