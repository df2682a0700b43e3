"""The remaining time of running work, in words."""

from __future__ import annotations

import time

from l2l_engine.outlook import duration

SOON = 1.0  # s; before that no estimate is worth anything


class Outlook:
    """Times one piece of work after the other, from when its progress is first seen."""

    def __init__(self) -> None:
        self._work: object = None
        self._since, self._start = 0.0, 0.0

    def words(self, work: object, fraction: float) -> str:
        """``12 s left``, or nothing while that is not known."""
        now = time.monotonic()
        if work is not self._work or fraction < self._start:
            self._work, self._since, self._start = work, now, fraction
        done, elapsed = fraction - self._start, now - self._since
        if done <= 0.0 or elapsed < SOON:
            return ""
        return f"{duration((1.0 - fraction) * elapsed / done)} left"
