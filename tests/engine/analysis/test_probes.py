"""Disturbances of networks whose answer is known."""

import numpy as np
import pytest

from l2l_engine import network, task
from l2l_engine.analysis import probes
from l2l_engine.analysis.known import CONFIG, bistable
from l2l_engine.analysis.probes import Probe, Pulse
from l2l_engine.config import L2LError
from l2l_engine.network import NetworkWeights

STIMULI = np.eye(10)[:2]
MEMORY = bistable(STIMULI)


def random_network(units=6, seed=0):
    random = np.random.default_rng(seed)
    return NetworkWeights(
        input=random.normal(size=(11, units)),
        recurrent=random.normal(size=(units, units)) / np.sqrt(units),
        bias=random.normal(size=units),
        initial_state=random.normal(size=(1, units)),
        output=random.normal(size=(units, 3)),
        output_bias=random.normal(size=3),
    )


def simulate(weights, config=CONFIG, stimuli=STIMULI):
    return network.simulate(weights[None], stimuli[None], config)[0]


def probe(weights, config=CONFIG, **disturbances):
    return probes.probe_trials(weights, STIMULI, config, Probe(**disturbances))


def test_an_empty_probe_is_an_ordinary_trial():
    weights = random_network()
    found = probes.probe_trials(weights, STIMULI, CONFIG, Probe())
    states = simulate(weights)
    np.testing.assert_allclose(found.states, states, atol=1e-12)
    np.testing.assert_allclose(found.outputs, network.outputs(weights[None], states[None])[0])


@pytest.mark.parametrize("time_ms", [0, 1, 70, 220])
def test_a_pulse_decays_with_the_leak_where_nothing_recurs(time_ms):
    weights = random_network()
    weights.recurrent[:] = 0.0
    direction = np.array([3.0, 0.0, 4.0, 0.0, 0.0, 0.0])
    found = probe(weights, pulse=Pulse(direction, -2.0, time_ms))
    change = found.states - simulate(weights)
    after = np.arange(1, CONFIG.steps + 1) - time_ms
    decay = np.where(after >= 0, (1 - CONFIG.alpha) ** np.maximum(after, 0.0), 0.0)
    expected = -2.0 * decay[:, None] * direction / 5
    np.testing.assert_allclose(change, np.broadcast_to(expected, change.shape), atol=1e-12)


def test_a_pulse_switches_the_memory_and_the_choice():
    push = Pulse(np.array([1.0, 0.0]), 2.5, 100)
    found = probe(MEMORY, pulse=push)
    np.testing.assert_array_equal(task.choices(found.outputs, CONFIG), [1, 1])


def test_states_at_hand_save_the_time_before_the_pulse_and_change_nothing():
    weights = random_network()
    pushed = Probe(sigma_rec=0.1, seed=3, pulse=Pulse(np.ones(6), 1.0, 90))
    before = probes.probe_trials(weights, STIMULI, CONFIG, Probe(sigma_rec=0.1, seed=3)).states
    kept = before.copy()
    found = probes.probe_trials(weights, STIMULI, CONFIG, pushed, unpushed=before)
    whole = probes.probe_trials(weights, STIMULI, CONFIG, pushed)
    np.testing.assert_allclose(found.states, whole.states, atol=1e-12)
    np.testing.assert_array_equal(before, kept)


def test_a_lesioned_network_is_the_network_without_the_units():
    weights = random_network()
    found = probes.probe_trials(weights, STIMULI, CONFIG, Probe(lesioned=(1, 4)))
    rest = [0, 2, 3, 5]
    smaller = NetworkWeights(
        weights.input[:, rest],
        weights.recurrent[np.ix_(rest, rest)],
        weights.bias[rest],
        weights.initial_state[:, rest],
        weights.output[rest],
        weights.output_bias,
    )
    states = simulate(smaller)
    np.testing.assert_allclose(found.states[..., rest], states, atol=1e-12)
    np.testing.assert_array_equal(found.states[..., [1, 4]], 0.0)
    np.testing.assert_allclose(found.outputs, network.outputs(smaller[None], states[None])[0])


def test_a_lesion_leaves_the_network_given_untouched():
    weights = random_network()
    copy = weights.copy()
    probes.lesion(weights, [0, 1])
    for name, array in weights.arrays().items():
        np.testing.assert_array_equal(array, copy.arrays()[name])


@pytest.mark.parametrize("go_ms", [100, 160, 190])
def test_a_shifted_go_signal_is_a_task_with_another_delay(go_ms):
    weights = random_network()
    delay = go_ms - CONFIG.sample_ms
    shifted = CONFIG.replace(delay_ms=delay, response_ms=160 - delay)
    found = probe(weights, go_ms=go_ms)
    np.testing.assert_allclose(found.states, simulate(weights, shifted), atol=1e-12)


def test_a_held_go_signal_keeps_the_state_at_its_delay_value():
    weights = random_network()
    weights.recurrent[:] = 0.0
    config = CONFIG.replace(delay_ms=2000)
    held = probe(weights, config, go_ms=config.steps * config.dt)
    delay_state = np.tanh(weights.input[-1] / np.sqrt(10) + weights.bias)
    np.testing.assert_allclose(held.states[:, -1], np.tile(delay_state, (2, 1)), atol=1e-12)
    released = probe(weights, config, go_ms=0)
    np.testing.assert_allclose(
        released.states[:, -1], np.tile(np.tanh(weights.bias), (2, 1)), atol=1e-12
    )


def test_noise_is_its_own_seeded_stream():
    def states(seed, sigma=0.1):
        return probes.probe_trials(
            MEMORY, STIMULI, CONFIG, Probe(sigma_rec=sigma, seed=seed)
        ).states

    np.random.seed(1)
    before = np.random.get_state()[1].copy()
    np.testing.assert_array_equal(states(0), states(0))
    assert np.abs(states(0) - states(1)).max() > 1e-3
    np.testing.assert_array_equal(np.random.get_state()[1], before)


@pytest.mark.parametrize(
    ("impossible", "message"),
    [
        (Probe(lesioned=(2,)), "There is no unit 2: units run from 0 to 1"),
        (Probe(go_ms=221.0), "go signal at 221 ms is outside the trial, 0 to 220 ms"),
        (Probe(pulse=Pulse(np.ones(2), 1.0, -1.0)), "pulse at -1 ms is outside"),
        (Probe(pulse=Pulse(np.zeros(2), 1.0, 5.0)), "not all 0"),
        (Probe(pulse=Pulse(np.ones(3), 1.0, 5.0)), "2 finite numbers"),
    ],
)
def test_an_impossible_probe_is_refused(impossible, message):
    with pytest.raises(L2LError, match=message):
        probes.probe_trials(MEMORY, STIMULI, CONFIG, impossible)
