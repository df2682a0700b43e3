"""Loading a protocol into the editor from a template or a file, and saving it."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtWidgets import QFileDialog, QWidget

from l2l_engine.config import L2LError
from l2l_engine.protocols import choosing, notation
from l2l_engine.protocols.templates import template
from l2l_engine.storage.atomic import replacing
from l2l_gui.dialogs.guard import agrees
from l2l_gui.dialogs.protocol.editing import Editing
from l2l_gui.widgets.message import Message

FILTER = "Protocol (*.json)"


class Filing:
    """Reads and writes what is edited.

    Parameters
    ----------
    editing : what is edited
    message : where it is said what went wrong
    window : over which it asks for files
    """

    def __init__(self, editing: Editing, message: Message, window: QWidget) -> None:
        self._editing, self._message, self._window = editing, message, window

    def use_template(self, name: str) -> None:
        """Replace everything by a named protocol."""
        try:
            made = template(name)
        except L2LError as error:  # of a plug-in
            self._message.say(str(error), error=True)
        else:
            self._editing.replace(made, f"template {name}")

    def read(self, path: Path) -> None:
        """Replace everything by a protocol from a file; errors are shown."""
        try:
            made = notation.read(path, after=self._editing.document.after)
        except L2LError as error:
            self._message.say(str(error), error=True)
        else:
            self._editing.replace(made, f"opening {path.name}")

    def write(self, path: Path) -> None:
        """Save the protocol as JSON; errors are shown."""
        try:
            text = notation.to_json(self._editing.document.protocol(), indent=1)
            with replacing(path) as part:
                part.write_text(text + "\n", "utf-8")
        except L2LError as error:
            self._message.say(str(error), error=True)
        else:
            self._editing.keep()
            self._message.say(f"Saved {path}.")

    def open(self) -> None:
        """Ask for a file and read it."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Protocol", "", FILTER)
        if name:
            self.read(Path(name))

    def save(self) -> None:
        """Ask for a file and write it."""
        start = f"{choosing.file_name(self._editing.document.protocol())}.json"
        name, _ = QFileDialog.getSaveFileName(self._window, "Protocol", start, FILTER)
        path = Path(name)
        if name and not path.suffix:
            path = path.with_suffix(".json")
            there = f"{path.name} exists already."  # of this name the file dialog did not ask
            if path.exists() and not agrees(self._window, there, "", "Replace", "Keep"):
                return
        if name:
            self.write(path)
