"""Loss and gradient by TensorFlow's automatic differentiation of the same loop, under XLA; no update."""

from __future__ import annotations

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np
from serve import serve

from l2l_engine import network, task
from l2l_engine.config import RunConfig
from l2l_engine.training.trainer import load_tensorflow


def automatic(config: RunConfig, parameters: dict[str, np.ndarray]):
    """Loss and gradient of a trial by TensorFlow's automatic differentiation, under XLA."""
    import tensorflow as tf

    variables = {name: tf.Variable(array) for name, array in parameters.items()}
    steps, units = config.steps, config.units
    mask, alpha = task.loss_mask(config), np.float32(config.alpha)

    @tf.function(jit_compile=True)
    def gradient(inputs, targets, normal):
        with tf.GradientTape() as tape:
            drive = inputs @ variables["input"] + variables["bias"] + normal
            states = tf.TensorArray(tf.float32, steps, element_shape=(1, units))

            def body(step, state, states):
                current = drive[step] + state @ variables["recurrent"]
                state = (1 - alpha) * state + alpha * tf.nn.softplus(current)
                return step + 1, state, states.write(step, state)

            start = tf.nn.relu(variables["initial_state"])
            *_, states = tf.while_loop(
                lambda step, *_: step < steps, body, (0, start, states), maximum_iterations=steps
            )
            logits = states.stack() @ variables["output"] + variables["output_bias"]
            losses = tf.nn.softmax_cross_entropy_with_logits(targets, logits)
            loss = tf.reduce_sum(losses * mask[:, None]) / mask.sum()
        return loss, tape.gradient(loss, list(variables.values()))

    return gradient


def main() -> None:
    """Serve trials of the untrained network."""
    load_tensorflow()
    config = RunConfig()
    random = np.random.RandomState(0)
    weights = network.initial_weights(random, config)
    stimuli = task.draw_stimuli(random, config)
    baseline = automatic(config, weights.arrays())
    shown = task.inputs(stimuli[:1], config).swapaxes(0, 1)
    target = task.targets(np.array([0]), config).swapaxes(0, 1)
    normal = 0.0577 * random.standard_normal((config.steps, 1, config.units))
    serve(lambda: float(baseline(shown, target, normal.astype(np.float32))[0]))


if __name__ == "__main__":
    main()
