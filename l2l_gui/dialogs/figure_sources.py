"""What figures are made from: open sessions, added files, and the networks that come with the program."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QDragEnterEvent, QDropEvent
from PyQt6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from l2l_gui.model.working_copy import is_example
from l2l_gui.widgets.dropped_files import accept_files, dropped_files

FILTER = "Sessions, results, tables of studies (*.h5 *.hdf5 *.mat *.csv)"
PATH = Qt.ItemDataRole.UserRole


class FigureSources(QWidget):
    """A list of files with check marks.

    Parameters
    ----------
    shipped : folder of results that come with the program. It is the last item, checked to begin
        with while nothing but the example session is open.

    Signals
    -------
    changed : other files are checked.
    """

    changed = pyqtSignal()

    def __init__(self, shipped: Path | None = None) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._shipped = shipped if shipped is not None and shipped.is_dir() else None
        self._shipped_wanted: bool | None = None  # None: not yet chosen
        self._open: tuple[Path, ...] = ()
        self._added: list[Path] = []
        self._left_out: set[Path] = set()
        label = QLabel("Made from")
        label.setProperty("heading", True)
        self.list = QListWidget()
        self.list.setAccessibleName("Files the figures are made from")
        self.list.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.list.setSpacing(1)
        self.list.itemChanged.connect(self._checked)
        self.list.itemSelectionChanged.connect(self._enable)
        label.setBuddy(self.list)
        self.add = QPushButton("Add…")
        self.add.setToolTip(
            "Add sessions, results, tables of studies or the authors' processed files"
        )
        self.add.clicked.connect(self._ask)
        self.add_folder = QPushButton("Folder…")
        self.add_folder.setToolTip("Add all of a folder, such as a sweep's")
        self.add_folder.clicked.connect(self._ask_folder)
        self.remove = QPushButton("Remove")
        self.remove.setToolTip("Remove the selected files from the list")
        self.remove.clicked.connect(self._remove)
        buttons = QHBoxLayout()
        buttons.setSpacing(4)
        for button in (self.add, self.add_folder, self.remove):
            button.setStyleSheet("padding: 4px 6px;")
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)
        self._enable()

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files checked, in order."""
        return tuple(path for path in self._all() if self._is_checked(path))

    @property
    def shipped_wanted(self) -> bool | None:
        """Whether the shipped networks were chosen or refused; None before a choice."""
        return self._shipped_wanted

    @property
    def added(self) -> list[Path]:
        """The files that are not open sessions."""
        return list(self._added)

    def show_open(self, paths: tuple[Path, ...]) -> None:
        """List these open sessions first."""
        if paths != self._open:
            self._open = paths
            self._fill()

    def want_shipped(self, wanted: bool) -> None:
        """Check or uncheck the shipped networks."""
        self._shipped_wanted = wanted
        self._fill()
        self.changed.emit()

    def add_files(self, paths: Iterable[Path]) -> None:
        """Add files, or every suitable file in folders."""
        new = [path.resolve() for path in paths]
        self._added += [path for path in dict.fromkeys(new) if path not in self._added]
        self._fill()
        self.changed.emit()

    def _all(self) -> list[Path]:
        shipped = () if self._shipped is None else (self._shipped,)
        return list(dict.fromkeys((*self._open, *self._added, *shipped)))

    def _is_checked(self, path: Path) -> bool:
        if path == self._shipped:
            if self._shipped_wanted is None:
                return bool(self._open) and all(map(is_example, self._open))
            return self._shipped_wanted
        return path not in self._left_out

    def _fill(self) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for path in self._all():
            item = QListWidgetItem(self._words(path))
            item.setToolTip(str(path))
            item.setData(PATH, path)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            checked = self._is_checked(path)
            item.setCheckState(Qt.CheckState.Checked if checked else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._enable()

    def _words(self, path: Path) -> str:
        if path == self._shipped:
            return f"Shipped networks  ({len(list(path.glob('*.h5')))})"
        return f"{path.stem}  (open)" if path in self._open else path.name

    def _checked(self, item: QListWidgetItem) -> None:
        path, checked = item.data(PATH), item.checkState() is Qt.CheckState.Checked
        if path == self._shipped:
            self._shipped_wanted = checked
        elif checked:
            self._left_out.discard(path)
        else:
            self._left_out.add(path)
        self.changed.emit()

    def _enable(self) -> None:
        chosen = [item.data(PATH) for item in self.list.selectedItems()]
        self.remove.setEnabled(any(path in self._added for path in chosen))

    def _remove(self) -> None:
        chosen = {item.data(PATH) for item in self.list.selectedItems()}
        self._added = [path for path in self._added if path not in chosen]
        self._fill()
        self.changed.emit()

    def _ask(self) -> None:
        start = str(self._all()[0].parent) if self._all() else str(Path.home())
        names, _ = QFileDialog.getOpenFileNames(self, "Make figures from", start, FILTER)
        if names:
            self.add_files(map(Path, names))

    def _ask_folder(self) -> None:
        start = str(self._all()[0].parent) if self._all() else str(Path.home())
        name = QFileDialog.getExistingDirectory(self, "Make figures from all of a folder", start)
        if name:
            self.add_files([Path(name)])

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take files."""
        accept_files(event)

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Add them."""
        self.add_files(dropped_files(event))
