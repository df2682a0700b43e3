"""One training trial as one compiled call: forward, backward, clipping, Adam.

Backpropagation through time is written out by hand. With a_t = alpha g_t phi'(c_t), where c_t is
the net current of step t and g_t the loss gradient at state s_t,

    g_{t-1} = dL/ds_{t-1} + (1 - alpha) g_t + a_t W_rec',

so both recurrences are loops of one vector-matrix product per step, and every weight gradient is
a single matrix product (or sum) afterwards. Source: Goudar et al. (2023), Methods, "Training".
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.config import Activation, RunConfig
from l2l_engine.network import WEIGHT_NAMES, NetworkWeights, weight_shapes

FROZEN_READOUT = ("output", "output_bias")


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
    """Tensors of one trial; ``parameters``, ``mean`` and ``square`` feed the next one."""

    parameters: Any  # (P,) float32
    mean: Any  # (P,) Adam's first moment
    square: Any  # (P,) Adam's second moment
    summary: Any  # (len(Summary.fields),)
    states: Any  # (T, B, N)
    outputs: Any  # (T, B, 3)


def pack(weights: NetworkWeights) -> NDArray[np.float32]:
    """All weights in one float32 vector (P,), in the order of the fields."""
    return np.concatenate([array.ravel() for array in weights.arrays().values()]).astype(np.float32)


def unpack(vector: NDArray[np.float32], config: RunConfig) -> NetworkWeights:
    """The inverse of :func:`pack`; the arrays are copies."""
    parts, start = {}, 0
    for name, shape in weight_shapes(config).items():
        size = int(np.prod(shape))
        parts[name] = vector[start : start + size].reshape(shape).copy()
        start += size
    return NetworkWeights.from_arrays(parts)


def adam_rate(config: RunConfig, step: int) -> np.float32:
    """Adam's bias-corrected learning rate of its ``step``-th update (from 1)."""
    correction = np.sqrt(1.0 - config.beta2**step) / (1.0 - config.beta1**step)
    return np.float32(config.learning_rate * correction)


