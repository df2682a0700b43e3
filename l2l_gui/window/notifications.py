"""Unobtrusive messages to the user."""

from __future__ import annotations

import logging

from PyQt6.QtCore import QEvent, QObject, QSize, Qt, QTimer
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from l2l_engine.config import L2LError
from l2l_gui.dialogs.error import show_error
from l2l_gui.look.deletion import delete_later
from l2l_gui.look.theme import theme, tinted_icon

log = logging.getLogger(__name__)

INFO_MS = 8000
ERROR_MS = 30_000
WIDTH, MARGIN = 460, 12
MOST = 3


class Notifications(QWidget):
    """Bars in a corner of the workspaces. They move nothing, and go by themselves, errors late.

    All of them can be read again in the log.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.bars: list[Bar] = []
        self.hide()

    def lie_over(self, place: QWidget) -> None:
        """Lie over the lower right corner of a widget, and stay there as it is resized."""
        self.setParent(place)
        place.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the widget below."""
        assert event is not None
        if event.type() == QEvent.Type.Resize and watched is self.parent():
            self._place()
        return False

    def _place(self) -> None:
        place = self.parentWidget()
        if place is None or not self.bars:
            return
        width = max(1, min(WIDTH, place.width() - 2 * MARGIN))
        height = self._column.heightForWidth(width)
        self.setGeometry(
            place.width() - width - MARGIN, place.height() - height - MARGIN, width, height
        )
        self.raise_()

    def inform(self, sentence: str) -> None:
        """Show a message that needs no answer."""
        log.info(sentence)
        self._add(Bar(sentence, "info", None, self), INFO_MS)

    def complain(self, error: BaseException | str) -> None:
        """Show an error; details are one click away."""
        details = None if isinstance(error, str) else error
        expected = details is None or isinstance(details, L2LError)
        sentence = (
            str(error) if expected else "Something unexpected went wrong; the log has the details."
        )
        log.error(sentence, exc_info=None if expected else details)
        self._add(Bar(sentence, "warning", details, self), ERROR_MS)

    def clear(self) -> None:
        """Remove every bar."""
        for bar in tuple(self.bars):
            self.remove(bar)

    def remove(self, bar: Bar) -> None:
        """Take one away."""
        if bar in self.bars:
            self.bars.remove(bar)
            self._column.removeWidget(bar)
            delete_later(bar)
        self.setVisible(bool(self.bars))
        self._place()

    def _add(self, bar: Bar, milliseconds: int) -> None:
        same = [other for other in self.bars if other.sentence == bar.sentence]
        for other in same or self.bars[: len(self.bars) - MOST + 1]:
            self.remove(other)
        self.bars.append(bar)
        self._column.addWidget(bar)
        bar.closed.clicked.connect(lambda: self.remove(bar))
        timer = QTimer(bar)
        timer.setSingleShot(True)
        timer.timeout.connect(lambda: self.remove(bar))
        timer.start(milliseconds)
        self.show()
        self._place()


class Bar(QFrame):
    """One sentence with an icon, perhaps details, and a cross."""

    def __init__(
        self, sentence: str, kind: str, error: BaseException | None, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.sentence, self.kind = sentence, kind
        self.setObjectName("notification")
        picture = QLabel()
        colour = theme.palette.warning if kind == "warning" else theme.palette.accent
        picture.setPixmap(tinted_icon(kind, colour, 18))
        label = QLabel(sentence)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        label.setAccessibleName("Notification")
        self.closed = QToolButton()
        theme.set_icon(self.closed, "close")
        self.closed.setIconSize(QSize(14, 14))
        self.closed.setToolTip("Dismiss")
        self.closed.setAccessibleName("Dismiss")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 5, 6, 5)
        row.setSpacing(10)
        row.addWidget(picture)
        row.addWidget(label, 1)
        if error is not None and (not isinstance(error, L2LError) or error.__cause__ is not None):
            details = QPushButton("Details")
            details.clicked.connect(lambda: show_error(error, self.window()))
            row.addWidget(details)
        row.addWidget(self.closed)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        palette = theme.palette
        edge = palette.warning if self.kind == "warning" else palette.accent
        self.setStyleSheet(
            f"#notification {{ background: {palette.raised}; border: 1px solid"
            f" {palette.border}; border-left: 4px solid {edge}; border-radius: 4px; }}"
        )
