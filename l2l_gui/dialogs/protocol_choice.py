"""The part of the new-run dialog that asks which protocol the run follows, if any."""

from __future__ import annotations

from typing import Any

from PyQt6.QtCore import pyqtSignal
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

from l2l_engine.config import L2LError
from l2l_engine.protocols import choosing
from l2l_engine.protocols.protocol import Protocol, ProtocolError
from l2l_engine.protocols.templates import TEMPLATES, explain
from l2l_engine.sweeps.grid import parse_setting
from l2l_gui.widgets.message import Message

NONE, FILE = "None: as the run type says", "From a file…"
RUN_TYPES = ("full", "control", "ss", "ds")  # the run type's own field offers these
FILTER = "Protocol (*.json)"
_SHOWN = 6  # stages named in the preview


class ProtocolChoice(QGroupBox):
    """None, a named protocol with its numbers, or a file; and what would be learned.

    Signals
    -------
    changed : something else is chosen.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__("Protocol")
        self.which = QComboBox()
        self.which.addItems([NONE, *(name for name in TEMPLATES if name not in RUN_TYPES), FILE])
        self.which.setAccessibleName("Protocol")
        self.which.setToolTip("Which problems are learned, in which order, under which rules")
        self.numbers = QLineEdit()
        self.numbers.setAccessibleName("Numbers of the protocol")
        self.file = QLineEdit()
        self.file.setAccessibleName("File of the protocol")
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        self.message = Message()
        place = QHBoxLayout()
        place.addWidget(self.file, 1)
        place.addWidget(self.browse)
        self._place = QWidget()
        self._place.setLayout(place)
        place.setContentsMargins(0, 0, 0, 0)
        self._form = QFormLayout()
        self._form.addRow("Follow", self.which)
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
        if chosen == NONE:
            return None
        if chosen == FILE:
            text = self.file.text().strip()
            if not text:
                raise ProtocolError("Choose the file of the protocol.")
            return choosing.choose(text)
        return choosing.choose(chosen, self._given())

    def _given(self) -> dict[str, Any]:
        """The numbers typed, such as ``sets=20, warm_up=50``."""
        given: dict[str, Any] = {}
        for text in filter(str.strip, self.numbers.text().split(",")):
            name, (value, *_) = parse_setting(text)
            given[name] = value
        return given

    def _chosen(self) -> None:
        chosen = self.which.currentText()
        named = chosen in TEMPLATES
        known = choosing.parameters(chosen) if named else {}
        self._form.setRowVisible(self.numbers, bool(known))
        self._form.setRowVisible(self._place, chosen == FILE)
        self.numbers.blockSignals(True)
        self.numbers.setText(", ".join(f"{name}={value:g}" for name, value in known.items()))
        self.numbers.blockSignals(False)
        self._say()

    def _say(self) -> None:
        """Say what would be learned; what is wrong with it is said by the dialog."""
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


def preview(protocol: Protocol) -> str:
    """``130 problems: 50 × warm-up, A1, B1, A1 again, A1 reversed, A2, …``."""
    stages = [
        f"{stage.count} × {stage.plan.label or 'new'}"
        if stage.count > 1
        else stage.plan.label or "new"
        for stage in protocol.stages[:_SHOWN]
    ]
    rest = ", …" if len(protocol.stages) > _SHOWN else "."
    problems = protocol.problems
    return f"{problems:,} problem{'s' * (problems != 1)}: {', '.join(stages)}{rest}"
