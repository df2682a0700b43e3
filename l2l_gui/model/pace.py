"""How often displays of the run are refreshed: curves more often than text."""

from __future__ import annotations

import time

from l2l_gui.model.snapshot import RunState, Snapshot

CURVE = 20.0
PICTURE = 10.0
TEXT = 8.0
_EARLY = 0.004  # snapshots come a little unevenly


class RefreshPace:
    """Passes a limited number of snapshots per second while a run trains, and all others."""

    def __init__(self, per_second: float) -> None:
        self._interval = 1.0 / per_second - _EARLY
        self._last = -1.0

    def due(self, snapshot: Snapshot) -> bool:
        """Whether to show this snapshot; the one that ends training is always shown."""
        now = time.perf_counter()
        if snapshot.state is RunState.TRAINING and now - self._last < self._interval:
            return False
        self._last = now
        return True
