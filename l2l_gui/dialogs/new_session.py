"""The dialog that starts a new run, perhaps by a protocol."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtWidgets import QWidget

from l2l_engine.config import L2LError, RunConfig
from l2l_engine.protocols import choosing
from l2l_engine.protocols.protocol import Protocol
from l2l_gui.dialogs.new_run import NewRunDialog
from l2l_gui.dialogs.protocol_choice import ProtocolChoice
from l2l_gui.model.working_copy import free_name


class NewSessionDialog(NewRunDialog):
    """Which protocol, if any, the parameters, and the file."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        self.choice = ProtocolChoice(parameters=self._parameters)
        super().__init__(folder, above=self.choice, parent=parent)
        self.choice.changed.connect(self._follow)
        self.resize(580, 720)

    def protocol(self) -> Protocol | None:
        """The protocol chosen; raises ProtocolError while it cannot be run as written."""
        return self.choice.protocol()

    def config(self) -> RunConfig:
        """The parameters; those of a protocol are the ones changed, and its own number of problems."""
        protocol, config = self.protocol(), super().config()
        if protocol is None:
            return config
        changed = {name: getattr(config, name) for name in self.editor.changed_names()}
        return protocol.configure(changed)

    def _parameters(self) -> RunConfig | None:
        """The parameters as typed, if they are valid by themselves."""
        return super().config() if self.editor.valid else None

    def _follow(self) -> None:
        try:
            protocol = self.protocol()
        except L2LError:  # said by _update
            protocol = None
        else:
            self.editor.follow(0 if protocol is None else protocol.total)
        self._update()

    def _suggested(self) -> Path:
        try:
            protocol = self.protocol()
        except L2LError:
            protocol = None
        seed = self.editor.number("seed")
        if protocol is None or not isinstance(seed, int):
            return super()._suggested()
        return free_name(self._folder, f"{choosing.file_name(protocol)}-seed-{seed}")
