"""The dialog for choosing an analysis: by topic, with its cost and its description."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QLabel,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from l2l_gui.look.theme import theme
from l2l_gui.panels.analyses.catalogue import Catalogue, Offer

OFFER = Qt.ItemDataRole.UserRole
SIZE = 620, 560


class Chooser(QDialog):
    """A list by topic, a field that searches it, and a description of what is selected."""

    def __init__(self, catalogue: Catalogue, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Add an analysis")
        self.resize(*SIZE)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search titles and descriptions")
        self.search.setAccessibleName("Search the analyses")
        self.search.setClearButtonEnabled(True)
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("Analyses")
        self.tree.setColumnCount(2)
        self.tree.setHeaderLabels(["Analysis", "Cost"])
        self.tree.setRootIsDecorated(False)
        self.tree.setIndentation(14)
        self.description = QLabel()
        self.description.setWordWrap(True)
        self.description.setTextFormat(Qt.TextFormat.PlainText)
        self.description.setMinimumHeight(theme.font(10).pointSize() * 9)
        self.description.setAlignment(Qt.AlignmentFlag.AlignTop)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        add = buttons.addButton("Add", QDialogButtonBox.ButtonRole.AcceptRole)
        assert add is not None
        self.add = add
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.search)
        column.addWidget(self.tree, 1)
        column.addWidget(self.description)
        if catalogue.failed:
            failed = QLabel(f"{len(catalogue.failed)} left out: see Help > Plug-ins.")
            failed.setProperty("quiet", True)
            column.addWidget(failed)
        column.addWidget(buttons)
        self._fill(catalogue)
        self.search.textChanged.connect(self._filter)
        self.tree.currentItemChanged.connect(lambda *_: self._describe())
        self.tree.itemDoubleClicked.connect(lambda *_: self._accept())
        buttons.accepted.connect(self._accept)
        buttons.rejected.connect(self.reject)
        self._describe()
        self.search.setFocus()

    @property
    def chosen(self) -> Offer | None:
        """What is selected."""
        item = self.tree.currentItem()
        return None if item is None else item.data(0, OFFER)

    def choose(self, name: str) -> None:
        """Select an offer by its name."""
        for item in self._items():
            if item.data(0, OFFER).name == name:
                self.tree.setCurrentItem(item)

    def _fill(self, catalogue: Catalogue) -> None:
        topics: dict[str, QTreeWidgetItem] = {}
        for offer in catalogue.offers:
            topic = topics.get(offer.topic)
            if topic is None:
                topic = topics[offer.topic] = QTreeWidgetItem([offer.topic, ""])
                topic.setFont(0, theme.font(10, bold=True))
                topic.setFlags(Qt.ItemFlag.ItemIsEnabled)
                topic.setFirstColumnSpanned(True)
                self.tree.addTopLevelItem(topic)
            item = QTreeWidgetItem([offer.title, offer.cost])
            item.setData(0, OFFER, offer)
            item.setToolTip(0, offer.description)
            item.setToolTip(1, offer.cost)
            topic.addChild(item)
        self.tree.expandAll()
        self.tree.setColumnWidth(0, SIZE[0] * 3 // 5)
        first = next(iter(self._items()), None)
        if first is not None:
            self.tree.setCurrentItem(first)

    def _items(self) -> list[QTreeWidgetItem]:
        found = []
        for number in range(self.tree.topLevelItemCount()):
            topic = self.tree.topLevelItem(number)
            assert topic is not None
            found += [child for k in range(topic.childCount()) if (child := topic.child(k))]
        return found

    def _filter(self, text: str) -> None:
        words = text.lower().split()
        first = None
        for item in self._items():
            offer = item.data(0, OFFER)
            told = f"{offer.name} {offer.title} {offer.description}".lower()
            shown = all(word in told for word in words)
            item.setHidden(not shown)
            first = first or (item if shown else None)
        for number in range(self.tree.topLevelItemCount()):
            topic = self.tree.topLevelItem(number)
            assert topic is not None
            children = [topic.child(k) for k in range(topic.childCount())]
            topic.setHidden(all(child is None or child.isHidden() for child in children))
        self.tree.setCurrentItem(first)

    def _describe(self) -> None:
        offer = self.chosen
        self.add.setEnabled(offer is not None)
        if offer is None:
            self.description.setText("Nothing matches these words.")
            return
        cost = f" Cost: {offer.cost}." if offer.cost else ""
        source = f"\nSource: {offer.source}" if offer.what == "analysis" else ""
        self.description.setText(f"{offer.description}{cost}{source}")

    def _accept(self) -> None:
        if self.chosen is not None:
            self.accept()
