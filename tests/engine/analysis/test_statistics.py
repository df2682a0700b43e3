"""Means, standard errors and dimensionalities that all analyses share."""

import numpy as np
import pytest

from l2l_engine.analysis import statistics


def test_mean_and_standard_error_leave_out_what_is_missing():
    values = np.array([[1.0, 2.0, np.nan], [3.0, np.nan, np.nan], [5.0, 6.0, np.nan]])
    mean, error = statistics.mean_and_sem(values)
    np.testing.assert_allclose(mean, [3, 4, np.nan])
    np.testing.assert_allclose(error, [2 / np.sqrt(3), np.sqrt(8) / np.sqrt(2), np.nan])
    assert np.isnan(statistics.mean_and_sem(values[:1])[1]).all()
    by_row = statistics.mean_and_sem(values.T, axis=1)
    np.testing.assert_array_equal(by_row[0], mean)


def test_standard_error_uses_n_minus_one():
    mean, sem = statistics.mean_and_sem([1.0, 2.0, 6.0])
    assert (float(mean), float(sem)) == pytest.approx((3, np.sqrt(7 / 3)))


def test_group_means_leave_out_what_is_missing_and_keep_a_shorter_last_group():
    rows = np.array([[1.0, np.nan], [3.0, np.nan], [10.0, 4.0]])
    np.testing.assert_array_equal(statistics.group_means(rows, 2), [[2, np.nan], [10, 4]])


def test_rows_of_different_length_are_filled_with_nan():
    found = statistics.padded([np.array([1.0]), np.array([2.0, 3.0])])
    np.testing.assert_array_equal(found, [[1, np.nan], [2, 3]])


def test_participation_ratio_counts_equal_directions():
    for spectrum, expected in (([2.0, 2, 2, 0], 3), ([5.0, 0, 0, 0], 1), ([0.0, 0], np.nan)):
        turned = np.linalg.qr(np.random.default_rng(0).normal(size=(len(spectrum),) * 2))[0]
        matrix = turned @ np.diag(spectrum) @ turned.T
        assert statistics.participation_ratio(spectrum) == pytest.approx(expected, nan_ok=True)
        assert statistics.matrix_participation_ratio(matrix) == pytest.approx(expected, nan_ok=True)


def test_spearman_is_that_of_ranks_and_leaves_missing_pairs_out():
    x = np.array([1.0, 2.0, 3.0, 4.0, np.nan, 9.0])
    found = statistics.spearman(x, np.array([1.0, 10.0, 100.0, 50.0, 3.0, np.nan]))
    assert (found.rho, found.n) == (pytest.approx(0.8), 4)  # 1 - 6 * 2 / (4 * 15)
    assert 0 < found.p < 1
    assert np.isnan(statistics.spearman([1, 1, 1], [1, 2, 3]).rho)
    assert statistics.spearman([1, 2], [1, 2]).n == 2
