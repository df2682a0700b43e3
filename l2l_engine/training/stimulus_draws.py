"""Which of its problem's two stimuli each trial of a batch shows, drawn so that a draw can be undone."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task


class StimulusDraws:
    """The draws of one problem, from a stream nothing else draws from meanwhile."""

    def __init__(self, batch_size: int) -> None:
        self._batch_size = batch_size
        self._before: dict[str, Any] | None = None  # the stream's state before the first
        self._count = 0

    def draw(self, random: np.random.RandomState) -> NDArray[np.integer]:
        """The stimulus of each trial of a batch, (B,), 0 or 1."""
        if self._before is None:
            self._before = random.get_state(legacy=False)
        self._count += 1
        return random.randint(task.RESPONSES, size=self._batch_size)

    def forget_last(self, random: np.random.RandomState) -> None:
        """Draw all but the last again: keeping the stream's state at each would cost 0.07 ms."""
        assert self._before is not None
        random.set_state(self._before)
        self._count -= 1
        for _ in range(self._count):
            random.randint(task.RESPONSES, size=self._batch_size)
