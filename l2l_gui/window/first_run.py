"""First steps: a one-minute walk through the window that never gets in the way.

A frame around a part of the window and a card beside it; everything stays usable
meanwhile. Shown once by itself, and again from the Help menu.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PyQt6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PyQt6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PyQt6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from l2l_gui.look.deletion import delete_later
from l2l_gui.look.theme import theme
from l2l_gui.model.settings import settings
from l2l_gui.window.shell import Shell

SEEN = "first steps seen"
CARD_WIDTH = 340
GAP = 12


class FirstRunStep(NamedTuple):
    """What is pointed at, and what is said about it."""

    title: str
    text: str
    target: Callable[[Shell], QWidget | None]


def _tools(shell: Shell) -> QWidget | None:
    return shell.frame.findChild(QToolBar, "tools")


def _run(shell: Shell) -> QWidget | None:
    return shell.run_summary


def _tabs(shell: Shell) -> QWidget | None:
    return shell.workspaces.tabs


def _transport(shell: Shell) -> QWidget | None:
    return shell.transport


def _header(shell: Shell) -> QWidget | None:
    workspace = shell.workspaces.current
    panel = next((panel for panel in workspace.panels if panel.isVisible()), None)
    return None if panel is None else workspace.header(panel)


STEPS = (
    FirstRunStep(
        "Train it",
        "Step trial (T) trains one trial, Step problem (P) until a problem is learned, Space "
        "runs and pauses. Everything is saved automatically. The example is not changed: "
        "training continues in a copy.",
        _tools,
    ),
    FirstRunStep(
        "The run",
        "Every problem learned so far, and the trials it took: learning to learn is these "
        "numbers falling. Click a problem and the whole window shows it.",
        _run,
    ),
    FirstRunStep(
        "Panels",
        "Each panel explains itself behind the question mark and exports its picture, its data "
        "or a movie behind the arrow. Drag a title to move a panel, double-click it to undock.",
        _header,
    ),
    FirstRunStep(
        "Workspaces",
        "Learn, Representations, Dynamics, Perturb, Compare and Figures show the same "
        "network from different sides (Ctrl+1 to Ctrl+6).",
        _tabs,
    ),
    FirstRunStep(
        "Time and problem",
        "Play the trial (Shift+Space) or drag through it; step through the problems with comma "
        "and full stop; choose the group of problems that averages are taken over.",
        _transport,
    ),
    FirstRunStep(
        "Take it elsewhere",
        "Branch (B) continues from any learned problem in a new session: with other parameters, a "
        "reversed mapping or your own stimuli. F1 lists every key; Help shows these steps again.",
        _tools,
    ),
)


class FirstSteps(QObject):
    """Leads one window through :data:`STEPS`."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell.frame)
        self._shell, self._window = shell, shell.frame
        self.card: Card | None = None
        self._frame: Outline | None = None
        self.number = -1

    @property
    def shown(self) -> bool:
        """Whether a card is up."""
        return self.card is not None

    def welcome(self) -> None:
        """Begin, unless it was seen before or there is no session to show."""
        if not settings.flag(SEEN) and self._shell.runner.session is not None:
            self.begin()

    def begin(self) -> None:
        """Start at the first step."""
        self.end()
        settings.put(SEEN, True)
        self._frame, self.card = Outline(self._window), Card(self._window)
        self.card.next.clicked.connect(lambda: self.go(self.number + 1))
        self.card.back.clicked.connect(lambda: self.go(self.number - 1))
        self.card.skip.clicked.connect(self.end)
        self._window.installEventFilter(self)
        self.go(0)
        self.card.next.setFocus()

    def go(self, number: int) -> None:
        """Show a step; past the last one it ends."""
        if self.card is None or not 0 <= number < len(STEPS):
            self.end()
            return
        self.number = number
        self.card.show_step(STEPS[number], number)
        self._place()

    def end(self) -> None:
        """Close the card and the frame."""
        if self.card is None or self._frame is None:
            return
        self._window.removeEventFilter(self)
        for widget in (self.card, self._frame):
            widget.hide()
            delete_later(widget)
        self.card = self._frame = None

    def _place(self) -> None:
        card, frame, window = self.card, self._frame, self._window
        if card is None or frame is None:
            return
        card.adjustSize()
        target = STEPS[self.number].target(self._shell)
        if target is None or not target.isVisible():
            frame.hide()
            card.move(window.rect().center() - card.rect().center())
        else:
            place = QRect(target.mapTo(window, QPoint()), target.size())
            frame.setGeometry(place.adjusted(-2, -2, 2, 2).intersected(window.rect()))
            frame.show()
            frame.raise_()
            card.move(beside(place, card.rect(), window.rect()))
        card.show()
        card.raise_()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Follow the window as it is resized; Escape ends."""
        assert event is not None
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._place()
        elif (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            self.end()
            return True
        return False


def beside(target: QRect, card: QRect, room: QRect) -> QPoint:
    """Where a card covers nothing of the target: below, above, right or left, in this order."""
    places = (
        QPoint(target.left(), target.bottom() + GAP),
        QPoint(target.left(), target.top() - GAP - card.height()),
        QPoint(target.right() + GAP, target.top() + GAP),
        QPoint(target.left() - GAP - card.width(), target.top() + GAP),
    )
    inner = room.adjusted(GAP, GAP, -GAP, -GAP)
    for place in places:
        moved = QRect(place, card.size())
        left = min(max(moved.left(), inner.left()), inner.right() - card.width())
        top = min(max(moved.top(), inner.top()), inner.bottom() - card.height())
        moved.moveTo(left, top)
        if not moved.intersects(target):
            return moved.topLeft()
    return room.center() - card.center()


class Card(QFrame):
    """Title, a few sentences, and the buttons to continue."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("card")
        self.setAccessibleName("First steps")
        self.setFixedWidth(CARD_WIDTH)
        self.title, self.text, self.where = QLabel(), QLabel(), QLabel()
        self.title.setFont(theme.font(11, bold=True))
        self.text.setWordWrap(True)
        self.where.setProperty("quiet", True)
        self.skip, self.back, self.next = (QPushButton(t) for t in ("Skip", "Back", "Next"))
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.where)
        buttons.addStretch()
        for button in (self.skip, self.back, self.next):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 12)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(buttons)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_step(self, step: FirstRunStep, number: int) -> None:
        """Show the text of a step."""
        last = number == len(STEPS) - 1
        self.title.setText(step.title)
        self.text.setText(step.text)
        self.text.setMinimumHeight(self.text.heightForWidth(CARD_WIDTH - 34))
        self.where.setText(f"{number + 1} of {len(STEPS)}")
        self.back.setVisible(number > 0)
        self.skip.setVisible(not last)
        self.next.setText("Done" if last else "Next")
        self.setAccessibleDescription(f"{step.title}. {step.text}")

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        """Escape skips, Return continues; the arrow keys go forward and back."""
        assert event is not None
        does = {
            Qt.Key.Key_Escape: self.skip,
            Qt.Key.Key_Return: self.next,
            Qt.Key.Key_Enter: self.next,
            Qt.Key.Key_Right: self.next,
            Qt.Key.Key_Left: self.back,
        }
        button = does.get(Qt.Key(event.key()))
        if button is None:
            super().keyPressEvent(event)
        else:
            button.click()

    def _restyle(self) -> None:
        palette = theme.palette
        self.setStyleSheet(
            f"#card {{ background: {palette.raised}; border: 1px solid {palette.accent};"
            " border-radius: 8px; }"
        )


class Outline(QWidget):
    """A frame around what is spoken of; the mouse goes through it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """A rounded rectangle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.pen("accent", 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5), 6, 6)
