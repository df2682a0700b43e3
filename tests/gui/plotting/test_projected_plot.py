"""The 3-D plot under mouse and keyboard."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QAction, QMouseEvent, QWheelEvent
from PyQt6.QtWidgets import QApplication, QMainWindow

from l2l_gui.look.theme import theme
from l2l_gui.output import exporting
from l2l_gui.plotting.camera import HOME, Camera
from l2l_gui.plotting.projected_plot import Family, Markers, ProjectedPlot

LEFT = Qt.MouseButton.LeftButton


def helix(offset: float = 0.0) -> np.ndarray:
    t = np.linspace(0, 6, 400)
    turn = np.stack([np.cos(t) + offset, np.sin(t), t / 3], axis=1)
    return turn + np.array([[0, 0, 0], [0, 0, 0.5], [0, 0, 1.0]])[:, None]


@pytest.fixture
def plot(qtbot, qapp):
    theme.apply(qapp)
    widget = ProjectedPlot()
    widget.resize(500, 400)
    qtbot.addWidget(widget)
    widget.set_families(
        [
            Family(helix(), "stimulus0", name="Stimulus 0"),
            Family(helix(3), "stimulus1", 2, "perpendicular", "Stimulus 1"),
        ]
    )
    widget.show()
    qtbot.waitExposed(widget)
    settle()
    return widget


def settle() -> None:
    for _ in range(5):
        QApplication.processEvents()


def drag(qtbot, plot, start, stop, button=LEFT, modifier=Qt.KeyboardModifier.NoModifier):
    """A drag in several steps, as a hand makes it."""
    port = plot.viewport()
    start, stop = QPoint(*start), QPoint(*stop)
    qtbot.mousePress(port, button, modifier, start)
    for part in (0.3, 0.6, 1.0):
        at = QPointF(start) + (QPointF(stop) - QPointF(start)) * part
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            at,
            port.mapToGlobal(at),
            Qt.MouseButton.NoButton,
            button,
            modifier,
        )
        qtbot.wait(15)  # the scene takes at most a hundred movements a second
        QApplication.sendEvent(port, event)
    qtbot.mouseRelease(port, button, modifier, stop)
    settle()


def pixel_of(plot, family: int, index: int, sample: int) -> QPoint:
    """Where a point of a trajectory is drawn on the viewport."""
    centre, _ = plot.bounds()
    flat = (plot._families[family].full[index, sample] - centre) @ plot.camera.matrix().T
    scene = plot._view.mapViewToScene(QPointF(flat[0], flat[1]))
    return plot.mapFromScene(scene)


def test_dragging_turns_and_shift_dragging_pans(qtbot, plot):
    drag(qtbot, plot, (250, 200), (300, 230))
    assert (plot.camera.azimuth, plot.camera.elevation) != HOME
    turned = (plot.camera.azimuth, plot.camera.elevation)
    before = pixel_of(plot, 0, 0, 0)
    drag(qtbot, plot, (250, 200), (290, 180), modifier=Qt.KeyboardModifier.ShiftModifier)
    assert (plot.camera.azimuth, plot.camera.elevation) == turned
    moved = pixel_of(plot, 0, 0, 0) - before
    assert abs(moved.x() - 40) <= 14
    assert abs(moved.y() + 20) <= 8


def test_the_wheel_zooms(plot):
    port = plot.viewport()
    here = QPointF(250, 200)
    wide = pixel_of(plot, 0, 0, 0) - pixel_of(plot, 1, 0, 0)
    event = QWheelEvent(
        here,
        port.mapToGlobal(here),
        QPoint(),
        QPoint(0, 240),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(port, event)
    settle()
    assert plot.camera.zoom > 1.2
    nearer = pixel_of(plot, 0, 0, 0) - pixel_of(plot, 1, 0, 0)
    assert abs(nearer.x()) > 1.2 * abs(wide.x())


def test_keys_turn_zoom_spin_and_reset(qtbot, plot):
    plot.setFocus()
    azimuth, elevation = HOME
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    qtbot.keyClick(plot, Qt.Key.Key_Up)
    assert (plot.camera.azimuth, plot.camera.elevation) == (azimuth + 5, elevation + 5)
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    assert plot.camera.zoom == pytest.approx(1.2)
    qtbot.keyClick(plot, Qt.Key.Key_S)
    assert plot.camera.spinning
    qtbot.keyClick(plot, Qt.Key.Key_R)
    assert not plot.camera.spinning
    assert (plot.camera.azimuth, plot.camera.elevation, plot.camera.zoom) == (*HOME, 1)
    qtbot.keyClick(plot, Qt.Key.Key_3)
    assert plot.camera.elevation == 90


def test_clicking_a_trajectory_picks_it(qtbot, plot):
    at = pixel_of(plot, 1, 0, 0)
    with qtbot.waitSignal(plot.picked, timeout=1000) as picked:
        qtbot.mouseClick(plot.viewport(), LEFT, pos=at)
    assert picked.args == [1, 0]
    with qtbot.assertNotEmitted(plot.picked, wait=100):
        qtbot.mouseClick(plot.viewport(), LEFT, pos=QPoint(490, 395))


def test_hovering_names_and_highlights_a_trajectory(qtbot, plot):
    with qtbot.waitSignal(plot.hovered, timeout=1000) as hovered:
        qtbot.mouseMove(plot.viewport(), QPoint(5, 5))
        qtbot.wait(15)
        qtbot.mouseMove(plot.viewport(), pixel_of(plot, 0, 0, 0))
    assert hovered.args == [0, 0]
    assert plot.toolTip() == "Stimulus 0 1"
    assert len(plot._highlight.xData) == 200


def test_the_cursor_sits_on_each_trajectory_at_that_step(plot):
    plot.set_cursor(250)
    settle()
    x, y = plot._families[0].cursor.getData()
    centre, _ = plot.bounds()
    expected = (helix()[:, 250] - centre) @ plot.camera.matrix().T
    np.testing.assert_allclose(np.stack([x, y], axis=1), expected[:, :2], atol=1e-9)
    plot.set_cursor(None)
    settle()
    assert len(plot._families[0].cursor.getData()[0]) == 0


def test_views_with_one_camera_turn_together(qtbot, plot):
    other = ProjectedPlot(plot.camera)
    qtbot.addWidget(other)
    other.set_families([Family(helix(), "decision")])
    other.resize(300, 300)
    other.show()
    settle()
    before = other._families[0].curves[0].xData.copy()
    drag(qtbot, plot, (250, 200), (330, 200))
    assert not np.array_equal(other._families[0].curves[0].xData, before)


def test_shared_bounds_give_equal_axes(qtbot, plot):
    other = ProjectedPlot(plot.camera)
    qtbot.addWidget(other)
    other.set_families([Family(helix() / 10, "decision")])
    other.set_bounds(*plot.bounds())
    assert other.bounds()[1] == plot.bounds()[1]
    other.set_bounds(None)
    assert other.bounds()[1] < plot.bounds()[1] / 5


def test_a_hidden_view_draws_nothing_until_shown(plot, qtbot, monkeypatch):
    drawn = []
    original = plot.redraw
    monkeypatch.setattr(plot, "redraw", lambda: (drawn.append(1), original()))
    plot.hide()
    for _ in range(10):
        plot.camera.rotate(5, 0)
        settle()
    assert not drawn
    plot.show()
    settle()
    assert drawn
    count = len(drawn)
    for _ in range(10):
        plot.camera.rotate(5, 0)
    settle()
    assert len(drawn) == count + 1


def test_changing_the_theme_repaints_in_its_colours(plot):
    theme.set_mode("dark")
    settle()
    dark = plot.grab().toImage().pixelColor(3, 200).name()
    theme.set_mode("light")
    settle()
    assert (dark, plot.grab().toImage().pixelColor(3, 200).name()) == ("#212429", "#ffffff")


def test_new_content_replaces_the_old_and_leaves_no_items(plot):
    plot.set_markers([Markers(helix()[:, 0], "perturbed", name="Start")])
    settle()
    items = len(plot.scene().items())
    for _ in range(5):
        plot.set_families(
            [
                Family(helix(), "stimulus0", name="Stimulus 0"),
                Family(helix(3), "stimulus1", name="Stimulus 1"),
            ]
        )
        plot.set_markers([Markers(helix()[:, 0], "perturbed", name="Start")])
        settle()
    assert len(plot.scene().items()) == items
    plot.clear_all()
    settle()
    assert len(plot._legend.items) == 0


def test_moved_trajectories_are_measured_again(plot):
    before = plot.bounds()[1]
    plot.set_families([Family(helix(20), "stimulus0"), Family(helix(3), "stimulus1")])
    assert plot.bounds()[1] > max(9, before)
    plot.set_markers([Markers(np.array([[0.0, 0.0, 90.0]]), "perturbed")])
    assert plot.bounds()[1] > 40


def test_families_that_follow_others_are_drawn_as_in_a_new_plot(plot, qtbot):
    ways = [
        [Family(helix(3), "stimulus0"), Family(helix(4), "stimulus1", 4.0)],
        [Family(helix(3), "decision"), Family(helix(5), "stimulus1", 4.0)],
        [Family(helix(3), "decision", 1.0, "perpendicular")],
        [Family(helix(6), "text"), Family(helix(2), "quiet"), Family(helix(3), "accent")],
    ]
    marks = [
        [Markers(helix()[:, 0], "perturbed")],
        [Markers(helix(2)[:, 0], "text", "s", 4.0, filled=False), Markers(helix()[:, 5], "quiet")],
        [],
        [Markers(helix(3)[:, 0], "perturbed", "t", 12.0)],
    ]
    for families, markers in zip(ways, marks, strict=True):
        plot.set_families(families)
        plot.set_markers(markers)
        plot.set_cursor(40)
        fresh = ProjectedPlot()
        qtbot.addWidget(fresh)
        fresh.resize(plot.size())
        fresh.set_families(families)
        fresh.set_markers(markers)
        fresh.set_cursor(40)
        fresh.show()
        settle()
        plot.ensure_drawn()
        fresh.ensure_drawn()
        assert plot.grab().toImage() == fresh.grab().toImage()


def test_nan_and_empty_families_are_drawn_without_complaint(plot, recwarn):
    broken = helix()
    broken[0] = np.nan
    broken[1, 100:200] = np.nan
    plot.set_families([Family(broken, "stimulus0"), Family(np.empty((0, 5, 3)), "stimulus1")])
    plot.set_cursor(150)
    settle()
    assert len(plot._families[0].cursor.getData()[0]) == 1
    plot.grab()
    assert not [w for w in recwarn if w.category is RuntimeWarning]


def test_wrong_shapes_are_refused(plot):
    with pytest.raises(ValueError, match=r"not \(M, T, 3\)"):
        plot.set_families([Family(np.zeros((4, 2)), "stimulus0")])


def test_own_camera_dies_with_the_plot(qtbot):
    camera = Camera()
    first = ProjectedPlot(camera)
    qtbot.addWidget(first)
    assert first.camera is camera
    assert camera.parent() is None


def test_its_keys_win_over_the_windows_shortcuts_but_ctrl_does_not(qtbot, qapp):
    window = QMainWindow()
    qtbot.addWidget(window)
    plot = ProjectedPlot()
    window.setCentralWidget(plot)
    fired = []
    for keys in ("S", "Ctrl+S"):
        action = QAction(keys, window, triggered=lambda _, keys=keys: fired.append(keys))
        action.setShortcut(keys)
        window.addAction(action)
    window.show()
    qtbot.waitExposed(window)
    window.activateWindow()
    plot.setFocus()
    settle()
    qtbot.keyClick(plot, Qt.Key.Key_S)
    assert plot.camera.spinning
    plot.camera.set_spinning(False)
    qtbot.keyClick(plot, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert not plot.camera.spinning
    assert "S" not in fired


def test_a_picture_shows_the_latest_view_before_the_screen_does(plot):
    before = exporting.picture(plot)
    plot.camera.rotate(40, 0)
    assert exporting.picture(plot) != before
