"""What the window says of a run, its menus and its banners."""

from __future__ import annotations

import numpy as np
import pytest
from driving import TINY

from l2l_gui.model.snapshot import RunState, Snapshot
from l2l_gui.window.problem_table import trial_words
from l2l_gui.window.status_line import state_words
from l2l_gui.window.view_menu import EditMenu


def run(tmp_path, **rest) -> Snapshot:
    return Snapshot(path=tmp_path / "run.h5", config=TINY, **rest)


def test_a_run_that_never_trained_is_not_called_stopped(tmp_path):
    assert state_words(run(tmp_path)) == "Not started"
    stopped = run(tmp_path, trials=5, losses=np.ones(5, np.float32))
    assert state_words(stopped) == "Stopped at problem 1, trial 5"


@pytest.mark.parametrize(
    ("count", "ran", "words"),
    [
        (1, 11, "1 trial to criterion; with the 10 of the criterion window 11 trials were run"),
        (6, 16, "6 trials to criterion; with the 10 of the criterion window 16 trials were run"),
        (6, 500, "6 trials to criterion; 500 trials were run"),
        (6, np.nan, "6 trials to criterion"),
        (np.nan, 2000, "The criterion was not reached in 2,000 trials"),
        (np.nan, np.nan, "The criterion was not reached"),
    ],
)
def test_the_table_says_which_trials_it_counts(tmp_path, count, ran, words):
    now = run(tmp_path, counts=np.array([count]), ran=np.array([ran]))
    assert trial_words(now, 0) == words


def test_the_status_line_says_the_trial_of_every_snapshot(opened):
    session = opened.runner.session
    training = Snapshot(
        path=session.path,
        config=session.config,
        state=RunState.TRAINING,
        trials=7,
        losses=np.ones(7, np.float32),
    )
    for _ in range(2):  # faster than the tool bar is brought up to date
        opened.sessions.advance(training)
    assert opened.status.state.text() == state_words(training)


def test_a_banner_lies_over_the_window_without_moving_it(opened, qtbot):
    places = [opened.workspaces.geometry(), opened.transport.geometry()]
    opened.notifications.complain("The disk is full. " * 8)
    opened.notifications.inform("Saved.")
    qtbot.wait(20)
    assert [opened.workspaces.geometry(), opened.transport.geometry()] == places
    room = opened.notifications.parentWidget().rect()
    assert room.contains(opened.notifications.geometry())
    assert opened.notifications.isVisible()
    opened.notifications.clear()
    assert not opened.notifications.isVisible()


def test_the_edit_menu_is_about_the_panel_with_the_keyboard(opened, qtbot):
    menu = opened.findChild(EditMenu)
    dock = opened.workspaces.current.docks[1]
    dock.panel.view.setFocus()
    menu.aboutToShow.emit()
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts[0] == dock.panel.title
    assert "Copy picture" in texts
    assert dock.header.export in menu.actions()


@pytest.mark.parametrize(
    ("problems", "words"), [(1, "Its one problem is done"), (3, "All 3 problems are done")]
)
def test_a_finished_run_counts_its_problems(tmp_path, problems, words):
    config = TINY.replace(problems=problems)
    counts = np.ones(problems)
    done = Snapshot(tmp_path / "a.h5", config, RunState.FINISHED, counts=counts)
    assert state_words(done) == words
