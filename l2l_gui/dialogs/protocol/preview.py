"""What will be learned, problem by problem."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt6.QtCore import QModelIndex, QStringListModel, Qt, pyqtSignal
from PyQt6.QtWidgets import QLabel, QListView, QVBoxLayout, QWidget

from l2l_engine.protocols.outline import Line


class Preview(QWidget):
    """A line for each stage, and the number of problems; while the protocol is invalid, the last valid one.

    Signals
    -------
    chosen(int) : a line was clicked, or gone to with Return.
    """

    chosen = pyqtSignal(int)

    def __init__(self) -> None:
        super().__init__()
        self.lines = QStringListModel(self)
        self.view = QListView()
        self.view.setModel(self.lines)
        self.view.setWordWrap(True)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setLayoutMode(QListView.LayoutMode.Batched)  # there may be thousands
        self.view.setAccessibleName("What will be learned")
        self.view.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        for signal in (self.view.clicked, self.view.activated):
            signal.connect(self._chosen)
        self.summary = QLabel()
        self.summary.setProperty("quiet", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.view, 1)
        column.addWidget(self.summary)

    def show_lines(self, lines: Sequence[Line], row: int) -> None:
        """Show what will be learned, and mark the current stage; no lines: it is invalid."""
        self.view.setEnabled(bool(lines))
        if not lines:
            self.summary.setText("The last valid protocol")
            return
        words = [_words(line) for line in lines]
        if words != self.lines.stringList():
            self.lines.setStringList(words)
        self.view.setCurrentIndex(self.lines.index(row))
        count, before = lines[-1].last - lines[0].first + 1, lines[0].first - 1
        begin = f" after problem {before:,}" if before else ""
        self.summary.setText(f"{count:,} problem{'s' * (count != 1)}{begin}")

    def _chosen(self, index: QModelIndex) -> None:
        self.chosen.emit(index.row())


def _words(line: Line) -> str:
    label = f"{line.label}: " if line.label else ""
    how = f" ({line.how})" if line.how else ""
    return f"{line.numbers}   {label}{line.what}{how}"
