"""What the engine's thread hands over, and how fast it is."""

from __future__ import annotations

import math
import threading
import time

from l2l_gui.model.snapshot import Snapshot

RATE_SECONDS = 2.0


class Mailbox:
    """Holds the newest snapshot until it is taken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None

    def put(self, snapshot: Snapshot) -> bool:
        """Replace what is there; whether it was empty."""
        with self._lock:
            was_empty = self._snapshot is None
            self._snapshot = snapshot
        return was_empty

    def take(self) -> Snapshot | None:
        """Empty it."""
        with self._lock:
            snapshot, self._snapshot = self._snapshot, None
        return snapshot

    @property
    def empty(self) -> bool:
        """Whether the newest snapshot was taken."""
        return self._snapshot is None


class Rate:
    """Trials a second over the last seconds."""

    def __init__(self) -> None:
        self.trials = 0
        self._marks: list[tuple[float, int]] = []

    def start(self) -> None:
        """Begin anew."""
        self.trials = 0
        self._marks = [(time.perf_counter(), 0)]

    def value(self, now: float) -> float:
        """The rate now; NaN before there is one."""
        self._marks.append((now, self.trials))
        while len(self._marks) > 2 and self._marks[1][0] < now - RATE_SECONDS:
            del self._marks[0]
        then, trials = self._marks[0]
        return (self.trials - trials) / (now - then) if self.trials > trials else math.nan
