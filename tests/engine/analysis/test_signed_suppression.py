"""Suppression with its sign, on networks whose fields differ by known biases."""

import numpy as np
import pytest

from l2l_engine.analysis import known
from l2l_engine.analysis.signed_suppression import signed_suppression
from l2l_engine.config import Activation, L2LError
from l2l_engine.network import NetworkWeights

CONFIG = known.CONFIG.replace(activation=Activation.RELU)


def suppression_of(levels, **options):
    """The analysis of unconnected rectifying networks whose first unit has these biases."""
    networks = NetworkWeights.stack([known.unconnected([level, 0.2]) for level in levels])
    return signed_suppression(networks, np.stack([known.STIMULI] * len(levels)), CONFIG, **options)


def test_opposing_and_agreeing_changes_keep_their_signs_and_sizes():
    found = suppression_of([0.5, 0.6, 0.5, 0.4, 0.45], shuffles=0)
    np.testing.assert_array_equal(found["problem"], [3, 4, 5])
    np.testing.assert_allclose(found["relative_change"], [-1, 0, -2], atol=1e-9)
    assert found["opposing"][0] == found["opposing"][2] == 1
    assert np.isnan(found["rank"]).all()


def test_the_null_adds_up_the_changes_of_as_many_other_problems():
    found = suppression_of([0.5, 0.6, 0.5, 0.8], shuffles=30)
    # problem 3 (-0.1) is compared with problem 2 (+0.1) or 4 (+0.3), problem 4 with both others
    assert -3 < found["null_mean"][0] < -1
    assert found["null_deviation"][0] == pytest.approx(1, abs=0.3)
    assert found["rank"][0] == 1
    np.testing.assert_allclose(found["null_mean"][1], found["relative_change"][1], atol=1e-9)


def test_a_problem_that_changed_nothing_has_no_sign_and_two_problems_are_too_few():
    found = suppression_of([0.5, 0.6, 0.6], shuffles=3)
    assert np.isnan(found["relative_change"]).all()
    assert np.isnan(found["null_mean"]).all()
    with pytest.raises(L2LError, match="needs three problems; there are 2"):
        suppression_of([0.5, 0.6])


def test_the_same_seed_draws_the_same_null():
    levels = [0.5, 0.6, 0.5, 0.8, 0.7, 0.9]
    first, again, other = (suppression_of(levels, shuffles=4, seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(first["null_mean"], again["null_mean"])
    assert not np.array_equal(first["null_mean"], other["null_mean"])
