"""A task in the status bar: name, progress, time left, and a stop button."""

from __future__ import annotations

from PyQt6.QtCore import QSize, pyqtSignal
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QToolButton, QWidget

from l2l_gui.look.theme import theme
from l2l_gui.widgets.time_left import Outlook


class WorkStatus(QWidget):
    """Hidden until :meth:`begin`.

    Signals
    -------
    cancelled : its button was pressed.
    """

    cancelled = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label, self.left = QLabel(), QLabel()
        self.bar = QProgressBar()
        self.bar.setFixedSize(90, 6)
        self.bar.setTextVisible(False)
        self.bar.setRange(0, 1000)
        self.cancel = QToolButton()
        theme.set_icon(self.cancel, "close")
        self.cancel.setIconSize(QSize(12, 12))
        self.cancel.clicked.connect(self.cancelled)
        self._outlook, self._work = Outlook(), object()
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 0, 0, 0)
        row.setSpacing(6)
        for widget in (self.label, self.bar, self.left, self.cancel):
            row.addWidget(widget)
        self.hide()

    def begin(self, label: str) -> None:
        """Show a new piece of work."""
        self._work = object()
        self.label.setText(label)
        self.cancel.setToolTip(f"Stop: {label}")
        self.cancel.setAccessibleName(f"Stop: {label}")
        self.advance(0.0)
        self.show()

    def advance(self, fraction: float) -> None:
        """Show the fraction done, 0 to 1."""
        self.bar.setValue(round(1000 * fraction))
        self.left.setText(self._outlook.words(self._work, fraction))

    def end(self) -> None:
        """It is over."""
        self.hide()
