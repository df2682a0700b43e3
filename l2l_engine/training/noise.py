"""The white noise of every trial, drawn ahead on another thread.

A trial's noise depends only on the run's seed and the trial's number, so a run that is stopped,
resumed or stepped by hand sees the same noise, and nothing about it needs saving.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig

_TRAINING, _PROBING = 0, 1  # streams of one seed: looking never uses up training's noise


def probe_generator(seed: int, problem: int) -> np.random.Generator:
    """The random stream for looking at the network after a problem, apart from training's."""
    sequence = np.random.SeedSequence(seed, spawn_key=(_PROBING, problem))
    return np.random.Generator(np.random.SFC64(sequence))


class NoiseStream:
    """White noise of a run's trials, each float32 (T, B, N).

    Asking for trial n starts preparing trial n + 1, which takes about 2 ms on another core.
    An array stays valid until the trial after the next is asked for.
    """

    def __init__(self, config: RunConfig) -> None:
        self._seed = config.seed
        shape = (config.steps, config.batch_size, config.units)
        self._silent = np.zeros(shape, np.float32) if config.sigma_rec == 0.0 else None
        # one being read, one ready, one being filled
        self._buffers = [np.empty(shape, np.float32) for _ in range(3)]
        self._worker: ThreadPoolExecutor | None = None
        self._next: tuple[int, Future[NDArray[np.float32]]] | None = None

    def trial(self, number: int) -> NDArray[np.float32]:
        """The noise of the ``number``-th trial of the run, from 0."""
        if self._silent is not None:
            return self._silent
        if self._worker is None:
            self._worker = ThreadPoolExecutor(1, thread_name_prefix="noise")
        if self._next is not None and self._next[0] == number:
            ready = self._next[1].result()
        else:
            if self._next is not None:
                self._next[1].result()  # it may hold the buffer wanted now
            ready = self._draw(number)
        self._next = (number + 1, self._worker.submit(self._draw, number + 1))
        return ready

    def close(self) -> None:
        """End the thread."""
        if self._worker is not None:
            self._worker.shutdown(wait=True)
            self._worker = None
        self._next = None

    def _draw(self, number: int) -> NDArray[np.float32]:
        sequence = np.random.SeedSequence(self._seed, spawn_key=(_TRAINING, number))
        buffer = self._buffers[number % len(self._buffers)]
        np.random.Generator(np.random.SFC64(sequence)).standard_normal(dtype=np.float32, out=buffer)
        return buffer
