"""First steps: shown once, walked with mouse and keyboard, in nobody's way."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, QRect, Qt

from l2l_gui.window.first_run import STEPS, beside


@pytest.fixture
def steps(opened):
    opened.features.first_steps.welcome()
    return opened.features.first_steps


def rect(widget, window) -> QRect:
    return QRect(widget.mapTo(window, QPoint()), widget.size())


def test_each_step_frames_its_part_and_covers_none_of_it(opened, steps, qtbot):
    for number, step in enumerate(STEPS):
        assert steps.number == number
        assert steps.card.title.text() == step.title
        target = rect(step.target(opened), opened)
        assert steps._frame.isVisible()
        assert steps._frame.geometry().intersected(target).size() == target.size()
        card = steps.card.geometry()
        assert opened.rect().contains(card)
        assert not card.intersects(target)
        qtbot.mouseClick(steps.card.next, Qt.MouseButton.LeftButton)
    assert not steps.shown


def test_it_is_shown_once_and_again_from_the_help_menu(opened, steps, qtbot):
    qtbot.mouseClick(steps.card.skip, Qt.MouseButton.LeftButton)
    assert not steps.shown
    steps.welcome()
    assert not steps.shown
    opened.actions_by_name["first_steps"].trigger()
    assert steps.shown
    steps.end()


def test_the_keyboard_walks_and_escape_skips(steps, qtbot):
    card = steps.card
    qtbot.keyClick(card.next, Qt.Key.Key_Return)
    qtbot.keyClick(card, Qt.Key.Key_Right)
    assert steps.number == 2
    qtbot.keyClick(card, Qt.Key.Key_Left)
    assert steps.number == 1
    qtbot.keyClick(card, Qt.Key.Key_Escape)
    assert not steps.shown


def test_the_window_is_used_meanwhile_and_the_card_follows_its_size(opened, steps, qtbot):
    steps.go(4)
    opened.resize(1100, 700)
    qtbot.waitUntil(lambda: opened.rect().contains(steps.card.geometry()))
    opened.activateWindow()
    qtbot.waitUntil(opened.isActiveWindow)
    before = opened.selection.value.problem
    qtbot.keyClick(opened, Qt.Key.Key_Comma)
    assert opened.selection.value.problem == before - 1
    assert steps.shown
    steps.end()


def test_without_a_session_nobody_is_shown_around(window):
    window.features.first_steps.welcome()
    assert not window.features.first_steps.shown


def test_a_card_without_room_beside_stands_in_the_middle():
    room = QRect(0, 0, 400, 300)
    place = beside(room, QRect(0, 0, 200, 100), room)
    assert room.contains(QRect(place, QRect(0, 0, 200, 100).size()))
