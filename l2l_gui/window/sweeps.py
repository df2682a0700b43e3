"""The window's sweep: its dialog, its line in the status bar, and its end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject

from l2l_gui.dialogs.guard import agrees
from l2l_gui.model import working_copy
from l2l_gui.widgets.work_status import WorkStatus
from l2l_gui.window.shell import Shell

if TYPE_CHECKING:
    from l2l_gui.dialogs.sweep import SweepDialog


class Sweeps(QObject):
    """One sweep at a time of one window."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.frame)
        self._shell = shell
        self.dialog: SweepDialog | None = None
        self.status = WorkStatus()
        self.status.cancelled.connect(self._stop)
        shell.add_status(self.status)

    def ask(self) -> None:
        """Show the dialog, with the sweep under way if there is one."""
        if self.dialog is None:
            from l2l_gui.dialogs.sweep import SweepDialog

            self.dialog = SweepDialog(working_copy.sessions_folder() / "sweep", self._shell.frame)
            self.dialog.started.connect(self._started)
            self.dialog.ended.connect(self._ended)
            self.dialog.progressed.connect(lambda fraction, _: self.status.advance(fraction))
            self.dialog.chosen.connect(self._shell.runner.open)
        self.dialog.show()
        self.dialog.raise_()

    def may_close(self) -> bool:
        """Ask before a sweep is stopped."""
        if self.dialog is None or not self.dialog.running:
            return True
        return agrees(
            self._shell.frame,
            "The sweep is stopped when the window closes.",
            f"Every run saves itself; Run > Sweep resumes {self.dialog.folder}.",
            "Stop and close",
            "Continue",
        )

    def close(self) -> None:
        """Stop and wait until every run is saved."""
        if self.dialog is not None:
            self.dialog.wait()
            self.dialog.close()

    def _started(self) -> None:
        assert self.dialog is not None
        self.status.begin("Sweep")
        self.status.label.setToolTip(str(self.dialog.folder))

    def _stop(self) -> None:
        if self.dialog is not None:
            self.dialog.stop()

    def _ended(self) -> None:
        self.status.end()
        if self.dialog is not None and not self.dialog.isVisible():
            self._shell.notifications.inform(f"Sweep: {self.dialog.words.text()}.")
