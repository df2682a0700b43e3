"""l2l-train waits when there is no room and continues once there is."""

import json
import subprocess
import sys
import threading
import time

import pytest
from test_killed_training import CONFIG

from l2l_engine.run import Run
from l2l_engine.storage.session import Session

resource = pytest.importorskip("resource", reason="file-size limits are a POSIX feature")
if not hasattr(resource, "prlimit"):
    pytest.skip("limits of another process can be set on Linux only", allow_module_level=True)

IGNORE_THE_SIGNAL = (
    "import signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
    "from l2l_engine.commands.train import main; sys.exit(main(sys.argv[1:]))"
)


def test_training_pauses_without_room_and_goes_on_to_the_same_numbers(tmp_path):
    path, alone = tmp_path / "run.h5", tmp_path / "alone.h5"
    Run.create(path, CONFIG).close()
    process = subprocess.Popen(
        [sys.executable, "-c", IGNORE_THE_SIGNAL, "--resume", str(path), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watchdog = threading.Timer(300, process.kill)
    watchdog.start()
    try:
        lines = [json.loads(process.stdout.readline())]  # it trains
        unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        full = (path.stat().st_size, unlimited[1])  # what is there may change but not grow
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, full)
        while lines[-1]["event"] != "error":
            line = process.stdout.readline()
            assert line, f"training ended: {process.stderr.read()}"
            lines.append(json.loads(line))
        time.sleep(0.2)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        _, error = process.communicate(timeout=280)
    finally:
        watchdog.cancel()
        process.kill()
    assert process.returncode == 0, error
    assert "Traceback" not in error
    assert lines[-1]["message"].startswith("Paused. The disk is full")
    with Run.create(alone, CONFIG) as run:
        while not run.finished:
            run.step()
    with Session.open(path) as a, Session.open(alone) as b:
        assert a.n_problems == b.n_problems == CONFIG.problems
        assert (a.trial_column("task_loss") == b.trial_column("task_loss")).all()
        assert (a.weights(11).recurrent == b.weights(11).recurrent).all()
