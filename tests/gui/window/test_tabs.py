"""Panels behind a tab rest until their tab is clicked."""

from __future__ import annotations

import pytest
from driving import settle
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QTabBar

from l2l_gui.model.settings import settings
from l2l_gui.window.main_window import MainWindow


@pytest.fixture(autouse=True)
def opens_there(sandbox):
    """No time for the workspace that would be shown first."""
    settings.put("workspace", "dynamics")


def tab_of(window: MainWindow, title: str) -> tuple[QTabBar, int]:
    for bar in window.workspaces.current.findChildren(QTabBar):
        for index in range(bar.count()):
            if bar.tabText(index) == title:
                return bar, index
    pytest.fail(f"no tab {title}")


def test_a_panel_behind_a_tab_computes_only_once_it_is_in_front(small: MainWindow, qtbot):
    small.selection.select_problem(5)
    small.workspaces.go("dynamics")
    settle(small, qtbot)
    behind = small.workspaces.panel("speed")
    front = small.workspaces.panel("weight_change")
    assert front.has_content
    assert not behind.has_content

    bar, index = tab_of(small, behind.title)
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(index).center())
    settle(small, qtbot)
    assert behind.has_content

    shown = front.answer.value
    small.selection.select_problem(6)
    settle(small, qtbot)
    assert behind.answer.value.problem == 6
    assert front.answer.value is shown
