"""What Windows lacks or does otherwise, as far as it can be imitated elsewhere."""

import os
import sys
from types import SimpleNamespace

import pytest
import runs

from l2l_engine.config import RunConfig
from l2l_engine.storage import lock
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter

fcntl = pytest.importorskip("fcntl")
CONFIG = RunConfig()


@pytest.fixture
def windows(monkeypatch):
    """Python's ``msvcrt`` there, with the locks of this system."""

    def locking(descriptor, mode, size):
        assert size == 1
        fcntl.flock(descriptor, mode)

    fake = SimpleNamespace(
        locking=locking, LK_NBLCK=fcntl.LOCK_EX | fcntl.LOCK_NB, LK_UNLCK=fcntl.LOCK_UN
    )
    monkeypatch.setattr(lock, "msvcrt", fake, raising=False)
    return lambda: monkeypatch.setattr(sys, "platform", "win32")


def test_session_is_written_where_there_is_no_pwrite(tmp_path, monkeypatch):
    monkeypatch.delattr(os, "pwrite")
    path = tmp_path / "run.h5"
    with SessionWriter.create(path, CONFIG, runs.weights_of(0, CONFIG)) as writer:
        for row in range(60):
            writer.add_trial(runs.trial(row))
        writer.add_problem(runs.problem(0, CONFIG))
        during = path.stat().st_size
    with Session.open(path) as session:
        assert (session.n_problems, session.n_trials) == (1, 60)
    assert path.stat().st_size < during  # the room taken in advance is given back


def test_lock_file_left_by_a_killed_writer_is_no_writer(tmp_path, windows):
    path = tmp_path / "run.h5"
    left = lock.lock_path(path)
    left.touch()
    windows()
    assert not lock.is_being_written(path)
    with left.open("rb") as holder:
        fcntl.flock(holder, fcntl.LOCK_EX)
        assert lock.is_being_written(path)
