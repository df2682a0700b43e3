"""The finder of decision and stimulus subspaces, against the authors' published function and geometry."""

import numpy as np
import pytest

from l2l_engine.config import L2LError
from l2l_engine.manifold import SubspaceFinder, find_subspaces

K = 4


def test_blocks_give_the_subspaces_of_the_whole():
    states = np.random.default_rng(0).normal(size=(6, 2, 15, 20)).astype(np.float32)
    whole = find_subspaces(states, K, K)
    blocks = SubspaceFinder()
    blocks.add(states[:4])
    blocks.add(states[4])
    blocks.add(states[5:])
    assert blocks.problems == 6
    np.testing.assert_allclose(blocks.subspaces(K).decision, whole.decision, atol=1e-12)
    np.testing.assert_allclose(blocks.subspaces(K).stimulus, whole.stimulus, atol=1e-12)


def test_subspaces_are_orthonormal_and_orthogonal_even_when_one_is_tiny():
    random = np.random.default_rng(0)
    states = 1e-5 * random.normal(size=(5, 2, 30, 12)) + random.normal(size=(2, 30, 12))
    found = find_subspaces(states, 6, 6)
    both = np.hstack([found.decision, found.stimulus])
    np.testing.assert_allclose(both.T @ both, np.eye(12), atol=1e-12)
    assert (both[np.abs(both).argmax(axis=0), np.arange(12)] > 0).all()


def test_subspaces_recover_planted_directions():
    units = 10
    axes = np.eye(units)
    time = np.linspace(0, 1, 40)
    decision = np.stack([np.outer(np.sin(time), axes[0]), np.outer(np.cos(3 * time), axes[1])])
    own = np.random.default_rng(0).normal(size=(8, 2, 40, 1)) * axes[5]
    states = decision + own - own.mean(axis=0)  # what differs between problems averages out
    found = find_subspaces(states, 2, 2)
    np.testing.assert_allclose(
        found.decision @ found.decision.T, np.diag(axes[0] + axes[1]), atol=1e-12
    )
    np.testing.assert_allclose(found.stimulus[:, 0], axes[5], atol=1e-12)


def test_states_that_do_not_fit_are_refused_and_not_counted():
    finder = SubspaceFinder()
    with pytest.raises(L2LError, match="no states"):
        finder.subspaces(K)
    with pytest.raises(L2LError, match="not finite"):
        finder.add(np.full((1, 2, 3, 10), np.nan))
    assert finder.problems == 0
    finder.add(np.ones((1, 2, 3, 10)))
    with pytest.raises(L2LError, match=r"those before had \(2, 3, 10\)"):
        finder.add(np.ones((1, 2, 4, 10)))
    with pytest.raises(L2LError, match="2 stimuli"):
        finder.add(np.ones((1, 3, 3, 10)))
    with pytest.raises(L2LError, match="do not fit a network of 10 units"):
        finder.subspaces(6)


def test_subspaces_match_the_published_projectors(reference):
    with np.load(reference / "authors_scripts" / "perturbation.npz", allow_pickle=False) as golden:
        trials = golden["states"].T  # 50 trials of stimulus 0, then 50 of stimulus 1
        found = find_subspaces(np.stack([trials[:50], trials[50:]], axis=1), K, K)
        np.testing.assert_allclose(
            found.decision_projector, golden["decision_projector"], atol=1e-6
        )
        np.testing.assert_allclose(found.stimulus_projector, golden["stim4_projector"], atol=1e-6)


def test_dimensions_from_one_on_fit():
    finder = SubspaceFinder()
    finder.add(np.random.default_rng(0).normal(size=(2, 2, 9, 6)))
    for decision, stimulus in ((0, 2), (2, 0), (-1, -1)):
        with pytest.raises(L2LError, match="at least one dimension each"):
            finder.subspaces(decision, stimulus)
    found = finder.subspaces(1, 1)
    assert (found.decision.shape, found.stimulus.shape) == ((6, 1), (6, 1))
    assert finder.subspaces(3).stimulus.shape == (6, 3)


def test_what_each_direction_explains_is_its_share_of_the_squares():
    axes = np.eye(5)
    states = np.zeros((2, 2, 4, 5))
    states += 3.0 * axes[0] + 1.0 * axes[1] * np.array([1, -1, 1, -1])[:, None]  # in every trial
    states[0] += 2.0 * axes[2]
    states[1] -= 2.0 * axes[2]  # of the problem
    found = find_subspaces(states, 2, 1)
    np.testing.assert_allclose(found.decision_explained, [0.9, 0.1, 0, 0, 0], atol=1e-12)
    np.testing.assert_allclose(found.stimulus_explained, [1, 0, 0, 0, 0], atol=1e-12)
    assert found.decision_share == pytest.approx(10 / 14)


def test_subspaces_are_told_apart_as_objects_and_can_be_keys():
    found, other = (find_subspaces(np.ones((1, 2, 3, 6)), 1, 1) for _ in range(2))
    assert found == found
    assert found != other
    assert len({found, other}) == 2
