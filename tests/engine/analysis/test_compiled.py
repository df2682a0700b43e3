"""The compiled recurrence against NumPy's, for every activation and type."""

import subprocess
import sys

import numpy as np
import pytest

from l2l_engine import network
from l2l_engine.analysis import compiled
from l2l_engine.config import Activation, RunConfig
from l2l_engine.network import NetworkWeights, initial_weights

STEPS, TRIALS = 200, 3


@pytest.fixture(scope="module", autouse=True)
def prepared():
    pytest.importorskip("numba")
    compiled.prepare()
    assert compiled._kernel is not None


def network_of(activation, dtype):
    config = RunConfig(units=30, activation=activation)
    weights = initial_weights(np.random.RandomState(0), config).astype(dtype)
    weights.recurrent[...] *= 0.6
    drive = np.random.RandomState(1).randn(TRIALS, STEPS, config.units).astype(dtype)
    return config, weights, drive


@pytest.mark.parametrize(("dtype", "close"), [(np.float32, 2e-6), (np.float64, 1e-13)])
@pytest.mark.parametrize("activation", Activation)
def test_states_are_numpys(activation, dtype, close):
    config, weights, drive = network_of(activation, dtype)
    expected = network.run_dynamics(weights[None], drive[None], config)[0]
    found = compiled.run_trials(weights, drive, config)
    assert found.dtype == dtype
    np.testing.assert_allclose(found, expected, rtol=close, atol=close)


def test_starts_where_told_and_leaves_the_start_alone():
    config, weights, drive = network_of(Activation.SOFTPLUS, np.float64)
    whole = compiled.run_trials(weights, drive, config)
    start = whole[:, 99].copy()
    rest = compiled.run_trials(weights, drive[:, 100:], config, initial_state=start)
    np.testing.assert_allclose(rest, whole[:, 100:], rtol=1e-13)
    np.testing.assert_array_equal(start, whole[:, 99])


def test_currents_too_large_for_an_exponential_stay_finite():
    config, weights, drive = network_of(Activation.SOFTPLUS, np.float32)
    found = compiled.run_trials(weights, 200.0 * drive, config)
    expected = network.run_dynamics(weights[None], 200.0 * drive[None], config)[0]
    np.testing.assert_allclose(found, expected, rtol=2e-5, atol=1e-12)


def test_without_numba_numpy_answers():
    code = (
        "import sys; sys.modules['numba'] = None\n"
        "import numpy as np\n"
        "from l2l_engine.analysis import compiled\n"
        "from l2l_engine.config import RunConfig\n"
        "from l2l_engine.network import NetworkWeights, initial_weights\n"
        "config = RunConfig(units=12)\n"
        "weights = initial_weights(np.random.RandomState(0), config)\n"
        "compiled.prepare()\n"
        "states = compiled.run_trials(weights, np.zeros((2, 5, 12), np.float32), config)\n"
        "assert states.shape == (2, 5, 12) and (states > 0).all()\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


@pytest.mark.parametrize("given", [False, True], ids=["own start", "start given"])
def test_a_stack_is_simulated_as_numpy_does(given):
    config = network_of(Activation.SOFTPLUS, np.float64)[0]
    random = np.random.RandomState(5)
    networks = [initial_weights(random, config).astype(np.float64) for _ in range(2)]
    weights = NetworkWeights(
        *map(np.stack, zip(*(n.arrays().values() for n in networks), strict=True))
    )
    stimuli = random.randn(2, 2, config.stimulus_channels)
    start = {"initial_state": random.rand(2, 2, config.units)} if given else {}
    found = compiled.simulate(weights, stimuli, config, **start)
    expected = network.simulate(weights, stimuli, config, **start)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)
