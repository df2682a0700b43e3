"""Drawing by turns, so that no single turn of the event loop takes long.

What is drawn in one turn reaches the screen in one repaint.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from PyQt6.QtCore import QObject, QTimer

TURN = 0.006  # s


class RedrawQueue(QObject):
    """Runs what was added, each once; what does not fit in a short turn waits for the next."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: dict[Callable[[], None], None] = {}
        self._turn = QTimer(self)
        self._turn.setInterval(0)
        self._turn.timeout.connect(self._next)

    def add(self, redraw: Callable[[], None]) -> None:
        """Run ``redraw`` soon; adding it again before then changes nothing."""
        self._waiting[redraw] = None
        if not self._turn.isActive():
            self._turn.start()

    def clear(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        self._turn.stop()

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self._waiting

    def _next(self) -> None:
        end = time.perf_counter() + TURN
        while self._waiting and time.perf_counter() < end:
            redraw = next(iter(self._waiting))
            del self._waiting[redraw]
            if not self._waiting:
                self._turn.stop()
            redraw()
