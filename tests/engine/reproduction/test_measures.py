"""What the paper's results come down to, from known counts and from the authors' own files."""

import numpy as np
import pytest
from scipy.io import loadmat

from l2l_engine import figures
from l2l_engine.analysis import change_table
from l2l_engine.figures.changes import Changes
from l2l_engine.reproduction.measures import MEASURES, LearnedNetwork, measured
from l2l_engine.reproduction.published import PUBLISHED
from l2l_engine.reproduction.report import learned


@pytest.fixture
def network():
    """Counts 1, 2 ... 1001; every change shrinks to a half in the last group."""
    counts = np.arange(1.0, 1002.0)
    table = np.outer(np.ones(1000), np.arange(1.0, 10.0))
    table[950:] /= 2
    table[:, change_table.COLUMNS.index("recurrent")] = counts[1:]
    within, across = np.tile(np.arange(4.0), (20, 1)), np.tile(np.arange(10.0, 14.0), (20, 1))
    return LearnedNetwork("known", counts, Changes(counts[1:], table, within, across))


def values_of(network):
    return {label: value[0] for label, value in measured([network]).items()}


def test_blocks_are_problems_counted_from_one(network):
    values = values_of(network)
    assert values["Trials to criterion, problems 2–11, mean"] == 6.5
    assert values["Trials to criterion, problems 502–1001, median"] == 751.5


def test_failed_problems_are_counted_and_left_out_of_averages(network):
    network.counts[[4, 900]] = np.nan
    values = values_of(network)
    assert values["Failed problems"] == 2
    assert values["Trials to criterion, problems 2–11, mean"] == pytest.approx((65 - 5) / 9)
    assert values["Largest count of problems 2–1001"] == 1001


def test_trials_run_include_the_criterion_window(network):
    network.counts[1:] = 1
    values = values_of(network)
    assert values["Trials run, problems 2–1001"] == 51_000
    assert values["Learned at once (1 trial), problems 502–1001 (%)"] == 100


def test_changes_are_those_of_the_first_group_and_of_the_last_relative_to_it(network):
    values = values_of(network)
    assert values["Problems 2–51, size of W"] == 2
    assert values["Problems 2–51, size of S⊥"] == 9
    assert values["Problems 2–51, dimensionality of S∥, group of 50"] == 12
    assert values["Problems 952–1001 relative to 2–51, net current"] == 0.5
    assert values["Variance of trials explained by the recurrent change, problems 2–501"] == (
        pytest.approx(1)
    )


def test_every_measure_has_a_published_value():
    assert [measure.label for measure in MEASURES] == list(PUBLISHED)


@pytest.mark.reference
def test_published_values_are_those_of_the_authors_files(reference):
    folder = reference / "published"
    networks = learned(figures.load([folder / f"f5And6_seed_{seed}.mat" for seed in range(5)]))
    assert len(networks) == 5
    values = measured(networks)
    fits = loadmat(folder / "f1_perfFit.mat")
    correlations = loadmat(folder / "f5And6_All.mat")["corrs"]
    ten = {
        "Time constant of the fit (problems)": fits["TC"].ravel(),
        "Asymptote of the fit (trials)": fits["AS"].ravel(),
        "Correlation of trials with W, problems 2–1001": correlations[:, 0],
        "Correlation of trials with S, problems 2–1001": correlations[:, 1],
        "Correlation of trials with recurrent weights, problems 2–1001": correlations[:, 2],
    }
    for label, of_ten in ten.items():
        np.testing.assert_allclose(values[label], of_ten[:5], rtol=1e-4)
        values[label] = of_ten
    for label, published in PUBLISHED.items():
        if label.startswith("Variance"):  # of the ten only mean, spread and range are known
            assert published.n == 10
            assert values[label].mean() == pytest.approx(published.mean, abs=published.spread)
            continue
        assert len(values[label]) == published.n, label
        assert values[label].mean() == pytest.approx(published.mean, rel=1e-3), label
        assert values[label].std(ddof=1) == pytest.approx(published.spread, rel=2e-3), label
