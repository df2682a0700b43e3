"""The two recurrences of a trial as XLA loops: the network's steps, and their gradient's, backwards.

With a_t = g_t alpha phi'(c_t), where c_t is the net current of step t and g_t the loss gradient at
state s_t, backpropagation through time is

    g_{t-1} = dL/ds_{t-1} + (1 - alpha) g_t + a_t W_rec',

so that a step of either loop is one vector-matrix product, one elementwise expression and its
writes, and every weight gradient is a single matrix product (or sum) afterwards. Source: Goudar et
al. (2023), Methods, "Training".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from l2l_engine.config import Activation, RunConfig

_LANES = 8  # of float32 in a 256-bit register
_SILENT = -1e4  # a net current at which every rectifying activation and its slope are exactly 0

Tensor = Any


def padded(units: int) -> int:
    """Units the recurrences are computed for: a whole number of registers, the surplus silent.

    The products of both loops are faster so, by an eighth for 100 units.
    """
    return -(-units // _LANES) * _LANES


def silencing(config: RunConfig) -> np.ndarray[Any, np.dtype[np.float32]]:
    """What to add to the net current (padded N,) so that the surplus units stay at rate 0."""
    width = padded(config.units)
    current = 0.0 if config.activation is Activation.TANH else _SILENT
    return np.where(np.arange(width) < config.units, 0.0, current).astype(np.float32)


def forward(
    config: RunConfig, fed: Tensor, noise: Tensor, recurrent: Tensor, start: Tensor
) -> tuple[Tensor, Tensor]:
    """Step the network through a trial.

    Parameters
    ----------
    fed : (3, B, N)
        Net current from inputs and bias, which are constant within each of the three epochs.
    noise : (T, B, N)
        What else is added to the net current.
    recurrent : (N, N)
    start : (B, N)

    Returns
    -------
    states : (T, B, N)
        After each step.
    slopes : (T, B, N)
        alpha phi'(c), which is what the backward pass needs of the currents.
    """
    import tensorflow as tf

    steps, *shape = noise.shape
    alpha, leak = np.float32(config.alpha), np.float32(1.0 - config.alpha)
    respond = activation(config.activation)

    def body(step: Tensor, state: Tensor, states: Tensor, slopes: Tensor) -> Any:
        epoch = tf.cast(step >= config.sample_steps, tf.int32)
        epoch += tf.cast(step >= config.go_step, tf.int32)
        rate, slope = respond(noise[step] + fed[epoch] + state @ recurrent)
        state = leak * state + alpha * rate
        return step + 1, state, states.write(step, state), slopes.write(step, alpha * slope)

    states = tf.TensorArray(tf.float32, steps, element_shape=shape)
    slopes = tf.TensorArray(tf.float32, steps, element_shape=shape)
    initial = (0, start, states, slopes)
    *_, states, slopes = tf.while_loop(lambda step, *_: step < steps, body, initial)
    return states.stack(), slopes.stack()


def backward(
    config: RunConfig, local: Tensor, slopes: Tensor, recurrent: Tensor
) -> tuple[Tensor, Tensor]:
    """Carry the loss gradient back through a trial.

    Parameters
    ----------
    local : (T, B, N)
        The loss gradient at each state, not counting its effect on later states.
    slopes : (T, B, N)
        As :func:`forward` gave them.
    recurrent : (N, N)

    Returns
    -------
    at_start : (B, N)
        Loss gradient at the initial state.
    at_currents : (T, B, N)
        Loss gradient at the net current of each step.
    """
    import tensorflow as tf

    steps, *shape = local.shape
    leak = np.float32(1.0 - config.alpha)
    transposed = tf.transpose(recurrent)

    def body(step: Tensor, gradient: Tensor, currents: Tensor) -> Any:
        gradient = gradient + local[step]
        at_current = gradient * slopes[step]
        gradient = leak * gradient + at_current @ transposed
        return step - 1, gradient, currents.write(step, at_current)

    currents = tf.TensorArray(tf.float32, steps, element_shape=shape)
    initial = (steps - 1, tf.zeros(shape), currents)
    _, at_start, currents = tf.while_loop(lambda step, *_: step >= 0, body, initial)
    return at_start, currents.stack()


def activation(kind: Activation) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    """The rate nonlinearity and its derivative at a net current, sharing what they can."""
    import tensorflow as tf

    def softplus(current: Tensor) -> tuple[Tensor, Tensor]:
        # from one exponential, which never overflows: of the current's distance from 0
        decay = tf.exp(-tf.abs(current))
        rate = tf.nn.relu(current) + tf.math.log(1.0 + decay)
        return rate, tf.where(current > 0, 1.0, decay) / (1.0 + decay)

    def tanh(current: Tensor) -> tuple[Tensor, Tensor]:
        rate = tf.tanh(current)
        return rate, 1.0 - tf.square(rate)

    def relu(current: Tensor) -> tuple[Tensor, Tensor]:
        return tf.nn.relu(current), tf.cast(current > 0, tf.float32)

    def squared_relu(current: Tensor) -> tuple[Tensor, Tensor]:
        positive = tf.nn.relu(current)
        return tf.square(positive), 2.0 * positive

    return {
        Activation.SOFTPLUS: softplus,
        Activation.RELU: relu,
        Activation.TANH: tanh,
        Activation.SQUARED_RELU: squared_relu,
    }[kind]
