"""Fixed points of networks small enough to solve on paper, and of a published one."""

import itertools

import numpy as np
import pytest
from scipy import optimize

from l2l_engine import network, shipped, task
from l2l_engine.analysis import fixed_points as fp
from l2l_engine.analysis.known import CONFIG, bistable
from l2l_engine.analysis.speed_minima import minimise_q
from l2l_engine.config import Activation, L2LError, RunConfig
from l2l_engine.storage.session import Session

RATE = 1e3 / CONFIG.tau  # 1/s
HIGH = 0.9575040240772687  # the positive root of s = tanh(2 s)
GRID = np.array(list(itertools.product(np.linspace(-1.1, 1.1, 7), repeat=2))) + 0.013


def test_without_recurrence_every_search_finds_the_one_stable_point():
    current = np.array([0.3, -1.2])
    found = fp.find_points(np.zeros((2, 2)), current, CONFIG, GRID)
    np.testing.assert_allclose(found.states, [np.tanh(current)], atol=1e-10)
    np.testing.assert_array_equal(found.reached, [len(GRID)])
    np.testing.assert_allclose(found.eigenvalues, [[-RATE, -RATE]])
    np.testing.assert_allclose(found.time_constants, [[CONFIG.tau, CONFIG.tau]])
    assert found.describe(0) == "stable fixed point"


def test_two_bistable_units_have_nine_fixed_points():
    found = fp.find_points(2 * np.eye(2), np.zeros(2), CONFIG, GRID)
    assert found.fixed.all()
    expected = np.array(list(itertools.product([-HIGH, 0, HIGH], repeat=2)))
    order = np.lexsort(found.states.round(6).T[::-1])
    np.testing.assert_allclose(found.states[order], expected, atol=1e-8)
    zeros = (np.abs(expected) < 0.5).sum(axis=1)
    np.testing.assert_array_equal(found.unstable_dimensions[order], zeros)
    attracting = (2 * (1 - HIGH**2) - 1) * RATE
    assert found.eigenvalues[order][0, 0] == pytest.approx(attracting)
    middle = int(order[4])
    np.testing.assert_allclose(found.eigenvalues[middle], [RATE, RATE])
    assert found.describe(middle) == "repeller, 2 unstable dimensions"
    assert found.describe(int(order[1])) == "saddle, 1 unstable dimension"
    assert found.reached.sum() == len(GRID)


def test_a_rotating_mode_has_its_angular_frequency():
    turn = np.array([[0.5, -2.0], [2.0, 0.5]])
    found = fp.find_points(turn, np.zeros(2), CONFIG, 0.1 * GRID)
    assert len(found) == 1
    np.testing.assert_allclose(found.eigenvalues.real, -0.5 * RATE)
    np.testing.assert_allclose(np.sort(found.eigenvalues.imag), [[-2.0 * RATE, 2.0 * RATE]])


def test_the_ghost_of_a_vanished_pair_is_a_slow_point():
    # s = tanh(2 s + c) loses its lower two roots at c = sqrt(2) - artanh(sqrt(1/2))
    beyond = 0.05
    root = np.sqrt(0.5)
    current = np.array([np.sqrt(2) - np.arctanh(root) + beyond, 0.0])
    found = fp.find_points(np.diag([2.0, 0.0]), current, CONFIG, np.array([[-0.95, 0.0]]))
    gap = beyond / 2
    np.testing.assert_allclose(found.states, [[-root - gap, 0.0]], atol=1e-6)
    np.testing.assert_allclose(found.q, [gap**2 / 2], rtol=1e-9)
    np.testing.assert_allclose(found.speed, [gap * RATE], rtol=1e-9)
    assert found.describe(0) == "stable slow point"
    assert found.time_constants[0, 0] == np.inf
    begun = 0.95 - np.tanh(1.9 - current[0])
    assert found.relative_speed[0] == pytest.approx(gap / begun)
    strict = fp.find_points(
        np.diag([2.0, 0.0]), current, CONFIG, np.array([[-0.95, 0.0]]), slow=0.1
    )
    assert len(strict) == 0


