"""The window fits small screens, and nothing that is shown ever widens it."""

from __future__ import annotations

import itertools

import pyqtgraph as pg
import pytest
from driving import PATIENCE, settle
from PyQt6.QtCore import QRectF, Qt

from l2l_gui.window import main_window
from l2l_gui.window.main_window import MainWindow

SMALL = (1024, 600)  # logical pixels of a 1366 x 768 screen at 125 %, with the frame


def test_no_workspace_widens_a_small_window(opened, qtbot):
    opened.resize(*SMALL)
    for name in opened.workspaces.names:
        opened.workspaces.go(name)
        qtbot.wait(20)
        assert (opened.width(), opened.height()) == SMALL, name


def test_no_run_name_widens_a_small_window(opened, learned, tmp_path, qtbot):
    opened.resize(*SMALL)
    long = tmp_path / f"{'a-run-with-a-very-long-name-' * 7}.h5"
    long.write_bytes(learned.read_bytes())
    opened.runner.open(long)
    qtbot.waitUntil(lambda: opened.runner.session.path == long, timeout=PATIENCE)
    settle(opened, qtbot)
    opened.notifications.inform(f"Saved {long}.")
    qtbot.wait(20)
    assert (opened.width(), opened.height()) == SMALL


def test_a_panel_with_too_little_room_can_be_scrolled(opened, qtbot):
    opened.resize(*SMALL)
    workspace = opened.workspaces.go("perturb")
    qtbot.wait(20)
    dock = next(dock for dock in workspace.docks if dock.panel.name == "perturb_controls")
    bar = dock.widget().horizontalScrollBar()
    assert dock.panel.width() - bar.maximum() <= dock.width()


def test_the_first_window_fits_the_screen_with_its_frame(monkeypatch, qtbot):
    monkeypatch.setattr(main_window, "START_SIZE", main_window.QSize(9000, 9000))
    first = MainWindow()
    room = first.screen().availableSize()
    frame = main_window.FRAME
    assert first.width() <= room.width() - frame.width()
    assert first.height() <= room.height() - frame.height()
    first.close()


def test_the_transport_folds_where_it_is_narrow_and_loses_no_control(opened, qtbot):
    transport = opened.transport
    for width in (1800, 1000, 1800):
        opened.resize(width, 700)
        qtbot.wait(20)
        controls = (transport.time, transport.group_start, transport.group_size, transport.stimulus)
        assert all(control.isVisible() for control in controls)
        inside = [control.mapTo(transport, control.rect().bottomRight()) for control in controls]
        assert all(transport.rect().contains(corner) for corner in inside), width


# -- panels: close, float, dock -------------------------------------------------------------


@pytest.fixture
def dock(opened):
    return opened.workspaces.current.docks[0]


def test_a_panel_floats_in_a_frame_and_docks_again(opened, dock, qtbot):
    qtbot.mouseClick(dock.float_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dock.isFloating() and dock.isVisible())
    flags = dock.windowFlags()
    assert not flags & Qt.WindowType.FramelessWindowHint
    assert flags & Qt.WindowType.WindowCloseButtonHint
    assert dock.panel.has_content
    dock.float_button.click()
    qtbot.waitUntil(lambda: not dock.isFloating())
    assert dock.isVisible()
    assert dock.window() is opened


def test_a_closed_panel_comes_back_from_the_view_menu(opened, dock, qtbot):
    qtbot.mouseClick(dock.close_button, Qt.MouseButton.LeftButton)
    assert dock.isHidden()
    next(a for a in opened.workspaces.current.toggles() if a.text() == dock.panel.title).trigger()
    assert dock.isVisible()


def test_a_floating_panel_goes_with_the_window(opened, dock, qtbot):
    dock.setFloating(True)
    qtbot.waitUntil(dock.isVisible)
    opened.close()
    assert not dock.isVisible()


def test_the_panel_with_the_keyboard_is_marked(opened, dock, qtbot):
    other = opened.workspaces.current.docks[1]
    dock.panel.view.setFocus()
    assert dock.header.property("focused")
    assert not other.header.property("focused")
    other.panel.view.setFocus()
    assert not dock.header.property("focused")


# -- panels at the sizes of small screens ---------------------------------------------------


def words_of(view) -> list:
    """Every label of an axis and every title in a view that is shown."""
    found = []
    for plot in view.scene().items():
        if isinstance(plot, pg.PlotItem) and plot.isVisible():
            axes = [plot.getAxis(side) for side in ("left", "right", "bottom")]
            found += [axis.label for axis in axes if axis.isVisible()]
            found.append(plot.titleLabel.item)
    return [item for item in found if item.isVisible() and item.toPlainText().strip()]


@pytest.mark.parametrize("size", [(1280, 800), (1024, 700)])
@pytest.mark.parametrize("name", ["learn", "representations", "dynamics", "perturb"])
def test_nothing_in_a_panel_is_cut_off_or_on_top_of_other_words(small, qtbot, name, size):
    small.resize(*size)
    workspace = small.workspaces.go(name)
    for dock in workspace.docks:
        dock.raise_()
        settle(small, qtbot)
        qtbot.wait(20)
        title, bar = dock.panel.title, dock.widget().horizontalScrollBar()
        assert bar.maximum() == 0, f"{title} has to be scrolled sideways"
        for view in dock.panel.scene_views():
            words = words_of(view)
            places = [item.sceneBoundingRect().adjusted(5, 5, -5, -5) for item in words]
            whole = QRectF(view.viewport().rect()).adjusted(-2, -2, 2, 2)
            for item, place in zip(words, places, strict=True):
                seen = QRectF(view.mapFromScene(place).boundingRect())
                assert whole.contains(seen), f"{title}: {item.toPlainText()} is cut off"
            for a, b in itertools.combinations(range(len(words)), 2):
                both = f"{title}: {words[a].toPlainText()} and {words[b].toPlainText()}"
                assert not places[a].intersects(places[b]), both
