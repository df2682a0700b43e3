"""What happens to a session's file from outside while it is written; one writer whatever its name."""

import os
import shutil
import sys

import numpy as np
import pytest
import runs

from l2l_engine.storage import lock, recovery
from l2l_engine.storage.errors import BusyError, SessionError, SessionMovedError
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX names and locks")


@pytest.fixture
def path(tmp_path):
    folder = tmp_path / "runs"
    folder.mkdir()
    path = folder / "run.h5"
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0)) as writer:
        runs.write(writer, 3)
        writer.write_checkpoint(runs.state(21, 3))
    return path


def deleted(path):
    path.unlink()


def moved(path):
    path.rename(path.with_name("elsewhere.h5"))


def replaced(path):
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)


def folder_renamed(path):
    path.parent.rename(path.parent.with_name("renamed"))


def folder_deleted(path):
    shutil.rmtree(path.parent)


@pytest.mark.parametrize("happen", [deleted, moved, replaced, folder_renamed, folder_deleted])
def test_noticed_at_the_next_checkpoint_and_saved_elsewhere(path, tmp_path, happen):
    writer = SessionWriter.resume(path)
    runs.write(writer, 4, start=3)
    happen(path)
    writer.add_trial(runs.trial(28))
    with pytest.raises(SessionMovedError) as caught:
        writer.write_checkpoint(runs.state(29, 4))
    assert caught.value.path == path
    assert str(path) in str(caught.value)
    other = tmp_path / "other.h5"
    writer.save_as(other)
    writer.write_checkpoint(runs.state(29, 4))
    writer.close()
    with Session.open(other) as session:
        assert (session.n_problems, session.n_trials) == (4, 29)
        np.testing.assert_array_equal(session.trial_column("task_loss"), np.arange(29) + 0.5)
        assert session.checkpoint()["trials"] == 29
    assert [item.name for item in tmp_path.iterdir() if item.is_file()] == ["other.h5"]


def test_saving_elsewhere_replaces_a_file_only_when_told_to(path, tmp_path):
    writer = SessionWriter.resume(path)
    other = tmp_path / "other.h5"
    other.write_bytes(b"something else")
    moved(path)
    with pytest.raises(SessionError, match="exists already"):
        writer.save_as(other)
    assert other.read_bytes() == b"something else"
    writer.save_as(other, overwrite=True)
    runs.write(writer, 4, start=3)
    writer.close()
    with Session.open(other) as session:
        assert session.n_problems == 4


def test_a_file_that_took_the_sessions_place_can_be_replaced(path):
    writer = SessionWriter.resume(path)
    replaced(path)
    with pytest.raises(SessionMovedError):
        runs.write(writer, 4, start=3)
    writer.save_as(path, overwrite=True)
    with pytest.raises(BusyError):
        SessionWriter.resume(path)
    writer.close()
    with Session.open(path) as session:
        assert session.n_problems == 4


def test_cut_off_while_written(path):
    writer = SessionWriter.resume(path)
    runs.write(writer, 4, start=3)
    os.truncate(path, 5000)
    with pytest.raises(SessionMovedError, match="cut off at 5000 bytes"):
        runs.write(writer, 5, start=4)


def test_put_back_it_goes_on(path):
    with SessionWriter.resume(path) as writer:
        moved(path)
        with pytest.raises(SessionMovedError, match="deleted or moved"):
            runs.write(writer, 4, start=3)
        path.with_name("elsewhere.h5").rename(path)
        writer.flush()
    with Session.open(path) as session:
        assert session.n_problems == 4


def test_closing_after_the_file_is_gone_gives_the_lock_back(path):
    writer = SessionWriter.resume(path)
    writer.add_trial(runs.trial(21))
    folder_renamed(path)
    with pytest.raises(SessionMovedError):
        writer.close()
    SessionWriter.resume(path.parent.with_name("renamed") / path.name).close()


@pytest.mark.parametrize("link", [os.symlink, os.link])
def test_links_to_a_session_do_not_admit_a_second_writer(path, tmp_path, link):
    other = tmp_path / "link.h5"
    link(path, other)
    with SessionWriter.resume(path) as writer:
        before = other.stat().st_ino == path.stat().st_ino
        if before:  # else writing has parted the hard links
            with pytest.raises(BusyError):
                SessionWriter.resume(other)
        runs.write(writer, 4, start=3)
    with Session.open(path) as session, Session.open(other) as linked:
        assert session.n_problems == 4
        assert linked.n_problems == (4 if link is os.symlink else 3)


def test_deleted_lock_file_does_not_admit_a_second_writer(path):
    with SessionWriter.resume(path) as writer:
        lock.lock_path(path).unlink()
        with pytest.raises(BusyError, match="being written by another run"):
            SessionWriter.resume(path)
        assert lock.is_being_written(path)
        runs.write(writer, 4, start=3)
    assert not lock.is_being_written(path)


def test_the_lock_follows_a_repaired_file(path):
    """A killed session becomes another file when it is resumed."""
    with SessionWriter.resume(path):
        content = path.read_bytes()
    path.write_bytes(content)
    with SessionWriter.resume(path):
        lock.lock_path(path).unlink()
        with pytest.raises(BusyError):
            SessionWriter.resume(path)


def test_file_system_without_locks(path, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(lock, "_acquired", refuse)
    with pytest.raises(SessionError, match="has no file locks") as caught:
        SessionWriter.resume(path)
    assert "damaged" not in str(caught.value)


@pytest.mark.parametrize("length", [249, 255])
def test_long_names_have_room_for_what_goes_with_them(tmp_path, length):
    path = tmp_path / ("é" * 100 + "x" * (length - 203) + ".h5")
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0)) as writer:
        runs.write(writer, 2)
        recovery.rewrite(path)
    assert list(tmp_path.iterdir()) == [path]


def test_too_long_a_name(tmp_path):
    with pytest.raises(SessionError, match="no name for a file"):
        SessionWriter.create(tmp_path / ("x" * 300), runs.SMALL, runs.weights_of(0))
