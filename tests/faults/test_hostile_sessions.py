"""Session files made to do harm, or damaged where HDF5 does not notice: one sentence each."""

import io
import os
import subprocess
import sys
import zipfile

import h5py
import numpy as np
import pytest
import runs

from l2l_engine.storage import hdf5, layout
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "run.h5"
    with SessionWriter.create(path, runs.SMALL, runs.weights_of(0)) as writer:
        runs.write(writer, 3)
        writer.write_checkpoint(runs.state(3 * runs.TRIALS, 3))
    return path


@pytest.fixture
def victim(tmp_path):
    victim = tmp_path / "victim.bin"
    victim.write_bytes(bytes(range(256)) * 4096)
    return victim


def refused(path) -> str:
    for action in (Session.open, SessionWriter.resume):
        with pytest.raises(SessionError) as caught:
            action(path)
        text = str(caught.value)
        assert str(path) in text
        assert "\n" not in text
    return text


def external_storage(file, name, victim):
    old = file[name]
    shape, dtype = old.shape, old.dtype
    del file[name]
    file.create_dataset(
        name, shape, dtype, external=[(str(victim), 0, h5py.h5f.UNLIMITED)], maxshape=shape
    )


def external_link(file, name, victim):
    del file[name]
    file[name] = h5py.ExternalLink(str(victim), "/x")


def soft_link(file, name, victim):
    file.move(name, "elsewhere")
    file[name] = h5py.SoftLink("/elsewhere")


def soft_group(file, name, victim):
    group = name.split("/")[0]
    file.move(group, "elsewhere")
    file[group] = h5py.SoftLink("/elsewhere")


def virtual(file, name, victim):
    old = file[name]
    virtual = h5py.VirtualLayout(old.shape, old.dtype)
    virtual[...] = h5py.VirtualSource(str(victim), "x", old.shape)
    del file[name]
    file.create_virtual_dataset(name, virtual)


def references(file, name, victim):
    del file[name]
    file.create_dataset(name, (3,), h5py.ref_dtype)


@pytest.mark.parametrize(
    "name", ["trials/task_loss", "problems/weights/recurrent", "checkpoint/slot_0", "initial/bias"]
)
@pytest.mark.parametrize(
    "harm", [external_storage, external_link, soft_link, soft_group, virtual, references]
)
def test_no_other_file_is_touched(path, victim, harm, name):
    before = victim.read_bytes()
    with h5py.File(path, "r+") as file:
        harm(file, name, victim)
    text = refused(path)
    assert "restore it from a copy" in text
    assert victim.read_bytes() == before


def test_never_written_trials_take_no_memory(path):
    with h5py.File(path, "r+") as file:
        for dataset in file["trials"].values():
            dataset.resize(200_000_000, axis=0)
    assert "declares" in refused(path)


def test_never_written_networks_take_no_memory(path):
    config = runs.SMALL.replace(units=4096)
    columns = layout.weight_columns(config)
    with h5py.File(path, "r+") as file:
        layout.set_attribute(file, "config", config.to_json())
        for name in ("problems", "initial"):
            del file[name]
        for column in (*layout.problem_columns(config).values(), *columns.values()):
            column.create(file)
            file[column.path].resize(5000, axis=0)
            if column.path not in {item.path for item in columns.values()}:
                file[column.path][...] = column.fill
        for name, column in columns.items():
            file[layout.initial_path(name)] = np.zeros(column.shape, np.float32)
    with Session.open(path) as session, pytest.raises(SessionError, match="more networks than"):
        session.weights(slice(None))


def test_heap_of_texts_without_an_end(path):
    """HDF5 walks it for ever; files of version 1 keep their texts in one."""
    with h5py.File(path, "r+") as file:
        file.attrs["config"] = str(file.attrs["config"].decode())
    content = bytearray(path.read_bytes())
    at = content.index(b"GCOL\x01") + 16
    content[at : at + 2] = b"\0\0"
    content[at + 8 : at + 16] = bytes(8)
    path.write_bytes(content)
    assert "damaged" in refused(path)


def test_attribute_of_unreasonable_size(path):
    with h5py.File(path, "r+") as file:
        del file.attrs["config"]
        file.attrs.create("config", np.zeros(1, f"S{1 << 25}")[0], dtype=f"S{1 << 25}")
    assert "damaged" in refused(path)


@pytest.mark.parametrize("place", range(48, 4000, 443))
def test_damage_in_a_file_of_a_killed_writer_is_never_waited_for(path, place):
    with SessionWriter.resume(path) as writer:
        runs.write(writer, 4, start=3)
        content = bytearray(path.read_bytes())
    content[place] ^= 0x10
    path.write_bytes(content)
    ended = subprocess.run([sys.executable, "-c", _READ, str(path)], timeout=30, check=False)
    assert ended.returncode == 0


_READ = """
import sys
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.session import Session
try:
    with Session.open(sys.argv[1]) as session:
        session.weights(slice(None)), session.checkpoint(), session.trial_column("task_loss")
except SessionError as error:
    print(error)
"""


def test_checkpoint_that_declares_more_than_it_holds(path):
    """An .npy header of a few bytes can declare any size."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header, {"shape": (10**12,), "fortran_order": False, "descr": "<f8"}
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("huge.npy", header.getvalue())
    with SessionWriter.resume(path) as writer:
        writer._file.write_checkpoint(np.frombuffer(buffer.getvalue(), np.uint8))
    with Session.open(path) as session:
        assert session.checkpoint() is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes with names here")
def test_pipe(tmp_path):
    pipe = tmp_path / "pipe.h5"
    os.mkfifo(pipe)
    assert "device or pipe" in refused(pipe)


def test_file_of_the_old_format_is_never_opened(tmp_path):
    """It has no checksums; no session was ever written so."""
    path = tmp_path / "old.h5"
    with h5py.File(path, "w", libver="earliest") as file:
        file.attrs["format"] = layout.FORMAT
    assert hdf5.superblock(path)[0] < 3
    assert "not a session" in refused(path)


def test_an_address_beyond_any_file_is_an_error_of_the_file(path):
    # HDF5 asks for it where base address and relative addresses are damaged; a ValueError went through
    with hdf5._Unmarked(path) as view, pytest.raises(OSError, match="beyond the end"):
        view.seek(2**63)
