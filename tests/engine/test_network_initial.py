"""The untrained network and the first problem, drawn as the published code draws them."""

import json

import numpy as np

from l2l_engine import network, task
from l2l_engine.config import RunConfig


def test_initial_weights_and_first_problem_match_published_code(reference):
    config = RunConfig(seed=0)
    random = np.random.RandomState(config.seed)
    weights = network.initial_weights(random, config)
    stimuli = task.draw_stimuli(random, config)
    golden = np.load(reference / "noise_off_seed0" / "weights.npz")
    np.testing.assert_allclose(weights.input, golden["init_RNNin_weights"], atol=1e-6)
    np.testing.assert_allclose(weights.recurrent, golden["init_leakyRNN_weights"], atol=1e-6)
    np.testing.assert_allclose(stimuli, golden["images"], atol=1e-6)
    shown = json.loads((reference / "noise_off_seed0" / "trials.json").read_text())["stimulus"]
    assert [random.randint(2) for _ in range(len(shown))] == shown


def test_random_orthogonal_is_orthogonal():
    matrix = network.random_orthogonal(np.random.RandomState(3), 17)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(17), atol=1e-12)
