"""The flow field: true to the simulation, quick under the cursor, and clickable."""

from __future__ import annotations

import numpy as np
import pytest
from bench import click, curve, point

from l2l_engine import network
from l2l_engine.analysis.flow import input_current
from l2l_gui.model.selection import Group
from l2l_gui.panels.dynamics.flow_field import FlowFieldPanel


@pytest.fixture
def panel(bench):
    bench.selection.update(time=700.0)
    return bench.show(FlowFieldPanel)


def trajectories(bench, number=4):
    session = bench.session
    weights = session.network(number).astype(np.float64)[None]
    stimuli = session.stimuli(number).astype(np.float64)[None]
    return network.simulate(weights, stimuli, session.config)[0]


def test_present_states_are_marked_on_the_trajectories(bench, panel):
    states = trajectories(bench)
    expected = panel.answer.value.plane.coordinates(states[:, 699])
    np.testing.assert_allclose(np.stack(panel.now.getData(), axis=1), expected)


def test_image_is_the_speed_at_its_pixels_off_the_plane_as_the_trajectory(bench, panel):
    scene, states = panel.answer.value, trajectories(bench)
    data = panel.table().plain()
    places = [np.unique(data[f"axis {axis}"]) for axis in (1, 2)]
    place = np.array([places[0][3], places[1][5]])
    axes = scene.plane.axes
    through = states[0, 699]
    state = through + (place - scene.plane.coordinates(through)) @ axes.T
    config, weights = bench.session.config, scene.learned.weights
    current = input_current(weights, scene.learned.stimuli[0], config, 700.0)
    rate = np.log1p(np.exp(state @ weights.recurrent + current))
    velocity = (rate - state) / (config.tau * 1e-3)
    np.testing.assert_allclose(panel.map.image.image[3, 5], np.linalg.norm(velocity), rtol=1e-9)
    at = (data["axis 1"] == place[0]) & (data["axis 2"] == place[1])
    found = [data[f"velocity {axis}"][at].item() for axis in (1, 2)]
    np.testing.assert_allclose(found, velocity @ axes, rtol=1e-9)


def test_moving_the_cursor_changes_the_field_its_points_and_the_words(bench, panel):
    before, points = panel.map.image.image.copy(), panel.points.places.copy()
    bench.selection.update(time=1700.0)
    assert not np.allclose(before, panel.map.image.image)
    assert not np.array_equal(points, panel.points.places)
    assert "response" in panel.heard[-1]


def test_arrows_are_one_curve_that_points_along_the_flow(panel):
    x, y = curve(panel.arrows)
    shafts = np.stack([x, y], axis=1).reshape(-1, 5, 2)
    along = shafts[:, 1] - shafts[:, 0]
    middle = shafts[:, :2].mean(axis=1)
    grid, field = panel._flow
    flat = grid.reshape(-1, 2)
    for arrow in (0, len(shafts) // 2, len(shafts) - 1):
        nearest = np.linalg.norm(flat - middle[arrow], axis=1).argmin()
        there = field.velocity.reshape(-1, 2)[nearest]
        cosine = along[arrow] @ there / np.linalg.norm(along[arrow]) / np.linalg.norm(there)
        assert cosine > 0.999


def test_click_lets_a_state_go_that_follows_the_flow(bench, panel):
    rect = panel.plot.vb.viewRect()
    x, y = rect.left() + 0.3 * rect.width(), rect.top() + 0.4 * rect.height()
    click(bench.qtbot, panel.view, panel.plot, x, y)
    path = np.stack(curve(panel.released), axis=1)
    assert len(path) > 100
    pixel = panel.plot.vb.viewPixelSize()
    np.testing.assert_array_less(np.abs(path[0] - [x, y]), np.array(pixel) + 1e-9)
    grid, field = panel._flow
    nearest = np.linalg.norm(grid.reshape(-1, 2) - path[0], axis=1).argmin()
    assert (path[5] - path[0]) @ field.velocity.reshape(-1, 2)[nearest] > 0
    panel.clear.trigger()
    assert not len(curve(panel.released)[0])


def test_hovering_a_slow_point_tells_its_eigenvalues(bench, panel):
    assert panel.points.places.shape[1] >= 1
    x, y = panel.points.places[:, 0]
    panel.plot.vb.setRange(xRange=(x - 5, x + 5), yRange=(y - 5, y + 5))
    bench.settle()
    words = panel.pointing.tip(*panel.points.places[:, 0])
    assert "slow" in words.lower()
    assert "1/s" in words
    where = point(panel.view, panel.plot, x, y)
    assert panel.view.rect().contains(where)


def test_zoomed_in_the_field_fills_the_view_and_reset_shows_the_trajectories(bench, panel):
    panel.plot.vb.setRange(xRange=(0, 1), yRange=(0, 1))
    bench.settle()
    view = panel.plot.vb.viewRect()
    image = panel.map.image.mapRectToView(panel.map.image.boundingRect())
    np.testing.assert_allclose(image.getCoords(), view.getCoords())
    panel.reset_zoom()
    (low, high), _ = panel.plot.vb.viewRange()
    x = panel.answer.value.trajectories[..., 0]
    assert low < x.min()
    assert x.max() < high


def test_planes_of_the_subspace(bench, panel):
    panel.option_values.set("plane", "decision")
    bench.settle()
    panel.option_values.set("plane", "decision-stimulus")
    bench.settle()
    assert panel.plot.getAxis("left").labelText == "Stimulus 1 (a.u.)"
    assert np.allclose(panel.answer.value.plane.axes.T @ panel.answer.value.plane.axes, np.eye(2))
    again = bench.show(FlowFieldPanel)
    again.set_state(panel.state())
    assert again.state() == panel.state()


def test_another_group_has_other_subspaces(bench, panel):
    panel.option_values.set("plane", "decision")
    bench.settle()
    axes = panel.answer.value.plane.axes
    bench.select(4, group=Group(4, 3))
    bench.settle()
    assert not np.allclose(np.abs(panel.answer.value.plane.axes), np.abs(axes), atol=1e-3)


def test_search_can_be_turned_off(bench, panel):
    panel.tools()[0].trigger()
    bench.settle()
    assert not panel.points.places.size
    assert "slow points" not in panel.table().tables("")


def test_hidden_it_asks_for_nothing(bench, panel):
    panel.hide()
    bench.select(3)
    bench.settle()
    assert panel.answer.value.learned.number == 4
    panel.show()
    bench.settle()
    assert panel.answer.value.learned.number == 3