def test_every_state_of_a_line_attractor_is_a_neutral_fixed_point():
    config = CONFIG.replace(activation=Activation.RELU)
    starts = np.array([[0.5, 0.3], [1.5, 0.3]])
    found = fp.find_points(np.diag([1.0, 0.0]), np.array([0.0, 0.2]), config, starts)
    np.testing.assert_allclose(found.states, [[0.5, 0.2], [1.5, 0.2]], atol=1e-9)
    np.testing.assert_allclose(found.eigenvalues, [[0, -RATE]] * 2, atol=1e-12)
    assert found.describe(0) == "stable fixed point"


def test_a_network_that_runs_away_has_no_point():
    config = CONFIG.replace(activation=Activation.SQUARED_RELU)
    found = fp.find_points(9 * np.eye(2), np.ones(2), config, np.full((1, 2), 3.0), slow=1e-4)
    assert len(found) == 0
    assert found.eigenvalues.shape == (0, 2)


def test_epochs_of_a_memory_network():
    found = fp.fixed_points(bistable(np.eye(10)[:2]), np.eye(10)[:2], CONFIG)
    names = [points.name for points in found]
    assert names == ["sample, stimulus 0", "sample, stimulus 1", "delay", "response"]
    first, second, delay, response = found
    fixation = np.tanh(np.sqrt(10))
    for points, sign in ((first, -1), (second, 1)):
        (state,) = points.states
        assert state[0] == pytest.approx(np.tanh(2 * state[0] + 2 * sign))
        assert state[1] == pytest.approx(fixation)
    for points, other in ((delay, fixation), (response, 0.0)):
        stable = points.states[points.unstable_dimensions == 0]
        np.testing.assert_allclose(sorted(stable[:, 0]), [-HIGH, HIGH])
        np.testing.assert_allclose(stable[:, 1], other, atol=1e-9)
    # the trial ends before the fixation unit has quite decayed
    left = fixation * (1 - CONFIG.alpha) ** 60
    resting = response.unstable_dimensions == 0
    np.testing.assert_allclose(response.distance[resting], left, rtol=1e-3)


def test_an_epoch_of_no_length_is_left_out():
    config = CONFIG.replace(delay_ms=0)
    found = fp.fixed_points(bistable(np.eye(10)[:2]), np.eye(10)[:2], config)
    assert [points.name for points in found][-1] == "response"
    assert len(found) == 3


@pytest.mark.parametrize("activation", list(Activation))
def test_derivatives_agree_with_finite_differences(activation):
    current = np.random.default_rng(0).normal(size=9)
    for function, derivative in (
        (network.activate, network.activation_slope),
        (network.activation_slope, network.activation_curvature),
    ):
        ends = [function(current + nudge, activation) for nudge in (1e-6, -1e-6)]
        difference = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(derivative(current, activation), difference, atol=1e-8)


@pytest.mark.parametrize(
    ("activation", "gain"), [(Activation.SOFTPLUS, 6.0), (Activation.TANH, 2.5)]
)
def test_an_independent_search_finds_the_same_minima(activation, gain):
    """SciPy's trust region with an exact Hessian, on a network with several slow points."""
    random = np.random.default_rng(5)
    recurrent, current = gain * random.normal(size=(6, 6)) / np.sqrt(6), random.normal(size=6)
    starts = 2 * random.normal(size=(40, 6))

    def residual(state):
        return state - network.activate(state @ recurrent + current, activation)

    def speed(state):
        return 0.5 * np.sum(residual(state) ** 2)

    def gradient(state):
        slope = network.activation_slope(state @ recurrent + current, activation)
        return residual(state) - recurrent @ (slope * residual(state))

    def hessian(state):
        net = state @ recurrent + current
        jacobian = np.eye(6) - recurrent * network.activation_slope(net, activation)
        bend = residual(state) * network.activation_curvature(net, activation)
        return jacobian @ jacobian.T - (recurrent * bend) @ recurrent.T

    config = CONFIG.replace(activation=activation)
    found = fp.find_points(recurrent, current, config, starts, slow=1e9)
    assert found.reached.sum() == len(starts)  # no search is lost
    independent = [
        optimize.minimize(
            speed, start, jac=gradient, hess=hessian, method="trust-exact", options={"gtol": 1e-10}
        ).x
        for start in starts
    ]
    assert len(found) > 1
    for state in independent:
        assert np.linalg.norm(found.states - state, axis=1).min() < 1e-4
    for state in found.states:
        assert np.linalg.eigvalsh(hessian(state)).min() > -1e-9


