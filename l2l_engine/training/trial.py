"""The loss of one training trial and its gradient, as one compiled call.

Backpropagation through time is written out by hand (:mod:`l2l_engine.training.recurrence`). The
penalty on singular values, which depends on the weights alone, is left to the update
(:mod:`l2l_engine.training.trainer`). Source: Goudar et al. (2023), Methods, "Training".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.config import RunConfig
from l2l_engine.network import WEIGHT_NAMES, NetworkWeights, weight_shapes
from l2l_engine.training import recurrence

Tensor = Any
Tensors = dict[str, Tensor]


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


_MEASURED = len(Summary._fields) - 1  # the gradient's norm is known only later


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Tensors of one trial."""

    gradient: Any  # (P,) float32, of all but the penalty on singular values
    summary: Any  # the fields of Summary, less the gradient's norm and that penalty
    states: Any  # (T, B, padded N)
    outputs: Any  # (T, B, 3)


def pack(weights: NetworkWeights) -> NDArray[np.float32]:
    """All weights in one float32 vector (P,), in the order of the fields."""
    return np.concatenate([array.ravel() for array in weights.arrays().values()]).astype(np.float32)


def views(vector: NDArray[np.float32], config: RunConfig) -> NetworkWeights:
    """The weights as views into a packed vector (P,)."""
    parts, start = {}, 0
    for name, shape in weight_shapes(config).items():
        size = int(np.prod(shape))
        parts[name] = vector[start : start + size].reshape(shape)
        start += size
    return NetworkWeights.from_arrays(parts)


def unpack(vector: NDArray[np.float32], config: RunConfig) -> NetworkWeights:
    """The inverse of :func:`pack`; the arrays are copies."""
    return views(vector, config).copy()


def build_gradient(config: RunConfig) -> Callable[..., Any]:
    """The uncompiled loss and gradient of a trial, as a function of tensors.

    Returns
    -------
    callable
        Of ``(weights, noise, stimuli, responses, set_point)``: a dict of weight tensors, the noise
        (T, B, padded N), the stimuli shown (B, C - 1), the correct responses (B,) as integers, and
        the firing-rate set point h*. It gives ``(gradients, summary, states, outputs)``: a dict of
        tensors shaped as the weights, and the other fields of :class:`TrialResult`. The penalty on
        singular values is in none of them.
    """
    import tensorflow as tf

    def gradient(
        weights: Tensors, noise: Tensor, stimuli: Tensor, responses: Tensor, set_point: Tensor
    ) -> tuple[Tensors, Tensor, Tensor, Tensor]:
        surplus = recurrence.padded(config.units) - config.units
        recurrent = tf.pad(weights["recurrent"], [[0, surplus], [0, surplus]])
        readout = tf.pad(weights["output"], [[0, surplus], [0, 0]])
        fed = _fed(config, weights, stimuli)
        start = tf.pad(
            tf.tile(weights["initial_state"], (config.batch_size, 1)), [[0, 0], [0, surplus]]
        )

        states, slopes = recurrence.forward(config, fed, noise, recurrent, start)
        logits = tf.einsum("tbn,no->tbo", states, readout) + weights["output_bias"]
        log_outputs = tf.nn.log_softmax(logits)
        outputs = tf.exp(log_outputs)

        target = _target(config, responses)
        mean_square = _mean_square(config, states)
        summary = _summary(
            config, weights, states, outputs, log_outputs, target, responses, mean_square, set_point
        )

        at_logits = (outputs - target) * _step_weight(config)[..., None]
        at_states = _at_states(config, at_logits, readout, states, mean_square, set_point)
        at_start, at_currents = recurrence.backward(config, at_states, slopes, recurrent)
        gradients = _gradients(
            config, weights, stimuli, start, states, at_start, at_currents, at_logits
        )
        return gradients, summary, states, outputs

    return gradient


