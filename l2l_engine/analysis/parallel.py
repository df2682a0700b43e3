"""Parts of a long analysis computed on two cores, in threads that release the interpreter lock."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from functools import partial
from typing import TypeVar

from threadpoolctl import threadpool_limits

from l2l_engine.analysis.progress import Progress

T = TypeVar("T")

THREADS = 2  # more gain little, as memory is what such analyses wait for


class _Shares:
    """The overall progress of parts that run side by side."""

    def __init__(self, costs: Sequence[float], progress: Progress | None) -> None:
        self._costs, self._progress = costs, progress
        self._done = [0.0] * len(costs)
        self._lock = threading.Lock()
        self.stopped = False
        self.error: BaseException | None = None

    def report(self, part: int, fraction: float) -> None:
        """Report a part's progress; once one part is cancelled, all are."""
        with self._lock:
            if self.stopped:
                raise InterruptedError
            self._done[part] = fraction * self._costs[part]
            if self._progress is not None:
                try:
                    self._progress(min(sum(self._done) / sum(self._costs), 1.0))
                except BaseException as error:
                    self.stopped, self.error = True, error
                    raise


def in_parallel(
    parts: Sequence[Callable[[Progress], T]], costs: Sequence[float], progress: Progress | None
) -> Iterator[tuple[int, T]]:
    """Run the parts, two at a time, and yield each one's index and result as it finishes.

    Parameters
    ----------
    parts : each takes a progress of its own
    costs : what each costs, in any unit
    progress : told of the whole; an exception it raises ends every part and passes through
    """
    shares = _Shares(costs, progress)
    if not parts:
        return
    pool = ThreadPoolExecutor(min(THREADS, len(parts), os.cpu_count() or 1))
    with threadpool_limits(1, "blas"):  # two threads of ours, not four of BLAS
        try:
            places = {
                pool.submit(part, partial(shares.report, place)): place
                for place, part in enumerate(parts)
            }
            for future in as_completed(places):
                if (error := future.exception()) is not None:
                    raise shares.error or error  # not what it ended the other parts with
                yield places[future], future.result()
                shares.report(places[future], 1.0)
        finally:
            shares.stopped = True
            pool.shutdown(cancel_futures=True)
