"""The transport bar: a view that says what the person wants, and no more."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QWidget

from l2l_gui.widgets.transport import SPEEDS, Transport


@pytest.fixture
def bar(qtbot):
    widget = Transport()
    qtbot.addWidget(widget)
    widget.set_trial(2000)
    widget.set_problems(60)
    widget.set_problem(10)
    widget.set_group(2, 50)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def test_setters_show_without_emitting(qtbot, bar):
    signals = (bar.time_changed, bar.problem_changed, bar.group_changed, bar.stimulus_changed)
    heard = []
    for signal in signals:
        signal.connect(lambda *arguments: heard.append(arguments))
    bar.set_time(730)
    bar.set_problem(33)
    bar.set_group(12, 20)
    bar.set_stimulus(1)
    assert not heard
    assert bar.time.value() == 730
    assert bar.time_label.text() == "730 / 2000 ms"
    assert (bar.problem.value(), bar.problem_number.value()) == (33, 33)
    assert bar.group_end.text() == "to 31"
    assert bar.stimulus.currentText() == "1"


def test_arrow_keys_step_through_the_trial_and_the_problems(qtbot, bar):
    with qtbot.waitSignal(bar.time_changed) as time:
        qtbot.keyClick(bar.time, Qt.Key.Key_Right)
    assert time.args == [10]
    with qtbot.waitSignal(bar.problem_changed) as problem:
        qtbot.keyClick(bar.problem, Qt.Key.Key_Right)
    assert problem.args == [11]
    assert bar.problem_number.value() == 11
    qtbot.keyClick(bar.problem, Qt.Key.Key_End)
    assert bar.problem_number.value() == 60


def test_typing_a_problem_number_emits_once(qtbot, bar):
    heard = []
    bar.problem_changed.connect(heard.append)
    bar.problem_number.selectAll()
    qtbot.keyClicks(bar.problem_number, "42")
    qtbot.keyClick(bar.problem_number, Qt.Key.Key_Return)
    assert heard == [42]
    assert bar.problem.value() == 42


def test_group_and_stimulus_are_told(qtbot, bar):
    with qtbot.waitSignal(bar.group_changed) as group:
        bar.group_size.selectAll()
        qtbot.keyClicks(bar.group_size, "20")
        qtbot.keyClick(bar.group_size, Qt.Key.Key_Return)
    assert group.args == [2, 20]
    heard = []
    bar.stimulus_changed.connect(heard.append)
    qtbot.keyClick(bar.stimulus, Qt.Key.Key_Down)
    qtbot.keyClick(bar.stimulus, Qt.Key.Key_Down)
    qtbot.keyClick(bar.stimulus, Qt.Key.Key_Home)
    assert heard == [0, 1, None]


def test_playing_moves_time_and_loops(qtbot, bar):
    bar.set_time(1990)
    bar.speed.setCurrentIndex(SPEEDS.index(4.0))
    times = []
    bar.time_changed.connect(times.append)
    qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    assert bar.playing
    assert bar.play.accessibleName() == "Pause"
    qtbot.waitUntil(lambda: len(times) > 4)
    assert times[0] < 1990
    assert all(0 <= ms <= 2000 for ms in times)
    qtbot.mouseClick(bar.play, Qt.MouseButton.LeftButton)
    assert not bar.playing


def test_without_loop_playing_stops_at_the_end_and_starts_again_from_zero(qtbot, bar):
    qtbot.mouseClick(bar.loop, Qt.MouseButton.LeftButton)
    bar.set_time(1995)
    bar.speed.setCurrentIndex(SPEEDS.index(4.0))
    with qtbot.waitSignal(bar.playing_changed, timeout=2000):
        bar.set_playing(True)
    qtbot.waitUntil(lambda: not bar.playing)
    assert bar.time.value() == 2000
    assert not bar.play.isChecked()
    bar.set_playing(True)
    assert bar.time.value() < 1000


def test_nothing_learned_disables_the_choice_of_problems(bar):
    bar.set_problems(0)
    assert not bar.problem.isEnabled()
    assert not bar.stimulus.isEnabled()
    assert bar.problem_of.text() == "none learned"
    bar.set_problems(3)
    assert bar.problem.isEnabled()
    assert bar.problem_of.text() == "of 3"


def test_every_control_has_an_accessible_name(bar):
    for name in (
        "play",
        "loop",
        "speed",
        "time",
        "problem",
        "problem_number",
        "group_start",
        "group_size",
        "stimulus",
    ):
        control: QWidget = getattr(bar, name)
        assert control.accessibleName()


def test_the_group_outlasts_a_run_that_has_learned_too_little(bar):
    bar.set_problems(3)
    assert (bar.group_start.value(), bar.group_size.value()) == (2, 50)
    assert bar.group_end.toolTip() == "Only 3 are learned so far."
    bar.set_problems(60)
    assert bar.group_end.toolTip() == ""


def test_speed_and_loop_can_be_restored(bar):
    bar.set_speed(0.24)
    bar.set_loop(False)
    assert bar.speed.currentData() == 0.25
    assert not bar.loop.isChecked()


def test_a_loop_goes_on_from_what_is_left_over(bar, monkeypatch):
    bar.set_loop(True)
    bar.set_speed(1.0)
    bar.set_time(1990)
    monkeypatch.setattr(bar._clock, "restart", lambda: 33)
    bar._advance()
    assert bar._exact == 23  # of 2000 ms