def build_gradient(config: RunConfig) -> Callable[..., Any]:
    """The uncompiled loss and gradient of a trial, as a function of tensors.

    Returns a function of ``(weights, normal, stimuli, responses, top, top_square, set_point)``:
    a dict of weight tensors, white noise (T, B, N), the stimuli shown (B, C - 1), the correct
    responses (B,), the leading left singular vectors of W_rec (N, k), the mean of the squared
    singular values belonging to them, and the firing-rate set point h*. It gives ``(gradients,
    summary, states, outputs)``.
    """
    import tensorflow as tf

    steps, batch, units = config.steps, config.batch_size, config.units
    go, sample = config.go_step, config.sample_steps
    alpha = np.float32(config.alpha)
    leak = np.float32(1.0 - config.alpha)
    noise_leak = np.float32(1.0 - config.alpha_noise)
    noise_gain = np.float32(np.sqrt(2.0 * config.alpha_noise) * config.sigma_rec)
    fixation = np.float32(config.stimulus_channels**-0.5)
    mask = task.loss_mask(config)
    step_weight = (mask / (mask.sum() * batch))[:, None]  # (T, 1)
    scored = slice(go + config.mask_steps, None)
    activate, slope = _activation(config.activation)
    rates = np.float32(1.0 / (steps * batch * units))

    def recur(drive: Any, normal: Any, recurrent: Any, start: Any) -> tuple[Any, Any]:
        states = tf.TensorArray(tf.float32, steps, element_shape=(batch, units))
        currents = tf.TensorArray(tf.float32, steps, element_shape=(batch, units))

        def body(step: Any, state: Any, noise: Any, states: Any, currents: Any) -> Any:
            noise = noise_leak * noise + noise_gain * normal[step]
            current = drive[step] + noise + state @ recurrent
            state = leak * state + alpha * activate(current)
            return (
                step + 1,
                state,
                noise,
                states.write(step, state),
                currents.write(step, current),
            )

        initial = (0, start, tf.zeros((batch, units)), states, currents)
        *_, states, currents = tf.while_loop(lambda step, *_: step < steps, body, initial)
        return states.stack(), currents.stack()

    def recur_back(local: Any, slopes: Any, recurrent: Any) -> tuple[Any, Any]:
        transposed = tf.transpose(recurrent)
        currents = tf.TensorArray(tf.float32, steps, element_shape=(batch, units))

        def body(step: Any, gradient: Any, currents: Any) -> Any:
            gradient = gradient + local[step]
            at_current = gradient * slopes[step]
            gradient = leak * gradient + at_current @ transposed
            return step - 1, gradient, currents.write(step, at_current)

        initial = (steps - 1, tf.zeros((batch, units)), currents)
        _, at_start, currents = tf.while_loop(lambda step, *_: step >= 0, body, initial)
        return at_start, currents.stack()

    def gradient(
        weights: dict[str, Any],
        normal: Any,
        stimuli: Any,
        responses: Any,
        top: Any,
        top_square: Any,
        set_point: Any,
    ) -> tuple[dict[str, Any], Any, Any, Any]:
        w_in, w_rec, w_out = weights["input"], weights["recurrent"], weights["output"]
        # forward: the inputs are constant within an epoch, so no product over time is needed
        from_fixation = fixation * w_in[-1:] + weights["bias"]
        drive = tf.concat(
            [
                tf.repeat((stimuli @ w_in[:-1] + from_fixation)[None], sample, axis=0),
                tf.tile(from_fixation[None], (go - sample, batch, 1)),
                tf.tile(weights["bias"][None, None], (steps - go, batch, 1)),
            ],
            axis=0,
        )
        start = tf.tile(weights["initial_state"], (batch, 1))
        states, currents = recur(drive, normal, w_rec, start)
        logits = tf.einsum("tbn,no->tbo", states, w_out) + weights["output_bias"]
        log_outputs = tf.nn.log_softmax(logits)
        outputs = tf.exp(log_outputs)

        # loss
        response = tf.one_hot(responses, task.OUTPUTS)
        target = tf.concat(
            [
                tf.tile(tf.one_hot([[task.FIXATION]], task.OUTPUTS), (go, batch, 1)),
                tf.tile(response[None], (steps - go, 1, 1)),
            ],
            axis=0,
        )
        task_loss = -tf.reduce_sum(
            tf.reduce_sum(target * log_outputs, axis=-1) * step_weight  # (T, B) * (T, 1)
        )
        mean_square = tf.reduce_mean(tf.square(states))
        input_norm = tf.reduce_mean(tf.square(w_in))
        output_norm = tf.reduce_mean(tf.square(w_out))
        regularisation = (
            config.l2_input * input_norm
            + config.l2_output * output_norm
            + config.l2_recurrent * top_square
            + config.l2_rate * tf.abs(mean_square - set_point)
        )
        evidence = tf.reduce_mean(outputs[scored, :, : task.RESPONSES], axis=0)
        chosen = tf.argmax(evidence, axis=-1, output_type=tf.int32)
        summary = tf.stack(
            [
                task_loss,
                regularisation,
                mean_square,
                tf.reduce_max(states),
                tf.reduce_mean(tf.cast(chosen == responses, tf.float32)),
                input_norm,
                output_norm,
                tf.reduce_mean(tf.square(w_rec)),
            ]
        )

        # backward
        at_logits = (outputs - target) * step_weight[..., None]
        pull = config.l2_rate * tf.sign(mean_square - set_point) * (2.0 * rates)
        local = tf.einsum("tbo,no->tbn", at_logits, w_out) + pull * states
        at_start, at_currents = recur_back(local, alpha * slope(currents), w_rec)
        before = tf.concat([start[None], states[:-1]], axis=0)
        flat_currents = tf.reshape(at_currents, (-1, units))
        in_sample = tf.reduce_sum(at_currents[:sample], axis=0)  # (B, N)
        before_go = tf.reduce_sum(at_currents[:go], axis=(0, 1))  # (N,)
        k = config.penalised_singular_values
        gradients = {
            "input": tf.concat(
                [tf.transpose(stimuli) @ in_sample, fixation * before_go[None]], axis=0
            )
            + (2.0 * config.l2_input / (config.inputs * units)) * w_in,
            "recurrent": tf.matmul(tf.reshape(before, (-1, units)), flat_currents, transpose_a=True)
            + (2.0 * config.l2_recurrent / k) * (top @ tf.matmul(top, w_rec, transpose_a=True)),
            "bias": tf.reduce_sum(flat_currents, axis=0),
            "initial_state": tf.reduce_sum(at_start, axis=0, keepdims=True),
            "output": tf.matmul(
                tf.reshape(states, (-1, units)),
                tf.reshape(at_logits, (-1, task.OUTPUTS)),
                transpose_a=True,
            )
            + (2.0 * config.l2_output / (units * task.OUTPUTS)) * w_out,
            "output_bias": tf.reduce_sum(at_logits, axis=(0, 1)),
        }
        return gradients, summary, states, outputs

    return gradient


