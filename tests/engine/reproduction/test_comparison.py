"""Two-sample comparisons over networks, and the order of relearning."""

import numpy as np
import pytest
from scipy import stats

from l2l_engine.analysis import change_table
from l2l_engine.figures.changes import Changes
from l2l_engine.reproduction import comparison
from l2l_engine.reproduction.comparison import compare, holm, ordering
from l2l_engine.reproduction.measures import LearnedNetwork
from l2l_engine.reproduction.published import PUBLISHED, Published

ASYMPTOTE = "Asymptote of the fit (trials)"
AT_ONCE = "Learned at once (1 trial), problems 502–1001 (%)"


def network(seed):
    random = np.random.default_rng(seed)
    counts = np.maximum(
        1, np.round(random.exponential(20, 1001) + 100 * np.exp(-np.arange(1001) / 40))
    )
    table = random.random((1000, len(change_table.COLUMNS)))
    return LearnedNetwork(
        f"seed {seed}", counts, Changes(counts[1:], table, np.ones((20, 4)), np.ones((20, 4)))
    )


def test_comparison_is_welchs_of_both_samples(monkeypatch):
    theirs = np.array([18.0, 22.0, 20.5, 25.0])
    known = Published("", float(theirs.mean()), float(theirs.std(ddof=1)), len(theirs))
    monkeypatch.setitem(comparison.PUBLISHED, ASYMPTOTE, known)
    rows = {row.measure.label: row for row in compare([network(seed) for seed in range(3)])}
    row = rows[ASYMPTOTE]
    expected = stats.ttest_ind(theirs, row.values, equal_var=False).pvalue
    assert row.p == pytest.approx(expected, rel=1e-9)
    assert row.adjusted >= row.p
    assert np.isnan(rows["Failed problems"].p)  # none anywhere: nothing to compare


def test_one_network_is_shown_without_a_test():
    rows = compare([network(0)])
    assert len(rows) == len(PUBLISHED)
    assert all(np.isnan([row.p, row.spread, row.adjusted]).all() for row in rows)


def test_holm_adjusts_in_order_and_leaves_out_what_was_not_tested():
    adjusted = holm(np.array([0.04, np.nan, 0.01, 0.03]))
    np.testing.assert_allclose(adjusted, [0.06, np.nan, 0.03, 0.06])


def test_order_of_relearning_is_tested_within_networks():
    means = {"slow": {0: 200.0, 1: 400.0, 2: 900.0, 5: 1.0}, "fast": {0: 100.0, 1: 100.0, 2: 300.0}}
    found = ordering("slow", "fast", means)
    np.testing.assert_allclose(found.ratios, [2, 4, 3])
    assert found.ratio == pytest.approx(24 ** (1 / 3))
    expected = stats.ttest_rel(np.log([200, 400, 900]), np.log([100, 100, 300]))
    assert found.p == pytest.approx(expected.pvalue)
    low, high = found.interval
    assert low < found.ratio < high
    assert np.isnan(ordering("slow", "fast", {"slow": {0: 2.0}, "fast": {0: 1.0}}).p)
