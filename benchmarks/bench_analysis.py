"""Processor time and memory of the analyses at the paper's size, on made-up but alike networks.

    python benchmarks/bench_analysis.py [--problems 500] [--quick]

Prints one line a case. Set OMP_NUM_THREADS=1 for figures of one core.
"""

from __future__ import annotations

import argparse
import resource
import sys
import time
from collections.abc import Callable

import numpy as np

from l2l_engine.analysis.accumulation import accumulation
from l2l_engine.analysis.learning_curve import fit_exponential
from l2l_engine.analysis.subspaces import representations
from l2l_engine.analysis.vector_field import vector_field_change
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights, initial_weights, simulate
from l2l_engine.task import draw_stimuli


def networks(problems: int, config: RunConfig) -> tuple[NetworkWeights, np.ndarray]:
    """A stack that starts as a run does and drifts by 0.1 in the norm of W_rec a problem."""
    random = np.random.RandomState(0)
    first = initial_weights(random, config)

    def drift(array: np.ndarray) -> np.ndarray:
        steps = 0.1 / config.units * random.standard_normal((problems, *array.shape))
        return (array + steps.cumsum(axis=0)).astype(np.float32)

    # a tame start: the untrained network's rates are far above a trained one's
    tame = NetworkWeights.from_arrays(first.arrays() | {"recurrent": 0.3 * first.recurrent})
    return tame.map(drift), np.stack([draw_stimuli(random, config) for _ in range(problems)])


def report(name: str, run: Callable[[], object], repeat: int = 1) -> None:
    best = np.inf
    for _ in range(repeat):
        start = time.process_time()
        run()
        best = min(best, time.process_time() - start)
    scale = 1024 if sys.platform != "darwin" else 1024**2
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / scale
    print(f"{name:55s} {best:9.3f} s of one core   peak so far {peak:6.0f} MB", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--problems", type=int, default=500, help="problems of Figs 5-7")
    parser.add_argument("--quick", action="store_true", help="leave out what takes minutes")
    options = parser.parse_args()
    config = RunConfig()
    weights, stimuli = networks(options.problems + 1, config)
    wide = weights.astype(np.float64)

    for name, stack in (("float32", weights), ("float64", wide)):
        one, fifty = stack[:1], stack[:50]
        report(
            f"simulate 1 network, 2 stimuli, {name}",
            lambda one=one: simulate(one, stimuli[:1], config),
            repeat=5,
        )
        report(
            f"simulate 50 networks, 2 stimuli, {name}",
            lambda fifty=fifty: simulate(fifty, stimuli[:50], config),
            repeat=3,
        )
    counts = 1 + np.random.default_rng(0).poisson(150 * np.exp(-np.arange(1000) / 35) + 20)
    report("learning-curve fit, 1000 problems", lambda: fit_exponential(counts), repeat=3)
    report(
        "subspaces, trajectories, currents, 50 problems",
        lambda: representations(weights[1:51], stimuli[1:51], config),
    )
    sizes = [50] if options.quick else [50, options.problems]
    for size in dict.fromkeys(sizes):
        before, after = weights[:size], weights[1 : size + 1]
        report(
            f"vector-field change, {size} problems",
            lambda before=before, after=after, size=size: vector_field_change(
                before, after, stimuli[1 : size + 1], config
            ),
        )
    fractions = [0.1] if options.quick else [0.25, 0.5, 1.0]
    for size in [round(part * options.problems) for part in fractions]:
        report(
            f"accumulation, {size} problems",
            lambda size=size: accumulation(weights[: size + 1], stimuli[: size + 1], config),
        )


if __name__ == "__main__":
    main()
