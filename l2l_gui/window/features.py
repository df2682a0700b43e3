"""What the window can do beyond looking and training: each is a module of its own."""

from __future__ import annotations

from PyQt6.QtWidgets import QWidget

from l2l_engine import plugins
from l2l_gui.model import working_copy
from l2l_gui.panels.base import Panel
from l2l_gui.window.beginning import Beginning
from l2l_gui.window.demo import QuickDemo
from l2l_gui.window.filming import Filming
from l2l_gui.window.first_run import FirstSteps
from l2l_gui.window.published_files import PublishedFiles
from l2l_gui.window.shell import Shell
from l2l_gui.window.sweeps import Sweeps


class Features:
    """Branches, the authors' files, movies, sweeps and the first tour of one window."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self.published = PublishedFiles(shell)
        self.filming = Filming(shell)
        self.first_steps = FirstSteps(shell)
        self.sweeps = Sweeps(shell)
        self.demo = QuickDemo(shell)
        for name, slot in (
            ("branch", self.branch),
            ("import", self.published.ask_import),
            ("export_session", self.published.ask_export),
            ("movie", self.filming.ask),
            ("sweep", self.sweeps.ask),
            ("first_steps", self.first_steps.begin),
            ("plug_ins", self.plug_ins),
            ("demo", self.demo.begin),
        ):
            shell.actions_by_name.provide(name, slot)

    def branch(self) -> None:
        """Ask for the branch's file and settings, and continue from the selected problem."""
        shell = self._shell
        session, selected = shell.runner.session, shell.selection.value.problem
        if session is None or selected is None:
            shell.notifications.inform("Learn a problem first: a branch continues from one.")
            return
        from l2l_gui.dialogs.branch import BranchDialog

        dialog = BranchDialog(session, selected, working_copy.sessions_folder(), shell.frame)
        Beginning(dialog, lambda: shell.runner.branch(dialog.command()), shell)

    def plug_ins(self) -> None:
        """List the plug-ins with their state."""
        from l2l_gui.window import plug_ins

        plug_ins.show(self._shell)

    def say_what_waits(self) -> None:
        """Mention plug-in files that wait to be allowed."""
        if files := plugins.waiting():
            verb, them = ("are", "them") if len(files) > 1 else ("is", "it")
            self._shell.notifications.inform(
                f"{', '.join(files)} in the plug-in folder {verb} off until you allow {them}: Help > Plug-ins."
            )

    def film(self, panel: QWidget) -> None:
        """Ask about a movie of a panel."""
        assert isinstance(panel, Panel)
        self.filming.ask(panel)

    def may_close(self) -> bool:
        """Ask before unsaved work is lost."""
        parts = (self.published, self.filming, self.sweeps)
        return all(part.may_close() for part in parts)

    def close(self) -> None:
        """Stop everything that is running."""
        self.first_steps.end()
        self.filming.close()
        self.sweeps.close()
