"""l2l-train waits when there is no room and continues once there is."""

import io
import json
import signal
import sys

import pytest
from unbroken import CONFIG, assert_same_numbers

from l2l_engine.commands import train, training
from l2l_engine.run import Run

resource = pytest.importorskip("resource", reason="file-size limits are a POSIX feature")


class Disk(io.StringIO):
    """Standard output of a command whose disk is full from its first line to its first error."""

    def __init__(self, path):
        super().__init__()
        self.path, self.limits = path, resource.getrlimit(resource.RLIMIT_FSIZE)
        self.paused = []

    def write(self, text):
        if not self.getvalue():  # what is in the file may change but not grow
            size = self.path.stat().st_size
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, self.limits[1]))
        elif '"event": "error"' in text:
            self.paused.append(json.loads(text)["message"])
            self.make_room()
        return super().write(text)

    def make_room(self):
        resource.setrlimit(resource.RLIMIT_FSIZE, self.limits)


def test_training_pauses_without_room_and_goes_on_to_the_same_numbers(
    tmp_path, left_alone, monkeypatch
):
    path = tmp_path / "run.h5"
    Run.create(path, CONFIG).close()
    disk = Disk(path)
    monkeypatch.setattr(training, "_DISK_RETRY_SECONDS", 0.0)
    monkeypatch.setattr(sys, "stdout", disk)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        assert train.main(["--resume", str(path), "--json"]) == 0
    finally:
        disk.make_room()
        signal.signal(signal.SIGXFSZ, handler)
    assert len(disk.paused) == 1
    assert disk.paused[0].startswith("Paused. The disk is full")
    assert_same_numbers(path, left_alone)
