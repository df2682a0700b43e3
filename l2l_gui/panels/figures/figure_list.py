"""The paper's figures by number and title, marked by how far each is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QLabel, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from l2l_gui.look.theme import theme
from l2l_gui.workers.figure_making import Item, Listed, Number, Stage

NUMBER = Qt.ItemDataRole.UserRole


class FigureList(QWidget):
    """A list under its heading.

    Signals
    -------
    chosen : another figure is chosen, :attr:`number`.
    """

    chosen = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.list = QListWidget()
        self.list.setAccessibleName("Figures")
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.currentItemChanged.connect(lambda *_: self.chosen.emit())
        heading = QLabel("Figures")
        heading.setProperty("heading", True)
        heading.setBuddy(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(heading)
        column.addWidget(self.list, 1)

    @property
    def number(self) -> Number:
        """Number of the figure chosen; 0 before there is a list."""
        item = self.list.currentItem()
        return 0 if item is None else item.data(NUMBER)

    @property
    def rows(self) -> list[QListWidgetItem]:
        """The rows of the list."""
        found = map(self.list.item, range(self.list.count()))
        return [row for row in found if row is not None]

    def fill(self, listed: Iterable[Listed]) -> None:
        """List these figures and choose the first, without a signal."""
        self.list.blockSignals(True)
        for number, title in listed:
            words = f"{number}   {title}" if isinstance(number, int) else f"{title} ({number})"
            item = QListWidgetItem(words)
            item.setData(NUMBER, number)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        self.list.blockSignals(False)

    def mark(self, items: Mapping[Number, Item]) -> None:
        """Colour each by how far it is, and say so in its tip."""
        for row in self.rows:
            item = items[row.data(NUMBER)]
            colour = {Stage.READY: "text", Stage.REFUSED: "warning"}.get(item.stage, "quiet")
            row.setForeground(theme.color(colour))
            row.setToolTip(item.sentence or item.stage.value.capitalize())
