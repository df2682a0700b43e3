"""What a panel shows while it is waiting or empty."""

from __future__ import annotations

import math
from collections.abc import Callable

from PyQt6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PyQt6.QtGui import QHideEvent, QPainter, QPaintEvent, QPalette, QShowEvent
from PyQt6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from l2l_gui.look.theme import theme, tinted_icon

DELAY_MS = 150
FRAME_MS = 80
DOTS = 3
ICON_PIXELS = 48


class BusyOverlay(QWidget):
    """Three quiet dots and a word over a panel that waits for a result.

    Appears only after a short delay, so that fast answers do not flicker; lets the mouse
    through.
    """

    def __init__(self, target: QWidget) -> None:
        super().__init__(target)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Waiting for a result")
        self._text, self._phase = "", 0.0
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(DELAY_MS)
        self._delay.timeout.connect(self._appear)
        self._frames = QTimer(self)
        self._frames.setInterval(FRAME_MS)
        self._frames.timeout.connect(self._turn)
        target.installEventFilter(self)
        self.hide()

    def start(self, text: str = "Computing") -> None:
        """Show the overlay soon, unless :meth:`stop` comes first."""
        self._text = text
        if self.isVisible():
            self.update()
        else:
            self._delay.start()

    def stop(self) -> None:
        """Hide the overlay."""
        self._delay.stop()
        self.hide()

    def _appear(self) -> None:
        target = self.parentWidget()
        if target is not None:
            self.setGeometry(target.rect())
        self.raise_()
        self.show()

    def _turn(self) -> None:
        self._phase += 0.12
        self.update()

    def showEvent(self, event: QShowEvent | None) -> None:
        """Move only while seen."""
        self._frames.start()
        super().showEvent(event)

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Rest while hidden."""
        self._frames.stop()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Keep covering the target as it is resized."""
        assert watched is not None
        assert event is not None
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Veil, dots, word."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.color("panel", 0.6))
        centre = self.rect().toRectF().center()
        painter.setPen(Qt.PenStyle.NoPen)
        for dot in range(DOTS):
            glow = 0.35 + 0.65 * max(0.0, math.sin(2 * math.pi * (self._phase - dot / 4)))
            painter.setBrush(theme.brush("accent", glow))
            painter.drawEllipse(centre + QPointF((dot - (DOTS - 1) / 2) * 16, -8), 4, 4)
        painter.setPen(theme.color("quiet"))
        painter.setFont(theme.font(9))
        painter.drawText(
            self.rect().adjusted(0, 30, 0, 0), Qt.AlignmentFlag.AlignCenter, self._text
        )


class EmptyState(QWidget):
    """An icon, one sentence that says what to do, and perhaps a button that does it."""

    def __init__(
        self,
        text: str,
        icon: str = "chart",
        action: str = "",
        on_action: Callable[[], object] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon_name = icon
        self.setAutoFillBackground(True)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self._picture = QLabel()
        self.label = QLabel(text)
        for label in (self._picture, self.label):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.label.setWordWrap(True)
        self.label.setProperty("quiet", True)
        self.button = QPushButton(action)
        self.button.setVisible(bool(action))
        self._on_action = on_action
        self.button.clicked.connect(self._act)
        column = QVBoxLayout(self)
        column.setContentsMargins(32, 16, 32, 16)
        column.setSpacing(12)
        column.addStretch()
        column.addWidget(self._picture)
        column.addWidget(self.label)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_text(self, text: str) -> None:
        """Change the sentence."""
        self.label.setText(text)

    def _act(self) -> None:
        if self._on_action is not None:
            self._on_action()

    def _restyle(self) -> None:
        self._picture.setPixmap(tinted_icon(self._icon_name, theme.palette.quiet, ICON_PIXELS))
