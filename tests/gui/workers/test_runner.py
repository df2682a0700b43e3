"""Opening and training sessions, without widgets."""

from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from driving import PATIENCE, TINY

from l2l_engine.run import Run
from l2l_gui.model.goals import Goal
from l2l_gui.model.selection import SharedSelection
from l2l_gui.model.sessions import Sessions
from l2l_gui.workers.jobs import Jobs
from l2l_gui.workers.results import Results
from l2l_gui.workers.runner import Runner

LONG = TINY.replace(problems=5000)


@pytest.fixture
def runner(qtbot):
    jobs = Jobs(kept=Results())
    sessions = Sessions(jobs.when_done)
    made = Runner(SharedSelection(), sessions, jobs)
    yield made
    jobs.close()
    made.close()
    sessions.close()


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two sessions that have not been trained."""
    folder = tmp_path_factory.mktemp("sessions")
    paths = [folder / "a.h5", folder / "b.h5"]
    for path in paths:
        Run.create(path, LONG).close()
    return paths


def open_session(runner, path, qtbot):
    runner.open(path)
    qtbot.waitUntil(lambda: runner.session is not None and runner.session.path == path)
    return runner.session


def test_opening_another_session_closes_the_one_before(runner, files, qtbot):
    first = open_session(runner, files[0], qtbot)
    second = open_session(runner, files[1], qtbot)
    assert list(runner._sessions) == [second]
    qtbot.waitUntil(lambda: not first._file._file)


def test_a_compared_session_can_be_taken_out(runner, files, qtbot):
    first = open_session(runner, files[0], qtbot)
    runner.compare([files[1]])
    qtbot.waitUntil(lambda: len(runner._sessions) == 2)
    runner.leave_out(first.path)  # the session that can be trained stays
    assert runner._selection.value.sessions == tuple(files)
    runner.leave_out(files[1])
    assert runner._selection.value.sessions == (first.path,)
    assert list(runner._sessions) == [first]


def test_many_sessions_are_compared_without_holding_their_files(runner, files, tmp_path, qtbot):
    """A thousand open files are more than most systems allow a process."""
    open_session(runner, files[0], qtbot)
    copies = [Path(shutil.copyfile(files[1], tmp_path / f"{place}.h5")) for place in range(30)]
    (tmp_path / "refused.h5").write_bytes(b"no session")
    with qtbot.waitSignal(runner.failed) as refused:
        runner.compare([*copies, tmp_path / "refused.h5", copies[3], files[0]])
    assert "refused.h5 is not an HDF5 file" in str(refused.args[0])
    assert runner.compared == tuple(copies)
    beside = [runner._sessions.get(path) for path in copies]
    assert all(session._file is None for session in beside)
    assert beside[7].network(0).units == LONG.units  # opened now that a network is wanted
    assert [place for place, session in enumerate(beside) if session._file is not None] == [7]
    runner.leave_out(copies[7])
    qtbot.waitUntil(lambda: not beside[7]._file._file)


def test_a_file_that_cannot_be_opened_leaves_training_alone(runner, files, tmp_path, qtbot):
    session = open_session(runner, files[0], qtbot)
    refused = tmp_path / "refused.h5"
    refused.write_bytes(b"no session")
    runner.train(Goal())
    qtbot.waitUntil(lambda: session.snapshot.trials > 3, timeout=PATIENCE)
    with qtbot.waitSignal(runner.failed):
        runner.open(refused)
    trials = session.snapshot.trials
    qtbot.waitUntil(lambda: session.snapshot.trials > trials + 10, timeout=PATIENCE)
    assert runner.training
    runner.pause()
    qtbot.waitUntil(lambda: not runner.training, timeout=PATIENCE)


def test_looking_at_a_session_does_not_load_tensorflow(runner, files, qtbot, monkeypatch):
    posted = []
    monkeypatch.setattr(runner.engine, "post", posted.append)
    monkeypatch.setattr("l2l_gui.workers.runner.WARM_MS", 0)
    for loaded, path in ((False, files[0]), (True, files[1])):
        if loaded:
            monkeypatch.setitem(sys.modules, "tensorflow", sys)
        else:
            monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
        open_session(runner, path, qtbot)
        qtbot.wait(50)
        assert any(type(command).__name__ == "Warm" for command in posted) == loaded
    monkeypatch.undo()


def test_a_copy_paused_before_the_news_of_it_is_not_thought_to_train(
    runner, files, qtbot, monkeypatch
):
    session = open_session(runner, files[0], qtbot)
    runner._wanted, runner._trained = True, session.path
    paused = replace(session.snapshot, path=files[1])  # the copy, already stopped
    monkeypatch.setattr(runner.engine, "take", lambda: paused)
    runner.engine.arrived.emit()
    runner.engine.moved.emit(session.path, files[1])
    qtbot.waitUntil(lambda: not runner.training)
    qtbot.waitUntil(lambda: runner.session is not None and runner.session.path == files[1])
