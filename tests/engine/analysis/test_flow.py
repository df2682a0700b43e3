"""The flow on a plane is the simulation's own, seen on that plane."""

from __future__ import annotations

import numpy as np
import pytest

from l2l_engine.analysis.flow import (
    Plane,
    epoch_at,
    input_current,
    plane_flow,
    principal_plane,
    release,
    state_at,
)
from l2l_engine.config import L2LError
from l2l_engine.network import simulate


@pytest.fixture(scope="module")
def trial(made_up, short_config):
    """One network, its stimuli and its two trajectories (2, T, N)."""
    stack, stimuli = made_up
    states = simulate(stack[3:4], stimuli[3:4], short_config)[0]
    return stack[3], stimuli[3], states, short_config


@pytest.mark.parametrize("time", [0.0, 300.0, 498.0, 500.0, 1200.0, 1498.0, 1500.0, 1996.0])
def test_flow_at_the_state_is_the_simulations_next_step(trial, time):
    weights, stimuli, states, config = trial
    plane = principal_plane(states)
    now = state_at(states[1], weights.initial_state, config, time)
    following = state_at(states[1], weights.initial_state, config, time + config.dt)
    step = (following - now) / (config.dt * 1e-3)

    current = input_current(weights, stimuli[1], config, time)
    flow = plane_flow(weights, current, config, plane, now, plane.coordinates(now)[None])

    np.testing.assert_allclose(flow.velocity[0], step @ plane.axes, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(flow.speed[0], np.linalg.norm(step), rtol=1e-9)


def test_lifted_points_keep_their_coordinates_and_the_rest_of_the_state(trial):
    _, _, states, _ = trial
    plane = principal_plane(states)
    points = np.random.default_rng(0).standard_normal((5, 4, 2))
    through = states[0, 400]
    lifted = plane.lift(points, through)
    np.testing.assert_allclose(plane.coordinates(lifted), points, atol=1e-12)
    apart = lifted - through
    np.testing.assert_allclose(apart - apart @ plane.axes @ plane.axes.T, 0, atol=1e-12)


def test_principal_plane_holds_the_two_largest_variances(trial):
    _, _, states, _ = trial
    flat = states.reshape(-1, states.shape[-1])
    variances = np.linalg.svd(flat - flat.mean(axis=0), compute_uv=False) ** 2
    on_plane = principal_plane(states).coordinates(flat)
    np.testing.assert_allclose(np.square(on_plane).sum(axis=0), variances[:2], rtol=1e-9)


def test_released_state_retraces_the_delay(trial):
    weights, stimuli, states, config = trial
    start = state_at(states[0], weights.initial_state, config, 600.0)
    current = input_current(weights, stimuli[0], config, 600.0)
    path = release(weights, current, config, start, 400.0)
    expected = states[0, 299 : 299 + len(path)]
    assert len(path) == 201
    np.testing.assert_allclose(path, expected, atol=1e-12)


def test_epochs_change_when_their_inputs_do(trial):
    weights, stimuli, _, config = trial
    assert [epoch_at(config, ms) for ms in (0, 498, 500, 1498, 1500, 2000)] == [
        "sample",
        "sample",
        "delay",
        "delay",
        "response",
        "response",
    ]
    np.testing.assert_allclose(input_current(weights, stimuli[0], config, 2000.0), weights.bias)


def test_skewed_axes_are_refused():
    with pytest.raises(L2LError, match="orthogonal"):
        Plane(np.ones((5, 2)), np.zeros(5))
