"""The noise that analyses add: its statistics are known."""

import numpy as np
import pytest

from l2l_engine import noise
from l2l_engine.config import RunConfig


def test_noise_settles_at_the_published_deviation_and_correlation():
    config = RunConfig()
    drawn = noise.recurrent_noise(np.random.default_rng(0), (4, 2000, 100), config)
    assert drawn.dtype == np.float32
    # the first step has a draw too: its deviation is that of a single draw
    assert drawn[:, 0].std() == pytest.approx(0.05, rel=0.1)
    settled = drawn[:, 50:]
    assert noise.stationary_deviation(config) == pytest.approx(0.0577, abs=5e-5)
    assert settled.std() == pytest.approx(0.0577, rel=5e-3)
    lag = (settled[:, 1:] * settled[:, :-1]).mean() / settled.var()
    assert lag == pytest.approx(1 - config.alpha_noise, abs=5e-3)


def test_noise_follows_its_recursion():
    config = RunConfig(sigma_rec=0.2, tau_noise=10.0)
    drawn = noise.recurrent_noise(np.random.default_rng(5), (2, 30, 3), config, np.float64)
    xi = np.random.default_rng(5).standard_normal((2, 30, 3))
    expected = np.zeros((2, 3))
    for step in range(30):
        expected = 0.9 * expected + np.sqrt(0.2) * 0.2 * xi[:, step]
        np.testing.assert_allclose(drawn[:, step], expected, atol=1e-12)


def test_no_noise_draws_nothing():
    generator = np.random.default_rng(0)
    drawn = noise.recurrent_noise(generator, (5, 3), RunConfig(sigma_rec=0))
    np.testing.assert_array_equal(drawn, 0)
    assert generator.random() == np.random.default_rng(0).random()
