"""The forgetting matrix."""

from __future__ import annotations

import numpy as np
import pytest
from bench import click

from l2l_engine.analysis.forgetting import forgetting
from l2l_gui.panels.dynamics.forgetting import ForgettingPanel
from l2l_gui.panels.dynamics.forgetting_of import MOST, tried


@pytest.fixture
def panel(bench):
    return bench.show(ForgettingPanel)


def test_matrix_is_every_network_on_every_problem(bench, panel):
    session = bench.session
    expected = forgetting(
        session.networks(range(1, 7)), session.reader().stimuli[:6], session.config
    )
    data = panel.table().plain()
    np.testing.assert_allclose(data["loss"].reshape(6, 6), expected.loss)
    np.testing.assert_allclose(panel.map.image.image, np.log10(np.maximum(expected.loss, 1e-3)))
    assert (np.diag(data["accuracy"].reshape(6, 6)) == 1).all()


def test_accuracy_on_request(bench, panel):
    panel.option_values.set("measure", "accuracy")
    bench.settle()
    np.testing.assert_array_equal(panel.map.image.image, panel.answer.value.found.accuracy)
    assert panel.map.bar.levels() == (0.0, 1.0)
    assert panel.state() == {"measure": "accuracy"}


def test_clicking_a_square_selects_its_network(bench, panel):
    click(bench.qtbot, panel.view, panel.map.plot, 5.0, 2.0)
    assert bench.selection.value.problem == 5
    assert panel.pointing.tip(5.0, 2.0).startswith("Problem 2 with the network after problem 5:")


def test_long_runs_are_tried_at_a_stride():
    for problems in (2, 41, 42, 101, 500, 1001):
        stride, numbers = tried(problems)
        assert len(numbers) <= MOST
        assert (np.diff(numbers) == stride).all()
        assert numbers[0] == 1
    assert tried(1001)[0] == 25


def test_a_run_that_grows_is_tried_again(bench, panel):
    bench.grow(7)
    bench.settle()
    assert panel.map.image.image.shape == (7, 7)
