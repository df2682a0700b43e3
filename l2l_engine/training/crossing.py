"""Arrays that NumPy and TensorFlow both see, so that none is copied on its way between them.

``tf.constant`` copies the noise of a trial twice, which takes as long as a twentieth of the trial.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_LINE = 64  # bytes of a cache line, where TensorFlow wants its arrays to begin

Tensor = Any


def aligned(shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Zeros, float32, that :func:`lend` need not copy."""
    size = 4 * int(np.prod(shape))
    memory = np.zeros(size + _LINE, np.uint8)
    start = -memory.ctypes.data % _LINE
    return memory[start : start + size].view(np.float32).reshape(shape)


def lend(array: NDArray[np.float32]) -> Tensor:
    """The array as a tensor, over the same memory where it begins at a cache line.

    It must not change while TensorFlow reads it.
    """
    import tensorflow as tf

    if array.ctypes.data % _LINE or not array.flags.c_contiguous:
        return tf.constant(array)
    return tf.experimental.dlpack.from_dlpack(array.__dlpack__())


def borrow(tensor: Tensor) -> NDArray[np.float32]:
    """The tensor as a read-only array over the same memory, which it keeps alive."""
    return np.asarray(memoryview(tensor))
