"""F11: the panel in use alone on the whole screen; Escape ends it."""

from __future__ import annotations

from driving import settle
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QTabBar


def test_f11_fills_the_screen_with_the_panel_in_use_and_escape_puts_it_back(small, qtbot):
    window = small
    workspace = window.workspaces.go("representations")
    settle(window, qtbot)
    stage = next(dock for dock in workspace.docks if dock.panel.name == "stage")
    stage.raise_()
    qtbot.waitUntil(lambda: stage.panel.seen)
    settle(window, qtbot)
    stage.panel.view.plot.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_F11)
    assert stage.isFullScreen()
    assert stage.geometry() == window.screen().geometry()
    qtbot.keyClick(stage, Qt.Key.Key_Escape)
    assert not stage.isFloating()
    assert stage.panel.seen
    window.actions_by_name["full_screen"].trigger()
    window.actions_by_name["full_screen"].trigger()  # the key again ends it, too
    assert not stage.isFloating()


def test_tabs_stand_where_the_registry_has_them(small, qtbot):
    workspace = small.workspaces.go("representations")
    settle(small, qtbot)
    tabs = [
        [bar.tabText(place) for place in range(bar.count())]
        for bar in workspace.findChildren(QTabBar)
        if bar.isVisible()
    ]
    assert tabs == [["Trajectories", "Stage"]]
    currents = next(dock for dock in workspace.docks if dock.panel.name == "output_currents")
    assert currents.panel.seen
