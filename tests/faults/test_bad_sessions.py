"""Files that are no sound session are refused in one sentence."""

import os
import subprocess
import sys
from pathlib import Path

import h5py
import numpy as np
import pytest
import runs

from l2l_engine.storage import hdf5
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


def refusal(path, action=Session.open) -> str:
    """The one sentence, which names the file."""
    with pytest.raises(SessionError) as caught:
        action(path)
    text = str(caught.value)
    assert str(path) in text
    assert "\n" not in text
    assert text.endswith(".")
    return text


def test_missing_file(tmp_path):
    assert "does not exist" in refusal(tmp_path / "none.h5")


def test_folder(tmp_path):
    assert "is a folder" in refusal(tmp_path)


def test_file_that_is_no_hdf5(tmp_path):
    path = tmp_path / "notes.h5"
    path.write_text("not a session" * 10)
    assert "not an HDF5 file" in refusal(path)


def test_empty_file(tmp_path):
    path = tmp_path / "empty.h5"
    path.touch()
    assert "not an HDF5 file" in refusal(path)


@pytest.mark.parametrize("libver", ["earliest", "latest"])
def test_hdf5_without_session(tmp_path, libver):
    path = tmp_path / "other.h5"
    with h5py.File(path, "w", libver=libver) as file:
        file["data"] = np.arange(3)
    assert "not a session" in refusal(path)


def test_newer_format_version(path):
    with h5py.File(path, "r+") as file:
        file.attrs["version"] = 3
    assert "newer format version 3" in refusal(path)


def test_configuration_out_of_range(path):
    with h5py.File(path, "r+") as file:
        file.attrs["config"] = '{"units": -4}'
    text = refusal(path)
    assert "units = -4" in text
    assert "from 2 to 4096" in text


def test_missing_attribute(path):
    with h5py.File(path, "r+") as file:
        del file.attrs["config"]
    assert "lacks the attribute" in refusal(path)


@pytest.mark.parametrize(
    "name",
    ["trials/stimulus", "problems/weights/recurrent", "initial/bias", "checkpoint/seal"],
)
def test_missing_dataset(path, name):
    with h5py.File(path, "r+") as file:
        del file[name]
    assert f"lacks the dataset /{name}" in refusal(path)


def test_dataset_of_wrong_shape(path):
    with h5py.File(path, "r+") as file:
        del file["problems/weights/output"]
        file["problems/weights/output"] = np.zeros((3, 12, 4), np.float32)
    text = refusal(path)
    assert "/problems/weights/output has shape (3, 12, 4)" in text
    assert "(any, 12, 3)" in text


def test_dataset_of_wrong_type(path):
    with h5py.File(path, "r+") as file:
        del file["problems/largest_rate"]
        file["problems/largest_rate"] = [b"a", b"b", b"c"]
    assert "/problems/largest_rate" in refusal(path)


def test_truncated_session(path):
    os.truncate(path, path.stat().st_size - 1000)
    assert "cut off" in refusal(path)
    refusal(path, SessionWriter.resume)


@pytest.mark.parametrize("at", [60, 400, 2000])
def test_damaged_session_never_shows_a_traceback(path, at):
    content = bytearray(path.read_bytes())
    content[at : at + 64] = np.random.RandomState(at).bytes(64)
    path.write_bytes(content)
    try:
        with Session.open(path) as session:
            session.weights(slice(None))
            session.checkpoint()
    except SessionError as error:
        assert str(path) in str(error)  # noqa: PT017 - damage in numbers is not noticed


def test_second_writer(path):
    with SessionWriter.resume(path):
        assert "being written by another run" in refusal(path, SessionWriter.resume)
        with pytest.raises(SessionError, match="being written"):
            SessionWriter.create(path, runs.SMALL, runs.weights_of(0), overwrite=True)
    SessionWriter.resume(path).close()


def test_second_writer_in_another_process(path):
    script = (
        "import sys\n"
        "from l2l_engine.config import L2LError\n"
        "from l2l_engine.storage.writer import SessionWriter\n"
        "try: SessionWriter.resume(sys.argv[1])\n"
        "except L2LError as error: sys.exit(str(error))"
    )
    with SessionWriter.resume(path):
        ended = subprocess.run(
            [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
        )
    assert ended.returncode == 1
    assert "being written by another run" in ended.stderr


def test_existing_file_is_not_overwritten(path):
    before = path.read_bytes()
    with pytest.raises(SessionError, match="exists already"):
        SessionWriter.create(path, runs.SMALL, runs.weights_of(0))
    assert path.read_bytes() == before


def test_missing_folder(tmp_path):
    with pytest.raises(SessionError, match="does not exist: create it first"):
        SessionWriter.create(tmp_path / "none" / "run.h5", runs.SMALL, runs.weights_of(0))


_READ_ONLY = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import numpy.random  # loaded on first use otherwise, and this user may not be allowed to read it
import runs
from l2l_engine.config import L2LError
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter
folder = Path(sys.argv[1])
os.chmod(folder, 0o555)
if os.geteuid() == 0:
    os.setuid(65534)
for attempt in (
    lambda: SessionWriter.create(folder / "new.h5", runs.SMALL, runs.weights_of(0)),
    lambda: SessionWriter.resume(folder / "run.h5"),
):
    try:
        attempt()
    except L2LError as error:
        print(error)
with Session.open(folder / "run.h5") as session:
    print(session.n_problems)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX permissions")
def test_read_only_folder_is_read_but_not_written(path, tmp_path):
    for folder in (tmp_path, *list(tmp_path.parents)[:3]):  # one more where tests run side by side
        folder.chmod(0o755)
    ended = subprocess.run(
        [sys.executable, "-c", _READ_ONLY, str(tmp_path), str(Path(runs.__file__).parent)],
        capture_output=True,
        text=True,
        check=False,
    )
    tmp_path.chmod(0o755)
    assert ended.returncode == 0, ended.stderr
    new, resumed, problems = ended.stdout.splitlines()
    assert "cannot be written to" in new
    assert "choose another folder" in new
    assert "run.h5 is read-only" in resumed
    assert problems == "3"


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_session_cut_off_after_a_kill(path, part):
    with SessionWriter.resume(path) as writer:
        runs.write(writer, 4, start=3)
        end = hdf5.superblock(path)[1]
        marked = path.read_bytes()
    path.write_bytes(marked[: int(part * end)])
    assert hdf5.marked_open(path)
    refusal(path)
