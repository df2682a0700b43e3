"""The window without a session: how to begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction, QPalette, QShowEvent
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from l2l_gui.look.deletion import delete_later
from l2l_gui.look.theme import theme, tinted_icon
from l2l_gui.model.settings import settings

ICON_PIXELS = 48
MOST = 5  # recent sessions offered
CENTRE = Qt.AlignmentFlag.AlignHCenter


class Welcome(QWidget):
    """What can be begun, as buttons, and the sessions opened lately.

    Parameters
    ----------
    actions : those to offer; the first is the one to press without thinking.
    open_session : opens one of the recent sessions.
    """

    def __init__(self, actions: Sequence[QAction], open_session: Callable[[Path], object]) -> None:
        super().__init__()
        self._open_session = open_session
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._picture = QLabel()
        words = QLabel("No session is open. Begin here, or drop a file into the window.")
        words.setProperty("quiet", True)
        self._buttons = [(action, _button(action)) for action in actions]
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch()
        for _, button in self._buttons:
            row.addWidget(button)
        row.addStretch()
        self._recent = QVBoxLayout()
        self._recent.setSpacing(2)
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch()
        column.addWidget(self._picture, 0, CENTRE)
        column.addWidget(words, 0, CENTRE)
        column.addLayout(row)
        column.addLayout(self._recent)
        column.addStretch()
        theme.changed.connect(self._restyle)
        self._restyle()

    def showEvent(self, event: QShowEvent | None) -> None:
        """The recent sessions as they are now."""
        super().showEvent(event)
        for action, button in self._buttons:
            button.setVisible(action.isVisible())
        while (item := self._recent.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                delete_later(old)
        recent = settings.recent[:MOST]
        if recent:
            heading = QLabel("Opened lately")
            heading.setProperty("heading", True)
            self._recent.addSpacing(8)
            self._recent.addWidget(heading, 0, CENTRE)
        for path in recent:
            button = QPushButton(path.name)
            button.setFlat(True)
            button.setToolTip(str(path))
            button.clicked.connect(partial(self._open, path))
            self._recent.addWidget(button, 0, CENTRE)

    def _open(self, path: Path) -> None:
        self._open_session(path)

    def _restyle(self) -> None:
        self._picture.setPixmap(tinted_icon("chart", theme.palette.quiet, ICON_PIXELS))


def _button(action: QAction) -> QPushButton:
    button = QPushButton(action.text())
    button.setToolTip(action.toolTip())
    button.clicked.connect(action.trigger)
    return button
