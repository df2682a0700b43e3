"""What the window asks the user before it acts: which file, what to train until, and so on."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtCore import Qt, QUrl
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import QDialog, QFileDialog, QMessageBox

from l2l_engine.storage.errors import SessionError, SessionMovedError
from l2l_engine.storage.naming import SESSION_SUFFIX, session_name
from l2l_gui.dialogs.run_until import RunUntilDialog
from l2l_gui.look.resources_path import data
from l2l_gui.model import working_copy
from l2l_gui.model.branching import parent_of
from l2l_gui.model.goals import Goal
from l2l_gui.model.settings import settings
from l2l_gui.window.beginning import Beginning
from l2l_gui.window.help import AboutDialog, ShortcutSheet
from l2l_gui.window.shell import Shell

PAPER = "https://doi.org/10.1038/s41593-023-01293-9"
PUBLISHED = "https://github.com/xjwanglab/learning-2-learn"


class Requests:
    """Dialogs of one window, and what is done with their answers; none blocks."""

    def __init__(self, shell: Shell, workspaces: list[str]) -> None:
        self._shell, self._window, self._runner = shell, shell.frame, shell.runner
        self._lost: QMessageBox | None = None
        window, runner, actions = shell.frame, shell.runner, shell.actions_by_name
        for name, slot in (
            ("new", self.new),
            ("open", self.open),
            ("compare", self.compare),
            ("compare_parent", self.compare_parent),
            ("save_copy", self.save_copy),
            ("step_trial", lambda: runner.train(Goal(trials=1))),
            ("step_problem", lambda: runner.train(Goal(problems=1))),
            ("run", runner.toggle),
            ("run_until", self.run_until),
            ("shortcuts", lambda: self._open(ShortcutSheet(actions.sheet(), workspaces, window))),
            ("paper", lambda: QDesktopServices.openUrl(QUrl(PAPER))),
            ("published_data", lambda: QDesktopServices.openUrl(QUrl(PUBLISHED))),
            ("about", lambda: self._open(AboutDialog(window))),
        ):
            actions.provide(name, slot)
        example = data(working_copy.EXAMPLE)
        if example.exists():
            actions.provide("example", lambda: runner.open(example))

    def new(self) -> None:
        """Ask for parameters and begin a run."""
        from l2l_gui.dialogs.new_session import NewSessionDialog

        dialog = NewSessionDialog(working_copy.sessions_folder(), parent=self._window)

        def create() -> None:
            self._runner.create(dialog.path(), dialog.config(), dialog.protocol())

        Beginning(dialog, create, self._shell)

    def open(self) -> None:
        """Ask for a session and show it."""
        name, _ = QFileDialog.getOpenFileName(
            self._window, "Open a session", _folder(), working_copy.FILTER
        )
        if name:
            self._runner.open(Path(name))

    def compare(self) -> None:
        """Ask for sessions to show beside this one."""
        names, _ = QFileDialog.getOpenFileNames(
            self._window, "Compare with", _folder(), working_copy.FILTER
        )
        self._runner.compare(map(Path, names))

    def compare_parent(self) -> None:
        """Show the session that this one branched from beside it, in the workspace for that."""
        session = self._runner.session
        if session is None:
            return
        try:
            parent = parent_of(session)
        except SessionError as error:
            self._shell.notifications.complain(error)
            return
        self._runner.compare([parent])
        self._shell.workspaces.go("compare")

    def save_copy(self) -> None:
        """Ask for a name and copy the session there."""
        session = self._runner.session
        if session is None:
            return
        start = working_copy.free_name(working_copy.sessions_folder(), session.name)
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save a copy", str(start), working_copy.FILTER
        )
        if name:
            path = Path(name)
            self._runner.save_copy(path if path.suffix else path.with_suffix(SESSION_SUFFIX))

    def save_lost(self, lost: SessionMovedError) -> None:
        """Say that the file being trained is gone, and offer to save it elsewhere or to stop.

        Closed without a choice, the session stays paused: running it tries the file again.
        """
        if self._lost is not None:
            return
        buttons = QMessageBox.StandardButton
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Warning)
        box.setWindowTitle("Training is paused")
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(str(lost))
        box.setStandardButtons(buttons.Cancel)
        save = box.addButton("Save as…", QMessageBox.ButtonRole.AcceptRole)
        assert save is not None
        save.clicked.connect(lambda: self._save_lost_as(lost.path))
        stop = box.addButton("Stop", QMessageBox.ButtonRole.DestructiveRole)
        assert stop is not None
        stop.clicked.connect(lambda: self._runner.give_up(lost.path))
        self._lost = box
        box.finished.connect(self._lost_answered)
        self._open(box)

    def _lost_answered(self) -> None:
        self._lost = None

    def _save_lost_as(self, path: Path) -> None:
        folder = path.parent if path.parent.is_dir() else working_copy.sessions_folder()
        start = working_copy.free_name(folder, session_name(path))
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Save as", str(start), working_copy.FILTER
        )
        if name:
            target = Path(name)
            if target.suffix:  # the dialog asked whether to replace a file of this name
                self._runner.save_lost(path, target, overwrite=True)
            else:
                self._runner.save_lost(path, target.with_suffix(SESSION_SUFFIX))

    def run_until(self) -> None:
        """Ask what for and train until then."""
        session = self._runner.session
        if session is None:
            return
        dialog = RunUntilDialog(session.snapshot, self._window)
        dialog.accepted.connect(lambda: self._runner.train(dialog.goal()))
        self._open(dialog)

    @staticmethod
    def _open(dialog: QDialog) -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def _folder() -> str:
    """Where the last session lies."""
    last = settings.text("last session")
    return str(Path(last).parent if last else working_copy.sessions_folder())