def _fed(config: RunConfig, weights: Tensors, stimuli: Tensor) -> Tensor:
    """Net current from inputs and bias in each of the three epochs, (3, B, padded N)."""
    import tensorflow as tf

    surplus = recurrence.padded(config.units) - config.units
    from_fixation = np.float32(config.stimulus_channels**-0.5) * weights["input"][-1:]
    by_epoch = [
        stimuli @ weights["input"][:-1] + from_fixation,
        tf.tile(from_fixation, (config.batch_size, 1)),
        tf.zeros((config.batch_size, config.units)),
    ]
    fed = tf.stack([epoch + weights["bias"] for epoch in by_epoch])
    return tf.pad(fed, [[0, 0], [0, 0], [0, surplus]]) + recurrence.silencing(config)


def _target(config: RunConfig, responses: Tensor) -> Tensor:
    """One-hot targets, (T, B, 3)."""
    import tensorflow as tf

    shape = (config.go_step, config.batch_size, task.OUTPUTS)
    before = tf.broadcast_to(tf.one_hot([[task.FIXATION]], task.OUTPUTS), shape)
    after = tf.one_hot(responses, task.OUTPUTS)[None]
    return tf.concat([before, tf.repeat(after, config.steps - config.go_step, axis=0)], axis=0)


def _step_weight(config: RunConfig) -> NDArray[np.float32]:
    """What each step's cross-entropy weighs in the loss, (T, 1)."""
    mask = task.loss_mask(config)
    return np.asarray(mask / (mask.sum() * config.batch_size), np.float32)[:, None]


def _mean_square(config: RunConfig, states: Tensor) -> Tensor:
    """The mean squared rate; first over time, where the compiler adds eight units at once."""
    import tensorflow as tf

    by_unit = tf.reduce_sum(tf.square(states), axis=(0, 1))[: config.units]
    return tf.reduce_sum(by_unit) * np.float32(
        1.0 / (config.steps * config.batch_size * config.units)
    )


def _summary(
    config: RunConfig,
    weights: Tensors,
    states: Tensor,
    outputs: Tensor,
    log_outputs: Tensor,
    target: Tensor,
    responses: Tensor,
    mean_square: Tensor,
    set_point: Tensor,
) -> Tensor:
    """The loss and what else a trial measures, in the order of :class:`Summary`."""
    import tensorflow as tf

    likelihood = tf.reduce_sum(target * log_outputs, axis=-1)
    task_loss = -tf.reduce_sum(likelihood * _step_weight(config))
    input_norm = tf.reduce_mean(tf.square(weights["input"]))
    output_norm = tf.reduce_mean(tf.square(weights["output"]))
    regularisation = (
        config.l2_input * input_norm
        + config.l2_output * output_norm
        + config.l2_rate * tf.abs(mean_square - set_point)
    )
    scored = outputs[config.go_step + config.mask_steps :, :, : task.RESPONSES]
    chosen = tf.argmax(tf.reduce_mean(scored, axis=0), axis=-1, output_type=tf.int32)
    return tf.stack(
        [
            task_loss,
            regularisation,
            mean_square,
            tf.reduce_max(tf.reduce_max(states, axis=(0, 1))[: config.units]),
            tf.reduce_mean(tf.cast(chosen == responses, tf.float32)),
            input_norm,
            output_norm,
            tf.reduce_mean(tf.square(weights["recurrent"])),
        ]
    )


def _at_states(
    config: RunConfig,
    at_logits: Tensor,
    readout: Tensor,
    states: Tensor,
    mean_square: Tensor,
    set_point: Tensor,
) -> Tensor:
    """The loss gradient at each state, not counting its effect on later ones, (T, B, padded N)."""
    import tensorflow as tf

    count = config.steps * config.batch_size * config.units
    pull = np.float32(2.0 * config.l2_rate / count) * tf.sign(mean_square - set_point)
    # written out: a matrix product of three terms costs twice as much
    terms = [at_logits[..., k : k + 1] * readout[:, k] for k in range(task.OUTPUTS)]
    return tf.add_n([*terms, pull * states])


