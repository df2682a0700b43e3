"""How smoothly the window runs: how late its event loop is, and how long it paints."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from PyQt6.QtCore import QEvent, QObject, Qt, QTimer
from PyQt6.QtWidgets import QWidget

BEAT_MS = 4


class FrameMeter(QObject):
    """Measures one window from :meth:`start` to :meth:`stop`.

    A frame is one repaint of the window, all its widgets; its processor time leaves out what
    other threads and programs took meanwhile. The loop's latency is how late a
    timer of 4 ms comes: what a key press would have to wait.
    """

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._beat = QTimer(self)
        self._beat.setTimerType(Qt.TimerType.PreciseTimer)
        self._beat.setInterval(BEAT_MS)
        self._beat.timeout.connect(self._tick)
        self.frames: list[float] = []
        self.painting: list[float] = []
        self.latencies: list[float] = []
        self._last = 0.0
        self._began = self._seconds = 0.0

    def start(self) -> None:
        """Start over."""
        self.frames, self.painting, self.latencies = [], [], []
        self._began = self._last = time.perf_counter()
        self._beat.start()
        self._window.installEventFilter(self)

    def stop(self) -> None:
        """Stop measuring."""
        self._beat.stop()
        self._window.removeEventFilter(self)
        self._seconds = time.perf_counter() - self._began

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Time the repaint, which happens inside this event."""
        assert watched is not None
        assert event is not None
        if event.type() != QEvent.Type.UpdateRequest:
            return False
        start, busy = time.perf_counter(), time.thread_time()
        watched.event(event)
        self.frames.append(1e3 * (time.perf_counter() - start))
        self.painting.append(1e3 * (time.thread_time() - busy))
        return True

    def _tick(self) -> None:
        now = time.perf_counter()
        self.latencies.append(max(0.0, 1e3 * (now - self._last) - BEAT_MS))
        self._last = now

    def report(self) -> dict[str, float | dict[str, float]]:
        """Percentiles in ms, and frames a second."""
        seconds = self._seconds or time.perf_counter() - self._began
        return {
            "seconds": round(seconds, 2),
            "frames per second": round(len(self.frames) / max(seconds, 1e-9), 1),
            "frame ms": percentiles(self.frames),
            "frame processor ms": percentiles(self.painting),
            "event loop latency ms": percentiles(self.latencies),
        }


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """Median, 95 %, 99 % and the largest; empty without values."""
    if not values:
        return {}
    levels = {"median": 50, "p95": 95, "p99": 99, "largest": 100}
    return {name: round(float(np.percentile(values, q)), 2) for name, q in levels.items()}
