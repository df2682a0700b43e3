"""Keeps the dialog of a new run or branch until the session is made, or says why it is not."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PyQt6.QtCore import QObject, Qt

from l2l_engine.config import L2LError
from l2l_gui.model.sessions import OpenSession
from l2l_gui.window.shell import Shell

if TYPE_CHECKING:
    from l2l_gui.dialogs.new_run import NewRunDialog


class Beginning(QObject):
    """Ties a dialog to the runner; it lives as long as the dialog.

    Parameters
    ----------
    dialog : shown at once, without blocking.
    ask : asks the runner for what the dialog says.
    """

    def __init__(
        self,
        dialog: NewRunDialog,
        ask: Callable[[], None],
        shell: Shell,
    ) -> None:
        super().__init__(dialog)
        self._dialog, self._ask, self._shell = dialog, ask, shell
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.submitted.connect(self._submit)
        shell.runner.changed.connect(self._show_stage)
        shell.runner.failed.connect(self._failed)
        shell.sessions.opened.connect(self._opened)
        dialog.open()

    def _submit(self) -> None:
        try:
            self._ask()
        except L2LError as error:
            self._dialog.refuse(str(error))

    def _show_stage(self) -> None:
        self._dialog.show_stage(self._shell.runner.stage.rstrip("…"))

    def _failed(self, error: Exception) -> None:
        if self._dialog.waiting:
            self._dialog.refuse(str(error))

    def _opened(self, session: OpenSession) -> None:
        if self._dialog.waiting and session.path == self._dialog.path().resolve():
            self._shell.workspaces.go("learn")
            self._dialog.finish()
