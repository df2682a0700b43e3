"""A second thread for what a trial needs besides TensorFlow's call: noise and singular vectors."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self


def cores() -> int:
    """Processor cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Helper:
    """Runs one call after the other on a thread of its own, or at once where there is one core.

    Either way the results are the same. The thread starts with the first call and ends with
    :meth:`close`; a later call starts another.
    """

    def __init__(self) -> None:
        self._alone = cores() == 1
        self._thread: ThreadPoolExecutor | None = None

    def submit(self, call: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Have ``call`` run; ask the future for its result."""
        if self._alone:
            done: Future[Any] = Future()
            done.set_result(call(*arguments))
            return done
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="training-helper")
        return self._thread.submit(call, *arguments)

    def close(self) -> None:
        """Wait for what is running, and end the thread."""
        if self._thread is not None:
            self._thread.shutdown(wait=True)
            self._thread = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