def test_growth_over_more_than_a_thousand_seconds_counts_as_none():
    config = CONFIG.replace(activation=Activation.RELU)
    for excess, unstable in ((1e-6, 0), (1e-4, 1)):
        gain = np.diag([1 + excess, 0.0])
        found = fp.find_points(gain, np.array([-0.5 * excess, 0.2]), config, np.array([[0.5, 0.2]]))
        assert found.fixed[0]
        np.testing.assert_array_equal(found.unstable_dimensions, [unstable])
        assert np.isinf(found.time_constants[0, 0]) == (unstable == 0)


def test_searches_recover_where_rounding_leaves_no_definite_hessian():
    """Along a line attractor J J' is singular: only damping makes the step finite."""
    config = CONFIG.replace(activation=Activation.RELU)
    starts = np.column_stack([np.linspace(0.5, 40, 30), np.linspace(-30, 30, 30)])
    states, q, minimum = minimise_q(
        np.diag([1.0, 0.0]), np.array([0.0, 0.2]), config.activation, starts
    )
    assert minimum.all()
    np.testing.assert_allclose(q, 0, atol=1e-18)
    np.testing.assert_allclose(states[:, 0], starts[:, 0], atol=1e-9)


def test_points_out_of_the_networks_reach_are_marked():
    softplus = CONFIG.replace(activation=Activation.SOFTPLUS)
    visited = np.array([[0.6, 0.6], [0.8, 0.8]])
    resting = fp.find_points(
        np.zeros((2, 2)), np.zeros(2), softplus, visited, visited=visited, slow=np.inf
    )
    assert resting.reachable.all()  # at log 2
    far = fp.find_points(
        np.zeros((2, 2)), np.full(2, 9.0), softplus, visited, visited=visited, slow=np.inf
    )
    assert not far.reachable.any()
    assert far.describe(0) == "stable fixed point, out of the network's reach"


def test_jittered_starts_are_seeded_and_double_the_searches():
    weights, stimuli = bistable(np.eye(10)[:2]), np.eye(10)[:2]
    found = fp.fixed_points(weights, stimuli, CONFIG, starts=4)
    assert [points.searches for points in found] == [8, 8, 16, 16]
    again = fp.fixed_points(weights, stimuli, CONFIG, starts=4)
    np.testing.assert_array_equal(found[2].states, again[2].states)


def test_points_of_a_published_network_are_minima_and_slow(legacy_run):
    config = RunConfig()
    weights, stimuli = legacy_run
    found = fp.fixed_points(weights[10], stimuli[10], config, starts=2)
    assert all(len(points) for points in found)
    delay = found[2]
    assert (delay.relative_speed <= 0.5).all()
    np.testing.assert_allclose(delay.speed, np.sqrt(2 * delay.q) / 0.1)
    current = weights[10].input[-1] / np.sqrt(10) + weights[10].bias
    nudges = np.random.default_rng(0).normal(size=(50, 100)) * 1e-2
    states = delay.states[0] + nudges
    gaps = states - network.activate(states @ weights[10].recurrent + current, config.activation)
    assert (0.5 * np.square(gaps).sum(axis=1) > delay.q[0]).all()


@pytest.mark.parametrize("problem", [29, 97])
def test_no_search_is_lost_to_rounding_at_the_bottom(problem):
    """Here a step of Newton's changed q by less than q is exact to, and was refused for ever."""
    with Session.open(shipped.data(shipped.EXAMPLE)) as session:
        weights, stimuli = session.weights(problem - 1), session.stimuli[problem - 1]
        found = fp.fixed_points(weights, stimuli, session.config, slow=np.inf)
    assert [points.reached.sum() for points in found] == [32, 32, 64, 64]


EPOCHS = {13: "delay", 18: "response", 23: "response", 79: "response", 96: "delay"}


