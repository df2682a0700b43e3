"""Small networks whose behaviour is known."""

from __future__ import annotations

import numpy as np

from l2l_engine.config import Activation, RunConfig
from l2l_engine.network import NetworkWeights

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


def bistable(stimuli, *, start=0.0, dtype=np.float64):
    """A tanh network whose unit 0 remembers the sign of (s_1 - s_0) . x and is read as the choice.

    Unit 1 follows the fixation input and is read as fixation. ``stimuli`` is (2, channels);
    ``start`` is unit 0's initial state, and so its tendency without a stimulus.
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
