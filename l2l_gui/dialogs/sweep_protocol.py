"""The part of the sweep's form that asks which protocol its runs follow in place of a run type."""

from __future__ import annotations

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import L2LError
from l2l_engine.protocols import choosing
from l2l_engine.protocols.protocol import Protocol
from l2l_engine.protocols.templates import TEMPLATES, explain
from l2l_engine.sweeps.grid import parse_setting, protocol_grid
from l2l_gui.dialogs.protocol.filing import FILTER
from l2l_gui.dialogs.protocol_choice import RUN_TYPES
from l2l_gui.widgets.message import Message

NONE, FILE = "None: the run types above", "From a file…"
VALUES = "Several values of a number give a run each: share=0.1,0.2; problems=50"


class SweepProtocol(QWidget):
    """None, a named protocol with values of its numbers, or a file.

    Signals
    -------
    changed : something else is chosen.
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.which = QComboBox()
        self.which.addItems([NONE, *(name for name in TEMPLATES if name not in RUN_TYPES), FILE])
        self.which.setAccessibleName("Protocol")
        self.which.setToolTip("Which problems are learned, in which order, under which rules")
        self.numbers = QLineEdit()
        self.numbers.setAccessibleName("Numbers of the protocol")
        self.numbers.setToolTip(VALUES)
        self.file = QLineEdit()
        self.file.setAccessibleName("File of the protocol")
        self.file.setPlaceholderText("A protocol's JSON file")
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        self.message = Message()
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.which)
        for widget in (self.numbers, self.file):
            row.addWidget(widget, 1)
        row.addWidget(self.browse)
        row.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.message)
        self.which.currentTextChanged.connect(self._chosen)
        for field in (self.numbers, self.file):
            field.textChanged.connect(lambda _: self.changed.emit())
        self._chosen()

    @property
    def followed(self) -> bool:
        """Whether runs follow a protocol."""
        return self.which.currentText() != NONE

    def protocols(self) -> dict[str, Protocol] | None:
        """The protocols, one for each combination of numbers; None for run types.

        Raises
        ------
        L2LError
            When it cannot be run as written.
        """
        chosen = self.which.currentText()
        if chosen == NONE:
            return None
        if chosen == FILE:
            if not self.file.text().strip():
                raise L2LError("Choose the file of the protocol.")
            return protocol_grid([self.file.text().strip()])
        parts = filter(None, map(str.strip, self.numbers.text().split(";")))
        return protocol_grid([chosen], dict(map(parse_setting, parts)))

    def _chosen(self) -> None:
        chosen = self.which.currentText()
        known = choosing.parameters(chosen) if chosen in TEMPLATES else {}
        self.numbers.setVisible(bool(known))
        self.numbers.setText("; ".join(f"{name}={value:g}" for name, value in known.items()))
        for widget in (self.file, self.browse):
            widget.setVisible(chosen == FILE)
        self.message.say(f"{explain(chosen)} {VALUES}." if chosen in TEMPLATES else "")
        self.changed.emit()

    def _browse(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Protocol", self.file.text(), FILTER)
        if name:
            self.file.setText(name)