@pytest.mark.parametrize("problem", EPOCHS)
def test_minima_of_the_shipped_network_are_those_of_an_independent_search(problem):
    """Epochs whose minima Gauss-Newton steps lost; SciPy's Newton search with an exact Hessian."""
    with Session.open(shipped.data(shipped.EXAMPLE)) as session:
        config = session.config
        weights = session.weights(problem - 1).astype(np.float64)
        stimuli = session.stimuli[problem - 1].astype(np.float64)
    epochs = fp.fixed_points(weights, stimuli, config, slow=np.inf)
    found = {each.name: each for each in epochs}[EPOCHS[problem]]
    first = config.sample_steps if found.name == "delay" else config.go_step
    current = task.inputs(stimuli, config)[0, first] @ weights.input + weights.bias
    states = network.simulate(weights[None], stimuli[None], config)[0]
    last = config.go_step if found.name == "delay" else config.steps
    starts = states[:, np.linspace(first, last - 1, 3).astype(int)].reshape(-1, weights.units)
    visited = states[:, first:last].reshape(-1, weights.units)
    radius = np.linalg.norm(visited - visited.mean(axis=0), axis=1).max()
    size = np.eye(weights.units)

    def residual(state):
        return state - network.activate(state @ weights.recurrent + current, config.activation)

    def gradient(state):
        slope = network.activation_slope(state @ weights.recurrent + current, config.activation)
        return residual(state) - weights.recurrent @ (slope * residual(state))

    def hessian(state):
        net = state @ weights.recurrent + current
        jacobian = size - weights.recurrent * network.activation_slope(net, config.activation)
        bend = residual(state) * network.activation_curvature(net, config.activation)
        return jacobian @ jacobian.T - (weights.recurrent * bend) @ weights.recurrent.T

    compared = 0
    for start in starts:
        state = optimize.minimize(
            lambda each: 0.5 * np.sum(residual(each) ** 2),
            start,
            jac=gradient,
            hess=hessian,
            method="trust-exact",
            options={"gtol": 1e-9, "maxiter": 500},
        ).x
        speed = np.linalg.norm(residual(state))
        gaps = np.linalg.norm(found.states - state, axis=1)
        if gaps.min() < 1e-3:
            compared += 1
            np.testing.assert_allclose(np.sqrt(2 * found.q[gaps.argmin()]), speed, atol=1e-6)
            continue
        # its longer steps left the basin, for a place out of reach or a flat valley without end
        away = np.linalg.norm(state - visited.mean(axis=0))
        ended = np.linalg.norm(gradient(state)) <= 1e-6 * max(speed, 1e-6)
        out_of_reach = away > fp.FARTHEST * radius or (state < 0).any()
        assert out_of_reach or not ended, f"a minimum of speed {speed:.3g} is not found"
    assert compared
    for state in found.states:
        assert np.linalg.norm(gradient(state)) < 1e-6 * np.linalg.norm(residual(state)) + 1e-12
        assert np.linalg.eigvalsh(hessian(state)).min() > -1e-9
    assert found.reached.sum() == found.searches


def test_progress_rises_to_one_and_can_cancel():
    weights, stimuli = bistable(np.eye(10)[:2]), np.eye(10)[:2]
    told: list[float] = []
    fp.fixed_points(weights, stimuli, CONFIG, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0

    class CancelledError(Exception):
        pass

    def cancel(fraction):
        raise CancelledError

    with pytest.raises(CancelledError):
        fp.fixed_points(weights, stimuli, CONFIG, progress=cancel)


def test_weights_that_are_not_finite_are_refused():
    with pytest.raises(L2LError, match="the weights hold one that is not"):
        fp.find_points(np.full((2, 2), np.inf), np.zeros(2), CONFIG, GRID)


def test_damping_has_a_floor_so_that_a_singular_direction_does_not_slow_a_search():
    """Units 1 and 2 rest where J is singular; unit 3 nears a double root in steps of a third."""
    recurrent = np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    states, q, is_minimum = minimise_q(
        recurrent,
        np.full(3, 0.25),
        Activation.SQUARED_RELU,
        np.array([[0.25, 0.25, 1.25]]),
        iterations=45,
    )
    assert is_minimum.all()
    np.testing.assert_allclose(states, 0.25, atol=1e-5)
    assert q[0] < 1e-20