def compile_trial(config: RunConfig, *, frozen_readout: bool) -> Callable[..., TrialResult]:
    """Compile the whole trial for a configuration.

    The result is a function of ``(parameters, mean, square, rate, normal, stimuli, responses,
    top, top_square, set_point)``: the packed weights and Adam's moments (P,), Adam's rate, then
    the arguments of :func:`build_gradient`. The initial state is rectified after the trial
    has read it and before it is updated, as in the published code.
    With ``frozen_readout`` the output weights and bias neither move nor count in the norm that
    clipping limits. The summary gains the gradient's norm.
    """
    import tensorflow as tf

    gradient = build_gradient(config)
    shapes = weight_shapes(config)
    sizes = [int(np.prod(shape)) for shape in shapes.values()]

    def trial(parameters: Any, mean: Any, square: Any, rate: Any, *trial_inputs: Any) -> Any:
        parts = tf.split(parameters, sizes)
        weights = {
            name: tf.reshape(part, shapes[name])
            for name, part in zip(WEIGHT_NAMES, parts, strict=True)
        }
        gradients, summary, states, outputs = gradient(weights, *trial_inputs)
        if frozen_readout:
            for name in FROZEN_READOUT:
                gradients[name] = tf.zeros_like(gradients[name])
        step = tf.concat([tf.reshape(gradients[name], (-1,)) for name in WEIGHT_NAMES], axis=0)
        # the forward pass has read the initial state as it stood; the update starts from it rectified
        weights["initial_state"] = tf.nn.relu(weights["initial_state"])
        rectified = tf.concat([tf.reshape(weights[name], (-1,)) for name in WEIGHT_NAMES], axis=0)
        norm = tf.norm(step)
        summary = tf.concat([summary, norm[None]], axis=0)
        step *= config.clip_norm / tf.maximum(norm, config.clip_norm)
        mean = config.beta1 * mean + (1.0 - config.beta1) * step
        square = config.beta2 * square + (1.0 - config.beta2) * tf.square(step)
        updated = rectified - rate * mean / (tf.sqrt(square) + config.epsilon)
        return updated, mean, square, summary, states, outputs

    packed = tf.TensorSpec(sum(sizes))
    batch, units = config.batch_size, config.units
    concrete = tf.function(trial, jit_compile=True, autograph=False).get_concrete_function(
        *(packed, packed, packed, tf.TensorSpec(())),
        tf.TensorSpec((config.steps, batch, units)),
        tf.TensorSpec((batch, config.stimulus_channels)),
        tf.TensorSpec((batch,), tf.int32),
        tf.TensorSpec((units, config.penalised_singular_values)),
        *(tf.TensorSpec(()), tf.TensorSpec(())),
    )
    return lambda *arguments: TrialResult(*concrete(*arguments))


def _activation(activation: Activation) -> tuple[Callable[[Any], Any], Callable[[Any], Any]]:
    """The rate nonlinearity and its derivative, on tensors of net currents."""
    import tensorflow as tf

    match activation:
        case Activation.SOFTPLUS:
            return tf.nn.softplus, tf.sigmoid
        case Activation.RELU:
            return tf.nn.relu, lambda c: tf.cast(c > 0, tf.float32)
        case Activation.TANH:
            return tf.tanh, lambda c: 1.0 - tf.square(tf.tanh(c))
        case Activation.SQUARED_RELU:
            return lambda c: tf.square(tf.nn.relu(c)), lambda c: 2.0 * tf.nn.relu(c)
