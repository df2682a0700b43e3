"""What a training thread hands over, and how fast it trains."""

from __future__ import annotations

import math
import threading
import time
from typing import Generic, TypeVar

T = TypeVar("T")

RATE_SECONDS = 2.0


class Mailbox(Generic[T]):
    """Holds the newest message until it is taken."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._message: T | None = None

    def put(self, message: T) -> bool:
        """Replace what is there; return whether the mailbox was empty."""
        with self._lock:
            was_empty = self._message is None
            self._message = message
        return was_empty

    def take(self) -> T | None:
        """Return the newest message, leaving the mailbox empty; None if there is none."""
        with self._lock:
            message, self._message = self._message, None
        return message

    @property
    def empty(self) -> bool:
        """Whether the newest message was taken."""
        return self._message is None


class Rate:
    """Trials a second over the last seconds."""

    def __init__(self) -> None:
        self.trials = 0
        self._marks: list[tuple[float, int]] = []

    def start(self) -> None:
        """Start counting from now."""
        self.trials = 0
        self._marks = [(time.perf_counter(), 0)]

    def value(self, now: float) -> float:
        """Return the rate at ``now``, trials/s; NaN before the first trial."""
        self._marks.append((now, self.trials))
        while len(self._marks) > 2 and self._marks[1][0] < now - RATE_SECONDS:
            del self._marks[0]
        then, trials = self._marks[0]
        return (self.trials - trials) / (now - then) if self.trials > trials else math.nan
