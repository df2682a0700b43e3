"""Small networks with known behaviour, against which analyses are checked."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from l2l_engine.config import Activation, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

CONFIG = RunConfig(
    units=2,
    penalised_singular_values=2,
    manifold_dimensions=2,
    activation=Activation.TANH,
    tau=20.0,
    sample_ms=60,
    delay_ms=100,
    response_ms=60,
    mask_ms=10,
)
"""Two tanh units and a trial of 220 ms."""

STIMULI: FloatArray = np.eye(10)[:2]
"""The first two axes of the stimulus channels."""


def bistable(
    stimuli: FloatArray = STIMULI, *, start: float = 0.0, dtype: DTypeLike = np.float64
) -> NetworkWeights:
    """A tanh network whose unit 0 remembers the sign of (s_1 - s_0) . x and is read as the choice.

    Unit 1 follows the fixation input and is read as fixation.

    Parameters
    ----------
    stimuli : (2, channels)
    start : float
        Unit 0's initial state, and so its tendency without a stimulus.
    dtype : dtype_like
    """
    channels = stimuli.shape[1]
    weights = NetworkWeights(
        input=np.zeros((channels + 1, 2)),
        recurrent=np.diag([2.0, 0.0]),
        bias=np.zeros(2),
        initial_state=np.array([[start, 1.0]]),
        output=np.array([[-3.0, 3.0, 0.0], [0.0, 0.0, 16.0]]),
        output_bias=np.array([0.0, 0.0, -8.0]),
    )
    weights.input[-1, 1] = 10.0
    weights.input[:-1, 0] = 2.0 * (stimuli[1] - stimuli[0])
    return weights.astype(dtype)


def memories() -> tuple[NetworkWeights, FloatArray]:
    """Five bistable memories, each of two stimuli of its own, and these stimuli (5, 2, 10)."""
    stimuli = np.stack([np.eye(10)[[k, k + 1]] for k in range(0, 10, 2)])
    return NetworkWeights.stack([bistable(pair) for pair in stimuli]), stimuli


def unconnected(bias: ArrayLike, start: ArrayLike = 0.0) -> NetworkWeights:
    """A network without inputs, recurrence or readout: each unit relaxes to phi of its bias.

    Parameters
    ----------
    bias : (N,)
    start : (N,) or float
        The initial state.
    """
    constant = np.asarray(bias, np.float64)
    units = len(constant)
    return NetworkWeights(
        input=np.zeros((11, units)),
        recurrent=np.zeros((units, units)),
        bias=constant,
        initial_state=np.broadcast_to(np.asarray(start, np.float64), (1, units)).copy(),
        output=np.zeros((units, 3)),
        output_bias=np.zeros(3),
    )
