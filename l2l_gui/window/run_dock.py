"""The run at a glance: facts, progress, parameters and problems."""

from __future__ import annotations

import dataclasses
import enum
import math
from pathlib import Path

import numpy as np
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import (
    QFormLayout,
    QHeaderView,
    QLabel,
    QSizePolicy,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import RunConfig
from l2l_engine.outlook import duration, trials_left
from l2l_engine.protocols.protocol import PLANNED, Protocol
from l2l_engine.storage.naming import session_name
from l2l_gui.look.theme import theme
from l2l_gui.model.pace import TEXT, RefreshPace
from l2l_gui.model.selection import Selection, SharedSelection
from l2l_gui.model.sessions import OpenSession, Sessions
from l2l_gui.model.snapshot import Snapshot
from l2l_gui.window.problem_table import ProblemTable

FACTS = ("Run type", "Seed", "Problems", "Trials", "Rate", "Time left")


class RunDock(QWidget):
    """Facts, parameters and problem table of the primary session."""

    def __init__(self, selection: SharedSelection, sessions: Sessions) -> None:
        super().__init__()
        self._selection, self._sessions = selection, sessions
        self._name = QLabel("No session")
        self._name.setFont(theme.font(12, bold=True))
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._place = QLabel()
        self._place.setProperty("quiet", True)
        self._place.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._origin = QLabel()
        self._origin.setProperty("quiet", True)
        self._origin.setWordWrap(True)
        self._origin.setAccessibleName("Where the session comes from")
        self._origin.hide()
        facts = QFormLayout()
        facts.setContentsMargins(0, 6, 0, 4)
        facts.setHorizontalSpacing(14)
        facts.setVerticalSpacing(3)
        facts.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        self._facts = {name: QLabel("–") for name in FACTS}
        for name, value in self._facts.items():
            label = QLabel(name)
            label.setProperty("quiet", True)
            value.setAccessibleName(name)
            facts.addRow(label, value)
        self.parameters = QTreeWidget()
        self.parameters.setHeaderLabels(["Parameter", "Value"])
        self.parameters.setRootIsDecorated(False)
        header = self.parameters.header()
        assert header is not None
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.parameters.setAccessibleName("Parameters")
        self.parameters.setAlternatingRowColors(True)
        self.parameters.setUniformRowHeights(True)
        self.problems = ProblemTable()
        self.problems.chosen.connect(selection.select_problem)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.problems)
        parts.addWidget(self.parameters)
        parts.setSizes([480, 280])
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 8, 8)
        column.setSpacing(2)
        column.addWidget(self._name)
        column.addWidget(self._place)
        column.addWidget(self._origin)
        column.addLayout(facts)
        column.addWidget(parts, 1)
        self._config: RunConfig | None = None
        self._left = (-1, math.nan)
        self._pace = RefreshPace(TEXT)
        selection.changed.connect(self._selected)
        sessions.opened.connect(self._session_changed)
        sessions.closed.connect(self._session_changed)
        sessions.advanced.connect(self._advanced)

    @property
    def _session(self) -> OpenSession | None:
        return self._sessions.get(self._selection.value.primary)

    def fact(self, name: str) -> str:
        """A fact as shown."""
        return self._facts[name].text()

    def _selected(self, selection: Selection, fields: frozenset[str]) -> None:
        if "sessions" in fields:
            self._show()
        if fields & {"problem", "follow_live", "sessions"}:
            self.problems.mark(None if selection.follow_live else selection.problem)

    def _session_changed(self, session: OpenSession) -> None:
        if session.path == self._selection.value.primary:
            self._show()

    def _advanced(self, session: OpenSession) -> None:
        if self._pace.due(session.snapshot):
            self._session_changed(session)

    def _show(self) -> None:
        session = self._session
        self.problems.show_run(None if session is None else session.snapshot)
        if session is None:
            self._name.setText("No session")
            self._place.setText("")
            self._origin.hide()
            for label in self._facts.values():
                label.setText("–")
            self.parameters.clear()
            self._config = None
            return
        if self._name.text() != session.name or self._place.toolTip() != str(session.path):
            self._name.setText(session.name)
            self._name.setToolTip(str(session.path))
            self._place.setText(_short(session.path.parent))
            self._place.setToolTip(str(session.path))
            origin = origin_of(session)
            self._origin.setText(origin)
            self._origin.setToolTip(session.parent or "")
            self._origin.setVisible(bool(origin))
        if session.config != self._config:
            self._config = session.config
            self._show_parameters(session.config, session.protocol)
        self._show_facts(session.snapshot)

    def _show_facts(self, now: Snapshot) -> None:
        config, session = now.config, self._session
        protocol = None if session is None else session.protocol
        rate = "–" if math.isnan(now.rate) else f"{now.rate:.0f} trials/s"
        values = {
            "Run type": config.run_type.value if protocol is None else protocol.name,
            "Seed": str(config.seed),
            "Problems": f"{now.problems:,}{_goal(now.problems, config.problems)}",
            "Trials": f"{now.trials:,}",
            "Rate": rate,
            "Time left": self._time_left(now),
        }
        for name, text in values.items():
            if self._facts[name].text() != text:
                self._facts[name].setText(text)

    def _time_left(self, now: Snapshot) -> str:
        if now.problems >= now.config.problems:
            return "done"
        if math.isnan(now.rate):
            return "–"
        if self._left[0] != now.problems:  # a sum over problems: once a problem is enough
            run = np.nan_to_num(now.ran, nan=now.config.max_trials)
            session = self._session
            course = None if session is None else session.course
            self._left = (now.problems, trials_left(now.config, run.tolist(), 0, course))
        left = max(self._left[1] - len(now.losses), 1.0)
        return f"about {duration(left / now.rate)}"

    def _show_parameters(self, config: RunConfig, protocol: Protocol | None) -> None:
        self.parameters.clear()
        for item in dataclasses.fields(RunConfig):
            value = getattr(config, item.name)
            if protocol is not None and item.name in PLANNED:
                text = "by protocol"
            elif isinstance(value, enum.Enum):
                text = str(value.value)
            elif isinstance(value, bool):
                text = "yes" if value else "no"
            else:
                text = f"{value:g} {item.metadata['unit']}".rstrip()
            row = QTreeWidgetItem([item.metadata["label"], text])
            row.setToolTip(0, f"{item.metadata['label']} ({item.name})")
            changed = item.name not in ("seed", "run_type", "problems") and value != item.default
            if changed:
                font = row.font(1)
                font.setBold(True)
                row.setFont(1, font)
                row.setToolTip(1, f"The paper's: {item.default}")
            self.parameters.addTopLevelItem(row)


def _goal(problems: int, wanted: int) -> str:
    """The planned number of problems; none for a run continued beyond its plan."""
    return f" of {wanted:,}" if problems <= wanted else ""


def _short(folder: Path) -> str:
    """With a tilde for the person's own folder."""
    home = Path.home()
    return str(Path("~") / folder.relative_to(home)) if folder.is_relative_to(home) else str(folder)


def origin_of(session: OpenSession) -> str:
    """What a branch or an import comes from, in a sentence; else nothing."""
    if session.parent is not None:
        after = session.lineage.branched_after
        place = "" if after is None else f" after problem {after}"
        return f"Branch of {session_name(Path(session.parent))}{place}"
    if session.source is not None:
        return f"Imported from {session.source}: it can be branched, but not continued"
    return ""
