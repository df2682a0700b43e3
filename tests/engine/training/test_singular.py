"""The leading singular vectors of the recurrent weights, which the regularisation penalises."""

import numpy as np
import pytest

from l2l_engine import network
from l2l_engine.training import singular


def test_they_are_those_of_the_singular_value_decomposition():
    weights = np.random.RandomState(0).randn(20, 20).astype(np.float32)
    vectors, mean_square = singular.leading(weights, 4)
    left, values, _ = np.linalg.svd(weights.astype(np.float64))
    np.testing.assert_allclose(vectors @ vectors.T, left[:, :4] @ left[:, :4].T, atol=1e-5)
    assert mean_square == pytest.approx(np.square(values[:4]).mean(), rel=1e-6)


def test_of_equal_singular_values_the_published_code_makes_the_choice():
    weights = network.random_orthogonal(np.random.RandomState(0), 20).astype(np.float32)
    vectors, mean_square = singular.leading(weights, 4)
    expected, _ = singular._published_choice(weights, 4)
    np.testing.assert_array_equal(vectors, expected)
    assert mean_square == pytest.approx(1.0, rel=1e-5)
