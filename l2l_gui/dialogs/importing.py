"""Asks which published files to import, and where to keep them as a session."""

from __future__ import annotations

from pathlib import Path

from PyQt6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.storage.naming import SESSION_SUFFIX
from l2l_gui.dialogs.typed_path import path_problem, typed_path
from l2l_gui.model.working_copy import FILTER, free_name
from l2l_gui.workers.jobs import Computation, JobCancelledError, Jobs

NOTE = (
    "Published files contain no optimiser state and no random streams: the session can be viewed, "
    "compared, perturbed and branched from any problem, but not continued."
)


class ImportDialog(QDialog):
    """A folder or zip, one of the runs in it, and a session file.

    Parameters
    ----------
    folder : where the suggested session lies.
    source : what is looked into first.
    """

    def __init__(
        self, jobs: Jobs, folder: Path, source: Path | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Import published files")
        self._jobs, self._folder, self._named, self._reading = jobs, folder, False, False
        self._complaint = ""
        self.source = QLineEdit()
        self.source.setPlaceholderText("a folder or zip with saved_…_1.mat and the like")
        self.source.textEdited.connect(self._look)
        self.choose_folder = _button("Folder…", self._choose_folder)
        self.choose_zip = _button("Zip…", self._choose_zip)
        self.runs = QComboBox()
        self.runs.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.runs.currentIndexChanged.connect(self._update)
        self.target = QLineEdit()
        self.target.textEdited.connect(self._target_edited)
        self.browse = _button("Browse…", self._browse)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.message.setProperty("error", True)
        note = QLabel(NOTE)
        note.setProperty("quiet", True)
        note.setWordWrap(True)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        accept = buttons.addButton("Import", QDialogButtonBox.ButtonRole.AcceptRole)
        assert accept is not None
        self.import_button = accept
        accept.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        grid = QGridLayout()
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        ask = QHBoxLayout()
        ask.setSpacing(6)
        ask.addWidget(self.choose_folder)
        ask.addWidget(self.choose_zip)
        for row, (text, widget) in enumerate(
            (("Files", self.source), ("Run", self.runs), ("Session file", self.target))
        ):
            label = QLabel(text)
            label.setBuddy(widget)
            widget.setAccessibleName(text)
            grid.addWidget(label, row, 0)
            grid.addWidget(widget, row, 1, 1, 2 if row == 1 else 1)
        grid.addLayout(ask, 0, 2)
        grid.addWidget(self.browse, 2, 2)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addLayout(grid)
        column.addWidget(self.message)
        column.addWidget(note)
        column.addStretch()
        column.addWidget(buttons)
        self.resize(640, 260)
        if source is not None:
            self.source.setText(str(source))
            self._look()
        self._update()

    def source_path(self) -> Path:
        """The folder or zip."""
        return typed_path(self.source.text())

    def prefix(self) -> str | None:
        """The run's prefix; None where nothing is chosen."""
        prefix: str | None = self.runs.currentData()
        return prefix

    def target_path(self) -> Path:
        """The session to make."""
        return typed_path(self.target.text(), self._folder, SESSION_SUFFIX)

    def done(self, result: int) -> None:
        """Stop looking for files."""
        self._jobs.release(self)
        super().done(result)

    # -- looking into it ---------------------------------------------------------------

    def _look(self) -> None:
        self.runs.clear()
        self._complaint, self._reading = "", bool(self.source.text().strip())
        if self._reading:
            path = self.source_path()
            computation = Computation(_runs_in, (path,), label=f"Looking into {path.name}")
            self._jobs.submit(computation, self._found, self._failed, owner=self)
        else:
            self._jobs.release(self)
        self._update()

    def _found(self, runs: list[tuple[str, int]]) -> None:
        self._reading = False
        for prefix, networks in runs:
            plural = "network" if networks == 1 else "networks"
            self.runs.addItem(f"{prefix or 'saved/K.mat'}  ({networks:,} {plural})", prefix)
        if not runs:
            self._complaint = (
                f"{self.source_path()} holds no published files (saved_…_1.mat and the like): "
                "choose the folder or zip they are in."
            )
        self._update()

    def _failed(self, error: Exception) -> None:
        self._reading = False
        self._complaint = "" if isinstance(error, JobCancelledError) else str(error)
        self._update()

    # -- what is shown -----------------------------------------------------------------

    def _update(self) -> None:
        several = self.runs.count() > 1
        self.runs.setEnabled(several)
        if not self._named and self.source.text().strip():
            self.target.setText(str(free_name(self._folder, self._stem())))
        words = self._complaint or self._target_problem()
        self.message.setText(words)
        self.message.setVisible(bool(words))
        ready = not words and self.prefix() is not None and not self._reading
        self.import_button.setEnabled(ready)

    def _stem(self) -> str:
        prefix = self.prefix()
        if not prefix:
            return f"published-{self.source_path().stem}"
        seed, _, run_type = prefix.partition("_")[0], "", prefix.partition("_runType.")[2]
        return f"published-{run_type or 'Full'}-seed-{seed}"

    def _target_problem(self) -> str:
        if not self.target.text().strip():
            return ""
        return path_problem(self.target_path(), "the session", new=True)

    def _target_edited(self) -> None:
        self._named = True
        self._update()

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder of published files", self._start())
        self._take(name)

    def _choose_zip(self) -> None:
        name, _ = QFileDialog.getOpenFileName(
            self, "Zip of published files", self._start(), "Zip (*.zip)"
        )
        self._take(name)

    def _take(self, name: str) -> None:
        if name:
            self.source.setText(name)
            self._look()

    def _start(self) -> str:
        return str(self.source_path()) if self.source.text().strip() else str(Path.home())

    def _browse(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self,
            "Session file",
            self.target.text(),
            FILTER,
            options=QFileDialog.Option.DontConfirmOverwrite,
        )
        if name:
            self.target.setText(name)
            self._target_edited()


def _runs_in(path: Path) -> list[tuple[str, int]]:
    from l2l_engine.storage.published.listing import published_runs  # brings SciPy

    return [(run.prefix, run.networks) for run in published_runs(path)]


def _button(text: str, slot: object) -> QPushButton:
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.clicked.connect(slot)  # type: ignore[arg-type]
    return button
