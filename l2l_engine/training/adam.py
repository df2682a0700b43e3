"""The update of a trial: from a gradient to new parameters.

The gradient comes out of TensorFlow; what is done with it is a dozen operations on 12,000 numbers,
which NumPy does in a fraction of what another compiled call costs, and which the update rules of
protocols (:mod:`l2l_engine.training.rules`) can change without compiling anything.
Source: Kingma & Ba (2015), with epsilon outside the bias correction as TensorFlow 1 has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig

Vector = NDArray[np.float32]


def norm(gradient: Vector) -> float:
    """Euclidean norm of a gradient (P,); NaN or infinite where it is."""
    return float(np.sqrt(gradient @ gradient))


def clip(gradient: Vector, length: float, limit: float) -> Vector:
    """The gradient (P,), scaled down to the limit where it is longer; ``length`` is its norm."""
    return gradient if length <= limit else gradient * np.float32(limit / length)


class Adam:
    """Adam's two moments and step count.

    Parameters
    ----------
    config : its learning rate, beta1, beta2 and epsilon
    size : number of parameters, P
    """

    def __init__(self, config: RunConfig, size: int) -> None:
        self._config = config
        self._mean, self._square = np.zeros(size, np.float32), np.zeros(size, np.float32)
        self._count = 0

    def step(self, parameters: Vector, gradient: Vector) -> None:
        """Update the parameters (P,) in place."""
        parameters -= self.change(gradient)

    def change(self, gradient: Vector) -> Vector:
        """What is to be subtracted from the parameters, (P,); the moments take in the gradient."""
        config = self._config
        self._count += 1
        self._mean *= np.float32(config.beta1)
        self._mean += np.float32(1.0 - config.beta1) * gradient
        self._square *= np.float32(config.beta2)
        self._square += np.float32(1.0 - config.beta2) * np.square(gradient)
        correction = np.sqrt(1.0 - config.beta2**self._count) / (1.0 - config.beta1**self._count)
        rate = np.float32(config.learning_rate * correction)
        change = rate * self._mean / (np.sqrt(self._square) + np.float32(config.epsilon))
        return np.asarray(change, np.float32)

    @property
    def moments(self) -> tuple[Vector, Vector]:
        """The two moments, (P,) each; not copies."""
        return self._mean, self._square

    def state(self) -> dict[str, NDArray[Any]]:
        """Named arrays of fixed shape, for a checkpoint."""
        return {
            "adam_mean": self._mean.copy(),
            "adam_square": self._square.copy(),
            "adam_step": np.array(self._count, np.int64),
        }

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """The inverse of :meth:`state`."""
        self._mean = np.array(state["adam_mean"], np.float32)
        self._square = np.array(state["adam_square"], np.float32)
        self._count = int(state["adam_step"])
