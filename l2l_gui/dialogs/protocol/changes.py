"""Parameters of the run that differ in a stage."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from PyQt6.QtWidgets import QComboBox, QGridLayout, QVBoxLayout

from l2l_engine.config import RunConfig
from l2l_engine.protocols.fitting import CHANGEABLE
from l2l_gui.dialogs.number_edit import parsed
from l2l_gui.dialogs.parameter_row import ParameterRow
from l2l_gui.dialogs.protocol.part import Part
from l2l_gui.look.deletion import delete_later
from l2l_gui.look.theme import theme

ADD = "Change a parameter…"
FIELDS = {item.name: item for item in dataclasses.fields(RunConfig) if item.name in CHANGEABLE}


class Changes(Part):
    """A box that adds parameters, and a row for each of those changed."""

    def __init__(self, name: str, title: str) -> None:
        super().__init__(name, title, "Parameters of the run that differ in this stage")
        self.box = QComboBox()
        self.box.setAccessibleName("Parameter to change")
        self.box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.box.setMinimumContentsLength(30)
        self.box.activated.connect(self._add)
        self._grid = QGridLayout()
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 1)
        self.rows: dict[str, ParameterRow] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(self._grid)
        column.addWidget(self.box)
        self.setFocusProxy(self.box)
        self._offer()

    def value(self) -> Any:
        """Values by name, or what was typed in their place; None for none."""
        return {name: parsed(row.value(), row.whole) for name, row in self.rows.items()} or None

    def show_value(self, value: Any) -> None:
        """Show a row for each parameter changed."""
        wanted: Mapping[str, Any] = value if isinstance(value, Mapping) else {}
        if wanted == (self.value() or {}):
            return
        for name in [name for name in self.rows if name not in wanted]:
            self._drop(name)
        for name, given in wanted.items():
            if name not in self.rows and name in FIELDS:
                self._make(name)
            if name in self.rows:
                number = isinstance(given, int | float) and not isinstance(given, bool)
                self.rows[name].show_value(f"{given:.12g}" if number else given)
        self._offer()

    def add(self, name: str) -> None:
        """Change a parameter, as the user does; it starts with the paper's value."""
        self.show_value({**(self.value() or {}), name: FIELDS[name].default})
        self.rows[name].editor.setFocus()
        self.edited.emit(False)

    def remove(self, name: str) -> None:
        """Use the run's value of a parameter."""
        self._drop(name)
        self._offer()
        self.edited.emit(False)

    def _make(self, name: str) -> None:
        row = ParameterRow(FIELDS[name])
        line = self._grid.rowCount()
        parts = (row.label, row.editor, row.unit, row.reset)
        for column, widget in enumerate(parts):
            self._grid.addWidget(widget, line, column)
        theme.set_icon(row.reset, "close")
        row.reset.setToolTip("The run's value")
        row.reset.setAccessibleName(f"Do not change {row.title}")
        row.reset.clicked.connect(lambda: self.remove(name))
        editor: Any = row.editor
        if hasattr(editor, "textChanged"):
            editor.setFixedWidth(90)
            editor.textChanged.connect(lambda: self.edited.emit(True))
        else:
            editor.clicked.connect(lambda: self.edited.emit(False))
        self.rows[name] = row

    def _drop(self, name: str) -> None:
        row = self.rows.pop(name)
        for widget in (row.label, row.editor, row.unit, row.reset):
            self._grid.removeWidget(widget)
            widget.hide()
            delete_later(widget)

    def _offer(self) -> None:
        self.box.clear()
        self.box.addItem(ADD)
        for name, item in FIELDS.items():
            if name not in self.rows:
                self.box.addItem(item.metadata["label"], name)

    def _add(self) -> None:
        name = self.box.currentData()
        if name is not None:
            self.add(name)
