"""Background work in the status bar: name, progress, and a stop button."""

from __future__ import annotations

from PyQt6.QtCore import QSize, QTimer
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from l2l_gui.look.theme import theme
from l2l_gui.widgets.time_left import Outlook
from l2l_gui.workers.jobs import Jobs

APPEAR_MS = 300
REFRESH_MS = 100


class JobStatus(QWidget):
    """Shows the oldest job and how many wait behind it; hidden while there are none."""

    def __init__(self, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self.label = QLabel()
        self.bar = QProgressBar()
        self.bar.setFixedSize(90, 6)
        self.bar.setTextVisible(False)
        self.left = QLabel()
        self.left.setAccessibleName("Time left")
        self._outlook = Outlook()
        self.cancel = QToolButton()
        theme.set_icon(self.cancel, "close")
        self.cancel.setIconSize(QSize(12, 12))
        self.cancel.setToolTip("Cancel this computation")
        self.cancel.setAccessibleName("Cancel this computation")
        self.cancel.clicked.connect(self._cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self.label, self.bar, self.left, self.cancel):
            row.addWidget(widget)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._update)
        jobs.changed.connect(self._later)
        self.hide()

    def _later(self) -> None:
        if not self._soon.isActive():  # quick jobs come and go unseen
            self._soon.start(REFRESH_MS if self.isVisible() else APPEAR_MS)

    def _update(self) -> None:
        jobs = self._jobs.running
        self.setVisible(bool(jobs))
        if not jobs:
            return
        behind = f" (+{len(jobs) - 1})" if len(jobs) > 1 else ""
        self.label.setText(f"{jobs[0].computation.label}{behind}")
        known = jobs[0].computation.reports
        self.bar.setRange(0, 100 if known else 0)
        if known:
            self.bar.setValue(round(100 * jobs[0].fraction))
        self.left.setText(self._outlook.words(jobs[0], jobs[0].fraction) if known else "")

    def _cancel(self) -> None:
        if self._jobs.running:
            self._jobs.cancel(self._jobs.running[0])
            self._update()
