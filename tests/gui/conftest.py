"""Real windows on real sessions; nothing may outlive its test."""

from __future__ import annotations

import gc
import logging
import os
import shutil
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from driving import PATIENCE, TINY, bring_to_front, settle
from PyQt6 import sip
from PyQt6.QtCore import QThread, QTimer
from PyQt6.QtWidgets import QApplication

from l2l_engine.run import Run
from l2l_gui.dialogs import guard
from l2l_gui.look.resources_path import data
from l2l_gui.look.theme import theme
from l2l_gui.model.settings import settings
from l2l_gui.window.application import application
from l2l_gui.window.main_window import MainWindow
from l2l_gui.workers import engine_thread
from l2l_gui.workers.results import results

LASTING = {"Profile", "IO loop"}  # of Dask, once in use
THREADS_END = 5.0  # s


@pytest.fixture(scope="session", autouse=True)
def somewhere_to_draw() -> None:
    """In memory where there is no screen: asked only now, when a test process has its virtual one."""
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(scope="session")
def qapp_cls(somewhere_to_draw: None) -> type[QApplication]:
    return QApplication


@pytest.fixture(autouse=True)
def sandbox(
    qapp: QApplication,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The user's settings and sessions stay untouched; every test starts in the light theme."""
    results.clear()  # tests change what they are given
    # a run that is opened sets its window aside from the collector, which here is one of hundreds
    monkeypatch.setattr(engine_thread, "gc", SimpleNamespace(freeze=lambda: None))
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
    """Fail a test that leaves a thread, a child process, an active timer or a window.

    Widgets given to ``qtbot`` are closed by it, after this; they are told apart by their owner.
    """
    _set_modules_aside()
    threads_before, began = _python_threads(), _ticks()
    before = {id(widget) for widget in QApplication.topLevelWidgets()}
    timers = {id(timer) for timer in _alive(gc.get_objects(), QTimer) if timer.isActive()}
    yield
    for _ in range(2):  # connections are deleted after what they connected
        QApplication.processEvents()
        QApplication.sendPostedEvents(None, 52)  # deferred deletions
    gc.collect()
    objects = gc.get_objects()
    threads = [each for each in _alive(objects, QThread) if each.isRunning() and each != _main()]
    assert not threads, f"left running: {[thread.objectName() for thread in threads]}"
    give_up = time.monotonic() + THREADS_END
    while (left := _python_threads() - threads_before) and time.monotonic() < give_up:
        time.sleep(0.02)  # a file being closed by a thread of its own
    assert not left, f"left running: {sorted(thread.name for thread in left)}"
    children = _children(began)
    assert not children, f"left running: processes {sorted(children)}"
    if "qtbot" in request.fixturenames and "window" not in request.fixturenames:
        return
    windows = [
        widget
        for widget in QApplication.topLevelWidgets()
        if id(widget) not in before and widget.isVisible()
    ]
    assert not windows, f"left open: {windows}"
    active = [t for t in _alive(objects, QTimer) if t.isActive() and id(t) not in timers]
    del objects
    assert not active, f"left ticking: {[(t.parent(), t.interval()) for t in active]}"


_modules = 0


def _set_modules_aside() -> None:
    """Keep what modules hold, of TensorFlow a million objects, from being looked through each time.

    Not before every test: of windows that are still to be collected nothing ever would be.
    """
    global _modules
    if len(sys.modules) != _modules:
        gc.collect()
        gc.freeze()
        _modules = len(sys.modules)


def _alive(objects: list, kind: type) -> list:
    # of the type, as isinstance would ask proxies
    found = (each for each in objects if issubclass(type(each), kind))
    return [each for each in found if not sip.isdeleted(each)]


def _python_threads() -> set[threading.Thread]:
    """Threads Python started; Qt's pools keep theirs, which Python knows as dummies."""
    return {
        thread
        for thread in threading.enumerate()
        if not isinstance(thread, threading._DummyThread)
        and thread.name not in LASTING  # of the process
    }


def _ticks() -> int:
    """Now, as ``/proc`` has when a process started."""
    if not hasattr(time, "CLOCK_BOOTTIME"):
        return 0
    return int(time.clock_gettime(time.CLOCK_BOOTTIME) * os.sysconf("SC_CLK_TCK"))


def _children(since: int) -> set[int]:
    """Child processes that have started since then and run; a zombie has ended."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            words = stat.read_text().rpartition(")")[2].split()
            if int(words[1]) != os.getpid() or words[0] == "Z" or int(words[19]) < since:
                continue
            command = stat.with_name("cmdline").read_bytes()
        except OSError:  # ended meanwhile
            continue
        if b"resource_tracker" not in command:
            found.add(int(stat.parent.name))
    return found


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
        with (
            pytest.MonkeyPatch.context() as patch
        ):  # a test that failed midway hangs on no question
            patch.setattr(guard, "agrees", lambda *_: True)
            made.close()
        sip.delete(made)


@pytest.fixture
def opened(window: MainWindow, learned: Path, qtbot) -> MainWindow:
    """The window showing the learned session."""
    window.runner.open(learned)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    return window


@pytest.fixture(scope="session")
def six_problems(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A session of a tiny network that learned six problems; to be copied."""
    path = tmp_path_factory.mktemp("tiny") / "six.h5"
    with Run.create(path, TINY.replace(problems=6)) as run:
        while not run.finished:
            run.step()
    return path


@pytest.fixture
def small(window: MainWindow, six_problems: Path, tmp_path: Path, qtbot) -> MainWindow:
    """The window showing six problems of a tiny network, for what does not depend on the network."""
    window.runner.open(Path(shutil.copyfile(six_problems, tmp_path / "six.h5")))
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
