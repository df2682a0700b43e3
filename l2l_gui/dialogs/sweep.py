"""A sweep in the window: configuring, watching, stopping and resuming it, and opening its runs."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import L2LError, RunType
from l2l_engine.outlook import duration
from l2l_gui.dialogs.sweep_form import NAMES, SweepForm
from l2l_gui.look.theme import theme
from l2l_gui.plotting.legend import LINE, Legend, Sign
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import dressed, plot_view
from l2l_gui.widgets.message import Message
from l2l_gui.workers.sweeping import WINDOW, Progress, SweepThread

MANIFEST = "sweep.json"
COLOURS = {
    RunType.Full: "text",
    RunType.ControlManifPert: "fixation",
    RunType.SSManifPert: "stimulus",
    RunType.DSManifPert: "decision",
}
COLUMNS = ("Run", "State", "Problems", "Trials", "Time left")


class SweepDialog(QDialog):
    """The form, then the state of every run; it may be closed while the sweep continues.

    Signals
    -------
    started, ended : training has begun; it is over or was stopped.
    progressed(float, str) : fraction done and words for it.
    chosen(Path) : show this session.
    """

    started = pyqtSignal()
    ended = pyqtSignal()
    progressed = pyqtSignal(float, str)
    chosen = pyqtSignal(object)

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Sweep")
        self._thread: SweepThread | None = None
        self._progress: Progress | None = None
        self.form = SweepForm(folder)
        self.form.changed.connect(self._update)
        self.message = Message()
        self.table = _table()
        self.table.itemSelectionChanged.connect(self._update)
        self.table.itemDoubleClicked.connect(lambda: self._open())
        self.key = Legend(*[Sign(LINE, COLOURS[kind], name) for kind, name in NAMES.items()])
        self.view = plot_view(axisItems={"left": LogAxis("left")})
        mean = f"Trials to criterion, mean of {WINDOW}"
        plot = dressed(self.view.getPlotItem(), mean, "Problem", log="y", width=None)
        self.curves = {kind: plot.plot(connect="finite") for kind in RunType}
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.words = QLabel()
        self.words.setProperty("quiet", True)
        self.start = QPushButton("Start")
        self.start.setDefault(True)
        self.start.clicked.connect(lambda: self._begin(resume=False))
        self.resume = QPushButton("Resume")
        self.resume.setToolTip("Resume the sweep in this folder")
        self.resume.clicked.connect(lambda: self._begin(resume=True))
        self.stop_button = QPushButton("Stop")
        self.stop_button.setToolTip("Every run saves and ends; the sweep can be resumed")
        self.stop_button.clicked.connect(self.stop)
        self.open_button = QPushButton("Open run")
        self.open_button.clicked.connect(self._open)
        close = QPushButton("Close")
        close.clicked.connect(self.close)
        for button in (self.start, self.resume, self.stop_button, self.open_button, close):
            button.setAutoDefault(False)
        self._arrange(close)
        theme.changed.connect(self._restyle)
        self._restyle()
        self._update()

    def _arrange(self, close: QPushButton) -> None:
        right = QWidget()
        side = QVBoxLayout(right)
        side.setContentsMargins(0, 0, 0, 0)
        side.addWidget(self.key)
        side.addWidget(self.view, 1)
        parts = QSplitter()
        parts.setChildrenCollapsible(False)
        parts.addWidget(self.table)
        parts.addWidget(right)
        parts.setSizes([480, 460])
        how_far = QHBoxLayout()
        how_far.addWidget(self.bar, 1)
        how_far.addWidget(self.words)
        buttons = QHBoxLayout()
        buttons.addWidget(self.open_button)
        buttons.addStretch()
        for button in (self.start, self.resume, self.stop_button, close):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setSpacing(10)
        column.addWidget(self.form)
        column.addWidget(self.message)
        column.addWidget(parts, 1)
        column.addLayout(how_far)
        column.addLayout(buttons)
        self.resize(980, 760)

    # -- training ----------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a sweep is being trained."""
        return self._thread is not None

    @property
    def folder(self) -> Path:
        """The folder of the running sweep, or of the form."""
        return self._thread.folder if self._thread is not None else self.form.path()

    def stop(self) -> None:
        """Stop soon; the sweep can be resumed."""
        if self._thread is not None:
            self._thread.stop()
            self.words.setText("Stopping; every run saves itself")
            self._update()

    def wait(self) -> None:
        """Stop and wait until it has stopped, when the window closes."""
        thread = self._thread
        if thread is not None:
            thread.stop()
            thread.wait()
            self._ended()

    def _begin(self, resume: bool) -> None:
        try:
            runs = None if resume else self.form.runs()
        except L2LError as error:
            self.message.say(str(error), error=True)
            return
        thread = SweepThread(self.form.path(), runs, self.form.workers.value())
        thread.progressed.connect(self._show)
        thread.failed.connect(lambda error: self.message.say(str(error), error=True))
        thread.finished.connect(self._ended)
        self._thread, self._progress = thread, None
        self.message.say("")
        self.table.setRowCount(0)
        self.words.setText("Starting the workers")
        thread.start()
        self.started.emit()
        self._update()

    def _ended(self) -> None:
        if self._thread is None:
            return
        self._thread = None
        progress = self._progress
        if progress is not None:
            states = [run.state for run in progress.runs]
            failed, done = states.count("failed"), states.count("done")
            words = f"{done} of {len(states)} runs are done"
            words += f", {failed} failed" if failed else ""
            self.words.setText(words if done == len(states) else f"{words}; it can be resumed")
        else:
            self.words.setText("")
        self.ended.emit()
        self._update()

    # -- what is shown -----------------------------------------------------------------

    def _show(self, progress: Progress) -> None:
        self._progress = progress
        self.table.setRowCount(len(progress.runs))
        for row, run in enumerate(progress.runs):
            words = (
                run.name,
                run.state,
                f"{run.problems:,} of {run.config.problems:,}",
                f"{run.trials:,}",
                duration(progress.pace.left(run)) if run.state == "running" else "",
            )
            for column, text in enumerate(words):
                item = self.table.item(row, column)
                if item is None:
                    item = QTableWidgetItem()
                    if column > 1:
                        item.setTextAlignment(
                            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
                        )
                    self.table.setItem(row, column, item)
                item.setText(text)
                item.setToolTip(run.message)
        for run_type, curve in self.curves.items():
            lines = [
                progress.curves[run.name]
                for run in progress.runs
                if run.config.run_type is run_type and run.name in progress.curves
            ]
            curve.setData(*_joined(lines))
        fraction, left = progress.pace.fraction, progress.pace.seconds_left
        self.bar.setValue(round(1000 * fraction))
        words_left = "" if math.isinf(left) else f", about {duration(left)} left"
        if self._thread is not None and not self._thread.stopping:
            self.words.setText(f"{fraction:.0%}{words_left}")
        self.progressed.emit(fraction, self.words.text())
        self._update()

    def _update(self) -> None:
        known = (self.form.path() / MANIFEST).is_file() if self.form.folder.text() else False
        self.form.setEnabled(not self.running)
        self.start.setVisible(not self.running)
        self.resume.setVisible(not self.running and known)
        self.stop_button.setVisible(self.running)
        self.stop_button.setEnabled(self._thread is not None and not self._thread.stopping)
        self.open_button.setEnabled(self._selected() is not None)
        if not self.running and not self.message.is_error:
            words = f"{self.form.path()} holds a sweep: Resume continues it." if known else ""
            self.message.say(words)
        elif self.sender() is self.form:
            self.message.say("")

    def _selected(self) -> Path | None:
        rows = {index.row() for index in self.table.selectedIndexes()}
        if len(rows) != 1 or self._progress is None:
            return None
        run = self._progress.runs[rows.pop()]
        return self.folder / run.file if run.state in ("done", "stopped") else None

    def _open(self) -> None:
        path = self._selected()
        if path is not None:
            self.chosen.emit(path)

    def _restyle(self) -> None:
        theme.style_plot(self.view)
        for run_type, curve in self.curves.items():
            curve.setPen(theme.pen(COLOURS[run_type], 1, alpha=0.8))


def _joined(lines: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Curves as one with gaps; a failed problem is a gap too."""
    gap = np.array([np.nan])
    x = [part for line in lines for part in (np.arange(1.0, len(line) + 1), gap)]
    y = [part for line in lines for part in (np.maximum(line, 1.0), gap)]
    return (np.concatenate(x), np.concatenate(y)) if lines else (np.empty(0), np.empty(0))


def _table() -> QTableWidget:
    table = QTableWidget(0, len(COLUMNS))
    table.setHorizontalHeaderLabels(COLUMNS)
    table.setAccessibleName("Runs of the sweep")
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    rows, header = table.verticalHeader(), table.horizontalHeader()
    assert rows is not None
    assert header is not None
    rows.hide()
    rows.setDefaultSectionSize(22)
    header.setStretchLastSection(False)
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
    return table
