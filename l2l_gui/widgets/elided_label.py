"""A line of text that ends in an ellipsis where there is no room, and is whole in its tip."""

from __future__ import annotations

from PyQt6.QtCore import QSize, Qt
from PyQt6.QtGui import QPainter, QPaintEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy


class ElidedLabel(QLabel):
    """Plain text that takes the room there is; new words never lay the window out anew."""

    def __init__(self) -> None:
        super().__init__()
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(40)

    def text(self) -> str:
        """All of it."""
        return self._words

    def setText(self, words: str | None) -> None:  # noqa: N802
        """Change the words and the tip."""
        self._words = words or ""
        self.setToolTip(self._words)
        self.update()

    def sizeHint(self) -> QSize:
        """One line."""
        return QSize(self.minimumWidth(), self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        """A few letters."""
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """As much as fits."""
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        room, right = self.contentsRect(), Qt.TextElideMode.ElideRight
        line = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(
            room, line, self.fontMetrics().elidedText(self._words, right, room.width())
        )
