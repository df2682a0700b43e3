"""The noise of training: its numbers, what they depend on, and that they are nobody else's."""

import zlib

import numpy as np
import pytest
from scipy import stats

from l2l_engine import noise
from l2l_engine.config import RunConfig
from l2l_engine.training.helper import Helper
from l2l_engine.training.noise import NoiseStream, probe_generator
from l2l_engine.training.normals import NormalStream

SHORT = RunConfig(sample_ms=30, delay_ms=30, response_ms=40, mask_ms=5, units=10, batch_size=2)

GOLDEN = [-0.33421236, 0.96450156, -1.0095723, -1.106822, 0.8903473]  # some of seed 0's


def normals(seed: int, count: int) -> np.ndarray:
    """White normals: a filter that keeps nothing and changes nothing."""
    drawn = np.empty((count, 1, 1), np.float32)
    NormalStream(np.random.SeedSequence(seed)).low_passed(0.0, 1.0, drawn, 1)
    return drawn.ravel().astype(float)


def noise_of(config: RunConfig, *trials: int) -> list[np.ndarray]:
    with Helper() as helper:
        stream = NoiseStream(config, helper)
        return [stream.trial(number).copy() for number in trials]


def test_the_numbers_are_standard_normal_and_independent():
    drawn = normals(1, 2_000_000)
    root = np.sqrt(len(drawn))
    assert abs(drawn.mean()) * root < 4
    assert abs(drawn.var() - 1) * root / np.sqrt(2) < 4
    assert abs(stats.skew(drawn)) * root / np.sqrt(6) < 4
    assert abs(stats.kurtosis(drawn)) * root / np.sqrt(24) < 4
    assert stats.kstest(drawn, "norm").pvalue > 1e-4
    # the distances at which numbers share a stream, a round or a Box-Muller pair, and others
    for lag in (1, 2, 8, 63, 64, 65, 100, 104, 127, 128, 129, 256):
        assert abs(np.mean(drawn[lag:] * drawn[:-lag])) * root < 4.5, lag
    # a pair's two numbers come from one angle and one radius, which must not tell on each other
    radius = (drawn.reshape(-1, 2, 64) ** 2).sum(axis=1).ravel()
    assert stats.kstest(radius, "expon", args=(0, 2)).pvalue > 1e-4


def test_every_machine_draws_the_same_numbers():
    drawn = normals(0, 300)
    np.testing.assert_array_equal(drawn[[0, 1, 63, 64, 299]].astype(np.float32), np.float32(GOLDEN))
    assert zlib.crc32(normals(0, 200_000).astype("<f4").tobytes()) == 1086466120  # tails too


def test_noise_follows_its_recursion_from_the_first_step():
    gain = np.sqrt(2 * SHORT.alpha_noise) * SHORT.sigma_rec
    (filtered,) = noise_of(SHORT, 3)
    white = np.empty_like(filtered)
    sequence = np.random.SeedSequence(SHORT.seed, spawn_key=(0, 3))
    NormalStream(sequence).low_passed(0.0, 1.0, white, SHORT.units)
    expected = np.zeros(filtered.shape[1:])
    for step in range(SHORT.steps):
        expected = (1 - SHORT.alpha_noise) * expected + gain * white[step]
        ours = filtered[step, :, : SHORT.units]
        np.testing.assert_allclose(ours, expected[:, : SHORT.units], atol=1e-6)
    assert (filtered[0, :, : SHORT.units] != 0).all()
    assert not filtered[..., SHORT.units :].any()


def test_noise_settles_at_the_published_deviation():
    config = RunConfig()
    (drawn,) = noise_of(config, 0)
    drawn = drawn[..., : config.units]
    assert drawn[0].std() == pytest.approx(0.05, rel=0.25)
    assert drawn[50:].std() == pytest.approx(noise.stationary_deviation(config), rel=1e-2)


def test_a_trials_noise_depends_on_seed_and_number_alone():
    in_order = noise_of(SHORT, 0, 1, 2, 3, 4)
    np.testing.assert_array_equal(noise_of(SHORT, 3)[0], in_order[3])
    jumping = noise_of(SHORT, 4, 1, 1, 2)
    for drawn, number in zip(jumping, (4, 1, 1, 2), strict=True):
        np.testing.assert_array_equal(drawn, in_order[number])
    assert not np.array_equal(in_order[0], in_order[1])
    assert not np.array_equal(noise_of(SHORT.replace(seed=1), 0)[0], in_order[0])


def test_one_core_draws_what_two_draw(monkeypatch):
    both = noise_of(SHORT, 0, 1)
    monkeypatch.setattr("l2l_engine.training.helper.cores", lambda: 1)
    for drawn, other in zip(noise_of(SHORT, 0, 1), both, strict=True):
        np.testing.assert_array_equal(drawn, other)


def test_looking_at_a_network_has_a_stream_apart_from_trainings():
    training = np.random.SeedSequence(7, spawn_key=(0, 5)).generate_state(4)
    probing = probe_generator(7, 5).bit_generator.seed_seq
    assert not np.array_equal(probing.generate_state(4), training)
    assert probing.spawn_key != (0, 5)


def test_no_noise_is_silence():
    first, second = noise_of(SHORT.replace(sigma_rec=0.0), 0, 1)
    assert not first.any()
    assert not second.any()
