"""How a sweep gets on: the fraction done and the time left, of each run and of all."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from l2l_engine.sweeps.grid import SweepRun

_REMEMBERED_SECONDS = 300.0  # sessions show new trials every few seconds, so many times that

_TO_COME = frozenset({"waiting", "running", "stopped"})


@dataclass(frozen=True, slots=True)
class SweepPace:
    """How a sweep gets on: the fraction of all trials done, and the time it will still take.

    ``seconds_left`` is infinite until a rate is known; ``rate`` is trials a second of one run.
    """

    fraction: float
    seconds_left: float
    rate: float

    def left(self, run: SweepRun) -> float:
        """Seconds a run under way will still take."""
        return run.trials_left / self.rate if self.rate else float("inf")


class PaceMeter:
    """Measures the pace from one look at the runs to the next.

    The rate is that of the last five minutes, and none until trials have been seen to be run, so
    that starting the workers does not count. ``clock`` gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._at_first: int | None = None
        self._looks: deque[tuple[float, int]] = (
            deque()
        )  # when trials were seen to be run, and how many

    def __call__(self, runs: Sequence[SweepRun]) -> SweepPace:
        """The pace now."""
        done = sum(run.trials - run.inherited for run in runs)
        left = sum(run.trials_left for run in runs if run.state in _TO_COME)
        rate = self._rate(self._clock(), done)
        single = rate / (sum(run.state == "running" for run in runs) or 1)
        # as many run at a time as now, but a run cannot be shared among workers
        longest = max((run.trials_left for run in runs if run.state in _TO_COME), default=0.0)
        return SweepPace(
            fraction=done / (done + left) if done + left else 1.0,
            seconds_left=max(left / rate, longest / single) if rate else float("inf"),
            rate=single,
        )

    def _rate(self, now: float, done: int) -> float:
        """Trials a second of all runs together."""
        if self._at_first is None:
            self._at_first = done
        looks = self._looks
        if done > (looks[-1][1] if looks else self._at_first):
            looks.append((now, done))
        while len(looks) > 2 and now - looks[1][0] > _REMEMBERED_SECONDS:
            looks.popleft()
        if len(looks) < 2:
            return 0.0
        (since, before), (until, after) = looks[0], looks[-1]
        return (after - before) / (until - since)
