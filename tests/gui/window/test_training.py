"""Training in the window: a tiny network by the real engine, and the shipped one once."""

from __future__ import annotations

import numpy as np
import pytest
from driving import PATIENCE, TINY, settle
from PyQt6.QtCore import Qt

from l2l_engine.run import Run
from l2l_engine.storage.session import Session
from l2l_gui.dialogs.run_until import RunUntilDialog
from l2l_gui.model.goals import Goal
from l2l_gui.model.snapshot import RunState
from l2l_gui.window.main_window import MainWindow


def trials(window: MainWindow) -> int:
    return window.runner.session.snapshot.trials


def losses(path, count):
    with Session.open(path) as session:
        return session.trial_column("task_loss")[:count]


def test_t_trains_one_trial_and_shows_it(tiny, qtbot, no_errors):
    for number in (1, 2, 3):
        qtbot.keyClick(tiny, Qt.Key.Key_T)
        qtbot.waitUntil(lambda number=number: trials(tiny) == number, timeout=PATIENCE)
        settle(tiny, qtbot)
    shown = tiny.workspaces.panel("trial").answer.value
    assert shown.label == "live: problem 1, trial 3"
    assert shown.states.shape == (1, TINY.steps, TINY.units)
    loss = tiny.workspaces.panel("present_problem").answer.value
    assert len(loss.values) == 3
    assert loss.live


def test_p_trains_to_the_end_of_the_problem(tiny, qtbot, no_errors):
    qtbot.keyClick(tiny, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: tiny.runner.session.problems == 1, timeout=PATIENCE)
    settle(tiny, qtbot)
    now = tiny.runner.session.snapshot
    assert now.state is RunState.STOPPED
    assert len(now.losses) == 0
    assert now.counts[0] + TINY.criterion_trials == now.trials
    assert tiny.selection.value.problem == 1
    assert tiny.run_dock.problems.model().index(0, 3).data() == "learned"
    tiny.selection.select_problem(1)
    settle(tiny, qtbot)
    assert tiny.workspaces.panel("trial").answer.value.problem == 1


def test_space_runs_and_pauses_within_a_trial_and_the_run_goes_on_as_if_never_stopped(
    tiny, tmp_path, qtbot, no_errors
):
    for _ in range(2):
        before = trials(tiny)
        qtbot.keyClick(tiny, Qt.Key.Key_Space)
        qtbot.waitUntil(lambda before=before: trials(tiny) > before + 5, timeout=PATIENCE)
        assert tiny.actions_by_name["run"].text() == "Pause"
        qtbot.keyClick(tiny, Qt.Key.Key_Space)
        settle(tiny, qtbot)
    paused = trials(tiny)
    qtbot.wait(100)
    assert trials(tiny) == paused
    path = tiny.runner.session.path
    tiny.close()
    with Run.create(tmp_path / "alone.h5", TINY) as alone:
        for _ in range(paused):
            alone.step()
    np.testing.assert_array_equal(losses(path, paused), losses(tmp_path / "alone.h5", paused))


def test_closing_while_training_saves_everything(tiny, qtbot, no_errors):
    tiny.runner.train(Goal())
    qtbot.waitUntil(lambda: trials(tiny) > 10, timeout=PATIENCE)
    path, seen = tiny.runner.session.path, trials(tiny)
    tiny.close()
    assert not tiny.runner.engine.isRunning()
    with Run.resume(path) as again:
        assert again.n_trials >= seen


@pytest.mark.parametrize(
    ("choose", "reached"),
    [
        (lambda d: (d.more.setChecked(True), d.more_value.setValue(2)), lambda s: s.problems == 2),
        (
            lambda d: (d.number.setChecked(True), d.number_value.setValue(1)),
            lambda s: s.problems == 1,
        ),
        (lambda d: d.criterion.setChecked(True), lambda s: s.problems == 1),
        (
            lambda d: (d.loss.setChecked(True), d.loss_value.setValue(0.9)),
            lambda s: s.snapshot.mean_loss < 0.9 and s.problems == 0,
        ),
    ],
)
def test_run_until_stops_by_itself(tiny, qtbot, choose, reached):
    qtbot.keyClick(tiny, Qt.Key.Key_U)
    dialog = tiny.findChild(RunUntilDialog)
    choose(dialog)
    dialog.accept()
    qtbot.waitUntil(lambda: tiny.runner.training, timeout=PATIENCE)
    settle(tiny, qtbot)
    assert reached(tiny.runner.session)


