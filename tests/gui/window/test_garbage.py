"""Where and when Python's garbage is collected while the window is open."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading

from PyQt6.QtCore import QCoreApplication

from l2l_gui.window.garbage import GarbageCollection


class Cycle:
    """Garbage that only the collector frees; it notes the thread on which that happens."""

    freed: list[int]

    def __init__(self, freed: list[int]) -> None:
        self.freed = freed
        self.me = self

    def __del__(self) -> None:
        self.freed.append(threading.get_ident())


def test_cycles_made_on_another_thread_are_freed_on_the_gui_thread(qtbot):
    collection = QCoreApplication.instance().findChild(GarbageCollection)
    freed: list[int] = []

    def train() -> None:
        for _ in range(5 * gc.get_threshold()[0]):
            Cycle(freed)

    thread = threading.Thread(target=train)
    thread.start()
    thread.join()
    assert not freed
    collection.collect_due()
    assert set(freed) == {threading.get_ident()}


END = """
import sys
from PyQt6.QtCore import QObject
from l2l_gui.window.application import application
app = application()
parent = QObject()
parent.destroyed.connect(lambda: print("deleted"))
kept = [parent, *(QObject(parent) for _ in range(50))]
sys.exit(7)
"""


def test_no_qt_object_is_deleted_when_the_process_ends():
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", END],
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
    )
    assert (done.returncode, done.stdout, done.stderr) == (7, "", "")
