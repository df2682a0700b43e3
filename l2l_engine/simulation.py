"""Simulating a network or a stack of networks on their stimuli or on your own inputs, for scripts.

>>> import l2l_engine as l2l
>>> with l2l.load_example() as session:
...     problem = session[52]
>>> activity = l2l.simulate(problem.network, problem.stimuli)
>>> activity.states.shape
(2, 2000, 100)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from l2l_engine import network, task
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.noise import recurrent_noise
from l2l_engine.task import FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A network, or a stack of them, with the parameters it runs under."""

    weights: NetworkWeights
    config: RunConfig

    def __repr__(self) -> str:
        stack = self.weights.bias.shape[:-1]
        many = f"{stack[0]} networks" if stack else "network"
        return f"<{many} of {self.weights.units} {self.config.activation.value} units>"


@dataclass(frozen=True, slots=True, eq=False)
class Activity:
    """States and outputs of M trials; for a stack of K networks the first axis is K.

    Attributes
    ----------
    states : (M, steps, N) or (K, M, steps, N)
        The state of each unit after each step, arbitrary units.
    outputs : (M, steps, 3) or (K, M, steps, 3)
        Response 0, response 1 and fixation, after the softmax.
    times : (steps,)
        Time of each state, ms from the start of the trial.
    """

    states: FloatArray
    outputs: FloatArray
    times: FloatArray

    def __repr__(self) -> str:
        *stack, trials, steps, units = self.states.shape
        of = f" of each of {stack[0]} networks" if stack else ""
        return f"<{trials} trial{'s' * (trials != 1)}{of}: {steps} steps, {units} units>"


def simulate(
    networks: Network,
    stimuli: FloatArray | None = None,
    *,
    inputs: FloatArray | None = None,
    noise: bool | int | FloatArray = False,
    initial_state: FloatArray | None = None,
) -> Activity:
    """Run trials of one network or of each network of a stack.

    Parameters
    ----------
    networks : Network
        Such as ``session[52].network`` or ``session.network(slice(0, 50))``.
    stimuli : (M, stimulus_channels) or (K, M, stimulus_channels), optional
        One trial each, with the run's own timing.
    inputs : (steps, C), (M, steps, C) or (K, M, steps, C), optional
        In place of stimuli: the input of every channel, the last one being fixation, at every
        step, for any number of steps.
    noise : bool, int or array
        False: none. True or a seed: the network's own recurrent noise, drawn from it. An array of
        the shape of the states is added to the net current.
    initial_state : array, optional
        Where to start, of a shape that fits (K, M, N); by default the networks' own.

    Returns
    -------
    Activity
        States, outputs and times.

    Raises
    ------
    L2LError
        When neither or both of ``stimuli`` and ``inputs`` are given, or a shape does not fit.
    """
    config = networks.config
    if (stimuli is None) == (inputs is None):
        raise L2LError("simulate takes either stimuli or inputs: give one of them.")
    single = networks.weights.bias.ndim == 1
    weights = networks.weights[None] if single else networks.weights
    dtype = weights.recurrent.dtype
    if inputs is None:
        shown = _stack(np.asarray(stimuli, dtype), "stimuli", 3, config.stimulus_channels, weights)
        shown = task.inputs(shown, config)
    else:
        given = np.asarray(inputs, dtype)
        given = given[None] if given.ndim == 2 else given
        shown = _stack(given, "inputs", 4, config.inputs, weights)
    shape = (*shown.shape[:-1], weights.units)
    drive = shown @ weights.input[:, None] + weights.bias[:, None, None]
    added = _noise(noise, shape, config, dtype)
    if added is not None:
        drive += added
    states = network.run_dynamics(weights, drive, config, initial_state=initial_state)
    outputs = network.outputs(weights, states)
    times = np.arange(1, shape[2] + 1) * config.dt
    return Activity(states[0], outputs[0], times) if single else Activity(states, outputs, times)


def _stack(
    array: FloatArray, name: str, axes: int, channels: int, weights: NetworkWeights
) -> FloatArray:
    """The array with a leading axis for the networks; every network gets the same if it had none."""
    if array.ndim == axes - 1:
        array = np.broadcast_to(array, (len(weights), *array.shape))
    if array.ndim != axes or len(array) != len(weights) or array.shape[-1] != channels:
        raise L2LError(
            f"{name} of shape {array.shape} do not fit {len(weights)} network"
            f"{'s' * (len(weights) != 1)}: the last axis must have {channels} channels."
        )
    if not np.isfinite(array).all():
        raise L2LError(f"{name} hold a value that is not finite: give plain numbers.")
    return array


def _noise(
    asked: bool | int | FloatArray, shape: tuple[int, ...], config: RunConfig, dtype: np.dtype
) -> FloatArray | None:
    if isinstance(asked, (bool, int, np.integer)):
        if asked is False:
            return None
        return recurrent_noise(np.random.default_rng(int(asked)), shape, config, dtype)
    given = np.asarray(asked, dtype)
    try:
        return np.broadcast_to(given, shape)
    except ValueError:
        raise L2LError(f"noise of shape {given.shape} does not fit states of {shape}.") from None
