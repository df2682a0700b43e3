"""Kill -9 a writing process again and again; run by test_killed_writer.py.

Usage: kill_loop.py FILE KILLS SEED. Prints what was seen as JSON.
"""

import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "engine" / "storage"))
import runs

from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter

READY = b"resumed."


def write_for_ever(path: Path, acknowledge: int) -> None:
    """Resume at the checkpoint and continue; tell of every problem once it is saved."""
    with Session.open(path) as session:
        state = session.checkpoint() or runs.state(0, 0)
    writer = SessionWriter.resume(path)
    index = int(state["problems"])
    writer.rewind(trials=int(state["trials"]), problems=index)
    os.write(acknowledge, READY)
    while True:
        runs.write(writer, index + 1, start=index)
        os.write(acknowledge, index.to_bytes(8, "little"))
        index += 1
        if index % 3 == 0:
            writer.write_checkpoint(runs.state(index * runs.TRIALS, index))


def check(session: Session) -> None:
    """Every row the session counts is whole and right."""
    state = session.checkpoint()
    session.refresh()
    trials, problems = session.n_trials, session.n_problems
    assert trials >= problems * runs.TRIALS
    np.testing.assert_array_equal(
        session.trial_column("task_loss", 0, trials), np.arange(trials) + 0.5
    )
    np.testing.assert_array_equal(session.trial_column("correct"), np.arange(trials) % 3 == 0)
    np.testing.assert_array_equal(session.trials_to_criterion, np.arange(problems) + 1.0)
    np.testing.assert_array_equal(
        session.problem_column("singular_values")[:, -1], np.arange(problems) + 0.1
    )
    assert session.available.all()
    for index in {0, problems // 2, problems - 1} if problems else ():
        for name, array in session.weights(index).arrays().items():
            np.testing.assert_array_equal(array, getattr(runs.weights_of(index), name))
    if state is not None:
        assert (state["adam/first"] == state["trials"]).all()
        assert state["trials"] <= trials
        assert state["problems"] <= problems


def main(path: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    SessionWriter.create(path, runs.SMALL, runs.weights_of(0)).close()
    saved, seen = -1, []
    for _ in range(kills):
        readable, acknowledge = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                write_for_ever(path, acknowledge)
            finally:
                traceback.print_exc()
                os._exit(1)
        os.close(acknowledge)
        if chance.random() < 0.7:  # else it may be killed while it resumes
            assert os.read(readable, len(READY)) == READY, "the writer failed before it was killed"
        deadline = time.monotonic() + chance.uniform(0.0, 0.15)
        try:
            while time.monotonic() < deadline:  # a reader beside the writer sees whole rows only
                with Session.open(path) as session:
                    check(session)
                time.sleep(0.01)
        finally:
            os.kill(child, signal.SIGKILL)
            _, status = os.waitpid(child, 0)
        assert os.WIFSIGNALED(status), "the writer failed before it was killed"
        with os.fdopen(readable, "rb") as stream:
            told = stream.read().removeprefix(READY)
        saved = max(
            [saved, *(int.from_bytes(told[i : i + 8], "little") for i in range(0, len(told), 8))]
        )
        with Session.open(path) as session:
            check(session)
            assert session.n_problems > saved, f"problem {saved} was saved, then lost"
            seen.append(session.n_problems)
    print(json.dumps(seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
