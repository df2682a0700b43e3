"""Garbage collection and the end of the process, so that Qt objects are deleted in a safe order."""

from __future__ import annotations

import gc

from PyQt6 import sip
from PyQt6.QtCore import QCoreApplication, QObject, QTimer
from PyQt6.QtWidgets import QGraphicsItem, QGraphicsLayoutItem

INTERVAL_MS = 500
OLDEST = 2


class GarbageCollection(QObject):
    """Collects on the GUI thread, by a timer, instead of Python's own collector.

    Python collects on whichever thread allocates most, here the one that trains. A reference
    cycle with a Qt object in it, freed there, stops timers and signals of the GUI thread and now
    and then crashes the process. Generations and thresholds are Python's.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._frozen = False
        timer = QTimer(self)
        timer.timeout.connect(self.collect_due)
        timer.start(INTERVAL_MS)

    def collect_due(self) -> None:
        """Collect the oldest generation that is due, which includes the younger ones.

        What is there at the first full collection (modules, the window) stays as long as the
        process and is never looked at again: that would take 50 ms each time.
        """
        counts = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, limit) in enumerate(counts) if count > limit > 0]
        if not due:
            return
        gc.collect(due[-1])
        if due[-1] == OLDEST and not self._frozen:
            gc.freeze()
            self._frozen = True


def leave_to_the_system() -> None:
    """Let no Qt object but the application be deleted when Python ends.

    PyQt's own clean-up goes through the table of Qt objects and deletes those that Python owns;
    it crashes where deleting one takes its neighbour in the table along, as plots do. Everything
    that must be saved is saved when the window closes; memory goes back with the process.
    """
    gc.unfreeze()
    application = QCoreApplication.instance()
    for wrapper in gc.get_objects():
        if (
            issubclass(type(wrapper), sip.simplewrapper)
            and wrapper is not application
            and not sip.isdeleted(wrapper)
            and isinstance(wrapper, QObject | QGraphicsItem | QGraphicsLayoutItem)
            and sip.ispyowned(wrapper)
        ):
            sip.transferto(wrapper, None)  # type: ignore[arg-type]  # None: to C++
