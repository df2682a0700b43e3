"""Noise-free simulation against the recurrence written out step by step."""

import numpy as np
import pytest

from l2l_engine import network, task
from l2l_engine.config import Activation, L2LError, RunConfig
from l2l_engine.network import NetworkWeights, activate, simulate, weight_shapes

SHORT = RunConfig(units=12, sample_ms=30, delay_ms=20, response_ms=25, mask_ms=5, dt=1.0, tau=20)


def random_networks(count: int, config: RunConfig, dtype=np.float64) -> NetworkWeights:
    random = np.random.default_rng(3)
    return NetworkWeights.from_arrays(
        {
            name: (0.15 * random.standard_normal((count, *shape))).astype(dtype)
            for name, shape in weight_shapes(config).items()
        }
    )


def step_by_step(weights, stimuli, config, start, noise):
    drive = task.inputs(stimuli, config) @ weights.input + weights.bias + noise
    state, states = start, []
    for step in range(config.steps):
        current = drive[:, step] + state @ weights.recurrent
        state = (1 - config.alpha) * state + config.alpha * activate(current, config.activation)
        states.append(state)
    return np.stack(states, axis=1)


@pytest.mark.parametrize("activation", Activation)
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("noisy", [False, True])
def test_simulation_is_the_recurrence(activation, count, noisy):
    config = SHORT.replace(activation=activation)
    weights = random_networks(count, config)
    random = np.random.default_rng(4)
    stimuli = random.standard_normal((count, 2, 10))
    noise = 0.1 * noisy * random.standard_normal((count, 2, config.steps, config.units))
    states = simulate(weights, stimuli, config, noise=noise if noisy else None)
    assert states.shape == (count, 2, config.steps, config.units)
    assert np.isfinite(states).all()
    for k in range(count):
        expected = step_by_step(
            weights[k], stimuli[k], config, weights.initial_state[k].repeat(2, axis=0), noise[k]
        )
        np.testing.assert_allclose(states[k], expected, rtol=1e-11, atol=1e-13)


def test_simulation_starts_where_it_is_told():
    weights = random_networks(2, SHORT)
    stimuli = np.ones((2, 2, 10))
    start = np.random.default_rng(0).random((2, 2, SHORT.units))
    states = simulate(weights, stimuli, SHORT, initial_state=start)
    expected = step_by_step(weights[1], stimuli[1], SHORT, start[1], 0.0)
    np.testing.assert_allclose(states[1], expected, rtol=1e-11)


@pytest.mark.parametrize(("dtype", "bias"), [(np.float32, 200.0), (np.float64, 900.0)])
def test_currents_too_large_for_the_exponential_still_give_the_right_rates(dtype, bias):
    weights = random_networks(2, SHORT, dtype)
    weights.bias[:] = bias
    weights.recurrent[:] = 0
    weights.input[:] = 0
    weights.initial_state[:] = 0
    states = simulate(weights, np.zeros((2, 2, 10), dtype), SHORT)
    filled = 1 - (1 - SHORT.alpha) ** np.arange(1, SHORT.steps + 1)
    np.testing.assert_allclose(states[0, 0, :, 0], bias * filled, rtol=1e-5)
    assert states.dtype == dtype


def test_one_unit_of_one_network_overflowing_is_noticed():
    weights = random_networks(2, SHORT)
    weights.bias[1, 3] = 900.0
    weights.recurrent[1, 3] = 0.0
    stimuli = np.ones((2, 2, 10))
    states = simulate(weights, stimuli, SHORT)
    for k in range(2):
        start = weights.initial_state[k].repeat(2, axis=0)
        expected = step_by_step(weights[k], stimuli[k], SHORT, start, 0.0)
        np.testing.assert_allclose(states[k], expected, rtol=1e-9)


def test_a_delay_of_zero_is_allowed():
    config = SHORT.replace(delay_ms=0)
    weights = random_networks(1, config)
    stimuli = np.ones((1, 2, 10))
    expected = step_by_step(weights[0], stimuli[0], config, weights.initial_state[0], 0.0)
    np.testing.assert_allclose(network.simulate(weights, stimuli, config)[0], expected, rtol=1e-11)


@pytest.mark.parametrize("activation", Activation)
def test_slope_and_curvature_are_derivatives(activation):
    current = np.array([-3.0, -0.7, 0.4, 2.5])
    step = 1e-5
    rates = [activate(current + shift, activation) for shift in (-step, step)]
    slopes = [network.activation_slope(current + shift, activation) for shift in (-step, step)]
    slope = network.activation_slope(current, activation)
    np.testing.assert_allclose(slope, (rates[1] - rates[0]) / (2 * step), atol=1e-8)
    curvature = network.activation_curvature(current, activation)
    np.testing.assert_allclose(curvature, (slopes[1] - slopes[0]) / (2 * step), atol=1e-8)


def test_only_a_stack_has_a_length_and_misfits_are_named():
    config = RunConfig(units=6, penalised_singular_values=2, manifold_dimensions=2)
    single = network.initial_weights(np.random.RandomState(0), config)
    with pytest.raises(TypeError, match="only a stack"):
        len(single)
    assert len(NetworkWeights.stack([single, single])) == 2
    network.check_shapes(single, config)
    with pytest.raises(L2LError, match="'input' have shape"):
        network.check_shapes(single, config.replace(units=7))


def test_outputs_are_probabilities_also_where_only_one_step_has_large_logits():
    weights = random_networks(2, SHORT)
    weights.output[:] = np.eye(SHORT.units, 3)
    weights.output_bias[:] = 0.0
    states = np.zeros((2, 2, 5, SHORT.units))
    states[:, :, 2] = 900.0  # its exponential overflows
    states[:, :, 3, 0] = -900.0
    states[:, :, 4, 0] = 900.0
    expected = [[1 / 3] * 3, [1 / 3] * 3, [1 / 3] * 3, [0, 0.5, 0.5], [1, 0, 0]]
    np.testing.assert_allclose(
        network.outputs(weights, states), np.broadcast_to(expected, (2, 2, 5, 3)), atol=1e-12
    )
