"""The learning curve: published fits, moving mean, boxes, and failed problems."""

import numpy as np
import pytest
from scipy.io import loadmat

from l2l_engine.analysis.learning_curve import boxes, fit_exponential, moving_mean
from l2l_engine.config import L2LError


@pytest.mark.reference
@pytest.mark.parametrize("seed", range(5))
def test_fit_gives_the_published_time_constants_and_asymptotes(reference, seed):
    fits = loadmat(reference / "published" / "f1_perfFit.mat")
    counts = loadmat(reference / "published" / f"f5And6_seed_{seed}.mat")["C"][:, 0]
    fit = fit_exponential(counts)
    assert fit.time_constant == pytest.approx(fits["TC"][0, seed], rel=1e-4)
    assert fit.asymptote == pytest.approx(fits["AS"][0, seed], rel=1e-4)
    assert fit.amplitude == pytest.approx(fits["SC"][0, seed], rel=1e-4)


def test_fit_recovers_a_curve_despite_failed_problems():
    n = np.arange(400)
    counts = 120 * np.exp(-n / 35) + 20
    counts[[0, 17, 200, 399]] = np.nan
    fit = fit_exponential(counts)
    assert (fit.amplitude, fit.time_constant, fit.asymptote) == pytest.approx((120, 35, 20))
    assert fit.problems == 396
    assert fit.explained == pytest.approx(1)
    np.testing.assert_allclose(fit(n[1:17]), counts[1:17], rtol=1e-6)


def test_fit_stays_in_its_bounds_when_nothing_is_learned_to_learn():
    fit = fit_exponential(np.full(40, 12.0))
    assert fit.asymptote == pytest.approx(12, abs=0.1)
    assert 5 <= fit.time_constant <= 200


def test_fit_of_too_few_problems_says_how_many_it_needs():
    with pytest.raises(L2LError, match=r"at least 4 learned problems.* there are 3"):
        fit_exponential([5.0, np.nan, 3.0, 2.0])


def test_moving_mean_takes_15_before_and_14_after_and_shrinks_at_the_ends():
    counts = np.random.default_rng(0).integers(1, 300, 100).astype(float)
    mean = moving_mean(counts)
    assert mean[50] == pytest.approx(counts[35:65].mean())
    assert mean[0] == pytest.approx(counts[:15].mean())
    assert mean[99] == pytest.approx(counts[84:].mean())


def test_moving_mean_leaves_failed_problems_out():
    counts = np.arange(10.0)
    counts[4] = np.nan
    assert moving_mean(counts, 4)[5] == pytest.approx((3 + 5 + 6) / 3)
    assert np.isnan(moving_mean([np.nan, np.nan, np.nan], 2)).all()


def test_boxes_describe_groups_of_fifty_and_a_shorter_last_one():
    counts = np.concatenate([np.arange(1.0, 51), [10.0, 20, 30, 40, np.nan, 900]])
    first, last = boxes(counts)
    assert (first.first, first.last, last.first, last.last) == (0, 49, 50, 55)
    assert first.median == 25.5
    assert first.quartiles == (13, 38)  # MATLAB's prctile(1:50, [25 75])
    assert first.whiskers == (1, 50)
    assert last.failed == 1
    assert last.outliers.tolist() == [900]
    assert last.whiskers == (10, 40)
    assert last.mean == 200


def test_box_of_failed_problems_is_empty_not_an_error():
    (only,) = boxes([np.nan, np.nan])
    assert only.failed == 2
    assert np.isnan(only.median)


def test_the_fits_start_and_bounds_are_the_published_ones():
    """Bounds that bind, so that each constant shows: a in [0, 2 a0], -1/b in [5, 200], c in [0, 2 c0].

    c0 is the mean of the last 31 counts, a0 that of the first 30 minus c0, or 100.
    """
    n = np.arange(200)
    slow = fit_exponential(60 * np.exp(-np.arange(1000) / 400) + 20)  # the slowest decay allowed
    assert slow.time_constant == pytest.approx(200, rel=1e-4)
    fast = fit_exponential(np.where(n == 0, 1000.0, 10.0))  # one spike: the fastest
    assert fast.time_constant == pytest.approx(5, rel=1e-4)
    spike = (1000 + 29 * 10) / 30 - 10  # a0
    assert fast.amplitude == pytest.approx(2 * spike, rel=1e-4)
    rising = fit_exponential(np.where(n < 150, 5.0, np.where(n < 169, 400.0, 1.0)))
    assert rising.asymptote == pytest.approx(2.0, rel=1e-4)  # 2 c0 of the last 31 counts alone
