"""The part of a trial that goes step by step, as one compiled call: recurrences and task loss.

All that is a single product or sum over a trial is left to :mod:`l2l_engine.training.trial`, as
BLAS and NumPy do it in a half to a tenth of XLA's time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.config import RunConfig
from l2l_engine.training import crossing, recurrence

_EPOCHS = 3

Tensor = Any
Array = NDArray[np.float32]


class Fed(NamedTuple):
    """What the compiled call takes besides the noise, as parts of one vector; see :func:`fed`."""

    matrix: Array  # (W, W), [W_rec | W_out]
    currents: Array  # (3, B, W), from inputs and biases in each epoch
    start: Array  # (B, W), the initial state
    responses: Array  # (B,), the correct ones
    set_point: Array  # (1,), h*


class Found(NamedTuple):
    """What the compiled call gives; W columns as :mod:`l2l_engine.training.recurrence` says."""

    task_loss: float
    mean_square_rate: float
    correct: float
    at_last_logits: Array  # (B, 3), loss gradient at the last step's logits
    at_start: Array  # (B, W), at the initial state
    states: Array  # (T, B, W)
    at_currents: Array  # (T, B, W)
    outputs: Array  # (T, B, 3), after the softmax


def _shapes(config: RunConfig) -> Fed:
    batch, width = config.batch_size, recurrence.padded(config.units)
    shapes: Any = ((width, width), (_EPOCHS, batch, width), (batch, width), (batch,), (1,))
    return Fed(*shapes)


def fed(config: RunConfig) -> tuple[Array, Fed]:
    """A vector for the compiled call, and its parts as views, 0 but for silenced columns.

    It is one vector because each array that crosses costs a twentieth of a millisecond.
    """
    shapes: Any = _shapes(config)
    ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
    vector = crossing.aligned((int(ends[-1]),))
    parts = np.split(vector, ends[:-1])
    views = Fed(*(part.reshape(shape) for part, shape in zip(parts, shapes, strict=True)))
    views.currents[:] = recurrence.silencing(config)
    return vector, views


def build(config: RunConfig) -> Callable[[Tensor, Tensor], tuple[Tensor, ...]]:
    """The uncompiled call, as a function of tensors: :func:`fed`'s vector and the noise (T, B, W)."""
    import tensorflow as tf

    shapes: Any = _shapes(config)
    sizes = [int(np.prod(shape)) for shape in shapes]
    units, count = config.units, config.steps * config.batch_size * config.units
    scored = config.go_step + config.mask_steps
    weight = _step_weight(config)

    def call(vector: Tensor, noise: Tensor) -> tuple[Tensor, ...]:
        parts = tf.split(vector, sizes)
        matrix, currents, start, responses, set_point = (
            tf.reshape(part, shape) for part, shape in zip(parts, shapes, strict=True)
        )
        responses = tf.cast(responses, tf.int32)
        states, slopes, squares = recurrence.forward(config, currents, noise, matrix, start)

        readout = recurrence.readout_columns(units)
        last = states[-1] @ matrix[:, readout] + currents[-1, :, readout]
        log_outputs = tf.nn.log_softmax(tf.concat([states[1:, :, readout], last[None]], axis=0))
        outputs = tf.exp(log_outputs)
        target = _target(config, responses)
        task_loss = -tf.reduce_sum(tf.reduce_sum(target * log_outputs, axis=-1) * weight)
        mean_square = tf.reduce_sum(tf.reduce_sum(squares, axis=0)[:units]) / np.float32(count)
        choice = tf.reduce_mean(outputs[scored:, :, : task.RESPONSES], axis=0)
        chosen = tf.argmax(choice, axis=-1, output_type=tf.int32)
        correct = tf.reduce_mean(tf.cast(chosen == responses, tf.float32))

        at_logits = (outputs - target) * weight[..., None]
        pull = np.float32(2.0 * config.l2_rate / count) * tf.sign(mean_square - set_point[0])
        at_start, at_currents = recurrence.backward(config, at_logits, pull, states, slopes, matrix)
        numbers = tf.stack([task_loss, mean_square, correct])
        flat = [numbers, tf.reshape(at_logits[-1], (-1,)), tf.reshape(at_start, (-1,))]
        return tf.concat(flat, axis=0), states, at_currents, outputs

    return call


def compiled(config: RunConfig) -> Callable[[Array, Array], Found]:
    """Compile the call for a configuration, as a function of :func:`fed`'s vector and the noise."""
    import tensorflow as tf

    width, batch = recurrence.padded(config.units), config.batch_size
    size = sum(int(np.prod(shape)) for shape in _shapes(config))
    concrete = tf.function(build(config), jit_compile=True, autograph=False).get_concrete_function(
        tf.TensorSpec((size,)), tf.TensorSpec((config.steps, batch, width))
    )
    logits_end = 3 + batch * task.OUTPUTS

    def call(vector: Array, noise: Array) -> Found:
        found = concrete(crossing.lend(vector), crossing.lend(noise))
        numbers, states, at_currents, outputs = map(crossing.borrow, found)
        task_loss, mean_square, correct = numbers[:3].tolist()
        return Found(
            task_loss,
            mean_square,
            correct,
            numbers[3:logits_end].reshape(batch, task.OUTPUTS),
            numbers[logits_end:].reshape(batch, width),
            states,
            at_currents,
            outputs,
        )

    return call


def _target(config: RunConfig, responses: Tensor) -> Tensor:
    """One-hot targets, (T, B, 3)."""
    import tensorflow as tf

    shape = (config.go_step, config.batch_size, task.OUTPUTS)
    before = tf.broadcast_to(tf.one_hot([[task.FIXATION]], task.OUTPUTS), shape)
    after = tf.one_hot(responses, task.OUTPUTS)[None]
    return tf.concat([before, tf.repeat(after, config.steps - config.go_step, axis=0)], axis=0)


def _step_weight(config: RunConfig) -> Array:
    """What each step's cross-entropy weighs in the loss, (T, 1)."""
    mask = task.loss_mask(config)
    return np.asarray(mask / (mask.sum() * config.batch_size), np.float32)[:, None]
