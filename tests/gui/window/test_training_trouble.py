"""What the window says and keeps when training cannot continue."""

from __future__ import annotations

import errno

import numpy as np
import pytest
from driving import PATIENCE, TINY, settle
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QFileDialog, QMessageBox

from l2l_engine.run import Run
from l2l_engine.storage import space
from l2l_engine.storage.session import Session
from l2l_gui.model.goals import Goal
from l2l_gui.model.snapshot import RunState


def test_a_loss_that_is_no_number_stops_training_and_keeps_the_last_good_network(
    window, tmp_path, qtbot
):
    wild = TINY.replace(activation="squared_relu", learning_rate=1.0, clip_norm=1e6)
    window.runner.create(tmp_path / "wild.h5", wild)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(
        lambda: window.runner.session.snapshot.state is RunState.FAILED, timeout=PATIENCE
    )
    settle(window, qtbot)
    assert "no longer a number" in window.notifications.bars[-1].sentence
    window.close()
    with Run.resume(tmp_path / "wild.h5") as run:
        assert run.weights.is_finite()


def test_a_full_disk_pauses_and_after_room_is_made_it_goes_on(tiny, tmp_path, qtbot, monkeypatch):
    path = tiny.runner.session.path

    def full(*_):
        raise space.failure(path, OSError(errno.ENOSPC, "No space left on device"), 4096)

    tiny.runner.train(Goal(trials=3))
    qtbot.waitUntil(lambda: tiny.runner.session.snapshot.trials == 3, timeout=PATIENCE)
    settle(tiny, qtbot)
    with monkeypatch.context() as without_room:
        without_room.setattr(space, "reserve", full)
        tiny.runner.train(Goal(problems=1))
        qtbot.waitUntil(lambda: bool(tiny.notifications.bars), timeout=PATIENCE)
        settle(tiny, qtbot)
        assert path.name in tiny.notifications.bars[-1].sentence
        assert not tiny.runner.training
    tiny.runner.train(Goal(trials=1))
    qtbot.waitUntil(lambda: tiny.runner.session.problems == 1, timeout=PATIENCE)
    settle(tiny, qtbot)
    trained = tiny.runner.session.snapshot.trials
    tiny.close()
    with Session.open(path) as session, Run.create(tmp_path / "alone.h5", TINY) as alone:
        assert session.n_problems == 1
        assert session.n_trials == trained
        found = session.trial_column("task_loss")
        np.testing.assert_array_equal(found, [alone.step().trial.task_loss for _ in found])


def lose_while_training(window, qtbot, lose) -> QMessageBox:
    """Train, lose the file, and wait for the dialog that says so."""
    window.runner.train(Goal())
    qtbot.waitUntil(lambda: window.runner.session.snapshot.trials > 3, timeout=PATIENCE)
    lose(window.runner.session.path)
    qtbot.waitUntil(lambda: window.requests._lost is not None, timeout=PATIENCE)
    settle(window, qtbot)
    return window.requests._lost


def press(box: QMessageBox, text: str) -> None:
    next(button for button in box.buttons() if button.text() == text).click()


@pytest.mark.parametrize(
    ("lose", "name"),
    [
        (lambda path: path.unlink(), "saved.h5"),
        (lambda path: path.parent.rename(path.parent.parent / "renamed"), "saved.h5"),
        (lambda path: path.unlink(), "existing.h5"),  # the dialog has asked about replacing it
    ],
    ids=["deleted", "folder renamed", "replacing a file"],
)
def test_a_session_whose_file_is_lost_in_training_pauses_and_is_saved_elsewhere(
    window, tmp_path, qtbot, monkeypatch, lose, name
):
    folder, target = tmp_path / "runs", tmp_path / name
    folder.mkdir()
    (tmp_path / "existing.h5").write_bytes(b"of another run")
    window.runner.create(folder / "lost.h5", TINY.replace(problems=5000))
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    box = lose_while_training(window, qtbot, lose)
    assert "lost.h5 was deleted or moved" in box.text()
    trained = window.runner.session.snapshot.trials
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    press(box, "Save as…")
    qtbot.waitUntil(lambda: window.runner.session.path == target, timeout=PATIENCE)
    window.runner.train(Goal(trials=2))
    qtbot.waitUntil(lambda: window.runner.session.snapshot.trials > trained, timeout=PATIENCE)
    settle(window, qtbot)
    trained = window.runner.session.snapshot.trials
    window.close()
    with Session.open(target) as session:
        assert session.n_trials == trained


def test_a_session_whose_file_is_lost_can_be_stopped(tiny, qtbot):
    path = tiny.runner.session.path
    press(lose_while_training(tiny, qtbot, lambda path: path.unlink()), "Stop")
    qtbot.waitUntil(lambda: tiny.runner.engine._run is None, timeout=PATIENCE)
    tiny.close()
    assert not path.exists()


def test_closing_the_window_saves_a_session_whose_file_was_deleted(
    tiny, qtbot, tmp_path, monkeypatch
):
    monkeypatch.setenv("L2L_SESSIONS", str(tmp_path / "kept"))
    path = tiny.runner.session.path
    tiny.runner.train(Goal(trials=3))
    qtbot.waitUntil(lambda: tiny.runner.session.snapshot.trials == 3, timeout=PATIENCE)
    settle(tiny, qtbot)
    path.unlink()
    tiny.close()
    with Session.open(tmp_path / "kept" / f"{path.stem}.l2l.h5") as session:
        assert session.n_trials == 3
