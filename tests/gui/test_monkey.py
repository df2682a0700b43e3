"""Somebody who tries everything, quickly and without a plan; nothing may break."""

from __future__ import annotations

import gc
import logging
import os
import random
import sys
import threading
import time
import traceback

import pytest
from driving import PATIENCE
from PyQt6 import sip
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt, QtMsgType, qInstallMessageHandler
from PyQt6.QtGui import QWheelEvent
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QAbstractButton,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QDialog,
    QDockWidget,
    QFileDialog,
    QLineEdit,
    QMenu,
    QMessageBox,
    QSlider,
    QTabBar,
    QWidget,
)

from l2l_gui.dialogs import guard
from l2l_gui.look.deletion import delete_later
from l2l_gui.look.theme import Mode, theme

SEEDS = [int(seed) for seed in os.environ.get("L2L_MONKEY_SEEDS", "1").split()]
ACTIONS = int(os.environ.get("L2L_MONKEY_ACTIONS", "300"))
REST_EVERY = 25
KEYS = (
    *(
        Qt.Key[f"Key_{name}"]
        for name in ["A", "B", "C", "E", "L", "P", "R", "T", "U", "Z", "0", "1", "5", "9"]
    ),
    *(
        Qt.Key[f"Key_{name}"]
        for name in ["Space", "Tab", "Backtab", "Return", "Escape", "Delete", "Home", "End"]
    ),
    *(Qt.Key[f"Key_{name}"] for name in ["Left", "Right", "Up", "Down", "PageUp", "PageDown"]),
    *(Qt.Key[f"Key_{name}"] for name in ["Comma", "Period", "Question", "F1", "Plus", "Minus"]),
)
MODIFIERS = (
    *(Qt.KeyboardModifier.NoModifier,) * 5,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
LEFT_ALONE = ("Quit", "Sweep…")  # the one ends the test, the other starts processes


class Monkey:
    """Does one random thing at a time to whatever is in front, and remembers what."""

    def __init__(self, window, seed: int) -> None:
        self.window, self.random = window, random.Random(seed)
        self.done: list[str] = []
        self.doings = (
            *(self.click,) * 6,
            *(self.key,) * 6,
            *(self.wheel,) * 2,
            *(self.drag,) * 3,
            *(self.slide,) * 3,
            *(self.choose,) * 2,
            *(self.write,) * 2,
            *(self.menu,) * 3,
            *(self.context_menu,) * 1,
            *(self.switch_workspace,) * 2,
            *(self.select_problem,) * 3,
            *(self.run_or_pause,) * 2,
            self.resize,
            self.change_theme,
        )

    def act(self) -> None:
        """One action."""
        self.random.choice(self.doings)()

    # -- where -------------------------------------------------------------------------

    def front(self) -> QWidget:
        """The pop-up or dialog in front, or else the window."""
        return QApplication.activePopupWidget() or QApplication.activeModalWidget() or self.window

    def some(self, *kinds: type) -> QWidget | None:
        """A visible, enabled widget of one of these kinds."""
        front = self.front()
        found = [
            widget
            for kind in kinds or (QWidget,)
            for widget in front.findChildren(kind)
            if widget.isVisible() and widget.isEnabled() and widget.window() is front
        ]
        return self.random.choice(found) if found else None

    def place(self, widget: QWidget) -> QPoint:
        """A point on it."""
        width, height = max(widget.width(), 1), max(widget.height(), 1)
        return QPoint(self.random.randrange(width), self.random.randrange(height))

    def note(self, doing: str, widget: QWidget | None = None, more: object = "") -> None:
        """Remember what is about to be done."""
        name = ""
        if widget is not None:
            words = widget.accessibleName() or widget.objectName()
            name = f"{type(widget).__name__} {words!r}"
        self.done.append(f"{doing} {name} {more}".strip())

    # -- what --------------------------------------------------------------------------

    def click(self) -> None:
        """Or double-click, left or right."""
        widget = self.some(QAbstractButton) if self.random.random() < 0.4 else self.some()
        if widget is None or _says(widget) in LEFT_ALONE:
            return
        at, button = self.place(widget), Qt.MouseButton.LeftButton
        if self.random.random() < 0.15:
            button = Qt.MouseButton.RightButton
        self.note("click", widget, f"{button.name} {at.x()},{at.y()}")
        QTest.mouseMove(widget, at)
        press = QTest.mouseDClick if self.random.random() < 0.1 else QTest.mouseClick
        press(widget, button, Qt.KeyboardModifier.NoModifier, at)

    def key(self) -> None:
        """To whatever has the focus."""
        key, modifier = self.random.choice(KEYS), self.random.choice(MODIFIERS)
        widget = QApplication.focusWidget() or self.front()
        self.note("key", widget, f"{modifier.name}+{key.name}")
        QTest.keyClick(widget, key, modifier)

    def wheel(self) -> None:
        """Up or down."""
        widget = self.some()
        if widget is None:
            return
        at = QPointF(self.place(widget))
        turn = QPoint(0, self.random.choice((-360, -120, 120, 360)))
        self.note("wheel", widget, turn.y())
        QApplication.sendEvent(
            widget,
            QWheelEvent(
                at,
                QPointF(widget.mapToGlobal(at.toPoint())),
                QPoint(),
                turn,
                Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier,
                Qt.ScrollPhase.NoScrollPhase,
                False,
            ),
        )

    def drag(self) -> None:
        """From one point of a widget to another."""
        widget = self.some()
        if widget is None:
            return
        start, end = self.place(widget), self.place(widget)
        self.note("drag", widget, f"{start.x()},{start.y()} to {end.x()},{end.y()}")
        left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        QTest.mousePress(widget, left, none, start)
        for at in ((start + end) / 2, end):
            if not sip.isdeleted(widget):
                QTest.mouseMove(widget, at)
        if not sip.isdeleted(widget):
            QTest.mouseRelease(widget, left, none, end)

    def slide(self) -> None:
        """A slider anywhere."""
        slider = self.some(QSlider)
        if slider is None:
            return
        value = self.random.randint(slider.minimum(), slider.maximum())
        self.note("slide", slider, value)
        slider.setValue(value)

    def choose(self) -> None:
        """An entry of a box, or a tab."""
        widget = self.some(QComboBox, QTabBar)
        if widget is None or not widget.count():
            return
        number = self.random.randrange(widget.count())
        self.note("choose", widget, number)
        widget.setCurrentIndex(number)
        if isinstance(widget, QComboBox):
            widget.activated.emit(number)

    def write(self) -> None:
        """Sense or nonsense, into a field."""
        widget = self.some(QLineEdit, QAbstractSpinBox)
        if widget is None:
            return
        words = self.random.choice(("", "7", "-1", "1e9", "2 1", "3-5, 9", "?!", "0.25", "nan"))
        self.note("write", widget, repr(words))
        widget.setFocus()
        widget.selectAll()
        QTest.keyClicks(widget, words)
        QTest.keyClick(widget, Qt.Key.Key_Tab)

    def menu(self) -> None:
        """An entry of the menu bar."""
        if self.front() is not self.window:
            self.escape()
            return
        menus = [action.menu() for action in self.window.menuBar().actions() if action.menu()]
        menu = self.random.choice(menus)
        while True:
            menu.aboutToShow.emit()
            entries = [a for a in menu.actions() if a.isEnabled() and a.isVisible()]
            entries = [a for a in entries if a.text() and a.text() not in LEFT_ALONE]
            if not entries:
                return
            entry = self.random.choice(entries)
            if entry.menu() is None:
                break
            menu = entry.menu()
        self.note("menu", None, f"{menu.title()} > {entry.text()}")
        entry.trigger()

    def context_menu(self) -> None:
        """Of a panel: an entry that asks for no file."""
        if self.front() is not self.window:
            self.escape()
            return
        workspace = self.window.workspaces.current
        if not workspace.panels:  # Analyses, all of whose panels were closed
            return
        panel = self.random.choice(workspace.panels)
        menu = workspace.header(panel).menu()
        entry = self.random.choice([a for a in menu.actions() if a.isEnabled() and a.text()])
        self.note("panel menu", panel, entry.text())
        entry.trigger()
        delete_later(menu)

    def switch_workspace(self) -> None:
        """By its tab."""
        name = self.random.choice(self.window.workspaces.names)
        self.note("workspace", None, name)
        self.window.workspaces.go(name)

    def select_problem(self) -> None:
        """There may be fewer."""
        number = self.random.randint(-1, 5)
        self.note("problem", None, number)
        self.window.selection.select_problem(number)

    def run_or_pause(self) -> None:
        """As the tool bar does."""
        name = self.random.choice(("run", "step_trial", "step_problem", "follow_live", "play"))
        action = self.window.actions_by_name[name]
        if action.isEnabled() and self.front() is self.window:
            self.note("action", None, name)
            action.trigger()

    def resize(self) -> None:
        """The window."""
        width, height = self.random.randint(700, 1800), self.random.randint(500, 1100)
        self.note("resize", None, f"{width}x{height}")
        self.window.resize(width, height)

    def change_theme(self) -> None:
        """Light or dark, now and then."""
        if self.random.random() < 0.8:
            return
        mode = self.random.choice((Mode.LIGHT, Mode.DARK))
        self.note("theme", None, mode.value)
        theme.set_mode(mode)

    def escape(self) -> None:
        """Leave the dialog or pop-up in front."""
        front = self.front()
        self.note("escape", front)
        if isinstance(front, QMessageBox):  # is the text to be thrown away? yes
            button = self.random.choice(front.buttons())
            button.click()
        elif isinstance(front, QDialog):
            front.reject()
        elif front is not self.window:
            front.close()


def _says(widget: QWidget) -> str:
    return widget.text() if isinstance(widget, QAbstractButton) else ""


class Trouble(logging.Handler):
    """Whatever goes wrong, wherever: exceptions, errors in the log, Qt's criticals."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(self.format(record))

    def hook(self, kind, error, trace) -> None:
        self.found.append("".join(traceback.format_exception(kind, error, trace)))

    def message(self, kind: QtMsgType, _context, text: str | None) -> None:
        serious = (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg)
        if kind in serious or "QObject::" in (text or "") or "QPainter::" in (text or ""):
            self.found.append(f"Qt: {text}")


@pytest.fixture
def trouble(monkeypatch) -> Trouble:
    made = Trouble()
    logging.getLogger().addHandler(made)
    monkeypatch.setattr(sys, "excepthook", made.hook)
    monkeypatch.setattr(threading, "excepthook", lambda a: made.hook(*a[:3]))
    before = qInstallMessageHandler(made.message)
    yield made
    qInstallMessageHandler(before)
    logging.getLogger().removeHandler(made)


@pytest.fixture
def no_modal_questions(monkeypatch) -> None:
    """Dialogs of the system, and those that wait for an answer, are answered with no."""
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_, **__: ("", ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_, **__: ([], ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_, **__: "")
    monkeypatch.setattr(QDialog, "exec", lambda self: 0)
    monkeypatch.setattr(QMessageBox, "exec", lambda self: 0)
    monkeypatch.setattr(QMenu, "exec", lambda *_: None)


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_breaks_whatever_is_done(
    tiny, seed, trouble, no_modal_questions, qtbot, tmp_path, monkeypatch
):
    window = tiny
    monkeypatch.chdir(tmp_path)
    answers = random.Random(seed)  # may what was typed be lost?
    monkeypatch.setattr(guard, "agrees", lambda *_: answers.random() < 0.7)
    threads = set(threading.enumerate())
    windows = {id(widget) for widget in QApplication.topLevelWidgets() if widget.isVisible()}
    monkey = Monkey(window, seed)
    began = time.monotonic()
    for number in range(ACTIONS):
        monkey.act()
        if number % REST_EVERY == 0:
            qtbot.wait(5)
        else:
            QApplication.processEvents()
        if number % 10 == 0 and monkey.front() is not window:
            monkey.escape()
        if trouble.found or sip.isdeleted(window) or not window.isVisible():
            break
    trail = "\n".join(monkey.done)
    monkeypatch.setattr(guard, "agrees", lambda *_: True)
    _put_everything_away(monkey, qtbot)
    assert not trouble.found, f"seed {seed}, after\n{trail}\n\n{trouble.found[0]}"
    assert window.isVisible(), f"seed {seed}: the window went away after\n{trail}"
    assert monkey.done, "nothing was done"
    left = [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.isVisible() and id(widget) not in windows
    ]
    assert not left, f"seed {seed} left {left} open after\n{trail}"
    window.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    qtbot.waitUntil(
        lambda: not [t for t in threading.enumerate() if t not in threads and not t.daemon],
        timeout=PATIENCE,
    )
    assert not trouble.found, trouble.found[0]
    print(f"seed {seed}: {len(monkey.done)} actions in {time.monotonic() - began:.0f} s")


def _put_everything_away(monkey: Monkey, qtbot) -> None:
    """Close what is in front, stop what runs, dock what floats."""
    window = monkey.window
    for _ in range(20):
        if monkey.front() is window:
            break
        monkey.escape()
        QApplication.processEvents()
    window.transport.set_playing(False)
    window.runner.pause()
    for workspace in window.workspaces:
        workspace.reset()
    for dock in window.findChildren(QDockWidget):
        dock.setFloating(False)
    learner = next(
        (p.lab.learner for w in window.workspaces for p in w.panels if hasattr(p, "lab")), None
    )
    if learner is not None:
        learner.stop()
        qtbot.waitUntil(lambda: not learner.running, timeout=PATIENCE)
    window.features.first_steps.end()
    qtbot.waitUntil(lambda: not window.runner.training, timeout=PATIENCE)
    for widget in QApplication.topLevelWidgets():
        if isinstance(widget, QDialog) and widget.isVisible():
            widget.close()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    qtbot.wait(50)
