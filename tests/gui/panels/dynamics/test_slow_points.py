"""Slow points from problem to problem."""

from __future__ import annotations

import numpy as np
import pytest
from bench import click

from l2l_engine.analysis.fixed_points import fixed_points
from l2l_gui.model.selection import Group
from l2l_gui.panels.dynamics import slow_point_course
from l2l_gui.panels.dynamics.slow_point_course import searched
from l2l_gui.panels.dynamics.slow_points import SlowPointsPanel


@pytest.fixture
def panel(bench):
    bench.select(3, group=Group(2, 2))
    return bench.show(SlowPointsPanel)


def test_points_are_those_of_each_network_on_the_decision_plane(bench, panel):
    session = bench.session
    data = panel.table().plain()
    assert set(data["problem"]) <= {2, 3}
    found = fixed_points(session.network(2), session.stimuli(2), session.config, starts=4)
    delay = next(points for points in found if points.name == "delay")
    of_first = data["problem"] == 2
    np.testing.assert_allclose(data["speed"][of_first], delay.speed, rtol=1e-6)
    np.testing.assert_allclose(
        panel.answer.value.drawn("delay").places[of_first],
        delay.states @ panel.answer.value.decision,
        rtol=1e-6,
    )
    assert len(panel.marks.data) == len(data["problem"])


def test_epochs_and_kinds_are_remembered(bench, panel):
    panel.option_values.set("epoch", "response")
    panel.option_values.set("spectra", "time")
    bench.settle()
    assert panel.times.isVisible()
    assert not panel.spectra.isVisible()
    assert panel.table().title == "Slow points, response"
    again = bench.show(SlowPointsPanel)
    again.set_state(panel.state())
    assert again.state() == {"epoch": "response", "spectra": "time"}


def test_clicking_a_point_selects_its_problem(bench, panel):
    bench.select(5, group=Group(2, 2))
    index = 0
    click(bench.qtbot, panel.view, panel.plot, *panel.answer.value.drawn("delay").places[index])
    assert bench.selection.value.problem == panel.answer.value.drawn("delay").problem[index]
    assert "eigenvalues" in panel.pointing.tip(*panel.answer.value.drawn("delay").places[index])


def test_networks_searched_before_are_not_searched_again(bench, panel, monkeypatch):
    asked = []
    search = slow_point_course.fixed_points
    monkeypatch.setattr(
        slow_point_course,
        "fixed_points",
        lambda weights, *rest, **more: asked.append(1) or search(weights, *rest, **more),
    )
    bench.select(3, group=Group(2, 3))
    bench.settle()
    assert len(asked) == 1
    assert panel.answer.value.numbers == [2, 3, 4]


def test_large_groups_are_sampled_evenly():
    assert searched(Group(2, 50))[0] == 2
    assert searched(Group(2, 50))[-1] == 51
    assert len(searched(Group(2, 50))) == 12
    assert searched(Group(5, 3)) == [5, 6, 7]
