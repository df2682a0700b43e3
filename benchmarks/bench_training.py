"""A training trial against the straightforward way: automatic differentiation of the same loop.

Both run in this process, in turn, on one core. Prints milliseconds a trial and the ratio.
"""

from __future__ import annotations

import os
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import numpy as np

from l2l_engine import task
from l2l_engine.config import RunConfig

ROUNDS, TRIALS = 5, 40


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
    began = time.perf_counter()
    from l2l_engine.training.curriculum import Curriculum

    config = RunConfig()
    curriculum = Curriculum(config)
    loaded = time.perf_counter()
    curriculum.compile()
    print(f"import TensorFlow {loaded - began:.1f} s, compile {time.perf_counter() - loaded:.1f} s")

    baseline = automatic(config, curriculum.weights.arrays())
    shown = task.inputs(curriculum.stimuli[:1], config).swapaxes(0, 1)
    target = task.targets(np.array([0]), config).swapaxes(0, 1)
    normal = np.random.default_rng(0).standard_normal((config.steps, 1, config.units))
    arguments = (shown, target, (0.0577 * normal).astype(np.float32))
    float(baseline(*arguments)[0])

    ours, theirs = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for _ in range(TRIALS):
            curriculum.step()
        ours.append((time.perf_counter() - start) / TRIALS)
        start = time.perf_counter()
        for _ in range(TRIALS // 8):
            float(baseline(*arguments)[0])
        theirs.append((time.perf_counter() - start) / (TRIALS // 8))
    curriculum.close()
    ratio = np.median(np.array(theirs) / np.array(ours))
    print(f"whole trial                          {np.median(ours) * 1e3:6.1f} ms")
    print(f"automatic differentiation, no update {np.median(theirs) * 1e3:6.1f} ms")
    print(f"ratio {ratio:.1f}")


if __name__ == "__main__":
    main()
