"""The noise of every trial, drawn ahead on another thread.

A trial's noise depends only on the run's seed and the trial's number, so a run that is stopped,
resumed or stepped by hand sees the same noise, and nothing about it needs saving.
"""

from __future__ import annotations

import math
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig
from l2l_engine.training.crossing import aligned
from l2l_engine.training.helper import Helper
from l2l_engine.training.recurrence import padded

_TRAINING, _PROBING = 0, 1  # streams of one seed: looking never uses up training's noise


def probe_generator(seed: int, problem: int) -> np.random.Generator:
    """The random stream for looking at the network after a problem, apart from training's."""
    sequence = np.random.SeedSequence(seed, spawn_key=(_PROBING, problem))
    return np.random.Generator(np.random.SFC64(sequence))


def silence(config: RunConfig) -> NDArray[np.float32]:
    """The noise of a trial without any, float32 (T, B, W)."""
    return aligned((config.steps, config.batch_size, padded(config.units)))


class NoiseStream:
    """The recurrent noise of a run's trials, each float32 (T, B, W).

    Asking for trial n starts preparing trial n + 1 on ``helper``, which takes a third of a
    millisecond at the paper's size. An array stays valid until the trial after the next is asked
    for. Columns past the network's N units are 0.

    Parameters
    ----------
    config : of the run
    helper : draws the next trial's noise while this one runs
    """

    def __init__(self, config: RunConfig, helper: Helper) -> None:
        self._config, self._helper = config, helper
        silent = config.sigma_rec == 0.0
        # one being read, one ready, one being filled
        self._buffers = [silence(config) for _ in range(1 if silent else 3)]
        self._next: tuple[int, Future[NDArray[np.float32]]] | None = None

    def trial(self, number: int) -> NDArray[np.float32]:
        """The noise of the ``number``-th trial of the run, from 0."""
        if len(self._buffers) == 1:
            return self._buffers[0]
        if self._next is not None and self._next[0] == number:
            ready = self._next[1].result()
        else:
            if self._next is not None:
                self._next[1].result()  # it may hold the buffer wanted now
            ready = self._draw(number)
        self._next = (number + 1, self._helper.submit(self._draw, number + 1))
        return ready

    def _draw(self, number: int) -> NDArray[np.float32]:
        from l2l_engine.training.normals import NormalStream  # imports Numba, for training alone

        config, noise = self._config, self._buffers[number % len(self._buffers)]
        sequence = np.random.SeedSequence(config.seed, spawn_key=(_TRAINING, number))
        gain = math.sqrt(2.0 * config.alpha_noise) * config.sigma_rec
        NormalStream(sequence).low_passed(1.0 - config.alpha_noise, gain, noise, config.units)
        return noise
