"""Geometry of the projected plot against shapes whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from l2l_gui.plotting import projection
from l2l_gui.plotting.camera import Camera


def test_thinning_keeps_first_and_last_and_spreads_evenly():
    kept = projection.thinned_samples(2000)
    assert len(kept) == projection.MOST_POINTS
    assert (kept[0], kept[-1]) == (0, 1999)
    assert set(np.diff(kept)) <= {10, 11}
    np.testing.assert_array_equal(projection.thinned_samples(7), np.arange(7))


def test_polylines_join_within_trajectories_and_break_at_nan():
    points = np.random.default_rng(0).normal(size=(2, 5, 3))
    points[1, 2, 0] = np.nan
    lines = projection.polylines(points)
    expected = [True, True, True, True, False, True, False, False, True, False]
    np.testing.assert_array_equal(lines.joined, expected)
    np.testing.assert_array_equal(lines.owner, [0] * 5 + [1] * 5)
    assert np.isfinite(lines.points).all()


def test_bounding_sphere_ignores_nan_and_holds_every_point():
    cloud = np.array([[0.0, 0, 0], [2, 0, 0], [np.nan, 9, 9]])
    centre, radius = projection.bounding_sphere([cloud, np.empty((0, 3))])
    np.testing.assert_allclose(centre, [1, 0, 0])
    assert radius == pytest.approx(1)


def test_nothing_and_a_single_point_have_a_usable_sphere():
    assert projection.bounding_sphere([])[1] == 1
    assert projection.bounding_sphere([np.zeros((1, 3))])[1] == 1


def test_depth_classes_go_from_far_to_near():
    depth = np.linspace(-1, 1, 9)
    classes = projection.depth_classes(depth, 1.0, 4)
    assert (np.diff(classes) >= 0).all()
    assert (classes[0], classes[-1]) == (0, 3)


def test_depth_subsets_together_draw_every_segment_once():
    rng = np.random.default_rng(1)
    lines = projection.polylines(rng.normal(size=(7, 30, 3)))
    classes = projection.depth_classes(lines.points[:, 2], 3.0, 4)
    drawn = set()
    for depth in range(4):
        x, y, connect = projection.subset(lines.points, lines.joined & (classes == depth))
        starts = np.flatnonzero(connect)
        drawn |= {(x[i], y[i], x[i + 1], y[i + 1]) for i in starts}
    starts = np.flatnonzero(lines.joined)
    p = lines.points
    assert drawn == {(*p[i, :2], *p[i + 1, :2]) for i in starts}


def test_nearest_segment_measures_to_the_line_not_its_ends():
    flat = np.array([[0.0, 0, 0], [10, 0, 0], [10, 10, 0]])
    joined = np.array([True, False, False])
    segment, distance = projection.nearest_segment(flat, joined, (4, 3))
    assert (segment, distance) == (0, pytest.approx(3))
    assert projection.nearest_segment(flat, np.zeros(3, bool), (0, 0)) == (-1, np.inf)


@pytest.mark.parametrize(
    ("length", "rounded"), [(1, 1), (0.37, 0.2), (9.9, 5), (0.05, 0.05), (123, 100)]
)
def test_scale_bars_have_round_lengths(length, rounded):
    assert projection.round_length(length) == pytest.approx(rounded)


def test_camera_matrix_is_a_rotation_and_named_views_look_along_axes(qapp):
    camera = Camera()
    camera.look_from(31, 47)
    matrix = camera.matrix()
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1)
    camera.look_from(0, 0)
    np.testing.assert_allclose(camera.matrix()[2], [1, 0, 0], atol=1e-12)
    camera.look_from(-90, 90)
    np.testing.assert_allclose(camera.matrix() @ [1, 2, 3], [1, 2, 3], atol=1e-12)


def test_camera_state_comes_back_and_nonsense_is_ignored(qapp):
    camera, other = Camera(), Camera()
    camera.look_from(12, -34)
    camera.zoom_by(2)
    camera.pan_by(0.5, -0.25)
    other.restore(camera.state())
    assert other.state() == camera.state()
    for nonsense in ({}, {"azimuth": "x"}, {**camera.state(), "zoom": float("nan"), "pan": [1]}):
        other.restore(nonsense)
    assert other.state() == camera.state()


def test_spinning_turns_with_real_time(qtbot):
    camera = Camera()
    start = camera.azimuth
    with qtbot.waitSignals([camera.changed] * 3, timeout=2000):
        camera.set_spinning(True)
    camera.set_spinning(False)
    assert camera.azimuth > start
    camera.reset()
    assert camera.azimuth == start
