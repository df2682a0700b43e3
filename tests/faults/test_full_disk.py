"""The disk is full for a while, then has room again."""

import subprocess
import sys
from pathlib import Path

import pytest
import runs

from l2l_engine.storage import space
from l2l_engine.storage.errors import DiskFullError
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs resource limits")


def run(path: Path, *arguments: str) -> str:
    script = Path(__file__).with_name("full_disk.py")
    ended = subprocess.run(
        [sys.executable, str(script), str(path), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Traceback" not in ended.stderr
    return ended.stdout


@pytest.mark.parametrize("room", ["taken", "failing"])
def test_writing_goes_on_after_room_is_made(tmp_path, room):
    assert "make room" in run(tmp_path / "run.h5", room, "mend")
    assert [item.name for item in tmp_path.iterdir()] == ["run.h5"]


@pytest.mark.parametrize("room", ["taken", "failing"])
def test_closing_on_a_full_disk_leaves_a_resumable_session(tmp_path, room):
    path = tmp_path / "run.h5"
    run(path, room, "stay")
    with Session.open(path) as session:
        assert session.n_problems >= 5
        assert session.checkpoint()["problems"] == 5
    with SessionWriter.resume(path) as writer:
        assert writer.n_problems >= 5


@pytest.mark.parametrize("room", ["taken", "failing"])
def test_closing_then_resuming_in_the_same_process(tmp_path, room):
    run(tmp_path / "run.h5", room, "later")


def test_too_little_room_is_told_before_writing(tmp_path, monkeypatch):
    writer = SessionWriter.create(tmp_path / "run.h5", runs.SMALL, runs.weights_of(0))
    usage = space.shutil.disk_usage(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(space.shutil, "disk_usage", lambda _: usage._replace(free=5_000_000))
        with pytest.raises(DiskFullError, match=r"run\.h5 needs .* MB more in .* \(5\.0 MB free\)"):
            runs.write(writer, 1)
        assert (writer.n_trials, writer.n_problems) == (0, 0)
    writer.flush()  # what did not fit was kept
    assert (writer.n_trials, writer.n_problems) == (runs.TRIALS, 1)
    writer.close()
