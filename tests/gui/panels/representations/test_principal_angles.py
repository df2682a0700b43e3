"""Angles between the subspaces of problems."""

from __future__ import annotations

import numpy as np
import pytest
from bench import click, curve
from test_trajectories import expected

from l2l_engine import network
from l2l_engine.analysis import geometry
from l2l_gui.panels.representations.angles import angle_levels, index_levels
from l2l_gui.panels.representations.principal_angles import PrincipalAnglesPanel
from l2l_gui.widgets.choice_bar import ChoiceBar


@pytest.fixture
def panel(bench):
    return bench.show(PrincipalAnglesPanel, (600, 700))


def bases(bench, dimensions=4):
    reader = bench.session.reader()
    states = network.simulate(
        reader.weights(slice(0, 6)).astype(np.float64), reader.stimuli[:6], reader.config
    )
    moments = geometry.covariances(states, centred=False)
    return geometry.principal_components(moments, dimensions), moments


def test_the_image_shows_the_angles_of_every_pair(bench, panel):
    own, moments = bases(bench)
    angles = np.degrees(geometry.pairwise_angles(own))
    np.testing.assert_allclose(panel.pairs.image.image, angles.mean(axis=2), atol=0.05)
    panel.findChild(ChoiceBar).buttons["largest"].click()
    bench.settle()
    np.testing.assert_allclose(panel.pairs.image.image, angles[..., -1], atol=0.2)
    panel.findChild(ChoiceBar).buttons["alignment"].click()
    bench.settle()
    expected_index = geometry.alignment_index(moments, 4)
    np.testing.assert_allclose(panel.pairs.image.image, expected_index, atol=1e-4)
    assert panel.pairs.bar.levels()[1] == 1.0


def test_curves_are_angles_to_the_groups_decision_subspace(bench, panel):
    decision = expected(bench, [2, 3, 4]).subspaces.decision
    own = np.degrees(geometry.principal_angles(bases(bench)[0], decision))
    for place, line in enumerate(panel.curves):
        numbers, drawn = curve(line)
        np.testing.assert_array_equal(numbers, np.arange(1, 7))
        np.testing.assert_allclose(drawn, own[:, place], atol=0.2)
    assert panel.heard[-1].startswith("problem 4 to problems 2–4: ")


def test_a_click_in_either_plot_selects_the_problem(bench, panel, qtbot):
    click(qtbot, panel.view, panel.pairs.plot, 2.1, 5.0)
    assert bench.selection.value.problem == 2
    click(qtbot, panel.view, panel.curves_plot, 6.0, 30)
    assert bench.selection.value.problem == 6
    bench.settle()
    assert [line.value() for line in panel.lines] == [6, 6, 6]


def test_other_dimensions_give_as_many_curves(bench, panel):
    panel.tools()[0].menu().actions()[0].trigger()
    bench.settle()
    assert panel.table().tables("")["to_group"]["angles to the group (°)"].shape == (6, 2)
    assert panel.state() == {"measure": "mean", "dimensions": 2}


def test_one_problem_is_too_few(bench):
    bench.grow(1)
    panel = bench.show(PrincipalAnglesPanel)
    assert "Train until 2 problems are learned" in panel._empty.label.text()


def test_colour_limits_are_round():
    assert angle_levels(np.array([[0, 33.3]])) == (0.0, 40.0)
    assert angle_levels(np.array([[0, 89.0]])) == (0.0, 90.0)
    assert index_levels(np.array([[1, 0.73]])) == (0.7, 1.0)
    assert angle_levels(np.array([[np.nan]])) == (0.0, 1.0)


def test_a_cancelled_overview_says_so(bench):
    panel = PrincipalAnglesPanel(bench.context)
    bench.qtbot.addWidget(panel)
    panel.show()
    bench.qtbot.waitUntil(lambda: bool(bench.context.jobs.running))
    bench.context.jobs.cancel(bench.context.jobs.running[0])
    assert "Cancelled" in panel._empty.label.text()
