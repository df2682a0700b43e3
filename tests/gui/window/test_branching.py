"""Branches from learned problems, asked for with mouse and keyboard and trained by the engine."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from driving import PATIENCE, TINY, settle
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QMessageBox

from l2l_engine.run import Run
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.session import Session
from l2l_gui.dialogs.branch import BranchDialog
from l2l_gui.model.branching import parent_of
from l2l_gui.model.goals import Goal
from l2l_gui.workers.engine_thread import EXTENSION


@pytest.fixture(scope="module")
def learned_tiny(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("tiny") / "tiny.h5"
    with Run.create(path, TINY) as run:
        while not run.finished:
            run.step()
    return path.read_bytes()


@pytest.fixture
def parent(window, learned_tiny, tmp_path, qtbot):
    path = tmp_path / "parent.h5"
    path.write_bytes(learned_tiny)
    window.runner.open(path)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    return window


def ask(window, qtbot, problem: int) -> BranchDialog:
    window.selection.select_problem(problem)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    qtbot.keyClick(window, Qt.Key.Key_B)
    return window.findChild(BranchDialog)


def accept(window, dialog, qtbot) -> Path:
    path = dialog.path()
    qtbot.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: window.runner.session is not None and window.runner.session.path == path,
        timeout=PATIENCE,
    )
    settle(window, qtbot)
    window.activateWindow()  # a window manager does so when a dialog closes
    qtbot.waitUntil(window.isActiveWindow)
    return path


def test_a_reversal_is_branched_and_trained_and_the_parent_stays(parent, qtbot, no_errors):
    source = parent.runner.session.path
    before = source.read_bytes()
    dialog = ask(parent, qtbot, 2)
    assert dialog.next.finished == 2
    dialog.next.swapped.click()
    dialog.next.swapped_number.setValue(1)
    path = accept(parent, dialog, qtbot)
    assert path.name == "parent-after-2.l2l.h5"
    assert parent.runner.session.problems == 2
    assert parent.run_dock._origin.text() == "Branch of parent after problem 2"
    assert parent.run_dock._origin.isVisible()
    parent.runner.train(Goal(problems=1))
    qtbot.waitUntil(lambda: parent.runner.session.problems == 3, timeout=PATIENCE)
    settle(parent, qtbot)
    parent.close()
    with Session.open(path) as branch, Session.open(source) as original:
        np.testing.assert_allclose(branch.stimuli[2], original.stimuli[0][::-1], rtol=1e-6)
        np.testing.assert_array_equal(branch.weights(1).recurrent, original.weights(1).recurrent)
        assert str(source) in branch.parent
    assert source.read_bytes() == before


def test_a_branch_that_changes_nothing_repeats_its_parent(parent, qtbot, no_errors):
    source = parent.runner.session.path
    compare = parent.actions_by_name["compare_parent"]
    assert not compare.isEnabled()  # of no branch
    path = accept(parent, ask(parent, qtbot, 1), qtbot)
    parent.runner.train(Goal(problems=1))
    qtbot.waitUntil(lambda: parent.runner.session.problems == 2, timeout=PATIENCE)
    settle(parent, qtbot)
    compare.trigger()
    qtbot.waitUntil(lambda: parent.runner.compared == (source,), timeout=PATIENCE)
    assert parent.workspaces.current.name == "compare"
    settle(parent, qtbot)
    parent.close()
    with Session.open(path) as branch, Session.open(source) as original:
        trials = branch.n_trials
        np.testing.assert_array_equal(
            branch.trial_column("task_loss"), original.trial_column("task_loss", 0, trials)
        )


def test_a_parent_is_found_where_it_was_or_beside_its_branch(parent, tmp_path):
    session = parent.runner.session
    with pytest.raises(SessionError, match="no branch"):
        parent_of(session)
    session.parent = str(tmp_path / "gone" / "first.h5")
    with pytest.raises(
        SessionError, match=r"first\.h5, which parent\.h5 branched from, is not there"
    ):
        parent_of(session)
    beside = session.path.with_name("first.h5")
    beside.write_bytes(b"")
    assert parent_of(session) == beside


def test_own_stimuli_and_changed_parameters_go_into_the_branch(parent, tmp_path, qtbot, no_errors):
    dialog = ask(parent, qtbot, 3)
    dialog.next.own.click()
    assert not dialog.create_button.isEnabled()
    assert "Choose the file" in dialog.file_message.text()
    bad = tmp_path / "bad.csv"
    bad.write_text("1,2,3\n4,5,six")
    dialog.next.file.setText(str(bad))
    assert "bad.csv, line 2" in dialog.next.message.text()
    assert not dialog.create_button.isEnabled()
    own = np.random.default_rng(1).normal(size=(2, TINY.stimulus_channels))
    np.save(tmp_path / "own.npy", own)
    dialog.next.file.setText(str(tmp_path / "own.npy"))
    assert "cosine" in dialog.next.message.text()
    field = dialog.editor.editor_of("sigma_rec")
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.02")
    accept(parent, dialog, qtbot)
    assert parent.runner.session.config.sigma_rec == 0.02
    qtbot.keyClick(parent, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: len(parent.runner.session.snapshot.losses) == 1, timeout=PATIENCE)
    settle(parent, qtbot)
    run = parent.runner.engine._run
    unit = own / np.linalg.norm(own, axis=1, keepdims=True)
    np.testing.assert_allclose(run.stimuli, unit, rtol=1e-5)


def test_what_shaped_the_network_is_locked_and_too_few_problems_are_refused(parent, qtbot):
    dialog = ask(parent, qtbot, 2)
    for name in ("units", "stimulus_channels", "recurrent_init"):
        assert not dialog.editor.editor_of(name).isEnabled()
    dialog.editor.set_value("problems", 2)
    assert not dialog.create_button.isEnabled()
    assert "choose 3 or more" in dialog.file_message.text()
    dialog.next.after.setValue(1)
    assert dialog.create_button.isEnabled()
    assert dialog.path().name == "parent-after-1.l2l.h5"
    dialog.editor.undo_stack.undo()
    dialog.reject()


def test_edits_are_undone_and_redone_by_key_and_guarded(parent, qtbot, monkeypatch):
    dialog = ask(parent, qtbot, 2)
    field = dialog.editor.editor_of("learning_rate")
    before = field.text()
    dialog.activateWindow()
    qtbot.waitUntil(dialog.isActiveWindow)
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.5")
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    for place in (field, dialog.next.drawn, dialog.browse):
        place.setFocus()
        qtbot.keyClick(place, Qt.Key.Key_Z, control)
        assert field.text() == before
        qtbot.keyClick(place, Qt.Key.Key_Z, control | shift)
        assert field.text() == "0.5"
    asked = []

    def answer(box: QMessageBox, keep: bool) -> int:
        asked.append(box.text())
        names = {button.text(): button for button in box.buttons()}
        names["Keep" if keep else "Discard"].click()
        return 0

    monkeypatch.setattr(QMessageBox, "exec", lambda box: answer(box, keep=True))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    monkeypatch.setattr(QMessageBox, "exec", lambda box: answer(box, keep=False))
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert len(asked) == 2


def test_a_branch_follows_a_protocol(parent, qtbot, no_errors):
    source = parent.runner.session.path
    dialog = ask(parent, qtbot, 2)
    dialog.next.swapped.click()
    dialog.choice.which.setCurrentText("revisit-and-reverse")
    assert dialog.choice.numbers.text() == "sets=20, warm_up=0"
    dialog.choice.numbers.setText("sets=1, warm_up=0")
    assert not dialog.next.setting.isEnabled()
    problems = dialog.editor.editor_of("problems")
    assert (problems.text(), problems.placeholderText()) == ("", "6, by protocol")
    assert dialog.choice.message.text().endswith("4 problems: A1, B1, A1 again, A1 reversed.")
    accept(parent, dialog, qtbot)
    parent.runner.train(Goal())
    qtbot.waitUntil(lambda: parent.runner.session.problems == 6, timeout=PATIENCE)
    settle(parent, qtbot)
    parent.runner.train(Goal(trials=1))  # past its end problems are new
    qtbot.waitUntil(lambda: len(parent.runner.session.snapshot.losses) == 1, timeout=PATIENCE)
    settle(parent, qtbot)
    assert parent.runner.session.config.problems == 6 + EXTENSION
    path = parent.runner.session.path
    parent.close()
    with Session.open(path) as branch, Session.open(source) as original:
        np.testing.assert_array_equal(branch.stimuli[:2], original.stimuli[:2])
        np.testing.assert_array_equal(branch.stimuli[4], branch.stimuli[2])
        np.testing.assert_array_equal(branch.stimuli[5], branch.stimuli[2][::-1])
        assert branch.labels[2:] == ["A1", "B1", "A1 again", "A1 reversed"]
        assert branch.config.units == original.config.units


def test_an_edited_protocol_counts_from_the_branch(parent, qtbot):
    dialog = ask(parent, qtbot, 3)
    editor = dialog.choice.open_editor()
    editor.form.parts["problem"].choose(2)
    assert editor.preview.lines.stringList() == ["4   problem 3 reversed"]
    editor.accept()
    assert dialog.config().problems == 4
    dialog.next.after.setValue(2)
    assert not dialog.create_button.isEnabled()
    assert "problem = 3 must be a problem learned before, 1 to 2" in dialog.file_message.text()
    dialog.next.after.setValue(3)
    assert dialog.create_button.isEnabled()
    dialog.finish()


def test_what_the_engine_refuses_is_said_and_everything_stays(parent, qtbot):
    dialog = ask(parent, qtbot, 2)
    editor = dialog.choice.open_editor()
    editor.form.parts["optimiser"].choose(1)
    editor.form.parts["label"].input.line.setText("kept")
    editor.form.parts["label"].input.edited.emit(True)
    editor.accept()
    before, session = dialog.protocol(), parent.runner.session
    qtbot.mouseClick(dialog.create_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not dialog.waiting, timeout=PATIENCE)
    assert "keeps the optimiser's moments of the problem before it" in dialog.file_message.text()
    assert dialog.isVisible()
    assert dialog.protocol() == before
    assert parent.runner.session is session
    assert not dialog.path().exists()
    dialog.finish()


def test_without_a_learned_problem_there_is_no_branch(tiny):
    assert not tiny.actions_by_name["branch"].isEnabled()
