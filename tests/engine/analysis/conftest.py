"""Networks for the analyses: the reference run, and small made-up ones."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.io import loadmat

from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights, weight_shapes
from l2l_engine.task import FloatArray

_NAMES = {
    "input": "wts_RNNin_weights",
    "recurrent": "wts_leakyRNN_weights",
    "bias": "wts_leakyRNN_biases",
    "initial_state": "wts_leakyRNN_init_state",
    "output": "wts_out_RNN_weights",
    "output_bias": "wts_out_RNN_biases",
}


@pytest.fixture(scope="session")
def legacy_run(reference: Path) -> tuple[NetworkWeights, FloatArray]:
    """The 60 saved networks of the reference run and their stimuli (60, 2, 10), float64."""
    files = (reference / "legacy_run").glob("saved_*_*.mat")
    numbered = sorted((int(re.findall(r"_(\d+)\.mat$", path.name)[0]), path) for path in files)
    networks, stimuli = [], []
    for _, path in numbered:
        content = loadmat(path)
        arrays = {name: np.float64(content[key]) for name, key in _NAMES.items()}
        arrays["bias"], arrays["output_bias"] = arrays["bias"][0], arrays["output_bias"][0]
        networks.append(NetworkWeights.from_arrays(arrays))
        stimuli.append(np.float64(content["images"]))
    return NetworkWeights.stack(networks), np.stack(stimuli)


@pytest.fixture(scope="session")
def short_config() -> RunConfig:
    """A small network and the paper's trial in steps of 2 ms."""
    return RunConfig(units=20, dt=2.0)


@pytest.fixture(scope="session")
def made_up(short_config: RunConfig) -> tuple[NetworkWeights, FloatArray]:
    """Six networks, each a small change of the one before, and stimuli (6, 2, 10), float64."""
    random = np.random.default_rng(7)
    arrays = {}
    for name, shape in weight_shapes(short_config).items():
        changes = 0.02 * random.standard_normal((6, *shape))
        changes[0] = random.standard_normal(shape) / 4
        arrays[name] = changes.cumsum(axis=0)
    stimuli = random.standard_normal((6, 2, 10)) / np.sqrt(10)
    return NetworkWeights.from_arrays(arrays), stimuli
