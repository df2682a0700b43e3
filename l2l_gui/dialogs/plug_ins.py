"""All plug-ins with their state and, if one is left out, the reason; files are allowed here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from l2l_engine import plugins
from l2l_engine.config import L2LError
from l2l_engine.plugins import PlugIn, State
from l2l_gui.dialogs.error import show_error
from l2l_gui.dialogs.guard import agrees

COLUMNS = ("Name", "Adds", "From", "State")
FILE = Qt.ItemDataRole.UserRole
NOTHING = (
    "No plug-in is installed. A package adds analyses, panels, figures and protocols with entry points; "
    "a Python file in the plug-in folder can do so, too."
)


class PlugInsDialog(QDialog):
    """One row per plug-in; below, the full reason.

    Parameters
    ----------
    try_one : callable
        Loads a plug-in as its registry would, so that its state is known; raises L2LError.
    """

    def __init__(self, try_one: Callable[[PlugIn], object], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Plug-ins")
        self.resize(720, 380)
        self._try_one = try_one
        self.tree = QTreeWidget()
        self.tree.setAccessibleName("Plug-ins")
        self.tree.setHeaderLabels(list(COLUMNS))
        self.tree.setRootIsDecorated(False)
        self.tree.setAlternatingRowColors(True)
        header = self.tree.header()
        assert header is not None
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.reason = QLabel()
        self.reason.setWordWrap(True)
        self.reason.setTextFormat(Qt.TextFormat.PlainText)
        self.reason.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.reason.setMinimumHeight(52)
        self.reason.setAlignment(Qt.AlignmentFlag.AlignTop)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.allow = _button(buttons, "Allow…", self._allow)
        self.check = _button(buttons, "Try them all", self.try_all)
        self.open_folder = _button(buttons, "Open the folder", self._open_folder)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.tree, 1)
        column.addWidget(self.reason)
        column.addWidget(buttons)
        self.tree.currentItemChanged.connect(lambda *_: self._describe())
        self.fill()

    def fill(self) -> None:
        """List what there is now."""
        row = self.tree.indexOfTopLevelItem(item) if (item := self.tree.currentItem()) else 0
        self.tree.clear()
        for plug_in in plugins.found():
            state, reason = plugins.status(plug_in)
            words = [plug_in.name, f"{plug_in.kind.word}", plug_in.source, state.value]
            self._add(words, _sentence(state, reason), plug_in.file)
        for source, reason in plugins.unreadable().items():
            words = ["–", "–", Path(source).name, State.LEFT_OUT.value]
            self._add(words, f"It cannot be read: {reason}", None)
        self.tree.setCurrentItem(self.tree.topLevelItem(max(row, 0)))
        self._describe()

    def _add(self, words: list[str], reason: str, file: Path | None) -> None:
        item = QTreeWidgetItem(words)
        item.setToolTip(3, reason)
        item.setData(0, FILE, file)
        item.setData(3, FILE, reason)
        self.tree.addTopLevelItem(item)

    @property
    def _file(self) -> Path | None:
        """The file of the row selected, if it may still be allowed."""
        item = self.tree.currentItem()
        file = None if item is None else item.data(0, FILE)
        return file if file is not None and not plugins.is_allowed(file) else None

    def _describe(self) -> None:
        item = self.tree.currentItem()
        self.reason.setText(NOTHING if item is None else item.data(3, FILE))
        self.allow.setEnabled(self._file is not None)
        self.check.setEnabled(bool(plugins.found()))

    def _allow(self) -> None:
        file = self._file
        if file is None:
            return
        names = [
            f"the {each.kind.word} {each.name}" for each in plugins.found() if each.file == file
        ]
        question = f"Allow {file.name}, which adds {', '.join(names)}?"
        risk = (
            f"It is code: it can do whatever you can do on this computer. Allow it only if you trust "
            f"whoever wrote {file}. You are asked once."
        )
        if not agrees(self, question, risk, "Allow", "Leave it off"):
            return
        try:
            plugins.allow(file)
        except L2LError as error:
            show_error(error, self)
        self.fill()

    def try_all(self) -> None:
        """Load every plug-in that is on, to see whether it works."""
        for plug_in in plugins.found():
            if plugins.status(plug_in)[0] in (State.UNUSED, State.WORKS):
                try:
                    self._try_one(plug_in)
                except L2LError:
                    continue  # its state says why
        self.fill()

    def _open_folder(self) -> None:
        folder = plugins.folder()
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            show_error(L2LError(f"{folder} cannot be made: {error.strerror}."), self)
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def _sentence(state: State, reason: str) -> str:
    if reason:
        return f"{reason[:1].upper()}{reason[1:].rstrip('.')}."
    return {
        State.UNUSED: "Its code is imported when it is first used.",
        State.WORKS: "It was loaded and has not failed.",
    }.get(state, "")


def _button(box: QDialogButtonBox, words: str, slot: Callable[[], None]) -> QPushButton:
    made = box.addButton(words, QDialogButtonBox.ButtonRole.ActionRole)
    assert made is not None
    made.setAutoDefault(False)
    made.clicked.connect(lambda _=False: slot())
    return made
