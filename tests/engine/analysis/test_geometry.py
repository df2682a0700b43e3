"""Angles, alignment, low-rank structure and speed where geometry gives the answer."""

import numpy as np
import pytest

from l2l_engine import network
from l2l_engine.analysis import geometry
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights

UNITS = 12
AXES = np.eye(UNITS)


def states_along(axes, scales, steps=400, seed=0):
    """Random states (1, 2, steps, N) with the given standard deviations along orthogonal axes."""
    white = np.linalg.qr(np.random.default_rng(seed).normal(size=(2 * steps, len(scales))))[0]
    white -= white.mean(axis=0)
    return (white * scales @ axes).reshape(1, 2, steps, -1)


def test_principal_angles_of_planes_tilted_by_known_angles():
    tilts = np.array([0.3, 1.1])
    first = AXES[:, :2]
    second = np.cos(tilts) * AXES[:, :2] + np.sin(tilts) * AXES[:, 4:6]
    # another basis of the same plane must not matter
    turned = second @ np.linalg.qr(np.random.default_rng(0).normal(size=(2, 2)))[0]
    np.testing.assert_allclose(geometry.principal_angles(first, turned), tilts, atol=1e-12)


def test_principal_angles_of_all_pairs():
    bases = np.stack([AXES[:, :2], AXES[:, 1:3], AXES[:, 5:7]])
    told: list[float] = []
    angles = geometry.pairwise_angles(bases, told.append)
    assert angles.shape == (3, 3, 2)
    np.testing.assert_allclose(angles[0, 1], [0, np.pi / 2], atol=1e-7)
    np.testing.assert_allclose(angles[0, 2], np.pi / 2, atol=1e-12)
    np.testing.assert_array_equal(angles, angles.swapaxes(0, 1))
    np.testing.assert_array_equal(np.diagonal(angles), 0)
    assert told[-1] == 1.0


def test_alignment_index_is_the_share_of_variance_captured():
    states = np.concatenate(
        [
            states_along(AXES[:2], np.array([3.0, 2.0])),
            states_along(AXES[1:3], np.array([1.0, 2.0])),
            states_along(AXES[6:8], np.array([1.0, 1.0])),
        ]
    )
    # near-exact planes; the centring after the orthogonalisation changes variances a little
    covariance = geometry.covariances(states)
    index = geometry.alignment_index(covariance, 2)
    shared = covariance[1, 1, 1] / (covariance[1, 1, 1] + covariance[1, 2, 2])
    np.testing.assert_allclose(np.diag(index), 1.0, atol=1e-12)
    assert index[0, 1] == pytest.approx(shared, abs=1e-12)
    assert shared == pytest.approx(0.2, abs=0.02)
    np.testing.assert_allclose(index[2, :2], 0.0, atol=1e-12)


def test_alignment_with_a_problem_without_variance_is_undefined():
    states = np.concatenate([states_along(AXES[:2], np.ones(2)), np.ones((1, 2, 400, UNITS))])
    index = geometry.alignment_index(geometry.covariances(states), 2)
    assert np.isnan(index[0, 1])
    assert np.isfinite(index[:, 0]).all()


def test_covariance_keeps_the_mean_only_when_uncentred():
    states = np.ones((1, 2, 5, UNITS), np.float32)
    np.testing.assert_allclose(geometry.covariances(states), 0.0)
    np.testing.assert_allclose(geometry.covariances(states, centred=False), 1.0)


def test_weight_change_of_two_planted_components():
    change = 3 * np.outer(AXES[0], AXES[4]) + 4 * np.outer(AXES[1], AXES[5])
    found = geometry.weight_change(
        change,
        {
            "decision": AXES[:, :1],
            "stimulus": AXES[:, 1:3],
            "readout": AXES[:, 4:6] @ np.ones((2, 3)),
        },
    )
    np.testing.assert_allclose(found.singular_values[:3], [4, 3, 0], atol=1e-12)
    assert found.norm == pytest.approx(5)
    assert found.effective_rank == pytest.approx((16 + 9) ** 2 / (16**2 + 9**2))
    np.testing.assert_allclose(found.explained[:2], [16 / 25, 1])
    assert found.overlaps["decision"].read_total == pytest.approx(9 / 25)
    assert found.overlaps["decision"].written_total == pytest.approx(0)
    np.testing.assert_allclose(found.overlaps["stimulus"].read[:2], [1, 0], atol=1e-12)
    # three equal readout columns span one direction, half of which lies on each written axis
    np.testing.assert_allclose(found.overlaps["readout"].written[:2], [0.5, 0.5], atol=1e-12)
    assert found.overlaps["readout"].chance == pytest.approx(1 / UNITS)


def test_a_network_that_did_not_change_has_rank_zero():
    found = geometry.weight_change(np.zeros((UNITS, UNITS), np.float32), {"axis": AXES[:, :1]})
    assert found.effective_rank == 0
    assert found.overlaps["axis"].read_total == 0
    np.testing.assert_array_equal(found.explained, 0)


def test_speed_of_a_relaxing_network_is_known():
    config = RunConfig(
        units=4,
        penalised_singular_values=4,
        dt=2.0,
        sample_ms=20,
        delay_ms=20,
        response_ms=20,
        mask_ms=0,
    )
    start = np.array([1.0, 2.0, 3.0, 4.0])
    current = -40.0  # softplus of it is 4e-18: the state only leaks
    weights = NetworkWeights(
        np.zeros((1, 11, 4)), np.zeros((1, 4, 4)), np.full((1, 4), current), start[None, None],
        np.zeros((1, 4, 3)), np.zeros((1, 3)),
    )  # fmt: skip
    states = network.simulate(weights, np.zeros((1, 2, 10)), config)
    speed = geometry.trajectory_speed(states, weights.initial_state[:, None], config)
    decay = 0.98 ** np.arange(config.steps)
    expected = np.linalg.norm(start) * decay * config.alpha / 0.002
    np.testing.assert_allclose(speed, np.broadcast_to(expected, (1, 2, config.steps)), rtol=1e-12)


def test_unfit_arrays_are_refused():
    with pytest.raises(L2LError, match="'decision' have 3 units"):
        geometry.weight_change(np.eye(UNITS), {"decision": np.eye(3)})
    with pytest.raises(L2LError, match="not finite"):
        geometry.weight_change(np.full((3, 3), np.nan), {})
    with pytest.raises(L2LError, match="k = 13 is out of range"):
        geometry.alignment_index(np.eye(UNITS)[None], 13)


def test_a_subspace_captures_the_variance_along_it():
    covariance = np.stack([np.diag([4.0, 1.0, 3.0]), np.zeros((3, 3))])
    found = geometry.captured(covariance, np.eye(3)[:, :2])
    assert found[0] == pytest.approx(5 / 8)
    assert np.isnan(found[1])
