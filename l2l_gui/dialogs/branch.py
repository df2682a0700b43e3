"""The dialog that continues from a learned problem as a new session."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

from PyQt6.QtWidgets import QVBoxLayout, QWidget

from l2l_engine.config import L2LError, RunConfig
from l2l_engine.protocols.protocol import Protocol
from l2l_gui.dialogs.new_run import NewRunDialog
from l2l_gui.dialogs.next_problem import NextProblemChoice
from l2l_gui.dialogs.protocol_choice import ProtocolChoice
from l2l_gui.model.branching import FIXED, Drawn
from l2l_gui.model.sessions import OpenSession
from l2l_gui.workers.engine_commands import Branch


class BranchDialog(NewRunDialog):
    """Where to continue from, the next problem or a protocol, changed parameters, and the new file."""

    def __init__(
        self, session: OpenSession, selected: int, folder: Path, parent: QWidget | None = None
    ) -> None:
        config = session.config
        if config.problems <= selected:
            longest = config.run_type.default_problems
            config = config.replace(problems=max(longest, selected + 1))
        self._base, self._source = config, session.path
        self.next = NextProblemChoice(
            session.problems, selected, config.stimulus_channels, session.name
        )
        followed = session.protocol
        self.choice = ProtocolChoice(
            "None: one next problem, chosen above"
            if followed is None
            else f"As before: {followed.name}",
            after=selected,
            parameters=self._parameters,
        )
        self._parent_name = session.name
        above = QWidget()
        column = QVBoxLayout(above)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.next)
        column.addWidget(self.choice)
        super().__init__(
            folder,
            config,
            FIXED,
            stem=self._name(),
            title=f"Branch from {session.name}",
            accept="Branch",
            above=above,
            parent=parent,
        )
        self.next.changed.connect(self._chosen)
        self.choice.changed.connect(self._follow)
        self.resize(580, 740)

    def protocol(self) -> Protocol | None:
        """The protocol the branch follows instead of its parent's; raises L2LError while it is invalid."""
        return self.choice.protocol()

    def config(self) -> RunConfig:
        """The parameters; with a protocol, the parent's except for those changed."""
        protocol = self.protocol()
        if protocol is None:
            return super().config()
        kept = {item.name: getattr(self._base, item.name) for item in fields(RunConfig)}
        del kept["run_type"], kept["problems"]
        return protocol.configure(kept | self._changes(super().config()))

    def command(self) -> Branch:
        """The command to run; raises L2LError while the parameters or the protocol are invalid."""
        config, protocol = self.config(), self.protocol()
        changes = self._changes(config)
        if protocol is None:
            changes["problems"] = config.problems
        return Branch(
            source=self._source,
            finished=self.next.finished,
            path=self.path(),
            changes=changes,
            next_problem=self.next.choice() if protocol is None else Drawn(),
            protocol=protocol,
        )

    def refusal(self, config: RunConfig) -> str:
        """The next problem and the number of problems must also be valid."""
        if config.problems <= self.next.finished:
            return (
                f"Problems to learn: {config.problems} are learned before the branch begins; "
                f"choose {self.next.finished + 1} or more."
            )
        return "" if self.protocol() is not None else self.next.problem()

    def _changes(self, config: RunConfig) -> dict[str, Any]:
        return {name: getattr(config, name) for name in self.editor.changed_names()}

    def _parameters(self) -> RunConfig | None:
        return super().config() if self.editor.valid else None

    def _name(self) -> str:
        return f"{self._parent_name}-after-{self.next.finished}"

    def _chosen(self) -> None:
        self._stem = self._name()
        self.choice.begin_after(self.next.finished)
        self._update()

    def _follow(self) -> None:
        try:
            protocol = self.protocol()
        except L2LError:  # said by _update
            pass
        else:
            self.next.setting.setEnabled(protocol is None)
            self.editor.follow(0 if protocol is None else protocol.total)
        self._update()
