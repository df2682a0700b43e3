"""The settings of a sweep: grid, folder and workers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from l2l_engine.config import L2LError, RunType
from l2l_gui.dialogs.sweep_protocol import SweepProtocol
from l2l_gui.dialogs.typed_path import typed_path

if TYPE_CHECKING:
    from l2l_engine.sweeps.grid import SweepRun

NAMES = {
    RunType.Full: "Full",
    RunType.ControlManifPert: "Control perturbation",
    RunType.SSManifPert: "S→S",
    RunType.DSManifPert: "D→S",
}


class SweepForm(QWidget):
    """Seeds, run types or a protocol, settings, folder and workers.

    Signals
    -------
    changed : anything is edited.
    """

    changed = pyqtSignal()

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.seeds = QLineEdit("0-4")
        self.types = {run_type: QCheckBox(name) for run_type, name in NAMES.items()}
        self.types[RunType.Full].setChecked(True)
        types = QHBoxLayout()
        types.setSpacing(18)
        for box in self.types.values():
            types.addWidget(box)
            box.toggled.connect(self.changed)
        types.addStretch()
        self.protocol = SweepProtocol()
        self.protocol.changed.connect(self._protocol_chosen)
        self.problems = QSpinBox()
        self.problems.setRange(0, 100_000)
        self.problems.setSpecialValueText("as published")
        self.same = QCheckBox("The same problems whatever the run type and settings")
        self.settings = QPlainTextEdit()
        self.settings.setPlaceholderText("sigma_rec = 0.05, 0.1\nactivation = softplus, relu")
        self.settings.setTabChangesFocus(True)
        self.settings.setFixedHeight(64)
        self.folder = QLineEdit(str(folder))
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        place = QHBoxLayout()
        place.setSpacing(6)
        place.addWidget(self.folder, 1)
        place.addWidget(self.browse)
        cores = os.cpu_count() or 1
        self.workers = QSpinBox()
        self.workers.setRange(1, cores)
        self.workers.setValue(max(1, cores - 1))
        self.workers.setSuffix(f" of {cores} cores")
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(8)
        for text, widget in (
            ("Seeds", self.seeds),
            ("Run types", types),
            ("Protocol", self.protocol),
            ("Problems each", self.problems),
            ("", self.same),
            ("Settings, one per line", self.settings),
            ("Folder", place),
            ("Workers", self.workers),
        ):
            label = QLabel(text)
            if isinstance(widget, QWidget):
                label.setBuddy(widget)
                widget.setAccessibleName(text or self.same.text())
            form.addRow(label, widget)
        self.folder.setAccessibleName("Folder")
        self.seeds.textChanged.connect(self.changed)
        self.problems.valueChanged.connect(self.changed)
        self.same.toggled.connect(self.changed)
        self.settings.textChanged.connect(self.changed)
        self.folder.textChanged.connect(self.changed)

    def _protocol_chosen(self) -> None:
        """A protocol stands in place of a run type, and has its own number of problems."""
        for box in self.types.values():
            box.setEnabled(not self.protocol.followed)
        words = "as the protocol says" if self.protocol.followed else "as published"
        self.problems.setSpecialValueText(words)
        self.changed.emit()

    def path(self) -> Path:
        """The sweep's folder."""
        return typed_path(self.folder.text())

    def runs(self) -> list[SweepRun]:
        """The grid; raises L2LError where something in it is wrong."""
        from l2l_engine.sweeps.grid import grid, parse_seeds, parse_setting

        types = [run_type for run_type, box in self.types.items() if box.isChecked()]
        protocols = self.protocol.protocols()
        if not types and protocols is None:
            raise L2LError("Choose a run type.")
        fixed: dict[str, Any] = {"same_problems": self.same.isChecked()}
        if self.problems.value():
            fixed["problems"] = self.problems.value()
        if not self.folder.text().strip():
            raise L2LError("Name the folder of the sweep.")
        lines = filter(None, map(str.strip, self.settings.toPlainText().splitlines()))
        varied = dict(map(parse_setting, lines))
        return grid(parse_seeds(self.seeds.text()), types, varied, protocols=protocols, **fixed)

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of the sweep", self.folder.text())
        if name:
            self.folder.setText(name)
