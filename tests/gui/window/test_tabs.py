"""Panels behind a tab rest until their tab is clicked."""

from __future__ import annotations

import pytest
from driving import settle
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QTabBar

from l2l_gui.window.main_window import MainWindow


def tab_of(window: MainWindow, title: str) -> tuple[QTabBar, int]:
    for bar in window.workspaces.current.findChildren(QTabBar):
        for index in range(bar.count()):
            if bar.tabText(index) == title:
                return bar, index
    pytest.fail(f"no tab {title}")


def test_a_panel_behind_a_tab_computes_only_once_it_is_in_front(opened: MainWindow, qtbot):
    opened.selection.select_problem(5)
    opened.workspaces.go("dynamics")
    settle(opened, qtbot)
    behind = opened.workspaces.panel("speed")
    front = opened.workspaces.panel("weight_change")
    assert front.has_content
    assert not behind.has_content

    bar, index = tab_of(opened, behind.title)
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(index).center())
    settle(opened, qtbot)
    assert behind.has_content

    shown = front.answer.value
    opened.selection.select_problem(6)
    settle(opened, qtbot)
    assert behind.answer.value.problem == 6
    assert front.answer.value is shown
