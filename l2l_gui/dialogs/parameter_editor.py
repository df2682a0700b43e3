"""A form for :class:`RunConfig`, built from its fields' labels, units and ranges."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Collection
from typing import Any

from PyQt6.QtCore import Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QKeyEvent, QKeySequence, QUndoCommand, QUndoStack
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QGroupBox,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import ConfigError, RunConfig, RunType, field_names
from l2l_engine.protocols.protocol import PLANNED
from l2l_gui.dialogs.number_edit import NumberEdit, parsed
from l2l_gui.dialogs.parameter_row import ParameterRow

GROUPS = {
    "seed": "Run",
    "units": "Network",
    "stimulus_channels": "Task",
    "learning_rate": "Learning",
    "baseline_problems": "Manifold perturbation",
}
"""Title of the group that starts at each of these fields."""

AS_PUBLISHED = ""
"""Text of the number of problems while it follows the run type, or a protocol."""


class _Edit(QUndoCommand):
    """A change of one parameter; the keystrokes of one visit to a field are one step."""

    def __init__(
        self, editor: ParameterEditor, row: ParameterRow, old: Any, new: Any, visit: int
    ) -> None:
        super().__init__(f"change of {row.label.text().lower()}")
        self.editor, self.row, self.old, self.new, self.visit = editor, row, old, new, visit

    def id(self) -> int:
        return 1

    def mergeWith(self, other: QUndoCommand | None) -> bool:  # noqa: N802
        if not isinstance(other, _Edit) or other.row is not self.row or other.visit != self.visit:
            return False
        self.new = other.new
        self.setObsolete(self.new == self.old)
        return True

    def redo(self) -> None:
        self.editor._show(self.row, self.new)

    def undo(self) -> None:
        self.editor._show(self.row, self.old)


class ParameterEditor(QWidget):
    """Edits a run's parameters, with errors in place, undo, and resets.

    Parameters
    ----------
    base : the configuration shown first, and what a reset goes back to.
    locked : names of parameters that may be read but not changed.

    Signals
    -------
    changed : a value changed.  validity_changed(bool) : whether :meth:`config` works.
    """

    changed = pyqtSignal()
    validity_changed = pyqtSignal(bool)

    def __init__(
        self,
        base: RunConfig | None = None,
        locked: Collection[str] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self._base = base if base is not None else RunConfig()
        self._valid, self._visit, self._wrong = True, 0, ""
        self._rows = {item.name: ParameterRow(item) for item in dataclasses.fields(RunConfig)}
        self._values: dict[str, Any] = {}
        self._locked, self._planned = frozenset(locked), 0
        self._message = QLabel()
        self._message.setProperty("error", True)
        self._message.setWordWrap(True)
        self._message.hide()
        self._build()
        for name, row in self._rows.items():
            self._values[name] = self._start(name)
            row.show_value(self._values[name])
        self._check()

    def _build(self) -> None:
        pages = QWidget()
        column = QVBoxLayout(pages)
        grid = QGridLayout()
        for name, row in self._rows.items():
            if name in GROUPS:
                box = QGroupBox(GROUPS[name])
                grid = QGridLayout(box)
                grid.setColumnStretch(0, 1)
                grid.setColumnMinimumWidth(1, 150)
                grid.setColumnMinimumWidth(2, 34)
                grid.setColumnMinimumWidth(3, 30)
                grid.setVerticalSpacing(5)
                column.addWidget(box)
            line = grid.rowCount()
            grid.addWidget(row.label, line, 0)
            grid.addWidget(row.editor, line, 1)
            grid.addWidget(row.unit, line, 2)
            grid.addWidget(row.reset, line, 3)
            grid.addWidget(row.message, line + 1, 0, 1, 4)
            keep = row.reset.sizePolicy()
            keep.setRetainSizeWhenHidden(True)
            row.reset.setSizePolicy(keep)
            self._enable(row)
            self._connect(row)
        column.addStretch()
        self._area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(pages)
        area.setMinimumWidth(pages.minimumSizeHint().width() + 16)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        outer.addWidget(self._message)

    def _enable(self, row: ParameterRow) -> None:
        planned = self._planned and row.name in PLANNED
        for widget in (row.editor, row.label):
            widget.setDisabled(row.name in self._locked or bool(planned))

    def _connect(self, row: ParameterRow) -> None:
        editor = row.editor
        if isinstance(editor, QComboBox):
            editor.currentIndexChanged.connect(lambda: self._edited(row, new_visit=True))
        elif isinstance(editor, QCheckBox):
            editor.toggled.connect(lambda: self._edited(row, new_visit=True))
        elif isinstance(editor, NumberEdit):
            editor.textChanged.connect(lambda: self._edited(row))
            editor.editingFinished.connect(self._end_visit)
        row.reset.clicked.connect(lambda: self.set_value(row.name, self._start(row.name)))

    # -- values ------------------------------------------------------------------------

    def config(self) -> RunConfig:
        """The parameters as shown.

        Raises
        ------
        ConfigError
            When one of them is out of range; it is shown in place as well.
        """
        values = {name: self.number(name) for name in self._rows}
        if values["problems"] == AS_PUBLISHED:
            values["problems"] = self._planned  # 0: as published
        if self._planned:
            values |= {name: getattr(RunConfig(), name) for name in PLANNED}
        return RunConfig.from_values(values)

    @property
    def valid(self) -> bool:
        """Whether all parameters are valid."""
        return self._valid

    def value(self, name: str) -> Any:
        """A parameter as shown: a number's text, an enum member or a bool."""
        return self._values[name]

    def number(self, name: str) -> Any:
        """A parameter as a number where its text is one; else as :meth:`value`."""
        return parsed(self._values[name], self._rows[name].whole)

    def set_value(self, name: str, value: Any) -> None:
        """Change a parameter, undoably."""
        row = self._rows[name]
        shown = value if isinstance(value, (str, bool, enum.Enum)) else f"{value:.12g}"
        self._end_visit()
        if shown != self._values[name]:
            self._push(row, shown)
        self._end_visit()

    def changed_names(self) -> list[str]:
        """Names of the parameters that differ from the initial ones, except for those a protocol decides."""
        planned = PLANNED if self._planned else ()
        return [name for name in self._rows if name not in planned and self._differs(name)]

    def follow(self, problems: int) -> None:
        """Hand over to a protocol with this many problems what it decides; 0: no protocol."""
        if problems == self._planned:
            return
        untouched = not self._differs("problems")
        self._planned = problems
        count = self._rows["problems"]
        count.label.setText("Problems to learn" if problems else count.title)
        if untouched:
            self._values["problems"] = self._start("problems")
            count.show_value(self._values["problems"])
        for name in PLANNED:
            row = self._rows[name]
            self._enable(row)
            row.leave_to("the protocol" if problems else "", self._values[name])
        self._check()

    def reset_all(self) -> None:
        """Reset every parameter to its initial value, as one undoable step."""
        self.undo_stack.beginMacro("reset of all parameters")
        for name in self.changed_names():
            self.set_value(name, self._start(name))
        self.undo_stack.endMacro()

    def editor_of(self, name: str) -> QWidget:
        """The widget that edits a parameter."""
        return self._rows[name].editor

    def error_of(self, name: str) -> str:
        """What is wrong with a parameter, or nothing."""
        return self._rows[name].message.text()

    def _start(self, name: str) -> Any:
        value = getattr(self._base, name)
        published = self._base.run_type.default_problems
        if name == "problems" and (self._planned or value == published):
            return AS_PUBLISHED
        return value if isinstance(value, (bool, enum.Enum)) else f"{value:.12g}"

    def _differs(self, name: str) -> bool:
        return bool(self.number(name) != parsed(self._start(name)))

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Undo and redo edits; the fields leave these keys to the form."""
        assert event is not None
        if event.matches(QKeySequence.StandardKey.Undo):
            self.undo_stack.undo()
        elif event.matches(QKeySequence.StandardKey.Redo):
            self.undo_stack.redo()
        else:
            super().keyPressEvent(event)

    # -- edits -------------------------------------------------------------------------

    def _edited(self, row: ParameterRow, new_visit: bool = False) -> None:
        if new_visit:
            self._end_visit()
        self._push(row, row.value())

    def _push(self, row: ParameterRow, value: Any) -> None:
        self.undo_stack.push(_Edit(self, row, self._values[row.name], value, self._visit))

    def _end_visit(self) -> None:
        self._visit += 1

    def _show(self, row: ParameterRow, value: Any) -> None:
        self._values[row.name] = value
        if not (self._planned and row.name in PLANNED):  # it says that the protocol decides
            row.show_value(value)
        self._check()
        self.changed.emit()

    def _with_labels(self, problem: str) -> str:
        """An error in the words of the form: labels where it has the names of parameters.

        Within a sentence only names that are no words, such as ``mask_ms``, are replaced.
        """
        words = problem.split(" ")
        for place, word in enumerate(words):
            name = word.rstrip(".,:;")
            if name in self._rows and (place == 0 or "_" in name):
                words[place] = self._rows[name].title + word[len(name) :]
        return " ".join(words)

    def _scroll_to_error(self) -> None:
        if self._wrong:
            self._area.ensureWidgetVisible(self._rows[self._wrong].message)

    def _check(self) -> None:
        problem, at = "", ""
        try:
            self.config()
        except ConfigError as error:
            problem = str(error)
            first = problem.split(" ", 1)[0]
            at = first if first in field_names() else ""
            problem = self._with_labels(problem)
        for name, row in self._rows.items():
            if row.message.text() or name == at:
                row.show_error(problem if name == at else "")
            row.reset.setVisible(self._differs(name) and row.editor.isEnabled())
        if at and at != self._wrong:
            QTimer.singleShot(0, self._scroll_to_error)  # once its message has a place
        self._wrong = at
        self._message.setText(problem if not at else "")
        self._message.setVisible(bool(problem) and not at)
        run_type = self._values["run_type"]
        if isinstance(run_type, RunType):
            number = self._rows["problems"].editor
            published = f"{run_type.default_problems}, as published"
            planned = f"{self._planned}, by protocol"
            number.setPlaceholderText(  # type: ignore[attr-defined]
                planned if self._planned else published
            )
        if self._valid != (not problem):
            self._valid = not problem
            self.validity_changed.emit(self._valid)
