"""The part of the window that its features may use."""

from __future__ import annotations

from typing import Protocol

from PyQt6.QtWidgets import QMainWindow, QWidget

from l2l_gui.model.selection import SharedSelection
from l2l_gui.model.sessions import Sessions
from l2l_gui.widgets.transport import Transport
from l2l_gui.window.actions import Actions
from l2l_gui.window.notifications import Notifications
from l2l_gui.window.workspaces import Workspaces
from l2l_gui.workers.jobs import Jobs
from l2l_gui.workers.redraw import RedrawQueue
from l2l_gui.workers.runner import Runner


class Shell(Protocol):
    """The parts of a window that filming, sweeps, published files and first steps work with."""

    selection: SharedSelection
    sessions: Sessions
    jobs: Jobs
    redraws: RedrawQueue
    runner: Runner
    actions_by_name: Actions
    notifications: Notifications
    workspaces: Workspaces
    transport: Transport

    @property
    def frame(self) -> QMainWindow:
        """The window itself: the parent of dialogs, and what is filmed as a whole."""

    @property
    def run_summary(self) -> QWidget:
        """The run's facts, parameters and problems."""

    def add_status(self, widget: QWidget) -> None:
        """Put a widget into the status bar, between the run's state and the jobs."""
