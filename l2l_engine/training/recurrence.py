"""The two recurrences of a trial as XLA loops: the network's steps, and their gradient's, backwards.

With a_t = g_t alpha phi'(c_t), where c_t is the net current of step t and g_t the loss gradient at
state s_t, backpropagation through time is

    g_{t-1} = dL/ds_{t-1} + (1 - alpha) g_t + a_t W_rec',

so that a step of either loop is one vector-matrix product, one elementwise expression and its
writes, and every weight gradient is a single matrix product (or sum) afterwards. Source: Goudar et
al. (2023), Methods, "Training".

Units are padded to whole registers, and the readout rides along in the first three spare columns:
the matrix of both loops is [W_rec | W_out]. Going forward, the product with the state before a step
gives the logits of that state; going backward, with the loss gradient at those logits beside a_t,
the product with the transposed matrix adds the readout's part of dL/ds_{t-1}. Matrix rows past the
units are 0, so that nothing in a spare column of the states reaches a unit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.config import Activation, RunConfig

_LANES = 8  # of float32 in a 256-bit register
_SILENT = -1e4  # a net current at which every rectifying activation and its slope are exactly 0

Tensor = Any


def padded(units: int) -> int:
    """Columns the recurrences are computed for: units and readout in whole registers, W.

    The products of both loops are faster so, by an eighth for 100 units.
    """
    return -(-(units + task.OUTPUTS) // _LANES) * _LANES


def readout_columns(units: int) -> slice:
    """The spare columns that hold the readout."""
    return slice(units, units + task.OUTPUTS)


def silencing(config: RunConfig) -> NDArray[np.float32]:
    """Net current (W,) that keeps the columns past units and readout at rate 0; 0 elsewhere."""
    columns = np.arange(padded(config.units))
    current = 0.0 if config.activation is Activation.TANH else _SILENT
    used = columns < readout_columns(config.units).stop
    return np.where(used, 0.0, current).astype(np.float32)


def forward(
    config: RunConfig, fed: Tensor, noise: Tensor, matrix: Tensor, start: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """Step the network through a trial.

    Parameters
    ----------
    fed : (3, B, W)
        Net current from inputs and bias, which are constant within each of the three epochs; the
        output bias in the readout's columns.
    noise : (T, B, W)
        What else is added to the net current; 0 past the units.
    matrix : (W, W)
        [W_rec | W_out], 0 elsewhere.
    start : (B, W)

    Returns
    -------
    states : (T, B, W)
        After each step; in the readout's columns the logits of the state before it.
    slopes : (T, B, W)
        alpha phi'(c), which is what the backward pass needs of the currents.
    squares : (B, W)
        The states' squares, summed over time.
    """
    import tensorflow as tf

    steps, batch, width = noise.shape
    alpha, leak = np.float32(config.alpha), np.float32(1.0 - config.alpha)
    respond = activation(config.activation)
    is_logit = _marked(readout_columns(config.units), width)

    def body(step: Tensor, state: Tensor, squares: Tensor, states: Tensor, slopes: Tensor) -> Any:
        epoch = tf.cast(step >= config.sample_steps, tf.int32)
        epoch += tf.cast(step >= config.go_step, tf.int32)
        current = states.read(step) + fed[epoch] + _times(state, matrix)
        rate, slope = respond(current)
        state = tf.where(is_logit, current, leak * state + alpha * rate)
        squares += tf.square(state)
        return (
            step + 1,
            state,
            squares,
            states.write(step, state),
            slopes.write(step, alpha * slope),
        )

    # each state takes the place of the noise it was made with: one array less to fill
    states = tf.TensorArray(
        tf.float32, steps, element_shape=(batch, width), clear_after_read=False
    ).unstack(noise)
    slopes = tf.TensorArray(tf.float32, steps, element_shape=(batch, width))
    initial = (0, start, tf.zeros((batch, width)), states, slopes)
    _, _, squares, states, slopes = tf.while_loop(lambda step, *_: step < steps, body, initial)
    return states.stack(), slopes.stack(), squares


def backward(
    config: RunConfig,
    at_logits: Tensor,
    pull: Tensor,
    states: Tensor,
    slopes: Tensor,
    matrix: Tensor,
) -> tuple[Tensor, Tensor]:
    """Carry the loss gradient back through a trial.

    Parameters
    ----------
    at_logits : (T, B, 3)
        The loss gradient at the logits of each state.
    pull : ()
        What else the loss gradient at each state is, as a factor of the state: the penalty on
        rates.
    states, slopes : (T, B, W)
        As :func:`forward` gave them.
    matrix : (W, W)
        As :func:`forward` took it.

    Returns
    -------
    at_start : (B, W)
        Loss gradient at the initial state, in the units' columns.
    at_currents : (T, B, W)
        Loss gradient at the net current of each step; in the readout's columns, that at the
        logits of the state before it, which for the initial state is 0.
    """
    import tensorflow as tf

    steps, batch, width = states.shape
    readout = readout_columns(config.units)
    is_unit, is_logit = _marked(slice(config.units), width), _marked(readout, width)
    transposed = tf.transpose(matrix)
    # a logit's gradient stands in its slopes' column, and 1 in the carried gradient's
    before = tf.concat([tf.zeros((1, batch, task.OUTPUTS)), at_logits[:-1]], axis=0)
    slopes = tf.raw_ops.TensorStridedSliceUpdate(
        input=slopes,
        begin=[0, 0, readout.start],
        end=[steps, batch, readout.stop],
        strides=[1, 1, 1],
        value=before,
    )
    leak = np.where(is_logit, 1.0, 1.0 - config.alpha).astype(np.float32)
    pulled = pull * is_unit.astype(np.float32)

    def body(step: Tensor, gradient: Tensor, currents: Tensor) -> Any:
        gradient = gradient + pulled * states[step]
        at_current = gradient * slopes[step]
        gradient = leak * gradient + _times(at_current, transposed)
        return step - 1, gradient, currents.write(step, at_current)

    currents = tf.TensorArray(tf.float32, steps, element_shape=(batch, width))
    last = at_logits[-1] @ transposed[readout] + is_logit.astype(np.float32)
    _, at_start, currents = tf.while_loop(
        lambda step, *_: step >= 0, body, (steps - 1, last, currents)
    )
    return at_start, currents.stack()


def _times(rows: Tensor, matrix: Tensor) -> Tensor:
    """Rows (B, W) times a matrix, one by one: XLA takes four times as long for each at once."""
    import tensorflow as tf

    if rows.shape[0] == 1:
        return rows @ matrix
    return tf.concat([row @ matrix for row in tf.split(rows, rows.shape[0])], axis=0)


def _marked(columns: slice, width: int) -> NDArray[np.bool_]:
    """Which of the columns are among these, (W,)."""
    marks = np.zeros(width, bool)
    marks[columns] = True
    return marks


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
