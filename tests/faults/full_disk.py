"""Write a session where the file may not grow for a while; run by test_full_disk.py.

Usage: full_disk.py FILE taken|failing mend|later|stay. "taken": the room is asked for in advance,
as always; "failing": HDF5's own writes are made to fail. "mend": make room and go
on; "later": close, make room and resume; "stay": close while it is full.
"""

import resource
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "engine" / "storage"))
import runs

from l2l_engine.config import RunConfig
from l2l_engine.storage import space
from l2l_engine.storage.errors import DiskFullError
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter

CONFIG = RunConfig()
_READ = """
import sys
from l2l_engine.storage.session import Session
with Session.open(sys.argv[1]) as session:
    assert session.n_problems == int(sys.argv[2])
    assert session.available.all()
    assert session.checkpoint()["problems"] == 5
"""


def limit_growth(size: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def write(writer: SessionWriter, start: int, stop: int) -> None:
    for index in range(start, stop):
        for row in range(index * runs.TRIALS, (index + 1) * runs.TRIALS):
            writer.add_trial(runs.trial(row, CONFIG))
        writer.add_problem(runs.problem(index, CONFIG))


def refused(action) -> str:
    try:
        action()
    except DiskFullError as error:
        return str(error)
    raise AssertionError("the disk was full, yet nothing was said")


def check(path: Path, problems: int) -> None:
    with Session.open(path) as session:
        assert session.n_problems == problems
        assert session.n_trials >= problems * runs.TRIALS
        np.testing.assert_array_equal(session.trials_to_criterion, np.arange(problems) + 1.0)
        rows = np.arange(problems * runs.TRIALS)
        np.testing.assert_array_equal(session.trial_column("largest_rate", 0, len(rows)), rows)
        for index in range(problems):
            expected = runs.weights_of(index, CONFIG)
            np.testing.assert_array_equal(session.weights(index).recurrent, expected.recurrent)


def main(path: Path, room: str, then: str) -> None:
    if room == "failing":
        space.reserve = lambda *_: None
    writer = SessionWriter.create(path, CONFIG, runs.weights_of(0, CONFIG))
    write(writer, 0, 5)
    writer.write_checkpoint(runs.state(5 * runs.TRIALS, 5))
    limit_growth(path.stat().st_size + 100_000)
    saved = 5
    while saved < 50:
        try:
            write(writer, saved, saved + 1)
        except DiskFullError:
            break
        saved += 1
    assert saved < 50
    print(refused(writer.flush))
    refused(lambda: writer.write_checkpoint(runs.state(saved * runs.TRIALS, saved)))
    if then != "mend":
        refused(writer.close)
        if then == "later":
            limit_growth(resource.RLIM_INFINITY)
            with SessionWriter.resume(path) as again:
                again.rewind(trials=saved * runs.TRIALS, problems=saved)
                write(again, saved, saved + 3)
            check(path, saved + 3)
        return
    # another process: in this one HDF5 would share the failed handle's state
    subprocess.run([sys.executable, "-c", _READ, str(path), str(saved)], check=True)
    limit_growth(resource.RLIM_INFINITY)
    writer.flush()
    check(path, saved + 1)
    write(writer, saved + 1, 20)
    writer.write_checkpoint(runs.state(20 * runs.TRIALS, 20))
    writer.close()
    check(path, 20)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
