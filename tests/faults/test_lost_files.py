"""l2l-train continues in another file when its own is deleted or its folder renamed."""

import os

import numpy as np
import pytest
from kill_training import CONFIG

from l2l_engine.commands import train as command
from l2l_engine.run import Run
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.session import Session


def rename_folder(path):
    path.parent.rename(path.parent.with_name("renamed"))


LOSSES = {
    "deleted": os.unlink,
    "folder renamed": rename_folder,
}


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    path = tmp_path_factory.mktemp("alone") / "alone.h5"
    with Run.create(path, CONFIG) as run:
        for _ in range(20):
            run.step()
    with Session.open(path) as session:
        return session.trial_column("task_loss")


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES)
def test_l2l_train_saves_beside_and_says_so(lose, tmp_path, capsys, monkeypatch, unbroken):
    folder = tmp_path / "runs"
    folder.mkdir()
    path = folder / "run.h5"
    Run.create(path, CONFIG).close()
    step, lost = Run.step, []

    def losing(run):
        if run.n_trials == 10 and not lost:
            lost.append(run.path)
            lose(run.path)
        return step(run)

    monkeypatch.setattr(Run, "step", losing)
    assert command.main(["--resume", str(path), "--problems", "2"]) == 0
    place = folder if folder.exists() else tmp_path
    said = capsys.readouterr()
    assert f"Training continues in {place / 'run-2.h5'}" in said.err
    assert "Traceback" not in said.err
    with Session.open(place / "run-2.h5") as saved:
        assert saved.n_problems == 2
        np.testing.assert_array_equal(saved.trial_column("task_loss")[:20], unbroken)


def test_a_reader_says_that_its_file_is_gone(tmp_path):
    path = tmp_path / "run.h5"
    Run.create(path, CONFIG).close()
    with Session.open(path) as session:
        moved = path.rename(tmp_path / "moved.h5")
        with pytest.raises(SessionError, match="is no longer there"):
            session.refresh()
        moved.rename(path)
        session.refresh()
