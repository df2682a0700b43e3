"""Revisit and reverse: sets are found, and measures give answers known beforehand."""

import numpy as np
import pytest

from l2l_engine import task
from l2l_engine.analysis import known, registry, revisit
from l2l_engine.analysis.running import RunData
from l2l_engine.analysis.statistics import LinearFit, linear_fit
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.protocols import template
from l2l_engine.training.plan import Repeat, Reverse


def stimuli_of(protocol):
    """The stimuli a run of this protocol would meet."""
    random, pairs = np.random.RandomState(0), []
    for plan in protocol.plans():
        match plan.problem:
            case Repeat(of=of):
                pairs.append(pairs[of - 1])
            case Reverse(of=of):
                pairs.append(pairs[of - 1][::-1])
            case _:
                pairs.append(task.draw_stimuli(random, RunConfig()))
    return np.stack(pairs)


def test_the_sets_of_the_protocol_are_found():
    sets = revisit.find_sets(stimuli_of(template("revisit-and-reverse", sets=3, warm_up=5)))
    np.testing.assert_array_equal(sets, np.arange(5, 17).reshape(3, 4))


@pytest.mark.parametrize("name", ["full", "serial-reversal", "similar-pairs"])
def test_other_protocols_have_no_such_sets(name):
    protocol = template(name, **({"problems": 20} if name == "full" else {"warm_up": 3}))
    assert revisit.find_sets(stimuli_of(protocol)).shape == (0, 4)
    run = RunData("plain", known.CONFIG, *nothing())
    with pytest.raises(L2LError, match="plain: There is no set of A, B"):
        revisit.revisit([run])


def nothing():
    weights = NetworkWeights.stack([known.bistable(known.STIMULI)] * 4)
    stimuli = np.stack([np.roll(known.STIMULI, k, axis=1) for k in range(4)])
    return np.full(4, 10.0), weights, stimuli


def test_correlations():
    time = np.linspace(0, 1, 50)
    found = revisit.pearson(
        np.stack([time, time, np.ones(50)]), np.stack([3 * time + 2, -time, time])
    )
    np.testing.assert_allclose(found, [1.0, -1.0, np.nan])


def test_a_set_with_a_network_that_was_not_saved_is_left_out():
    case = registry.find("revisit").known()
    (run,) = case.arguments[0]
    twice = RunData(
        "twice",
        run.config,
        np.tile(run.trials_to_criterion, 2),
        NetworkWeights(*(np.concatenate([a, a]) for a in run.weights.arrays().values())),
        np.concatenate([run.stimuli, np.roll(run.stimuli, 4, axis=2)]),
    )
    assert len(revisit.revisit([twice], dimensions=1)["set"]) == 8
    twice.weights.output_bias[6] = np.nan
    found = revisit.revisit([twice], dimensions=1)
    assert found["problem"].tolist() == [1, 2, 3, 4]
    with pytest.raises(L2LError, match=r"component = 2 must be from 1 to dimensions = 1"):
        revisit.revisit([twice], dimensions=1, component=2)


def test_the_regression_leaves_a_and_failures_out():
    found = {
        "stage": np.array(["A", "B", "A again", "A reversed", "B"]),
        "trials": np.array([999.0, 60.0, 20.0, 100.0, np.nan]),
        "similarity_0": np.array([1.0, 0.4, 0.9, 0.0, 0.7]),
        "similarity_1": np.array([1.0, 0.6, 0.9, 0.2, 0.7]),
    }
    fit = revisit.regression(found)  # 110 - 100 similarity
    np.testing.assert_allclose((fit.slope, fit.intercept, fit.r_squared, fit.n), (-100, 110, 1, 3))


def test_a_line_through_scattered_points():
    random = np.random.default_rng(0)
    x, noise = random.standard_normal((2, 4000))
    fit = linear_fit(x, 2 * x - 1 + noise)  # explains 4 of 5 parts of the variance
    np.testing.assert_allclose((fit.slope, fit.intercept, fit.r_squared), (2, -1, 0.8), atol=0.05)
    assert linear_fit([0, 1, 2, np.nan], [0, 1, 5, 1]).n == 3
    assert isinstance(fit, LinearFit)
    with pytest.raises(L2LError, match="at least 3 different points: there are 2"):
        linear_fit([0, 1], [1, 2])


@pytest.mark.parametrize("angle", [0.0, 0.3, np.pi / 2])
def test_angles_between_planted_subspaces(angle):
    """Shared activity along axis 0, problems' own along an axis at a known angle to it."""
    random = np.random.default_rng(1)
    shared, own = np.eye(6)[0], np.cos(angle) * np.eye(6)[0] + np.sin(angle) * np.eye(6)[1]
    states = random.standard_normal((2, 40, 1)) * shared
    size = random.standard_normal((5, 2, 40, 1))
    states = states + (size - size.mean(axis=0)) * own
    found = revisit.decision_stimulus_angles(states, 1)
    np.testing.assert_allclose(found, [angle], atol=1e-6)
    with pytest.raises(L2LError, match="at least 2 problems"):
        revisit.decision_stimulus_angles(states[:1])
    with pytest.raises(L2LError, match="units / 2 = 3"):
        revisit.decision_stimulus_angles(states, 4)
