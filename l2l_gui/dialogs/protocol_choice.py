"""The part of a dialog that asks which protocol a run or a branch follows, if any."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from itertools import islice
from typing import Any

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import L2LError, RunConfig
from l2l_engine.protocols import choosing
from l2l_engine.protocols.outline import outline
from l2l_engine.protocols.protocol import Protocol, ProtocolError
from l2l_engine.protocols.templates import TEMPLATES, explain
from l2l_engine.sweeps.grid import parse_setting
from l2l_gui.dialogs.protocol.dialog import ProtocolDialog
from l2l_gui.dialogs.protocol.filing import FILTER
from l2l_gui.widgets.message import Message

NONE, FILE, EDITED = "None: as the run type says", "From a file…", "As edited"
RUN_TYPES = ("full", "control", "ss", "ds")  # the run type's own field offers these
_SHOWN = 6  # stages named in the preview


class ProtocolChoice(QGroupBox):
    """No protocol, a named one with its parameters, a file or the editor; and what would be learned.

    Parameters
    ----------
    none : what it is called to follow none.
    after : problems learned before its first stage: those a branch keeps.
    parameters : of the run, which an edited protocol has to fit; None while they are wrong.

    Signals
    -------
    changed : something else is chosen.
    """

    changed = pyqtSignal()

    def __init__(
        self,
        none: str = NONE,
        after: int = 0,
        parameters: Callable[[], RunConfig | None] = lambda: None,
    ) -> None:
        super().__init__("Protocol")
        self._none, self._after, self._parameters = none, after, parameters
        self._edited: Protocol | None = None
        self.which = QComboBox()
        self.which.addItems([none, *(name for name in TEMPLATES if name not in RUN_TYPES), FILE])
        self.which.setAccessibleName("Protocol")
        self.which.setToolTip("Which problems are learned, in which order, under which rules")
        self.edit = _button("Edit…", self.open_editor)
        self.edit.setToolTip("Change it stage by stage, or write your own")
        self.numbers = QLineEdit()
        self.numbers.setAccessibleName("Parameters of the protocol")
        self.file = QLineEdit()
        self.file.setAccessibleName("File of the protocol")
        self.browse = _button("Browse…", self._browse)
        self.message = Message()
        self._place = _beside(self.file, self.browse)
        self._form = QFormLayout()
        self._form.addRow("Follow", _beside(self.which, self.edit))
        self._form.addRow("Numbers", self.numbers)
        self._form.addRow("File", self._place)
        column = QVBoxLayout(self)
        column.addLayout(self._form)
        column.addWidget(self.message)
        self.which.currentTextChanged.connect(self._chosen)
        self.numbers.textChanged.connect(self._say)
        self.file.textChanged.connect(self._say)
        self._chosen()

    def protocol(self) -> Protocol | None:
        """The protocol chosen; None where there is none.

        Raises
        ------
        L2LError
            When it cannot be run as written.
        """
        chosen = self.which.currentText()
        if chosen == self._none:
            return None
        if chosen == EDITED:
            assert self._edited is not None
            return dataclasses.replace(self._edited, after=self._after)
        if chosen == FILE:
            text = self.file.text().strip()
            if not text:
                raise ProtocolError("Choose the file of the protocol.")
            return choosing.choose(text, after=self._after)
        return choosing.choose(chosen, self._given(), after=self._after)

    def begin_after(self, problem: int) -> None:
        """Set the last problem before the first stage."""
        if problem != self._after:
            self._after = problem
            self._say()

    def open_editor(self) -> ProtocolDialog:
        """Edit the chosen protocol or a new one; accepting it chooses it."""
        try:
            start = self.protocol()
        except L2LError:
            start = None
        editor = ProtocolDialog(start, self._parameters(), self._after, self.window())
        editor.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        editor.accepted.connect(lambda: self.use(editor.protocol()))
        editor.open()
        return editor

    def use(self, protocol: Protocol) -> None:
        """Choose a protocol that was edited."""
        self._edited = protocol
        if self.which.findText(EDITED) < 0:
            self.which.insertItem(1, EDITED)
        if self.which.currentText() == EDITED:
            self._say()
        else:
            self.which.setCurrentText(EDITED)

    def _given(self) -> dict[str, Any]:
        """The numbers typed, such as ``sets=20, warm_up=50``."""
        given: dict[str, Any] = {}
        for text in filter(str.strip, self.numbers.text().split(",")):
            name, (value, *_) = parse_setting(text)
            given[name] = value
        return given

    def _chosen(self) -> None:
        chosen = self.which.currentText()
        known = choosing.parameters(chosen) if chosen in TEMPLATES else {}
        if self._after and "warm_up" in known:
            known["warm_up"] = 0  # what was learned before is the warm-up
        self._form.setRowVisible(self.numbers, bool(known))
        self._form.setRowVisible(self._place, chosen == FILE)
        self.numbers.blockSignals(True)
        self.numbers.setText(", ".join(f"{name}={value:g}" for name, value in known.items()))
        self.numbers.blockSignals(False)
        self._say()

    def _say(self) -> None:
        """Show what would be learned; the dialog shows errors."""
        try:
            protocol = self.protocol()
        except L2LError:
            self.message.say("")
        else:
            self.message.say("" if protocol is None else self._words(protocol))
        self.changed.emit()

    def _words(self, protocol: Protocol) -> str:
        chosen = self.which.currentText()
        purpose = explain(chosen) if chosen in TEMPLATES else protocol.description
        return f"{purpose} {preview(protocol)}".strip()

    def _browse(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Protocol", self.file.text(), FILTER)
        if name:
            self.file.setText(name)


def _button(text: str, slot: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.clicked.connect(lambda: slot())
    return button


def _beside(field: QWidget, button: QWidget) -> QWidget:
    place = QWidget()
    row = QHBoxLayout(place)
    row.setContentsMargins(0, 0, 0, 0)
    row.addWidget(field, 1)
    row.addWidget(button)
    return place


def preview(protocol: Protocol) -> str:
    """``130 problems: 50 × warm-up, A1, B1, A1 again, A1 reversed, A2, …``."""
    shown = [
        f"{line.last - line.first + 1} × {line.label or line.what}"
        if line.last > line.first
        else line.label or line.what
        for line in islice(outline(protocol), _SHOWN)
    ]
    rest = ", …" if len(protocol.stages) > _SHOWN else "."
    problems = protocol.problems
    return f"{problems:,} problem{'s' * (problems != 1)}: {', '.join(shown)}{rest}"
