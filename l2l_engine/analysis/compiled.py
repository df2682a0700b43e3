"""The recurrence of one network's trials as machine code, for answers while a slider moves.

It does not hold the interpreter, as NumPy's chain of small calls does, so that a window keeps
drawing meanwhile. Results agree with :func:`l2l_engine.network.run_dynamics` to rounding;
training and the figures keep to that one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np

from l2l_engine import network, task
from l2l_engine.config import Activation, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

log = logging.getLogger(__name__)

_ACTIVATIONS = list(Activation)
_REORDER = {"reassoc", "contract", "nsz"}  # sums in any order; infinities stay what they are
_kernel: Callable[..., None] | None = None


def prepare() -> None:
    """Make :func:`run_trials` fast: two seconds the first time ever, then half a second a process.

    Without Numba, or where it fails, NumPy does the work.
    """
    global _kernel
    if _kernel is not None:
        return
    try:
        import numba

        compiled: Any = numba.njit(nogil=True, cache=True, error_model="numpy", fastmath=_REORDER)
        kernel = compiled(_step)
        for dtype in (np.float32, np.float64):
            leak, vector = dtype(1.0), np.zeros((1, 1), dtype)
            kernel(0, vector, vector[None], vector, leak, leak, vector[None].copy())
    except Exception as error:  # a missing or unfit Numba must not cost the answer
        log.info("NumPy steps the trials, as Numba cannot: %s", error)
        return
    _kernel = kernel


def run_trials(
    weights: NetworkWeights,
    drive: FloatArray,
    config: RunConfig,
    *,
    initial_state: FloatArray | None = None,
) -> FloatArray:
    """States (M, T, N) of M trials of one network under a given feed-forward drive (M, T, N).

    Parameters
    ----------
    initial_state : (M, N), optional
        Where to start; by default the network's own.
    """
    if _kernel is None:
        start = None if initial_state is None else initial_state[None]
        return network.run_dynamics(weights[None], drive[None], config, initial_state=start)[0]
    dtype = weights.recurrent.dtype
    trials, _, units = drive.shape
    start = weights.initial_state if initial_state is None else initial_state
    state = np.array(np.broadcast_to(start, (trials, units)), dtype, order="C")
    states = np.empty(drive.shape, dtype)
    _kernel(
        _ACTIVATIONS.index(config.activation),
        np.ascontiguousarray(weights.recurrent),
        np.ascontiguousarray(drive, dtype),
        state,
        dtype.type(config.alpha),
        dtype.type(1.0 - config.alpha),
        states,
    )
    return states


def simulate(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    initial_state: FloatArray | None = None,
) -> FloatArray:
    """As :func:`l2l_engine.network.simulate`, for a stack of K networks.

    Parameters
    ----------
    stimuli : (K, M, stimulus_channels)
    initial_state : (K, M, N), optional
        Where to start; by default each network's own.

    Returns
    -------
    (K, M, T, N)
    """
    shown = task.inputs(stimuli, config)
    states = [
        run_trials(
            weights[row],
            shown[row] @ weights.input[row] + weights.bias[row],
            config,
            initial_state=None if initial_state is None else initial_state[row],
        )
        for row in range(len(stimuli))
    ]
    return np.stack(states)


def _step(
    activation: int,
    recurrent: FloatArray,
    drive: FloatArray,
    state: FloatArray,
    alpha: np.floating[Any],
    leak: np.floating[Any],
    states: FloatArray,
) -> None:
    """Fill ``states`` (M, T, N) from ``state`` (M, N), which ends as the last; for Numba."""
    trials, steps, units = drive.shape
    current = np.empty_like(state)
    for step in range(steps):
        for trial in range(trials):
            for unit in range(units):
                current[trial, unit] = drive[trial, step, unit]
            for source in range(units):
                rate = state[trial, source]
                for unit in range(units):
                    current[trial, unit] += rate * recurrent[source, unit]
            if activation == 0:
                for unit in range(units):
                    net = current[trial, unit]
                    current[trial, unit] = max(net, 0) + np.log1p(np.exp(-abs(net)))
            elif activation == 2:
                for unit in range(units):
                    current[trial, unit] = np.tanh(current[trial, unit])
            else:
                for unit in range(units):
                    net = max(current[trial, unit], 0)
                    current[trial, unit] = net if activation == 1 else net * net
            for unit in range(units):
                after = leak * state[trial, unit] + alpha * current[trial, unit]
                state[trial, unit] = after
                states[trial, step, unit] = after
