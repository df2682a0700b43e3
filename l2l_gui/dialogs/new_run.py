"""The dialog that starts a run or a branch: parameters and a file."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtGui import QKeySequence, QShortcut
from PyQt6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import L2LError, RunConfig
from l2l_engine.storage.naming import SESSION_SUFFIX
from l2l_gui.dialogs.guard import may_discard
from l2l_gui.dialogs.parameter_editor import ParameterEditor
from l2l_gui.dialogs.typed_path import path_problem, typed_path
from l2l_gui.look.theme import theme
from l2l_gui.model.working_copy import FILTER, free_name
from l2l_gui.widgets.message import Message


class NewRunDialog(QDialog):
    """Asks for a run's parameters and where to keep it.

    Parameters
    ----------
    folder : where the suggested file lies.
    base, locked : see :class:`ParameterEditor`; for a branch, its parent's configuration
        and what a branch may not change.
    stem : start of the suggested name; by default the run type and seed.
    above : what more is asked, above the parameters.

    Signals
    -------
    submitted : the run is asked for. Answer with :meth:`show_stage`, then :meth:`finish` or
        :meth:`refuse`.
    """

    submitted = pyqtSignal()

    def __init__(
        self,
        folder: Path,
        base: RunConfig | None = None,
        locked: Collection[str] = (),
        stem: str = "",
        title: str = "New run",
        accept: str = "Create",
        above: QWidget | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self._folder, self._stem, self._named = folder, stem, False
        self._waiting = False
        self.editor = ParameterEditor(base, locked)
        self.editor.changed.connect(self._update)
        self.file = QLineEdit()
        self.file.setAccessibleName("Session file")
        self.file.textEdited.connect(self._name_edited)
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        self.file_message = Message()
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        create = self.buttons.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
        assert create is not None
        self.create_button = create
        self.create_button.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._arrange(above)
        self._update()
        self.resize(560, 640)

    def _arrange(self, above: QWidget | None) -> None:
        edits = QHBoxLayout()
        stack = self.editor.undo_stack
        for key, slot in (("Ctrl+Z", stack.undo), ("Ctrl+Shift+Z", stack.redo)):
            QShortcut(QKeySequence(key), self).activated.connect(slot)
        for icon, tip, slot, enabled in (
            ("undo", "Undo (Ctrl+Z)", stack.undo, stack.canUndoChanged),
            ("redo", "Redo (Ctrl+Shift+Z)", stack.redo, stack.canRedoChanged),
        ):
            button = QPushButton()
            theme.set_icon(button, icon)
            button.setToolTip(tip)
            button.setAccessibleName(tip)
            button.setAutoDefault(False)
            button.setEnabled(False)
            button.clicked.connect(slot)
            enabled.connect(button.setEnabled)
            edits.addWidget(button)
        self.reset = QPushButton("Reset all")
        self.reset.setAutoDefault(False)
        self.reset.clicked.connect(self.editor.reset_all)
        edits.addWidget(self.reset)
        edits.addStretch()
        edits.addWidget(self.buttons)
        place = QHBoxLayout()
        label = QLabel("Session file")
        label.setBuddy(self.file)
        place.addWidget(label)
        place.addWidget(self.file, 1)
        place.addWidget(self.browse)
        self._parts = [self.editor, self.file, self.browse, self.reset, self.create_button]
        column = QVBoxLayout(self)
        column.setSpacing(10)
        if above is not None:
            self._parts.append(above)
            column.addWidget(above)
        column.addWidget(self.editor, 1)
        column.addLayout(place)
        column.addWidget(self.file_message)
        column.addLayout(edits)

    def config(self) -> RunConfig:
        """The parameters; raises ConfigError while any is invalid."""
        return self.editor.config()

    def refusal(self, config: RunConfig) -> str:
        """What else is wrong with parameters that are valid by themselves, or nothing."""
        return ""

    def path(self) -> Path:
        """The session file."""
        return typed_path(self.file.text(), self._folder, SESSION_SUFFIX)

    def reject(self) -> None:
        """Ask before edits are lost; a run that is being created does not need the dialog."""
        if (
            self.waiting
            or not self.editor.changed_names()
            or may_discard(self, "The changed parameters")
        ):
            super().reject()

    # -- until the file is made --------------------------------------------------------

    @property
    def waiting(self) -> bool:
        """Whether the run is being created."""
        return self._waiting

    def accept(self) -> None:
        """Request the run; the dialog stays open, with everything typed, until it is created."""
        if self.create_button.isEnabled():
            self._wait(True)
            self.show_stage("")
            self.submitted.emit()

    def show_stage(self, words: str) -> None:
        """Show how far the creation of the run is."""
        if self._waiting:
            self.file_message.say(f"{words or 'Creating the session'}…")

    def refuse(self, sentence: str) -> None:
        """Say why it could not be created, and let the user continue editing."""
        self._wait(False)
        self.file_message.say(sentence, error=True)
        self.file.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self) -> None:
        """The run is created: close."""
        super().accept()

    def _wait(self, waiting: bool) -> None:
        self._waiting = waiting
        for part in self._parts:
            part.setDisabled(waiting)

    def _suggested(self) -> Path:
        seed = self.editor.number("seed")
        named = f"-seed-{seed}" if isinstance(seed, int) else ""
        stem = self._stem or f"{self.editor.value('run_type').value}{named}"
        return free_name(self._folder, stem)

    def _update(self) -> None:
        if not self._named:
            self.file.setText(str(self._suggested()))
        problem = self._file_problem()
        if not problem and self.editor.valid:
            try:
                problem = self.refusal(self.config())
            except L2LError as error:  # right by themselves, wrong for the protocol
                problem = str(error)
        self.file_message.say(problem, error=True)
        self.reset.setEnabled(bool(self.editor.changed_names()))
        self.create_button.setEnabled(self.editor.valid and not problem)

    def _file_problem(self) -> str:
        return path_problem(self.path(), "the session", new=True)

    def _name_edited(self) -> None:
        self._named = True
        self._update()

    def _browse(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self,
            "Session file",
            self.file.text(),
            FILTER,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if name:
            self.file.setText(name)
            self._name_edited()
            self.file.setFocus(Qt.FocusReason.OtherFocusReason)