def _gradients(
    config: RunConfig,
    weights: Tensors,
    stimuli: Tensor,
    start: Tensor,
    states: Tensor,
    at_start: Tensor,
    at_currents: Tensor,
    at_logits: Tensor,
) -> Tensors:
    """The loss gradient at every weight."""
    import tensorflow as tf

    units, width = config.units, recurrence.padded(config.units)
    fixation = np.float32(config.stimulus_channels**-0.5)
    in_sample = tf.reduce_sum(at_currents[: config.sample_steps], axis=0)  # (B, padded N)
    in_delay = tf.reduce_sum(at_currents[config.sample_steps : config.go_step], axis=(0, 1))
    in_response = tf.reduce_sum(at_currents[config.go_step :], axis=(0, 1))
    before_go = tf.reduce_sum(in_sample, axis=0) + in_delay
    from_inputs = tf.concat(
        [tf.matmul(stimuli, in_sample, transpose_a=True), fixation * before_go[None]], axis=0
    )
    before = tf.concat([start[None], states[:-1]], axis=0)
    from_states = tf.matmul(
        tf.reshape(before, (-1, width)), tf.reshape(at_currents, (-1, width)), transpose_a=True
    )
    from_readout = tf.matmul(
        tf.reshape(states, (-1, width)),
        tf.reshape(at_logits, (-1, task.OUTPUTS)),
        transpose_a=True,
    )
    return {
        "input": from_inputs[:, :units]
        + (2.0 * config.l2_input / (config.inputs * units)) * weights["input"],
        "recurrent": from_states[:units, :units],
        "bias": (before_go + in_response)[:units],
        "initial_state": tf.reduce_sum(at_start, axis=0, keepdims=True)[:, :units],
        "output": from_readout[:units]
        + (2.0 * config.l2_output / (units * task.OUTPUTS)) * weights["output"],
        "output_bias": tf.reduce_sum(at_logits, axis=(0, 1)),
    }


def compile_trial(config: RunConfig) -> Callable[..., TrialResult]:
    """Compile loss and gradient for a configuration.

    Returns
    -------
    callable
        Of ``(parameters, set_point, stimuli, responses, noise)``: the packed weights (P,) and, as
        :func:`build_gradient` takes them, the others; NumPy arrays all. Of its result only the
        gradient and the summary are NumPy arrays.
    """
    import tensorflow as tf

    gradient = build_gradient(config)
    shapes = weight_shapes(config)
    sizes = [int(np.prod(shape)) for shape in shapes.values()]
    batch, channels = config.batch_size, config.stimulus_channels
    # one vector in and one out, as each array that crosses costs a twentieth of a millisecond
    inward = [*sizes, 1, batch * channels, batch]

    def trial(vector: Tensor, noise: Tensor) -> Any:
        *parts, set_point, stimuli, responses = tf.split(vector, inward)
        weights = {
            name: tf.reshape(part, shapes[name])
            for name, part in zip(WEIGHT_NAMES, parts, strict=True)
        }
        gradients, summary, states, outputs = gradient(
            weights,
            noise,
            tf.reshape(stimuli, (batch, channels)),
            tf.cast(responses, tf.int32),
            set_point[0],
        )
        flat = [tf.reshape(gradients[name], (-1,)) for name in WEIGHT_NAMES]
        return tf.concat([*flat, summary], axis=0), states, outputs

    concrete = tf.function(trial, jit_compile=True, autograph=False).get_concrete_function(
        tf.TensorSpec((sum(inward),)),
        tf.TensorSpec((config.steps, batch, recurrence.padded(config.units))),
    )

    def call(
        parameters: NDArray[np.float32],
        set_point: float,
        stimuli: NDArray[np.float32],
        responses: NDArray[np.integer],
        noise: NDArray[np.float32],
    ) -> TrialResult:
        vector = np.concatenate(
            [parameters, [set_point], stimuli.ravel(), responses], dtype=np.float32
        )
        out, states, outputs = concrete(tf.constant(vector), tf.constant(noise))
        measured = out.numpy()
        return TrialResult(measured[:-_MEASURED], measured[-_MEASURED:], states, outputs)

    return call
