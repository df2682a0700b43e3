"""Disturbing a trial of a learned network: pulses, lesions, noise, a shifted go signal.

Nothing here changes the network or its training: every function has its own random stream
and returns what a trial would have been.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, task
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.noise import recurrent_noise
from l2l_engine.task import FloatArray

Float64Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """M trials of one network."""

    states: FloatArray  # (M, T, N)
    outputs: FloatArray  # (M, T, 3) after the softmax


@dataclass(frozen=True, slots=True, eq=False)
class Pulse:
    """A push of the state of every trial at one time."""

    direction: FloatArray  # (N,) of any length above 0, normalised
    size: float  # in rate units; negative pushes the other way
    time_ms: float  # of the state pushed; 0 pushes the initial state


@dataclass(frozen=True, slots=True)
class Probe:
    """All disturbances of a trial at once; the default disturbs nothing."""

    sigma_rec: float = 0.0  # recurrent noise
    seed: int = 0  # of the noise
    lesioned: tuple[int, ...] = ()  # units silenced
    go_ms: float | None = None  # when fixation goes off; the trial's length holds it on
    pulse: Pulse | None = None


def probe_trials(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    probe: Probe,
    *,
    unpushed: FloatArray | None = None,
) -> Trials:
    """Trials of one network under a probe, computed in float64, given in the dtype of the weights.

    A pulse shows in the state at its time: after ``time_ms`` / dt steps.

    Parameters
    ----------
    weights : one network
    stimuli : (M, stimulus_channels)
        One trial each.
    unpushed : (M, T, N), optional
        States under the same probe without its pulse, if at hand: only what follows the pulse
        is then simulated.

    Raises
    ------
    L2LError
        When a unit, a time or a direction is out of range.
    """
    dtype, weights = weights.recurrent.dtype, weights.astype(np.float64)
    if probe.lesioned:
        weights = lesion(weights, probe.lesioned)
    trials, steps = len(stimuli), config.steps
    shown = _inputs(np.asarray(stimuli, np.float64), config, probe.go_ms)
    drive = shown @ weights.input + weights.bias
    if probe.sigma_rec > 0:
        shape = (trials, steps, weights.units)
        drive += probe.sigma_rec * _unit_noise(probe.seed, shape, config.replace(sigma_rec=1.0))

    def run(start: int, state: FloatArray | None) -> FloatArray:
        started = None if state is None else state[None]
        return network.run_dynamics(
            weights[None], drive[None, :, start:], config, initial_state=started
        )[0]

    if probe.pulse is None:
        states = run(0, None)
    else:
        step, push = _push(probe.pulse, weights.units, config)
        if step == 0:
            states = run(0, np.broadcast_to(weights.initial_state + push, (trials, weights.units)))
        else:
            states = np.array(run(0, None) if unpushed is None else unpushed, np.float64)
            states[:, step - 1] += push
            if step < steps:
                states[:, step:] = run(step, states[:, step - 1])
    if probe.lesioned:
        states[..., list(probe.lesioned)] = 0.0  # they drive nothing; show them silent
    states, weights = states.astype(dtype, copy=False), weights.astype(dtype)
    return Trials(states, network.outputs(weights[None], states[None])[0])


@functools.lru_cache(maxsize=4)
def _unit_noise(seed: int, shape: tuple[int, ...], config: RunConfig) -> FloatArray:
    """Recurrent noise, kept: while a slider moves only its level changes."""
    return recurrent_noise(np.random.default_rng(seed), shape, config, np.float64)


def lesion(weights: NetworkWeights, units: Iterable[int]) -> NetworkWeights:
    """A copy of a network, or of a stack, in which ``units`` neither receive nor send.

    Their input, recurrent (both ways), bias and output weights and their initial state are 0.

    Raises
    ------
    L2LError
        When there is no such unit.
    """
    chosen = list(units)
    for unit in chosen:
        if not 0 <= unit < weights.units:
            raise L2LError(f"There is no unit {unit}: units run from 0 to {weights.units - 1}.")
    result = weights.copy()
    for array in (result.input, result.recurrent, result.bias, result.initial_state):
        array[..., chosen] = 0.0
    result.recurrent[..., chosen, :] = 0.0
    result.output[..., chosen, :] = 0.0
    return result


def _inputs(stimuli: FloatArray, config: RunConfig, go_ms: float | None) -> FloatArray:
    shown = task.inputs(stimuli, config)
    if go_ms is not None:
        go = _step("go signal", go_ms, config)
        shown[..., go:, -1] = 0.0
        shown[..., :go, -1] = config.stimulus_channels**-0.5
    return shown


def _push(pulse: Pulse, units: int, config: RunConfig) -> tuple[int, Float64Array]:
    direction = np.asarray(pulse.direction, np.float64)
    length = np.linalg.norm(direction)
    if direction.shape != (units,) or not np.isfinite(length) or length == 0:
        raise L2LError(
            f"The pulse's direction must be {units} finite numbers that are not all 0, one a unit."
        )
    return _step("pulse", pulse.time_ms, config), pulse.size / length * direction


def _step(name: str, time_ms: float, config: RunConfig) -> int:
    length = config.steps * config.dt
    if not 0 <= time_ms <= length:
        raise L2LError(f"The {name} at {time_ms:g} ms is outside the trial, 0 to {length:g} ms.")
    return round(time_ms / config.dt)
