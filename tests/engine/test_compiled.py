"""The recurrence as machine code against NumPy's."""

import subprocess
import sys

import numpy as np
import pytest

from l2l_engine import network
from l2l_engine.config import Activation, RunConfig
from l2l_engine.network import NetworkWeights, initial_weights

compiled = pytest.importorskip("l2l_engine.compiled")
STEPS = 200


@pytest.fixture
def both(monkeypatch):
    """States of trials as machine code and NumPy find them."""

    def run(weights, drive, config, **start):
        assert network._compiled() is compiled
        found = network.run_dynamics(weights, drive, config, **start)
        with monkeypatch.context() as patch:
            patch.setattr(network, "_compiled", lambda: None)
            return found, network.run_dynamics(weights, drive, config, **start)

    return run


def networks_of(activation, networks=2, trials=3, units=30):
    config = RunConfig(units=units, activation=activation)
    random = np.random.RandomState(0)
    drawn = [initial_weights(random, config).astype(np.float64) for _ in range(networks)]
    weights = NetworkWeights.stack(drawn)
    weights.recurrent[...] *= 0.6
    return config, weights, random.randn(networks, trials, STEPS, units)


@pytest.mark.parametrize("activation", Activation)
@pytest.mark.parametrize("trials", [1, 2, 3])
@pytest.mark.parametrize("units", [12, 30, 31])
def test_states_are_numpys(both, activation, trials, units):
    config, weights, drive = networks_of(activation, trials=trials, units=units)
    found, expected = both(weights, drive, config)
    np.testing.assert_allclose(found, expected, rtol=1e-13, atol=1e-13)


def test_starts_where_told_and_leaves_the_start_alone(both):
    config, weights, drive = networks_of(Activation.SOFTPLUS)
    whole, _ = both(weights, drive, config)
    start = whole[:, :, 99].copy()
    rest, expected = both(weights, drive[:, :, 100:], config, initial_state=start)
    np.testing.assert_allclose(rest, expected, rtol=1e-13)
    np.testing.assert_array_equal(rest, whole[:, :, 100:])
    np.testing.assert_array_equal(start, whole[:, :, 99])


def test_a_trial_is_the_same_to_the_bit_whatever_it_is_simulated_with():
    config, weights, drive = networks_of(Activation.SOFTPLUS, trials=5)
    whole = network.run_dynamics(weights, drive, config)
    for trial in range(5):
        alone = network.run_dynamics(weights[1:], drive[1:, trial : trial + 1], config)
        np.testing.assert_array_equal(alone[0, 0], whole[1, trial])


@pytest.mark.parametrize("scale", [1e-300, 1e-8, 1.0, 30.0, 1e3, 1e300])
def test_softplus_is_right_to_the_last_bits_for_currents_of_any_size(scale):
    current = scale * np.random.default_rng(0).standard_normal((1, 1, 1000, 1))
    current[0, 0, :2, 0] = 0.0, -0.0
    states = np.empty_like(current)
    one = np.zeros((1, 1, 1))
    compiled.run(0, one, current, np.arange(1000), one, 1.0, states)
    with np.errstate(under="ignore"):
        np.testing.assert_allclose(states, np.logaddexp(0.0, current), rtol=1e-15, atol=1e-300)


@pytest.mark.parametrize("order", ["new", "in place", "elsewhere", "strided", "transposed"])
def test_the_softplus_of_many_currents_goes_where_it_is_wanted(order):
    current = 20.0 * np.random.default_rng(1).standard_normal((130, 100))
    given, expected = current.copy(), np.logaddexp(0.0, current)
    out = {
        "new": None,
        "in place": given,
        "elsewhere": np.empty_like(current),
        "strided": np.empty((130, 200))[:, ::2],
        "transposed": np.empty((100, 130)).T,
    }[order]
    assert current.size >= network._MANY
    rates = network.activate(given, Activation.SOFTPLUS, out=out)
    assert out is None or rates is out
    np.testing.assert_allclose(rates, expected, rtol=1e-15)
    if order != "in place":
        np.testing.assert_array_equal(given, current)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_stays_so(value):
    drive = np.full((1, 1, 2, 1), value)
    states, one = np.zeros_like(drive), np.zeros((1, 1, 1))
    compiled.run(0, one, drive, np.arange(2), one, 0.5, states)
    assert not np.isfinite(states).any()


def test_without_numba_numpy_answers():
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "import numpy as np\n"
        "from l2l_engine.config import RunConfig\n"
        "from l2l_engine import network\n"
        "config = RunConfig(units=12)\n"
        "weights = network.initial_weights(np.random.RandomState(0), config).astype(float)\n"
        "states = network.run_dynamics(weights[None], np.zeros((1, 2, 5, 12)), config)\n"
        "assert states.shape == (1, 2, 5, 12) and (states > 0).all()\n"
        "assert network._compiled() is None\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("shared", ["network", "stimuli"])
def test_networks_and_stimuli_are_shared_where_there_is_one(shared):
    config, weights, _ = networks_of(Activation.SOFTPLUS)
    stimuli = np.random.RandomState(5).randn(2, 2, config.stimulus_channels)
    if shared == "network":
        found = network.simulate(weights[:1], stimuli, config)
        alone = network.simulate(weights[:1], stimuli[1:], config)
    else:
        found = network.simulate(weights, stimuli[:1], config)
        alone = network.simulate(weights[1:], stimuli[:1], config)
    np.testing.assert_array_equal(found[1], alone[0])
