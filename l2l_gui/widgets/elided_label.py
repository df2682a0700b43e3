"""A line of text that is elided if there is no room, and complete in its tooltip.

superqt's ``QElidingLabel`` asks for a new layout of the whole window whenever its text changes,
which the headers do many times a second; this one never does.
"""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy

LEAST_WIDTH = 40


class ElidedLabel(QLabel):
    """Plain text on one line.

    Parameters
    ----------
    text : the words.
    whole : whether it asks for the room of all its words, as a title does; otherwise it takes
        the room there is, and changing its words never causes a new layout of the window.
    """

    def __init__(self, text: str = "", whole: bool = False) -> None:
        super().__init__()
        self._words, self._whole = "", whole
        across = QSizePolicy.Policy.Preferred if whole else QSizePolicy.Policy.Ignored
        self.setSizePolicy(across, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(LEAST_WIDTH)
        self.setText(text)

    def text(self) -> str:
        """All of it."""
        return self._words

    def setText(self, words: str | None) -> None:  # noqa: N802
        """Change the words and the tip."""
        self._words = words or ""
        self.setToolTip(self._words)
        if self._whole:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        measure = self.fontMetrics()
        wanted = measure.horizontalAdvance(self._words) + 2 if self._whole else 0
        return QSize(max(self.minimumWidth(), wanted), measure.height())

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        return QSize(self.minimumWidth(), self.fontMetrics().height())

    def paintEvent(self, _event: QPaintEvent | None) -> None:
        """As much as fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room, right = self.contentsRect(), Qt.TextElideMode.ElideRight
        line = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            room, line, self.fontMetrics().elidedText(self._words, right, room.width())
        )
