"""Real windows on real sessions; nothing may outlive its test."""

from __future__ import annotations

import gc
import logging
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from driving import PATIENCE, TINY, bring_to_front, settle
from PyQt6 import sip
from PyQt6.QtCore import QThread, QTimer
from PyQt6.QtWidgets import QApplication

from l2l_gui.look.resources_path import data
from l2l_gui.look.theme import theme
from l2l_gui.model.settings import settings
from l2l_gui.window.application import application
from l2l_gui.window.main_window import MainWindow

if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def qapp_cls() -> type[QApplication]:
    return QApplication


@pytest.fixture(autouse=True)
def sandbox(
    qapp: QApplication,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The person's settings and sessions stay untouched; every test begins in the light theme."""
    home = tmp_path_factory.mktemp("sandbox")
    settings.use_file(home / "settings.ini")
    monkeypatch.setenv("L2L_SESSIONS", str(home / "sessions"))
    application()
    theme.set_mode("light")


@pytest.fixture(scope="session", autouse=True)
def garbage_stays_here() -> Iterator[None]:
    """Cycles with Qt objects in them may be freed only on the thread these live in.

    A collection that happens to start on another one frees their timers there, and with them
    whichever timer of this thread has got the same number since.
    """
    gc.collect()
    gc.freeze()
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True)
def nothing_left_behind(sandbox: None, request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that leaves a thread, an active timer or a window.

    Widgets given to ``qtbot`` are closed by it, after this; they are told apart by their owner.
    """
    before = {id(widget) for widget in QApplication.topLevelWidgets()}
    timers = {id(timer) for timer in _alive(QTimer) if timer.isActive()}
    yield
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, 52)  # deferred deletions
    gc.collect()
    threads = [thread for thread in _alive(QThread) if thread.isRunning() and thread != _main()]
    assert not threads, f"left running: {[thread.objectName() for thread in threads]}"
    if "qtbot" in request.fixturenames and "window" not in request.fixturenames:
        return
    windows = [
        widget
        for widget in QApplication.topLevelWidgets()
        if id(widget) not in before and widget.isVisible()
    ]
    assert not windows, f"left open: {windows}"
    active = [t for t in _alive(QTimer) if t.isActive() and id(t) not in timers]
    assert not active, f"left ticking: {[(t.parent(), t.interval()) for t in active]}"


def _alive(kind: type) -> list:
    found = (
        one for one in gc.get_objects() if issubclass(type(one), kind)
    )  # proxies: no isinstance
    return [one for one in found if not sip.isdeleted(one)]


def _main() -> QThread | None:
    return QThread.currentThread()


@pytest.fixture
def no_errors(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Fail a test during which an error was logged."""
    yield caplog
    found = [r.getMessage() for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert not found


@pytest.fixture
def learned(tmp_path: Path) -> Path:
    """A session of the paper's network that learned some problems: a copy of the shipped one."""
    return Path(shutil.copyfile(data("pretrained.h5"), tmp_path / "learned.h5"))


@pytest.fixture
def window(qtbot) -> Iterator[MainWindow]:
    """The main window without a session; TensorFlow is loaded only by tests that train."""
    made = MainWindow()
    made.runner.warms = False
    made.resize(1280, 800)
    made.show()
    bring_to_front(made, qtbot)
    yield made
    if not sip.isdeleted(made):
        made.close()
        sip.delete(made)


@pytest.fixture
def opened(window: MainWindow, learned: Path, qtbot) -> MainWindow:
    """The window showing the learned session."""
    window.runner.open(learned)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    return window


@pytest.fixture
def tiny(window: MainWindow, tmp_path: Path, qtbot) -> MainWindow:
    """The window on a new run of a tiny network, ready to train."""
    window.runner.create(tmp_path / "tiny.h5", TINY)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    return window
