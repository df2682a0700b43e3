"""A few problems are not averaged as thirty; the trials whose mean met the criterion are marked."""

from __future__ import annotations

import numpy as np
import pytest

from l2l_gui.panels.compare.curves_of import curve as compared
from l2l_gui.panels.learn.learning_curve import LearningCurvePanel
from l2l_gui.panels.learn.learning_curve_of import WINDOW, mean_of
from l2l_gui.panels.learn.present_problem import PresentProblemPanel


def test_the_mean_leaves_the_first_problem_out_and_needs_thirty():
    counts = np.r_[5000.0, np.full(40, 20.0)]
    assert np.isnan(mean_of(counts)[0])
    np.testing.assert_allclose(mean_of(counts)[1:], 20.0)
    assert np.isnan(mean_of(counts[: WINDOW - 1])).all()


def test_five_problems_are_not_fitted():
    counts = np.r_[5000.0, 100.0, 80.0, 60.0, 50.0]
    assert compared(counts, perturbs=False).fit is None
    assert compared(counts, perturbs=False).words == "too few problems for a fit"


def test_a_mean_of_thirty_is_neither_drawn_nor_explained_for_six(bench):
    panel = bench.show(LearningCurvePanel)
    assert panel.mean.getData()[1] is None or np.isnan(panel.mean.getData()[1]).all()
    assert not any(sign.words.startswith("mean of") for sign in panel.legend.signs)
    bench.grow(60)
    bench.settle()
    assert np.isfinite(panel.mean.getData()[1]).sum() == 59
    assert any(sign.words.startswith("mean of") for sign in panel.legend.signs)


def test_the_trials_whose_mean_met_the_criterion_are_marked(bench):
    panel = bench.show(PresentProblemPanel)
    value = panel.answer.value
    window, ran = value.config.criterion_trials, len(value.values)
    count = bench.session.snapshot.counts[value.problem - 1]
    assert ran == count + window
    assert panel.met.isVisible()
    assert panel.met.getRegion() == pytest.approx((count + 0.5, ran + 0.5))
    assert value.mean[-1] < value.config.criterion_loss
    assert panel.caption(panel.answer) == (
        f"problem {value.problem}, {count:,.0f} trials to criterion, {ran:,} run"
    )


def test_one_trial_is_one_trial(bench):
    panel = bench.show(LearningCurvePanel)
    bench.grow(60)
    bench.settle()
    counts = panel.answer.value.counts
    assert (counts == 1).any()
    for row in np.flatnonzero(counts == 1):
        assert panel.answer.value.columns[1].say(int(row)) == "1 trial"
    assert panel.answer.value.columns[1].say(0).endswith(" trials")
