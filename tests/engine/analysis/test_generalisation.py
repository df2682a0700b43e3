"""Noise and morph curves of a memory whose answers are known."""

import numpy as np
import pytest

from l2l_engine import task
from l2l_engine.analysis import generalisation
from l2l_engine.analysis.known import CONFIG, bistable
from l2l_engine.analysis.probes import Probe, probe_trials
from l2l_engine.config import L2LError

STIMULI = np.eye(10)[:2]
MEMORY = bistable(STIMULI)


def test_noise_generalisation_runs_from_perfect_to_chance():
    found = generalisation.noise_generalisation(
        MEMORY, STIMULI, CONFIG, [0.0, 0.05, 50.0], repeats=60
    )
    assert found.trials == 120
    np.testing.assert_array_equal(found.accuracy[:2], 1.0)
    assert abs(found.accuracy[2] - 0.5) < 4 * 0.5 / np.sqrt(120)
    assert found.loss[2] > 1.1 * found.loss[0]
    quiet = probe_trials(MEMORY, STIMULI, CONFIG, Probe()).outputs
    expected = task.cross_entropy(quiet, np.array([0, 1]), CONFIG)
    assert found.loss[0] == pytest.approx(expected.mean(), rel=1e-12)
    # both stimuli are mirror images: without noise no trial differs from another
    assert found.loss_sem[0] == pytest.approx(0.0, abs=1e-12)


def test_morphs_keep_the_ends_and_the_length():
    morphs = generalisation.morph_stimuli(STIMULI, [0, 0.5, 1])
    np.testing.assert_allclose(morphs[[0, 2]], STIMULI, atol=1e-15)
    np.testing.assert_allclose(morphs[1], STIMULI.sum(axis=0) / np.sqrt(2), atol=1e-15)
    np.testing.assert_allclose(np.linalg.norm(morphs, axis=1), 1.0)


def test_psychometric_curve_of_a_symmetric_memory_turns_in_the_middle():
    morphs = np.array([0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0])
    told: list[float] = []
    quiet = generalisation.psychometric(MEMORY, STIMULI, CONFIG, morphs, progress=told.append)
    np.testing.assert_array_equal(quiet.chosen, [0, 0, 0, 0, 1, 1, 1])  # a tie is response 0
    assert quiet.share[3] == pytest.approx(0.5)
    np.testing.assert_allclose(quiet.share + quiet.share[::-1], 1.0)
    assert (np.diff(quiet.share) > 0).all()
    assert told[-1] == 1.0
    noisy = generalisation.psychometric(MEMORY, STIMULI, CONFIG, morphs, sigma_rec=0.5, repeats=100)
    assert (np.diff(noisy.chosen) >= 0).all()  # every morph sees the same noise
    assert abs(noisy.chosen[3] - 0.5) < 0.2
    np.testing.assert_array_equal(noisy.chosen[[0, -1]], [0, 1])


def test_impossible_curves_are_refused():
    with pytest.raises(L2LError, match="noise level"):
        generalisation.noise_generalisation(MEMORY, STIMULI, CONFIG, [-0.1])
    with pytest.raises(L2LError, match="repeats = 0"):
        generalisation.noise_generalisation(MEMORY, STIMULI, CONFIG, [0.1], repeats=0)
    with pytest.raises(L2LError, match="morph"):
        generalisation.psychometric(MEMORY, STIMULI, CONFIG, [1.5])
    with pytest.raises(L2LError, match="opposite"):
        generalisation.morph_stimuli(np.array([STIMULI[0], -STIMULI[0]]), [0.5])
