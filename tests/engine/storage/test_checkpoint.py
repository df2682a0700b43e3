"""Two sealed slots: a torn checkpoint never hides the one before it."""

import h5py
import numpy as np
import pytest
import runs

from l2l_engine.storage import checkpoint, layout
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "run.h5"
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0)) as writer:
        runs.write(writer, 2)
        writer.write_checkpoint(runs.state(7, 1))
        writer.write_checkpoint(runs.state(14, 2))
    return path


def test_every_type_and_name_comes_back(path):
    state = {
        "weights/recurrent": np.random.RandomState(0).randn(5, 5).astype(np.float32),
        "random/state": np.arange(624, dtype=np.uint32),
        "random/has_gauss": np.array(True),
        "name": np.array("MT19937"),
        "file": np.zeros((0, 3)),
    }
    with SessionWriter.resume(path) as writer:
        writer.write_checkpoint(state)
    with Session.open(path) as session:
        found = session.checkpoint()
    assert found.keys() == state.keys()
    for name, array in state.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_newest_is_read_and_slots_alternate(path):
    with Session.open(path) as session:
        assert session.checkpoint()["trials"] == 14
    with SessionWriter.resume(path) as writer:
        writer.write_checkpoint(runs.state(10, 1))
    with Session.open(path) as session:
        assert session.checkpoint()["trials"] == 10


def test_torn_checkpoint_gives_the_one_before(path):
    with h5py.File(path, "r+") as file:
        newest = int(file[layout.CHECKPOINT_SEAL][:, 0].argmax())
        file[layout.CHECKPOINT_SLOTS[newest]][30_000:40_000] = 0
    with Session.open(path) as session:
        assert session.checkpoint()["trials"] == 7


def test_torn_seal_gives_the_one_before(path):
    with h5py.File(path, "r+") as file:
        seals = file[layout.CHECKPOINT_SEAL]
        newest = int(seals[:, 0].argmax())
        seals[newest, 1] = 10**12
    with Session.open(path) as session:
        assert session.checkpoint()["trials"] == 7


def test_both_torn_is_no_checkpoint(path):
    with h5py.File(path, "r+") as file:
        file[layout.CHECKPOINT_SEAL][:, 2] = 1
    with Session.open(path) as session:
        assert session.checkpoint() is None


def test_objects_are_never_pickled():
    with pytest.raises(ValueError, match="Object arrays"):
        checkpoint.pack({"x": np.array([object()], dtype=object)})


def test_checkpoint_comes_after_its_trials(tmp_path):
    path = tmp_path / "other.h5"
    writer = SessionWriter.create(path, runs.SMALL, runs.weights_of(0))
    for row in range(5):
        writer.add_trial(runs.trial(row))
    writer.write_checkpoint(runs.state(5, 0))
    with Session.open(path) as session:
        assert session.n_trials == 5
        assert session.checkpoint()["trials"] == 5
    writer.close()
