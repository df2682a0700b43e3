"""The protocol editor."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QKeyEvent, QKeySequence
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import RunConfig
from l2l_engine.protocols.outline import Line, outline
from l2l_engine.protocols.protocol import Protocol
from l2l_gui.dialogs.guard import may_discard
from l2l_gui.dialogs.protocol.arranging import button_in, row_of, template_menu, titled
from l2l_gui.dialogs.protocol.document import NEW_STAGE, Document, Trouble
from l2l_gui.dialogs.protocol.editing import Editing
from l2l_gui.dialogs.protocol.filing import Filing
from l2l_gui.dialogs.protocol.form import StageForm
from l2l_gui.dialogs.protocol.inputs import Before
from l2l_gui.dialogs.protocol.preview import Preview
from l2l_gui.dialogs.protocol.stage_list import StageList
from l2l_gui.widgets.message import Message

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
        self.files = Filing(self.editing, self.message, self)
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
        rest = f" {more} more to fix." if more > 0 else ""
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
        add = button_in(self, "Add", self._add, "Ctrl+N", "new")
        copy = button_in(self, "", editing.duplicate, "Ctrl+D", "copy", "Duplicate")
        self.remove_button = button_in(self, "", editing.remove, "Ctrl+Delete", "close", "Remove")
        self.up_button = button_in(
            self, "↑", lambda: self.stages.shift(-1), "Alt+Up", name="Move up"
        )
        self.down_button = button_in(
            self, "↓", lambda: self.stages.shift(1), "Alt+Down", name="Move down"
        )
        rows = row_of(add, copy, self.remove_button, self.up_button, self.down_button, None)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(titled("Stages", self.stages, rows))
        split.addWidget(titled("The stage", self.form))
        split.addWidget(titled("What will be learned", self.preview))
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
        undo = button_in(self, "", stack.undo, "Ctrl+Z", "undo", "Undo")
        redo = button_in(self, "", stack.redo, "Ctrl+Shift+Z", "redo", "Redo")
        for button, enabled in ((undo, stack.canUndoChanged), (redo, stack.canRedoChanged)):
            button.setEnabled(False)
            enabled.connect(button.setEnabled)
        self.templates = QPushButton("Templates")
        self.templates.setMenu(template_menu(self, self.files.use_template))
        self.templates.setAutoDefault(False)
        self.templates.setToolTip("Replace the stages by a named protocol; this can be undone")
        read = button_in(self, "Open…", self.files.open, "Ctrl+O")
        self.save_button = button_in(self, "Save…", self.files.save, "Ctrl+S")
        return row_of(undo, redo, self.templates, read, self.save_button, None, self.buttons)
