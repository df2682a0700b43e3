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


def test_the_first_network_and_problem_of_seed_0_are_the_published_ones():
    """Some numbers of the published code's first run, which the test above has all of."""
    config = RunConfig(seed=0)
    random = np.random.RandomState(config.seed)
    weights = network.initial_weights(random, config)
    stimuli = task.draw_stimuli(random, config)
    for found, published in (
        (weights.input[0, :4], [0.5318818, 0.1206519, 0.2951006, 0.6756547]),
        (weights.recurrent[0, :4], [-0.1169172, 0.0314355, -0.0893656, 0.0497243]),
        (weights.recurrent[-1, -4:], [0.0128681, 0.1199347, -0.1354435, 0.0828876]),
        (stimuli[0, :3], [0.6840513, 0.1187155, 0.5151783]),
        (stimuli[1, :3], [-0.0524912, -0.2935041, -0.288162]),
    ):
        np.testing.assert_allclose(found, published, atol=1e-6)


def test_random_orthogonal_is_orthogonal():
    matrix = network.random_orthogonal(np.random.RandomState(3), 17)
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(17), atol=1e-12)
