"""The protocol editor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import L2LError, RunConfig
from l2l_engine.protocols import choosing, notation
from l2l_engine.protocols.designs import BUILT_IN
from l2l_engine.protocols.outline import Line, outline
from l2l_engine.protocols.protocol import Protocol
from l2l_engine.protocols.templates import TEMPLATES, explain, template
from l2l_engine.storage.atomic import replacing
from l2l_gui.dialogs.guard import agrees, may_discard
from l2l_gui.dialogs.protocol.document import NEW_STAGE, Document, Trouble
from l2l_gui.dialogs.protocol.editing import Editing
from l2l_gui.dialogs.protocol.form import StageForm
from l2l_gui.dialogs.protocol.inputs import Before
from l2l_gui.dialogs.protocol.preview import Preview
from l2l_gui.dialogs.protocol.stage_list import StageList
from l2l_gui.look.theme import theme
from l2l_gui.widgets.message import Message

FILTER = "Protocol (*.json)"
_UNDO, _REDO = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo


class ProtocolDialog(QDialog):
    """Stages as rows, one of them in a form, and what will be learned.

    Parameters
    ----------
    protocol : what is edited; one new problem if there is none.
    config : the run's parameters, which the protocol has to fit.
    after : problems learned before a new protocol: those a branch keeps.
    """

    def __init__(
        self,
        protocol: Protocol | None = None,
        config: RunConfig | None = None,
        after: int = 0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Protocol")
        self._config = config if config is not None else RunConfig()
        empty = Document("my protocol", "", (NEW_STAGE,), after)
        self.editing = Editing(empty if protocol is None else Document.of(protocol), self)
        self._troubles: list[Trouble] = []
        self._shown: Document | None = None
        self.name, self.description = QLineEdit(), QLineEdit()
        self.name.textEdited.connect(lambda text: self.editing.rename(name=text))
        self.description.textEdited.connect(lambda text: self.editing.rename(description=text))
        self.stages, self.form, self.preview = StageList(), StageForm(), Preview()
        self.stages.chosen.connect(self.editing.go)
        self.stages.moved.connect(self.editing.move)
        self.form.edited.connect(self.editing.change)
        self.preview.chosen.connect(self.editing.go)
        self.message = Message()
        room = self.message.sizePolicy()
        room.setRetainSizeWhenHidden(True)  # the rows do not move when something is wrong
        self.message.setSizePolicy(room)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        use = self.buttons.addButton("Use", QDialogButtonBox.ButtonRole.AcceptRole)
        assert use is not None
        self.use_button = use
        self.use_button.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._arrange()
        for line in self.findChildren(QLineEdit):
            line.installEventFilter(self)
        self.editing.changed.connect(self._show)
        self._show()
        self.resize(1120, 700)

    @property
    def document(self) -> Document:
        """What is edited."""
        return self.editing.document

    def protocol(self) -> Protocol:
        """The protocol; raises ProtocolError while it cannot be run as written."""
        return self.document.protocol()

    # -- files and templates -----------------------------------------------------------

    def use_template(self, name: str) -> None:
        """Put a named protocol in place of everything."""
        try:
            made = template(name)
        except L2LError as error:  # of a plug-in
            self.message.say(str(error), error=True)
        else:
            self.editing.replace(made, f"template {name}")

    def read(self, path: Path) -> None:
        """Put a protocol from a file in place of everything; what is wrong is said."""
        try:
            made = notation.read(path, after=self.document.after)
        except L2LError as error:
            self.message.say(str(error), error=True)
        else:
            self.editing.replace(made, f"opening {path.name}")

    def write(self, path: Path) -> None:
        """Save the protocol as JSON; what is wrong is said."""
        try:
            text = notation.to_json(self.protocol(), indent=1)
            with replacing(path) as part:
                part.write_text(text + "\n", "utf-8")
        except L2LError as error:
            self.message.say(str(error), error=True)
        else:
            self.editing.keep()
            self.message.say(f"Saved {path}.")

    def _open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Protocol", "", FILTER)
        if name:
            self.read(Path(name))

    def _save(self) -> None:
        start = f"{choosing.file_name(self.protocol())}.json"
        name, _ = QFileDialog.getSaveFileName(self, "Protocol", start, FILTER)
        path = Path(name)
        if name and not path.suffix:
            path = path.with_suffix(".json")
            there = f"{path.name} exists already."  # of this name the file dialog did not ask
            if path.exists() and not agrees(self, there, "", "Replace", "Keep"):
                return
        if name:
            self.write(path)

    # -- showing -----------------------------------------------------------------------

    def _show(self) -> None:
        document, row = self.document, self.editing.row
        if document is not self._shown:
            self._shown = document
            self._show_document(document)
        self.stages.go(row)
        self.preview.show_lines(self._lines, row)
        self.form.show_stage(document.stages[row], self._before(row))
        here = [(each.field, each.sentence) for each in self._troubles if each.stage == row]
        self.form.show_troubles(reversed(here))
        self.remove_button.setEnabled(len(document.stages) > 1)
        self.up_button.setEnabled(row > 0)
        self.down_button.setEnabled(row < len(document.stages) - 1)

    def _show_document(self, document: Document) -> None:
        for line, text in ((self.name, document.name), (self.description, document.description)):
            if line.text() != text:
                line.setText(text)
        self._troubles, protocol = document.checked(self._config)
        self._lines: list[Line] = [] if protocol is None else list(outline(protocol))
        wrong = {trouble.stage: trouble.sentence for trouble in reversed(self._troubles)}
        self.stages.stages.show(document, self._lines, wrong)
        more = len(self._troubles) - 1
        rest = f" {more} more to mend." if more > 0 else ""
        first = f"{self._troubles[0].sentence}{rest}" if self._troubles else ""
        self.message.say(first, error=True)
        self.use_button.setEnabled(not self._troubles)
        self.save_button.setEnabled(not self._troubles)

    def _before(self, row: int) -> Before:
        counts = [stage.get("count", 1) for stage in self.document.stages[:row]]
        known = all(isinstance(count, int) for count in counts)
        learned = self.document.after + sum(counts) if known else None
        labels = tuple(self.document.labels(row))
        return Before(labels, learned, self._config.stimulus_channels)

    # -- keys and closing --------------------------------------------------------------

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Undo and redo belong to the protocol, also in a line that could undo its own text."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._undone(event)
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Undo and redo, left to the dialog by lines for numbers."""
        assert event is not None
        if not self._undone(event):
            super().keyPressEvent(event)

    def _undone(self, event: QKeyEvent) -> bool:
        if event.matches(_UNDO):
            self.editing.stack.undo()
        elif event.matches(_REDO):
            self.editing.stack.redo()
        else:
            return False
        return True

    def reject(self) -> None:
        """Ask before edits are lost."""
        if not self.editing.unsaved or may_discard(self, "The changes to the protocol"):
            super().reject()

    # -- widgets -----------------------------------------------------------------------

    def _arrange(self) -> None:
        editing = self.editing
        add = self._button("Add", self._add, "Ctrl+N", "new")
        copy = self._button("", editing.duplicate, "Ctrl+D", "copy", "Duplicate")
        self.remove_button = self._button("", editing.remove, "Ctrl+Delete", "close", "Remove")
        self.up_button = self._button("↑", lambda: self.stages.shift(-1), "Alt+Up", name="Move up")
        self.down_button = self._button(
            "↓", lambda: self.stages.shift(1), "Alt+Down", name="Move down"
        )
        rows = _row(add, copy, self.remove_button, self.up_button, self.down_button, None)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(_titled("Stages", self.stages, rows))
        split.addWidget(_titled("The stage", self.form))
        split.addWidget(_titled("What will be learned", self.preview))
        split.setSizes([310, 470, 320])
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addLayout(self._head())
        column.addWidget(split, 1)
        column.addWidget(self.message)
        column.addWidget(self._foot())

    def _add(self) -> None:
        self.editing.add()
        self.form.go("label")

    def _head(self) -> QHBoxLayout:
        head = QHBoxLayout()
        for title, line, stretch in (("Name", self.name, 1), ("Question", self.description, 2)):
            label = QLabel(title)
            label.setBuddy(line)
            line.setAccessibleName(title)
            head.addWidget(label)
            head.addWidget(line, stretch)
        self.description.setToolTip("One or two sentences: what the protocol asks")
        return head

    def _foot(self) -> QWidget:
        stack = self.editing.stack
        undo = self._button("", stack.undo, "Ctrl+Z", "undo", "Undo")
        redo = self._button("", stack.redo, "Ctrl+Shift+Z", "redo", "Redo")
        for button, enabled in ((undo, stack.canUndoChanged), (redo, stack.canRedoChanged)):
            button.setEnabled(False)
            enabled.connect(button.setEnabled)
        self.templates = QPushButton("Templates")
        self.templates.setMenu(self._menu())
        self.templates.setAutoDefault(False)
        self.templates.setToolTip("Put a named protocol in place of the stages; it can be undone")
        read = self._button("Open…", self._open, "Ctrl+O")
        self.save_button = self._button("Save…", self._save, "Ctrl+S")
        return _row(undo, redo, self.templates, read, self.save_button, None, self.buttons)

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for name in TEMPLATES:
            action = menu.addAction(name, lambda name=name: self.use_template(name))
            assert action is not None
            if name in BUILT_IN:  # a plug-in's would be imported
                action.setToolTip(explain(name))
        return menu

    def _button(
        self, text: str, slot: Callable[[], object], key: str, icon: str = "", name: str = ""
    ) -> QPushButton:
        button = QPushButton(text)
        if icon:
            theme.set_icon(button, icon)
        button.setToolTip(f"{name or text} ({key})")
        button.setAccessibleName(name or text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: slot())
        QShortcut(QKeySequence(key), self).activated.connect(button.click)
        return button


def _row(*widgets: QWidget | None) -> QWidget:
    """Widgets beside each other; None takes the room that is left."""
    place = QWidget()
    row = QHBoxLayout(place)
    row.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        if widget is None:
            row.addStretch()
        else:
            row.addWidget(widget)
    return place


def _titled(title: str, *parts: QWidget) -> QWidget:
    """Widgets below a heading, the first of which takes the room that is left."""
    place = QWidget()
    column = QVBoxLayout(place)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(6)
    heading = QLabel(title)
    heading.setFont(theme.font(10, bold=True))
    column.addWidget(heading)
    for number, part in enumerate(parts):
        column.addWidget(part, int(not number))
    return place
