"""The authors' published files in and out of the window, in the background."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtWidgets import QFileDialog

from l2l_engine.storage.naming import session_name
from l2l_gui.dialogs.guard import agrees
from l2l_gui.model import working_copy
from l2l_gui.model.settings import settings
from l2l_gui.window.shell import Shell
from l2l_gui.workers.jobs import Computation, JobCancelledError

ZIP, FOLDER = "One zip (*.zip)", "A folder (*)"
ARCHIVES = (".zip",)


class PublishedFiles(QObject):
    """Imports and exports of one window."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.frame)
        self._shell = shell
        self._under_way: list[str] = []

    # -- in ----------------------------------------------------------------------------

    def offer(self, path: Path) -> bool:
        """Ask about a dropped folder or zip; False where it is neither."""
        if not (path.is_dir() or path.suffix.lower() in ARCHIVES):
            return False
        self.ask_import(path)
        return True

    def ask_import(self, source: Path | None = None) -> None:
        """Ask for published files and read them as a session."""
        from l2l_gui.dialogs.importing import ImportDialog

        shell = self._shell
        dialog = ImportDialog(shell.jobs, working_copy.sessions_folder(), source, shell.frame)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(
            lambda: self.read(dialog.source_path(), dialog.target_path(), dialog.prefix())
        )
        dialog.open()

    def read(self, source: Path, target: Path, prefix: str | None = None) -> None:
        """Import in the background, then open the session."""
        words = f"Importing {source.name}"
        self._start(words, _import, (source, target, prefix), self._imported)

    def _imported(self, imported: tuple[Path, list[str]]) -> None:
        target, unknown = imported
        self._shell.runner.open(target)
        sentences = [
            f"Imported as {target}. It cannot be continued, because published files contain "
            "no optimiser state; Branch (B) continues from any of its problems.",
            *unknown,
        ]
        self._shell.notifications.inform(" ".join(sentences))

    # -- out ---------------------------------------------------------------------------

    def ask_export(self) -> None:
        """Ask for a place and write the session as published files."""
        session = self._shell.runner.session
        if session is None:
            return
        folder = Path(settings.text("export folder") or Path.home())
        name, chosen = QFileDialog.getSaveFileName(
            self._shell.frame,
            "Export as the authors' files",
            str(folder / f"{session.name}-published.zip"),
            f"{ZIP};;{FOLDER}",
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if not name:
            return
        target = Path(name)
        if chosen == FOLDER and target.suffix.lower() == ".zip":
            target = target.with_suffix("")
        settings.put("export folder", str(target.parent))
        self.write(session.path, target)

    def write(self, session: Path, target: Path) -> None:
        """Export in the background."""
        self._start(
            f"Exporting {session_name(session)}", _export, (session, target), self._exported
        )

    def _exported(self, target: Path) -> None:
        sentence = f"Exported to {target}: the authors' scripts run on it unchanged."
        self._shell.notifications.inform(sentence)

    # -- both --------------------------------------------------------------------------

    def may_close(self) -> bool:
        """Ask before unfinished work is cancelled."""
        if not self._under_way:
            return True
        what = self._under_way[0]
        return agrees(
            self._shell.frame,
            f"{what} is not finished and will be discarded when the window closes.",
            "No partial file is left behind.",
            "Discard and close",
            "Continue",
        )

    def _start(
        self,
        label: str,
        work: Callable[..., Any],
        arguments: tuple[object, ...],
        then: Callable[[Any], object],
    ) -> None:
        self._under_way.append(label)

        def finished(result: object) -> None:
            self._under_way.remove(label)
            then(result)

        def failed(error: Exception) -> None:
            self._under_way.remove(label)
            if isinstance(error, JobCancelledError):
                self._shell.notifications.inform(f"{label} was cancelled; nothing was written.")
            else:
                self._shell.notifications.complain(error)

        computation = Computation(work, arguments, label=label, reports=True, background=True)
        self._shell.jobs.submit(computation, finished, failed)


def _import(
    source: Path, target: Path, prefix: str | None, progress: Callable[[float], None]
) -> tuple[Path, list[str]]:
    """The session made, and what the files leave unknown."""
    from l2l_engine.storage.published import import_published  # brings SciPy

    unknown: list[str] = []
    made = import_published(source, target, progress, prefix=prefix, note=unknown.append)
    return made, unknown


def _export(session: Path, target: Path, progress: Callable[[float], None]) -> Path:
    from l2l_engine.commands.convert import convert
    from l2l_engine.storage.session import Session

    with Session.open(session) as run:
        perturbs = run.config.run_type.perturbs
    if perturbs:  # its states are simulated by the training code
        from l2l_gui.workers.quiet_import import load_tensorflow

        load_tensorflow()
    return convert(session, target, progress)
