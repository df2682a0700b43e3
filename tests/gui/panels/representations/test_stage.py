"""The stage: one large view, its clock, its plane and its frame."""

from __future__ import annotations

import numpy as np
import pytest

from l2l_gui.output.animations import Orbit
from l2l_gui.panels.representations.stage import MEAN, StagePanel, plane_lines


def widths(panel: StagePanel) -> list[float]:
    return [family.width for family in panel.view.drawing.families]


def test_the_mean_is_bold_the_selected_problem_on_top_and_few_marks_are_shown(bench):
    panel = bench.show(StagePanel)
    families, owners = panel.view.drawing.families, panel.view.drawing.owners
    assert widths(panel).count(MEAN) == 2
    assert [owner.tolist() for owner in owners[-2:]] == [[4], [4]]  # drawn last
    whole = np.asarray(families[0].points)
    np.testing.assert_allclose(families[-4].points[0], whole.mean(axis=0), atol=1e-4)
    assert all(len(np.asarray(m.points).reshape(-1, 3)) == 4 for m in panel.view.drawing.markers)
    bench.select(6, stimulus=1)  # outside the group, and one stimulus
    bench.settle()
    assert widths(panel).count(MEAN) == 1


def test_the_clock_is_in_the_picture_and_goes_on_request(bench):
    panel = bench.show(StagePanel)
    bench.selection.update(time=1250.0)
    assert panel.clock.text == "1,250 ms, delay"
    panel.option_values.set("clock", False)
    bench.settle()
    assert panel.clock.text == ""


def test_trajectories_fill_the_frame_from_every_side(bench):
    panel = bench.show(StagePanel, (900, 360))
    plot = panel.view.plot
    for azimuth in (-60.0, 10.0, 120.0):
        panel.camera.look_from(azimuth, 20.0)
        plot.ensure_drawn()
        drawn = [family for family in plot._families if family.spec.framed]
        flat = np.concatenate([family.flat[:, :2] for family in drawn])
        size = flat.max(axis=0) - flat.min(axis=0)
        frame = plot.plotItem.vb.viewRect()
        filled = max(size[0] / frame.width(), size[1] / frame.height())
        assert 0.7 < filled < 0.95


def test_the_plane_is_where_both_responses_get_the_same(bench):
    panel = bench.show(StagePanel)
    normal, offset = panel.answer.value.plane("decision")
    points = np.random.RandomState(0).randn(50, 3) * 20
    lines = plane_lines(normal, offset, points)
    if lines is not None:
        np.testing.assert_allclose(lines.reshape(-1, 3) @ normal + offset, 0.0, atol=1e-8)
    assert plane_lines(np.array([0.0, 0.0, 1.0]), 1e6, points) is None
    corners = plane_lines(np.array([0.0, 0.0, 2.0]), -2.0, points).reshape(-1, 3)
    np.testing.assert_allclose(corners[:, 2], 1.0)


def test_the_camera_goes_round_once_while_the_trial_plays(bench):
    panel = bench.show(StagePanel)
    start = panel.camera.azimuth
    moving = Orbit(bench.selection, [panel.camera])
    moving.show(0.5)
    assert panel.camera.azimuth == pytest.approx((start + 180 + 180) % 360 - 180)
    assert bench.selection.value.time == pytest.approx(bench.selection.duration / 2)
    moving.restore()
    assert panel.camera.azimuth == start