def test_a_finished_run_goes_on_and_says_so(tiny, qtbot):
    tiny.runner.train(Goal())
    qtbot.waitUntil(lambda: tiny.runner.session.problems == 3, timeout=PATIENCE)
    settle(tiny, qtbot)
    assert tiny.runner.session.snapshot.state is RunState.FINISHED
    tiny.runner.train(Goal(trials=1))
    qtbot.waitUntil(lambda: len(tiny.runner.session.snapshot.losses) == 1, timeout=PATIENCE)
    settle(tiny, qtbot)
    assert "All problems" in tiny.notifications.bars[-1].sentence
    assert tiny.runner.session.config.problems == 1001


def test_a_session_that_cannot_be_written_is_continued_in_a_copy(
    opened, learned, qtbot, monkeypatch
):
    monkeypatch.setattr("l2l_gui.model.working_copy.is_example", lambda path: path == learned)
    before, bytes_before = trials(opened), learned.read_bytes()
    opened.runner.train(Goal(trials=1))
    opened.runner.train(Goal(trials=1))  # before the window knows of the copy: the same copy
    qtbot.waitUntil(lambda: opened.runner.session.path != learned, timeout=PATIENCE)
    qtbot.waitUntil(lambda: trials(opened) == before + 1, timeout=PATIENCE)
    settle(opened, qtbot)
    assert len(list(opened.runner.session.path.parent.glob("*.h5"))) == 1
    assert learned.read_bytes() == bytes_before
    assert any("continues in a copy" in bar.sentence for bar in opened.notifications.bars)


def test_a_copy_is_saved_while_training(tiny, tmp_path, qtbot):
    tiny.runner.train(Goal())
    qtbot.waitUntil(lambda: tiny.runner.session.problems >= 1, timeout=PATIENCE)
    target = tmp_path / "copy.h5"
    tiny.runner.save_copy(target)
    qtbot.waitUntil(target.exists, timeout=PATIENCE)
    tiny.runner.pause()
    settle(tiny, qtbot)
    with Session.open(target) as copy:
        assert copy.n_problems >= 1


def test_a_session_another_program_trains_is_refused_in_one_sentence(tiny, tmp_path, qtbot):
    path = tmp_path / "theirs.h5"
    with Run.create(path, TINY):
        tiny.runner.open(path)
        qtbot.waitUntil(lambda: tiny.runner.session.path == path, timeout=PATIENCE)
        qtbot.keyClick(tiny, Qt.Key.Key_T)
        qtbot.waitUntil(lambda: bool(tiny.notifications.bars), timeout=PATIENCE)
    assert "being written by another run" in tiny.notifications.bars[-1].sentence
    assert not tiny.runner.training


def test_a_new_run_is_begun_from_the_dialog(window, qtbot, tmp_path):
    from l2l_gui.dialogs.new_run import NewRunDialog

    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(NewRunDialog)
    for name in ("units", "penalised_singular_values", "seed"):
        dialog.editor.set_value(name, 8)
    dialog.create_button.click()
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    assert window.runner.session.config.units == 8
    assert window.runner.session.path.is_file()


def test_a_new_run_follows_the_protocol_chosen(window, qtbot):
    from l2l_gui.dialogs.new_session import NewSessionDialog

    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(NewSessionDialog)
    dialog.choice.which.setCurrentText("serial-reversal")
    dialog.choice.numbers.setText("reversals=1, warm_up=1")
    for name in ("units", "penalised_singular_values"):
        dialog.editor.set_value(name, 8)
    dialog.create_button.click()
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    session = window.runner.session
    assert session.path.name == "serial-reversal-seed-0.l2l.h5"
    assert (session.config.units, session.config.problems) == (8, 3)
    with Session.open(session.path) as saved:
        assert '"reversal 1"' in saved.protocol
