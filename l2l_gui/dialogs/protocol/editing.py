"""Edits of a protocol, each one step of undo; the form and the rows only request them."""

from __future__ import annotations

import dataclasses
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QUndoCommand, QUndoStack

from l2l_engine.protocols.protocol import Protocol
from l2l_gui.dialogs.protocol.document import NEW_STAGE, Document

Field = tuple[int | None, str, int]
"""A field being typed in: its stage (None: of the whole), its name, and which visit to it."""


class _Edit(QUndoCommand):
    """From one document to another; the keystrokes of one visit to a field are one step."""

    def __init__(
        self,
        editing: Editing,
        words: str,
        new: Document,
        row: int,
        typed: Field | None,
    ) -> None:
        super().__init__(words)
        self._editing, self._typed = editing, typed
        self._old, self._new = editing.document, new
        self._rows = (editing.row, row)

    def id(self) -> int:
        return 1 if self._typed is not None else -1

    def mergeWith(self, other: QUndoCommand | None) -> bool:  # noqa: N802
        if not isinstance(other, _Edit) or other._typed != self._typed:
            return False
        self._new = other._new
        self.setObsolete(self._new == self._old)
        return True

    def redo(self) -> None:
        self._editing._become(self._new, self._rows[1])

    def undo(self) -> None:
        self._editing._become(self._old, self._rows[0])


class Editing(QObject):
    """A document, its current stage, and all edits of them.

    Signals
    -------
    changed : the document or the row differs.
    """

    changed = pyqtSignal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document, self.row = document, 0
        self.stack = QUndoStack(self)
        self._visit = 0
        self._kept = document

    @property
    def unsaved(self) -> bool:
        """Whether there are unsaved edits."""
        return self.document != self._kept

    def keep(self) -> None:
        """Note that the document in its present state is saved."""
        self._kept = self.document

    def go(self, row: int) -> None:
        """Make another stage the current one."""
        if row != self.row:
            self._visit += 1
            self.row = row
            self.changed.emit()

    def add(self) -> None:
        """Add a new problem after the current stage."""
        self._push("new stage", self.document.added(self.row + 1, NEW_STAGE), self.row + 1)

    def duplicate(self) -> None:
        """Add a copy after the current stage."""
        self._push("copy of a stage", self.document.duplicated(self.row), self.row + 1)

    def remove(self) -> None:
        """Remove the current stage, unless it is the only one."""
        left = len(self.document.stages) - 1
        if left:
            new = self.document.removed(self.row)
            self._push("removal of a stage", new, min(self.row, left - 1))

    def move(self, row: int, to: int) -> None:
        """Move a stage to a position counted without it."""
        self._push("move of a stage", self.document.moved(row, to), to)

    def change(self, field: str, value: Any, typing: bool) -> None:
        """Set a field of the current stage; None leaves it out."""
        if field == "label":
            new = self.document.relabelled(self.row, value)
        else:
            new = self.document.changed(self.row, field, value)
        typed = (self.row, field, self._visit) if typing else None
        self._push(f"change of {field}", new, self.row, typed)

    def rename(self, **texts: str) -> None:
        """Change the name or the description."""
        changed: dict[str, Any] = dict(texts)
        new = dataclasses.replace(self.document, **changed)
        (field,) = texts
        self._push(f"change of {field}", new, self.row, (None, field, self._visit))

    def replace(self, protocol: Protocol, words: str) -> None:
        """Replace everything by another protocol, which begins where this one does."""
        made = dataclasses.replace(protocol, after=self.document.after)
        self._push(words, Document.of(made), 0)

    def _push(self, words: str, new: Document, row: int, typed: Field | None = None) -> None:
        if new != self.document:
            self.stack.push(_Edit(self, words, new, row, typed))

    def _become(self, document: Document, row: int) -> None:
        self.document, self.row = document, row
        self.changed.emit()
