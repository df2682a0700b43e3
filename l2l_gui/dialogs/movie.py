"""Asks what to animate, what to film, and where to save the movie."""

from __future__ import annotations

import enum
from pathlib import Path

from PyQt6.QtCore import QSize
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
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from l2l_gui.dialogs.typed_path import path_problem, typed_path
from l2l_gui.model.settings import settings
from l2l_gui.output.movies import MOVIES
from l2l_gui.widgets.decimal_box import DecimalBox
from l2l_gui.widgets.message import Message

SCALES = (1.0, 1.5, 2.0)


class Moves(enum.Enum):
    """What changes from frame to frame; the value is the word for it."""

    TRIAL = "The trial playing"
    ORBIT = "The trial playing, the camera going round"
    PROBLEMS = "Problem by problem"
    LEARNING = "Learning as it happened, trial by trial"


OF_THE_TRIAL = (Moves.TRIAL, Moves.ORBIT)


class MovieDialog(QDialog):
    """All settings of a movie.

    Parameters
    ----------
    subjects : what can be filmed: a name and its size in pixels.
    problems : learned problems; without any only the trial moves.
    stem : of the suggested file.
    turns : whether there is a camera that can go round.
    """

    def __init__(
        self,
        subjects: list[tuple[str, QSize]],
        problems: int,
        stem: str,
        *,
        turns: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Movie")
        self._sizes = [size for _, size in subjects]
        self.moves = QComboBox()
        for choice in Moves:
            if choice is Moves.ORBIT and not turns:
                continue
            if problems or choice in OF_THE_TRIAL:
                self.moves.addItem(choice.value, choice)
        self.moves.currentIndexChanged.connect(self._update)
        self.first, self.last = _number(1, problems), _number(problems, problems)
        self.first.valueChanged.connect(self._update)
        self.last.valueChanged.connect(self._update)
        self.subject = QComboBox()
        self.subject.addItems([name for name, _ in subjects])
        self.subject.currentIndexChanged.connect(self._update)
        self.scale = QComboBox()
        self.scale.currentIndexChanged.connect(self._update)
        self.seconds = DecimalBox()
        self.seconds.setRange(0.5, 600.0)
        self.seconds.setValue(8.0)
        self.seconds.setDecimals(1)
        self.seconds.setSuffix(" s")
        self.fps = QSpinBox()
        self.fps.setRange(1, 60)
        self.fps.setValue(25)
        self.fps.setSuffix(" frames/s")
        for box in (self.seconds, self.fps):
            box.valueChanged.connect(self._update)
        ending = settings.text("movie ending") or ".mp4"
        folder = Path(settings.text("export folder") or Path.home())
        self.file = QLineEdit(str(folder / f"{stem}{ending}"))
        self.file.textChanged.connect(self._update)
        self.browse = QPushButton("Browse…")
        self.browse.setAutoDefault(False)
        self.browse.clicked.connect(self._browse)
        self.note = Message()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        accept = buttons.addButton("Make movie", QDialogButtonBox.ButtonRole.AcceptRole)
        assert accept is not None
        self.make_button = accept
        accept.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._arrange(buttons)
        self._update()

    def _arrange(self, buttons: QDialogButtonBox) -> None:
        grid = QGridLayout()
        grid.setVerticalSpacing(8)
        grid.setHorizontalSpacing(10)
        grid.setColumnStretch(1, 1)
        self._problems_label = QLabel("Problems")
        rows: tuple[tuple[QLabel, tuple[QWidget, ...]], ...] = (
            (QLabel("What moves"), (self.moves,)),
            (self._problems_label, (self.first, QLabel("to"), self.last)),
            (QLabel("What is filmed"), (self.subject, self.scale)),
            (QLabel("Length"), (self.seconds, self.fps)),
            (QLabel("File"), (self.file, self.browse)),
        )
        for row, (label, widgets) in enumerate(rows):
            line = QHBoxLayout()
            line.setSpacing(6)
            for widget in widgets:
                line.addWidget(widget, 1 if widget in (self.moves, self.subject, self.file) else 0)
                if not isinstance(widget, QLabel):
                    widget.setAccessibleName(widget.accessibleName() or label.text())
            if row in (1, 3):
                line.addStretch()
            label.setBuddy(widgets[0])
            grid.addWidget(label, row, 0)
            grid.addLayout(line, row, 1)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addLayout(grid)
        column.addWidget(self.note)
        column.addStretch()
        column.addWidget(buttons)
        self.resize(540, 280)

    # -- what was chosen ---------------------------------------------------------------

    @property
    def choice(self) -> Moves:
        """What moves."""
        chosen: Moves = self.moves.currentData()
        return chosen

    @property
    def problems(self) -> tuple[int, int]:
        """First and last problem."""
        return self.first.value(), self.last.value()

    @property
    def count(self) -> int:
        """Number of frames."""
        return max(2, round(self.seconds.value() * self.fps.value()))

    @property
    def factor(self) -> float:
        """Pixels of the movie for one of the screen."""
        return SCALES[max(0, self.scale.currentIndex())]

    def path(self) -> Path:
        """The movie."""
        return typed_path(self.file.text(), suffix=".mp4")

    # -- what is shown -----------------------------------------------------------------

    def _update(self) -> None:
        by_problem = self.choice not in OF_THE_TRIAL
        for widget in (self.first, self.last, self._problems_label):
            widget.setEnabled(by_problem)
        size, chosen = self._sizes[self.subject.currentIndex()], max(0, self.scale.currentIndex())
        self.scale.blockSignals(True)
        self.scale.clear()
        self.scale.addItems(
            [f"{round(size.width() * s)} × {round(size.height() * s)} pixels" for s in SCALES]
        )
        self.scale.setCurrentIndex(chosen)
        self.scale.blockSignals(False)
        problem = self._problem()
        frames = f"{self.count:,} frames; the window is used for filming."
        self.note.say(problem or frames, error=bool(problem))
        self.make_button.setEnabled(not problem)

    def _problem(self) -> str:
        if self.choice not in OF_THE_TRIAL and self.first.value() > self.last.value():
            return "The first problem comes after the last: swap them."
        path = self.path()
        if path.name and path.suffix.lower() not in MOVIES:
            return f"{path.name} has no known ending: choose one of {', '.join(MOVIES)}."
        return path_problem(path, "the movie")

    def _browse(self) -> None:
        name, _ = QFileDialog.getSaveFileName(
            self, "Movie", self.file.text(), ";;".join(MOVIES.values())
        )
        if name:
            self.file.setText(name)


def _number(value: int, most: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, max(1, most))
    box.setValue(value)
    return box
