"""The thread that trains, without a window."""

from __future__ import annotations

import sys

import pytest
from driving import PATIENCE, TINY

from l2l_engine.config import L2LError
from l2l_engine.storage.session import Session
from l2l_gui.model.goals import Goal
from l2l_gui.model.snapshot import RunState
from l2l_gui.workers import engine_commands as commands
from l2l_gui.workers.engine_thread import EngineThread

LONG = TINY.replace(problems=5000)


class Driven:
    """The thread, and what it said."""

    def __init__(self, qtbot) -> None:
        self.thread, self.qtbot = EngineThread(), qtbot
        self.newest, self.created, self.failed = None, [], []
        self.thread.arrived.connect(self._take)
        self.thread.created.connect(self.created.append)
        self.thread.failed.connect(lambda error, ended: self.failed.append((error, ended)))
        self.thread.start()

    def _take(self) -> None:
        self.newest = self.thread.take() or self.newest

    def create(self, path, config=LONG):
        before = len(self.created)
        self.thread.post(commands.Create(path, config))
        self.wait(lambda: len(self.created) > before)

    def train(self, path, goal=Goal()):  # noqa: B008 - frozen
        self.thread.post(commands.Train(path, goal))

    def wait(self, condition) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE)

    def wait_for(self, state, trials=0) -> None:
        self.wait(
            lambda: (
                self.newest is not None
                and self.newest.state is state
                and self.newest.trials >= trials
            )
        )


@pytest.fixture
def engine(qtbot):
    driven = Driven(qtbot)
    yield driven
    driven.thread.end()


def trials(path) -> int:
    with Session.open(path) as session:
        return session.n_trials


def saved_trials(path) -> int:
    """Of the newest checkpoint."""
    with Session.open(path) as session:
        return int(session.checkpoint()["trial"])


def test_a_pause_saves_the_trial_it_stops_after(engine, tmp_path):
    path = tmp_path / "run.h5"
    engine.create(path)
    engine.train(path)
    engine.wait_for(RunState.TRAINING, trials=5)
    engine.thread.post(commands.Pause())
    engine.wait_for(RunState.STOPPED)
    paused = engine.newest.trials
    engine.wait(lambda: saved_trials(path) == paused)


def test_the_session_asked_for_is_the_one_trained(engine, tmp_path):
    first, second = tmp_path / "first.h5", tmp_path / "second.h5"
    for path in (first, second):
        engine.create(path)
    engine.train(first, Goal(trials=3))
    engine.wait(lambda: engine.newest.path == first and engine.newest.trials == 3)
    engine.train(second, Goal(trials=5))
    engine.wait(lambda: engine.newest.path == second and engine.newest.trials == 5)
    engine.thread.end()
    assert (trials(first), trials(second)) == (3, 5)


def test_what_cannot_be_done_does_not_end_training(engine, tmp_path):
    path, taken = tmp_path / "run.h5", tmp_path / "taken.h5"
    taken.write_bytes(b"something else")
    engine.create(path)
    engine.train(path)
    engine.wait_for(RunState.TRAINING, trials=1)
    for command in (
        commands.Create(taken, LONG),
        commands.Save(tmp_path / "absent.h5", tmp_path / "copy.h5"),
    ):
        before = len(engine.failed)
        engine.thread.post(command)
        engine.wait(lambda before=before: len(engine.failed) > before)
        assert engine.failed[-1][1] is False
        engine.wait_for(RunState.TRAINING, trials=engine.newest.trials + 3)
    assert isinstance(engine.failed[0][0], L2LError)
    engine.train(taken)
    engine.wait(lambda: len(engine.failed) == 3)
    assert engine.failed[-1][1] is True
    engine.wait_for(RunState.STOPPED)


def test_without_tensorflow_training_is_refused_in_a_sentence_and_getting_ready_is_silent(
    engine, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    engine.thread.post(commands.Warm(TINY))
    engine.thread.post(commands.Create(tmp_path / "a.h5", TINY))
    engine.wait(lambda: bool(engine.failed))
    ((error, _),) = engine.failed
    assert "pip install 'l2l-explorer[train]'" in str(error)
    assert not list(tmp_path.iterdir())
