"""One training trial: its loss and the loss gradient at every weight.

Backpropagation through time is written out by hand (:mod:`l2l_engine.training.recurrence`) and
compiled (:mod:`l2l_engine.training.compiled`); what follows from its states and gradients by one
product or sum is done here. The penalty on singular values, which depends on the weights alone, is
left to :mod:`l2l_engine.training.trainer`. Source: Goudar et al. (2023), Methods, "Training".
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights, weight_shapes
from l2l_engine.training import compiled
from l2l_engine.training.compiled import Found
from l2l_engine.training.recurrence import readout_columns

Array = NDArray[np.float32]


class Summary(NamedTuple):
    """What a trial measures before its update, each one number."""

    task_loss: float  # nats
    regularisation_cost: float
    mean_square_rate: float
    largest_rate: float
    correct: float  # fraction of the batch
    input_norm: float  # mean squared input weight
    output_norm: float  # mean squared output weight
    recurrent_norm: float  # mean squared recurrent weight
    gradient_norm: float  # before clipping


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What a trial did: read-only arrays, batch rows in the middle."""

    states: Array  # (T, B, N), after each step
    outputs: Array  # (T, B, 3), after the softmax


def pack(weights: NetworkWeights) -> Array:
    """All weights in one float32 vector (P,), in the order of the fields."""
    return np.concatenate([array.ravel() for array in weights.arrays().values()]).astype(np.float32)


class Layout:
    """Where each array of weights stands in a packed vector.

    Attributes
    ----------
    size : number of parameters, P
    """

    def __init__(self, config: RunConfig) -> None:
        self._parts: list[tuple[slice, tuple[int, ...]]] = []
        self.size = 0
        for shape in weight_shapes(config).values():
            end = self.size + math.prod(shape)
            self._parts.append((slice(self.size, end), shape))
            self.size = end

    def views(self, vector: Array) -> NetworkWeights:
        """The weights as views into a packed vector (P,)."""
        return NetworkWeights(*[vector[part].reshape(shape) for part, shape in self._parts])


def unpack(vector: Array, config: RunConfig) -> NetworkWeights:
    """The inverse of :func:`pack`; the arrays are copies."""
    return Layout(config).views(vector).copy()


class Trial:
    """Runs trials of one network at a time.

    Parameters
    ----------
    config : the run's parameters
    call : :func:`l2l_engine.training.compiled.compiled` of them

    Attributes
    ----------
    layout : of the gradient
    """

    def __init__(self, config: RunConfig, call: Callable[[Array, Array], Found]) -> None:
        self._config, self._call = config, call
        self._vector, self._fed = compiled.fed(config)
        self._in_epoch = _in_epoch(config)
        self.layout = Layout(config)
        self._fixation = np.float32(config.stimulus_channels**-0.5)

    def __call__(
        self,
        weights: NetworkWeights,
        set_point: float,
        stimuli: Array,
        responses: NDArray[np.integer],
        noise: Array,
    ) -> tuple[Array, Summary, TrialResult]:
        """Run a trial.

        Parameters
        ----------
        weights : the network
        set_point : the firing-rate set point h*
        stimuli : (B, C - 1), those shown
        responses : (B,), the correct ones, as integers
        noise : (T, B, W), added to the net currents; 0 past the network's units

        Returns
        -------
        gradient : (P,)
            Of the loss, less the penalty on singular values; packed as :func:`pack` does.
        summary : Summary
            Less that penalty and the gradient's norm, which is NaN.
        result : TrialResult
        """
        units = self._config.units
        self._feed(weights, set_point, stimuli, responses)
        found = self._call(self._vector, noise)
        states = found.states[..., :units]
        summary = self._summary(weights, set_point, found, float(states.max()))
        gradient = self._gradient(weights, stimuli, found)
        return gradient, summary, TrialResult(states, found.outputs)

    def _feed(
        self,
        weights: NetworkWeights,
        set_point: float,
        stimuli: Array,
        responses: NDArray[np.integer],
    ) -> None:
        units, fed = self._config.units, self._fed
        readout = readout_columns(units)
        fed.matrix[:units, :units] = weights.recurrent
        fed.matrix[:units, readout] = weights.output
        sample, delay, response = fed.currents[..., :units]
        fixation = self._fixation * weights.input[-1]
        response[:] = weights.bias
        delay[:] = fixation + weights.bias
        sample[:] = stimuli @ weights.input[:-1] + delay
        fed.currents[..., readout] = weights.output_bias
        fed.start[:, :units] = weights.initial_state
        fed.responses[:] = responses
        fed.set_point[:] = set_point

    def _summary(
        self, weights: NetworkWeights, set_point: float, found: Found, largest: float
    ) -> Summary:
        config = self._config
        norms = {
            name: _mean_square(getattr(weights, name)) for name in ("input", "output", "recurrent")
        }
        penalties = (
            config.l2_input * norms["input"]
            + config.l2_output * norms["output"]
            + config.l2_rate * abs(found.mean_square_rate - set_point)
        )
        return Summary(
            task_loss=found.task_loss,
            regularisation_cost=penalties,
            mean_square_rate=found.mean_square_rate,
            largest_rate=largest,
            correct=found.correct,
            input_norm=norms["input"],
            output_norm=norms["output"],
            recurrent_norm=norms["recurrent"],
            gradient_norm=float("nan"),
        )

    def _gradient(self, weights: NetworkWeights, stimuli: Array, found: Found) -> Array:
        config = self._config
        units, batch, readout = config.units, config.batch_size, readout_columns(config.units)
        at_currents = found.at_currents
        width = at_currents.shape[-1]
        # of recurrent and output weights at once, a step's gradient meeting the state before it
        product = found.states[:-1].reshape(-1, width).T @ at_currents[1:].reshape(-1, width)
        product += self._fed.start.T @ at_currents[0]
        # of inputs and biases, constant within each epoch
        sums = (self._in_epoch @ at_currents.reshape(config.steps, -1)).reshape(-1, batch, width)
        by_epoch = sums.sum(axis=1)

        vector = np.empty(self.layout.size, np.float32)
        gradient = self.layout.views(vector)
        np.matmul(stimuli.T, sums[0, :, :units], out=gradient.input[:-1])
        np.multiply(self._fixation, by_epoch[:2, :units].sum(axis=0), out=gradient.input[-1])
        gradient.input[:] += _slope(config.l2_input, weights.input)
        gradient.recurrent[:] = product[:units, :units]
        gradient.bias[:] = by_epoch[:, :units].sum(axis=0)
        gradient.initial_state[0] = found.at_start[:, :units].sum(axis=0)
        last = found.at_last_logits
        np.matmul(found.states[-1, :, :units].T, last, out=gradient.output)
        gradient.output[:] += product[:units, readout] + _slope(config.l2_output, weights.output)
        gradient.output_bias[:] = by_epoch[:, readout].sum(axis=0) + last.sum(axis=0)
        return vector


def _in_epoch(config: RunConfig) -> Array:
    """1 where a step is in an epoch, (3, T)."""
    steps = np.arange(config.steps)
    epoch = (steps >= config.sample_steps).astype(int) + (steps >= config.go_step)
    return (epoch == np.arange(3)[:, None]).astype(np.float32)


def _mean_square(array: Array) -> float:
    flat = array.ravel()
    return float(flat @ flat) / flat.size


def _slope(penalty: float, array: Array) -> Array:
    """The gradient of a penalty on the mean square."""
    return np.float32(2.0 * penalty / array.size) * array
