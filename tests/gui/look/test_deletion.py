"""Objects that wait to be deleted are whole until they are."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path

from PyQt6 import sip
from PyQt6.QtCore import QCoreApplication, QEvent, QObject, QTimer

import l2l_gui
from l2l_gui.look.deletion import delete_later
from l2l_gui.window.notifications import Notifications


def renamed_late(parent: QObject) -> list[weakref.ref]:
    """Delete a child whose timer, once connected, refers back to it; both Python halves."""
    child = QObject(parent)
    timer = QTimer(child)
    timer.timeout.connect(lambda: child.setObjectName("late"))
    delete_later(child)
    delete_later(child)
    return [weakref.ref(child), weakref.ref(timer)]


def test_what_waits_to_be_deleted_is_not_collected_and_afterwards_it_is(qapp):
    parent = QObject()
    halves = renamed_late(parent)
    gc.collect()
    assert all(half() is not None and not sip.isdeleted(half()) for half in halves)
    for _ in range(2):  # connections are deleted after what they connected
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QCoreApplication.processEvents()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    assert not parent.children()
    assert [half() for half in halves] == [None, None]


def test_nothing_else_deletes_later():
    rooms = Path(l2l_gui.__file__).parent
    found = {
        path.name for path in rooms.rglob("*.py") if ".deleteLater()" in path.read_text("utf-8")
    }
    assert found == {"deletion.py"}


def test_a_dismissed_message_is_not_collected_before_its_timer_is_deleted(qtbot):
    notifications = Notifications()
    qtbot.addWidget(notifications)
    notifications.inform("Read and dismissed.")
    half = weakref.ref(notifications.bars[0])
    notifications.clear()
    gc.collect()
    assert half() is not None
