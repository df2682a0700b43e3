"""What a disturbed trial and the curves of one network cost: processor time, best of several.

A probe follows a slider, so it must stay well under a frame at 30 Hz.
Run: OMP_NUM_THREADS=1 python benchmarks/probes.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from l2l_engine import network, task
from l2l_engine.analysis import fixed_points, forgetting, generalisation, geometry
from l2l_engine.analysis.probes import Probe, Pulse, probe_trials
from l2l_engine.config import RunConfig
from l2l_engine.manifold import find_subspaces
from l2l_engine.network import NetworkWeights


def milliseconds(call: Callable[[], object], times: int) -> float:
    """Least processor time of several calls."""
    best = np.inf
    for _ in range(times):
        start = time.process_time()
        call()
        best = min(best, time.process_time() - start)
    return best * 1e3


def main() -> None:
    """Print one line per measurement."""
    config = RunConfig()
    random = np.random.RandomState(0)
    weights = network.initial_weights(random, config)
    stimuli = np.stack([task.draw_stimuli(random, config) for _ in range(12)])
    stack = NetworkWeights.stack([weights] * 12)
    pair = stimuli[0]
    everything = Probe(
        sigma_rec=0.05, lesioned=(3, 4), go_ms=1300.0, pulse=Pulse(np.ones(100), 3.0, 700.0)
    )
    states = network.simulate(stack, stimuli, config)
    bases = geometry.principal_components(geometry.covariances(states), 4)
    levels, morphs = np.linspace(0, 1, 8), np.linspace(0, 1, 21)
    cases: list[tuple[str, int, Callable[[], object]]] = [
        ("simulate, 2 stimuli", 9, lambda: network.simulate(weights[None], pair[None], config)),
        ("probe, undisturbed", 9, lambda: probe_trials(weights, pair, config, Probe())),
        ("probe, every disturbance", 9, lambda: probe_trials(weights, pair, config, everything)),
        (
            "noise curve, 8 levels x 32 trials",
            1,
            lambda: generalisation.noise_generalisation(weights, pair, config, levels),
        ),
        (
            "psychometric curve, 21 morphs",
            3,
            lambda: generalisation.psychometric(weights, pair, config, morphs),
        ),
        ("forgetting matrix, 12 x 12", 1, lambda: forgetting.forgetting(stack, stimuli, config)),
        ("fixed points, one problem", 1, lambda: fixed_points.fixed_points(weights, pair, config)),
        ("manifold subspaces, 12 problems", 3, lambda: find_subspaces(states, 4, 4)),
        ("angles between 12 subspaces", 3, lambda: geometry.pairwise_angles(bases)),
    ]
    for name, times, call in cases:
        print(f"{name:36s} {milliseconds(call, times):9.1f} ms")


if __name__ == "__main__":
    main()
