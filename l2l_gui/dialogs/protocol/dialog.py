"""The protocol editor."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QStringListModel, Qt
from PyQt6.QtGui import QKeySequence, QShortcut, QUndoCommand, QUndoStack
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMenu,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import L2LError, RunConfig
from l2l_engine.protocols import choosing, notation
from l2l_engine.protocols.outline import Line, outline
from l2l_engine.protocols.protocol import Protocol
from l2l_engine.protocols.templates import TEMPLATES, explain, template
from l2l_engine.storage.atomic import replacing
from l2l_gui.dialogs.guard import may_discard
from l2l_gui.dialogs.protocol.document import NEW_STAGE, Document, Trouble
from l2l_gui.dialogs.protocol.form import StageForm
from l2l_gui.dialogs.protocol.inputs import Before
from l2l_gui.dialogs.protocol.stage_list import StageList
from l2l_gui.look.theme import theme
from l2l_gui.widgets.message import Message

FILTER = "Protocol (*.json)"


class _Edit(QUndoCommand):
    """From one document to another; the keystrokes in one field are one step."""

    def __init__(
        self, editor: ProtocolDialog, words: str, old: Document, new: Document, rows: tuple[int, int],
        typed: tuple[object, ...] | None,
    ) -> None:  # fmt: skip
        super().__init__(words)
        self._editor, self._old, self._new, self._rows = editor, old, new, rows
        self._typed = typed

    def id(self) -> int:
        return 1 if self._typed is not None else -1

    def mergeWith(self, other: QUndoCommand | None) -> bool:  # noqa: N802
        if not isinstance(other, _Edit) or other._typed != self._typed:
            return False
        self._new = other._new
        self.setObsolete(self._new == self._old)
        return True

    def redo(self) -> None:
        self._editor._show(self._new, self._rows[1])

    def undo(self) -> None:
        self._editor._show(self._old, self._rows[0])


class ProtocolDialog(QDialog):
    """Stages as rows, one of them in a form, and what will be learned.

    Parameters
    ----------
    protocol : what is edited; one new problem if there is none.
    config : the run's parameters, which the protocol has to fit.
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
        self.document = empty if protocol is None else Document.of(protocol)
        self._start, self._visit, self._last_row = self.document, 0, 0
        self._troubles: list[Trouble] = []
        self._lines: list[Line] = []
        self.undo_stack = QUndoStack(self)
        self.name, self.description = QLineEdit(), QLineEdit()
        self.name.textEdited.connect(lambda text: self._renamed("name", text))
        self.description.textEdited.connect(lambda text: self._renamed("description", text))
        self.stages = StageList()
        self.stages.chosen.connect(self._chosen)
        self.stages.moved.connect(self._moved)
        self.form = StageForm()
        self.form.edited.connect(self._edited)
        self.lines = QStringListModel(self)
        self.preview = QListView()
        self.preview.setModel(self.lines)
        self.preview.setUniformItemSizes(True)
        self.preview.setAccessibleName("What will be learned")
        self.preview.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.preview.clicked.connect(lambda index: self.go(index.row()))
        self.preview.activated.connect(lambda index: self.go(index.row()))
        self.summary = QLabel()
        self.summary.setProperty("quiet", True)
        self.message = Message()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        use = self.buttons.addButton("Use", QDialogButtonBox.ButtonRole.AcceptRole)
        assert use is not None
        self.use_button = use
        self.use_button.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._arrange()
        self._show(self.document, 0)
        self.resize(1120, 700)

    # -- what is asked for -------------------------------------------------------------

    def protocol(self) -> Protocol:
        """The protocol; raises ProtocolError while it cannot be run as written."""
        return self.document.protocol()

    @property
    def row(self) -> int:
        """The stage in the form, from 0."""
        return self.stages.row

    def go(self, row: int) -> None:
        """Show a stage in the form."""
        self.stages.go(row)
        self._chosen(row)

    # -- edits, each of them a step to undo --------------------------------------------

    def add(self) -> None:
        """A new problem after the present stage."""
        self._push("new stage", self.document.added(self.row + 1, NEW_STAGE), self.row + 1)
        self.form.go("label")

    def duplicate(self) -> None:
        """A copy of the present stage."""
        if self.row >= 0:
            self._push("copy of a stage", self.document.duplicated(self.row), self.row + 1)

    def remove(self) -> None:
        """Take the present stage away."""
        if self.row >= 0:
            left = len(self.document.stages) - 2
            self._push("removal of a stage", self.document.removed(self.row), min(self.row, left))

    def use_template(self, name: str) -> None:
        """Put a named protocol in place of everything."""
        made = dataclasses.replace(template(name), after=self.document.after)
        self._push(f"template {name}", Document.of(made), 0)

    def read(self, path: Path) -> None:
        """Put a protocol from a file in place of everything; what is wrong is said."""
        try:
            made = notation.read(path, after=self.document.after)
        except L2LError as error:
            self.message.say(str(error), error=True)
        else:
            self._push(f"opening {path.name}", Document.of(made), 0)

    def write(self, path: Path) -> None:
        """Save the protocol as JSON; what is wrong is said."""
        try:
            text = notation.to_json(self.protocol(), indent=1)
            with replacing(path) as part:
                part.write_text(text + "\n", "utf-8")
        except L2LError as error:
            self.message.say(str(error), error=True)
        else:
            self._start = self.document
            self.message.say(f"Saved {path}.")

    def _edited(self, field: str, value: object, typing: bool) -> None:
        new = self.document.changed(self.row, field, value)
        self._push(
            f"change of {field}", new, self.row, (self.row, field, self._visit) if typing else None
        )

    def _renamed(self, field: str, text: str) -> None:
        changed: dict[str, Any] = {field: text}
        new = dataclasses.replace(self.document, **changed)
        self._push(f"change of {field}", new, self.row, (None, field, self._visit))

    def _moved(self, row: int, to: int) -> None:
        self._push("move of a stage", self.document.moved(row, to), to)

    def _push(
        self, words: str, new: Document, row: int, typed: tuple[object, ...] | None = None
    ) -> None:
        if new != self.document:
            rows = (self.row, row)
            self.undo_stack.push(_Edit(self, words, self.document, new, rows, typed))

    # -- showing -----------------------------------------------------------------------

    def _show(self, document: Document, row: int) -> None:
        self.document = document
        for line, text in ((self.name, document.name), (self.description, document.description)):
            if line.text() != text:
                line.setText(text)
        self._troubles = document.troubles(self._config)
        try:
            self._lines = list(outline(self.protocol()))
        except L2LError:
            self._lines = []
        wrong = {trouble.stage: trouble.sentence for trouble in reversed(self._troubles)}
        self.stages.stages.show(document, self._lines, wrong)
        self.stages.go(row)
        self._preview()
        self._chosen(row)
        self._say()

    def _chosen(self, row: int) -> None:
        if row != self._last_row:
            self._visit += 1
        self._last_row = row
        there = 0 <= row < len(self.document.stages)
        self.form.setEnabled(there)
        for button in (self.copy_button, self.remove_button, self.up_button, self.down_button):
            button.setEnabled(there)
        self.remove_button.setEnabled(there and len(self.document.stages) > 1)
        if there:
            self.form.show_stage(self.document.stages[row], self._before(row))
            found = [(each.field, each.sentence) for each in self._troubles if each.stage == row]
            self.form.show_troubles(reversed(found))
        if row < len(self._lines) and row >= 0:
            self.preview.setCurrentIndex(self.lines.index(row))

    def _before(self, row: int) -> Before:
        counts = [stage.get("count", 1) for stage in self.document.stages[:row]]
        known = all(isinstance(count, int) for count in counts)
        learned = self.document.after + sum(counts) if known else None
        labels = tuple(self.document.labels(row))
        return Before(labels, learned, self._config.stimulus_channels)

    def _preview(self) -> None:
        if not self._lines:
            return  # what was right last stays, greyed
        words = []
        for line in self._lines:
            label = f"{line.label}: " if line.label else ""
            how = f" ({line.how})" if line.how else ""
            words.append(f"{line.numbers}   {label}{line.what}{how}")
        self.lines.setStringList(words)

    def _say(self) -> None:
        wrong = bool(self._troubles)
        self.preview.setEnabled(not wrong)
        if wrong:
            first = self._troubles[0]
            more = len(self._troubles) - 1
            rest = f" {more} more to mend." if more else ""
            self.message.say(f"{first.sentence}{rest}", error=True)
            self.summary.setText("What was right last")
        else:
            self.message.say("")
            count = sum(line.last - line.first + 1 for line in self._lines)
            begin = f" after problem {self.document.after:,}" if self.document.after else ""
            self.summary.setText(f"{count:,} problem{'s' * (count != 1)}{begin}")
        self.use_button.setEnabled(not wrong)
        self.save_button.setEnabled(not wrong)

    # -- closing -----------------------------------------------------------------------

    def reject(self) -> None:
        """Ask before edits are lost."""
        if self.document == self._start or may_discard(self, "The changes to the protocol"):
            super().reject()

    # -- widgets -----------------------------------------------------------------------

    def _arrange(self) -> None:
        self.copy_button = self._button("", self.duplicate, "Ctrl+D", "copy", "Duplicate")
        self.remove_button = self._button("", self.remove, "Ctrl+Delete", "close", "Remove")
        self.up_button = self._button("↑", lambda: self.stages.shift(-1), "Alt+Up", name="Move up")
        self.down_button = self._button(
            "↓", lambda: self.stages.shift(1), "Alt+Down", name="Move down"
        )
        add = self._button("Add", self.add, "Ctrl+N", "new")
        rows = QHBoxLayout()
        rows.setSpacing(6)
        for button in (add, self.copy_button, self.remove_button, self.up_button, self.down_button):
            rows.addWidget(button)
        rows.addStretch()
        left, middle, right = QWidget(), QWidget(), QWidget()
        for place, title, parts in (
            (left, "Stages", (self.stages, rows)),
            (middle, "The stage", (self.form,)),
            (right, "What will be learned", (self.preview, self.summary)),
        ):
            column = QVBoxLayout(place)
            column.setContentsMargins(0, 0, 0, 0)
            column.setSpacing(6)
            heading = QLabel(title)
            heading.setFont(theme.font(10, bold=True))
            column.addWidget(heading)
            for part in parts:
                if isinstance(part, QHBoxLayout):
                    column.addLayout(part)
                else:
                    column.addWidget(part, int(part is not self.summary))
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        for place in (left, middle, right):
            split.addWidget(place)
        split.setSizes([310, 470, 320])
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addLayout(self._head())
        column.addWidget(split, 1)
        column.addWidget(self.message)
        column.addLayout(self._foot())

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

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        stack = self.undo_stack
        for word, slot, enabled, key in (
            ("Undo", stack.undo, stack.canUndoChanged, "Ctrl+Z"),
            ("Redo", stack.redo, stack.canRedoChanged, "Ctrl+Shift+Z"),
        ):
            button = self._button("", slot, key, word.lower(), name=word)
            button.setEnabled(False)
            enabled.connect(button.setEnabled)
            foot.addWidget(button)
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        for name in TEMPLATES:
            action = menu.addAction(name, lambda name=name: self.use_template(name))
            assert action is not None
            action.setToolTip(explain(name))
        self.templates = QPushButton("Templates")
        self.templates.setMenu(menu)
        self.templates.setAutoDefault(False)
        self.templates.setToolTip("Put a named protocol in place of the stages; it can be undone")
        foot.addWidget(self.templates)
        foot.addWidget(self._button("Open…", self._open, "Ctrl+O"))
        self.save_button = self._button("Save…", self._save, "Ctrl+S")
        foot.addWidget(self.save_button)
        foot.addStretch()
        foot.addWidget(self.buttons)
        return foot

    def _button(self, text: str, slot: object, key: str, icon: str = "", name: str = "") -> QPushButton:  # fmt: skip
        button = QPushButton(text)
        if icon:
            theme.set_icon(button, icon)
        button.setToolTip(f"{name or text} ({key})")
        button.setAccessibleName(name or text)
        button.setAutoDefault(False)
        button.clicked.connect(lambda: slot())  # type: ignore[operator]
        shortcut = QShortcut(QKeySequence(key), self)
        shortcut.activated.connect(button.click)
        return button

    def _open(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Protocol", "", FILTER)
        if name:
            self.read(Path(name))

    def _save(self) -> None:
        start = f"{choosing.file_name(self.protocol())}.json"
        name, _ = QFileDialog.getSaveFileName(self, "Protocol", start, FILTER)
        if name:
            path = Path(name)
            self.write(path if path.suffix else path.with_suffix(".json"))
