"""Panels keep their share of a workspace whatever becomes of the window's size."""

import pytest
from PyQt6.QtCore import Qt

from l2l_gui.model.settings import settings

NEAR = 0.01  # of the workspace: Qt rounds, and separators and tabs keep their size
SOON = 20  # ms: Qt lays docks out when it has time


def shares(workspace):
    """Width and height of every dock in view, as fractions of the workspace."""
    return {
        dock.objectName(): (dock.width() / workspace.width(), dock.height() / workspace.height())
        for dock in workspace.docks
        if dock.x() >= 0  # the others are behind tabs
    }


def resize(window, width, height, qtbot):
    window.resize(width, height)
    qtbot.wait(SOON)


@pytest.fixture(autouse=True)
def opens_there(sandbox):
    """No time for the workspace that would be shown first."""
    settings.put("workspace", "dynamics")


@pytest.fixture
def dynamics(small, qtbot):
    resize(small, 1440, 900, qtbot)
    workspace = small.workspaces.go("dynamics")
    qtbot.waitUntil(lambda: workspace.width() > 1000)
    qtbot.wait(10 * SOON)
    return workspace


def test_a_window_enlarged_in_another_workspace_shares_the_room_as_before(dynamics, small, qtbot):
    before = shares(dynamics)
    small.workspaces.go("learn")
    resize(small, 2560, 1440, qtbot)
    small.workspaces.go("dynamics")
    qtbot.waitUntil(lambda: dynamics.width() > 2000)
    qtbot.wait(10 * SOON)
    now = shares(dynamics)
    top, bottom = now["dock vector_field_problems"], now["dock vector_field_trial"]
    assert top == pytest.approx(bottom, abs=NEAR)
    resize(small, 1440, 900, qtbot)
    assert list(shares(dynamics)) == list(before)
    for name, share in shares(dynamics).items():
        assert share == pytest.approx(before[name], abs=NEAR), name


def test_dragging_the_edge_of_the_window_there_and_back_moves_nothing(dynamics, small, qtbot):
    before = shares(dynamics)
    there = range(0, 120, 8)
    for more in (*there, *reversed(there)):
        resize(small, 1440 + more, 900 + more, qtbot)
    for name, share in shares(dynamics).items():
        assert share == pytest.approx(before[name], abs=NEAR), name


def test_the_room_a_person_gave_a_panel_goes_with_the_window(dynamics, small, qtbot):
    dock, below = dynamics.docks[:2]
    heights = [round(share * dynamics.height()) for share in (0.7, 0.3)]
    dynamics.resizeDocks([dock, below], heights, Qt.Orientation.Vertical)  # as by its separator
    qtbot.waitUntil(lambda: shares(dynamics)[dock.objectName()][1] > 0.68)
    given = shares(dynamics)[dock.objectName()]
    resize(small, 2560, 1440, qtbot)
    assert shares(dynamics)[dock.objectName()] == pytest.approx(given, abs=NEAR)
