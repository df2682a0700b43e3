"""The same trial as one would write it in JAX: scan, value_and_grad, optax, and JAX's SVD."""

from __future__ import annotations

import os

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.setdefault(
    "XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
)

import jax
import jax.numpy as jnp
import numpy as np
import optax
from serve import serve

STEPS, SAMPLE, GO, MASKED, UNITS, CHANNELS, TOP = 2000, 500, 1500, 100, 100, 10, 10


def main() -> None:
    """Serve trials of an untrained network; the noise is NumPy's, drawn within the trial."""
    random = np.random.default_rng(0)
    weights = {
        "input": random.standard_normal((CHANNELS + 1, UNITS)) / np.sqrt(CHANNELS + 1),
        "recurrent": np.linalg.qr(random.standard_normal((UNITS, UNITS)))[0]
        + 0.01 * random.standard_normal((UNITS, UNITS)),
        "bias": np.zeros(UNITS),
        "start": np.zeros(UNITS),
        "output": np.zeros((UNITS, 3)),
        "output_bias": np.zeros(3),
    }
    weights = {name: jnp.asarray(array, jnp.float32) for name, array in weights.items()}
    shown = np.zeros((STEPS, CHANNELS + 1), np.float32)
    shown[:SAMPLE, 0], shown[:GO, -1] = 1.0, CHANNELS**-0.5
    target = np.zeros((STEPS, 3), np.float32)
    target[:GO, 2], target[GO:, 0] = 1.0, 1.0
    mask = np.ones(STEPS, np.float32)
    mask[GO : GO + MASKED] = 0.0
    adam = optax.chain(optax.clip_by_global_norm(1.0), optax.adam(1e-4, b1=0.3))

    def loss(weights, normal):
        drive = shown @ weights["input"] + weights["bias"]

        def step(carry, now):
            state, noise = carry
            noise = 0.5 * noise + 0.05 * now[1]
            current = now[0] + noise + state @ weights["recurrent"]
            state = 0.99 * state + 0.01 * jax.nn.softplus(current)
            return (state, noise), state

        begin = (weights["start"], jnp.zeros(UNITS))
        _, states = jax.lax.scan(step, begin, (drive, normal))
        logits = states @ weights["output"] + weights["output_bias"]
        losses = optax.softmax_cross_entropy(logits, target)
        values = jnp.linalg.svd(weights["recurrent"], compute_uv=False)
        return (
            (losses * mask).sum() / mask.sum()
            + 5e-4 * jnp.abs((states**2).mean())
            + 1e-3 * (values[:TOP] ** 2).mean()
            + 1e-4 * (weights["input"] ** 2).mean()
            + 0.1 * (weights["output"] ** 2).mean()
        )

    @jax.jit
    def trial(weights, moments, normal):
        value, gradient = jax.value_and_grad(loss)(weights, normal)
        update, moments = adam.update(gradient, moments)
        return optax.apply_updates(weights, update), moments, value

    kept = [weights, adam.init(weights)]
    generator = np.random.Generator(np.random.SFC64(0))

    def run() -> None:
        normal = generator.standard_normal((STEPS, UNITS), np.float32)
        kept[0], kept[1], value = trial(kept[0], kept[1], normal)
        float(value)

    serve(run)


if __name__ == "__main__":
    main()
