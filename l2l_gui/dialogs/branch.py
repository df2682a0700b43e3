"""The dialog that continues from a learned problem as a new session."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PyQt6.QtWidgets import QWidget

from l2l_engine.config import RunConfig
from l2l_gui.dialogs.new_run import NewRunDialog
from l2l_gui.dialogs.next_problem import NextProblemChoice
from l2l_gui.model.branching import FIXED
from l2l_gui.model.sessions import OpenSession
from l2l_gui.workers.engine_commands import Branch


class BranchDialog(NewRunDialog):
    """Where to continue from, the next problem, changed parameters, and the new file."""

    def __init__(
        self, session: OpenSession, selected: int, folder: Path, parent: QWidget | None = None
    ) -> None:
        config = session.config
        if config.problems <= selected:
            longest = config.run_type.default_problems
            config = config.replace(problems=max(longest, selected + 1))
        self._source = session.path
        self.next = NextProblemChoice(
            session.problems, selected, config.stimulus_channels, session.name
        )
        self._parent_name = session.name
        super().__init__(
            folder,
            config,
            FIXED,
            stem=self._name(),
            title=f"Branch from {session.name}",
            accept="Branch",
            above=self.next,
            parent=parent,
        )
        self.next.changed.connect(self._chosen)
        self.resize(580, 760)

    def command(self) -> Branch:
        """What to do; raises ConfigError while the parameters are not all right."""
        config = self.config()
        changes: dict[str, Any] = {
            name: getattr(config, name) for name in self.editor.changed_names()
        }
        return Branch(
            source=self._source,
            finished=self.next.finished,
            path=self.path(),
            changes={**changes, "problems": config.problems},
            next_problem=self.next.choice(),
        )

    def refusal(self, config: RunConfig) -> str:
        """Also the next problem and the number of problems have to be right."""
        if config.problems <= self.next.finished:
            return (
                f"Problems to learn: {config.problems} are learned before the branch begins; "
                f"choose {self.next.finished + 1} or more."
            )
        return self.next.problem()

    def _name(self) -> str:
        return f"{self._parent_name}-after-{self.next.finished}"

    def _chosen(self) -> None:
        self._stem = self._name()
        self._update()
