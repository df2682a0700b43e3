"""Kill -9 training again and again; run by test_killed_training.py and make faults.

Usage: kill_training.py FILE KILLS SEED [PROBLEMS]. Prints the problems that ended before each kill
as JSON. One process loads TensorFlow and forks the others, before it computes anything itself.
"""

import dataclasses
import json
import os
import random
import signal
import sys
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "engine"))
from l2l_engine.config import RunConfig
from l2l_engine.run import Run
from l2l_engine.storage.session import Session
from l2l_engine.training.trainer import load_tensorflow

from unbroken import CONFIG, train_to_the_end  # isort: skip


def train(path: Path, config: RunConfig, ready: int) -> None:
    run = Run.resume(path) if path.exists() else Run.create(path, config)
    run.step()
    os.write(ready, b"!")
    train_to_the_end(run)


def kill(path: Path, config: RunConfig, after: float) -> None:
    """Train in another process and kill it after so many seconds of training."""
    readable, ready = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            train(path, config, ready)
        finally:
            traceback.print_exc()
            os._exit(1)
    os.close(ready)
    assert os.read(readable, 1), "training failed before it was killed"
    os.close(readable)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status), "training ended before it could be killed"


def main(path: Path, kills: int, seed: int, problems: int = CONFIG.problems) -> None:
    load_tensorflow()
    chance, seen = random.Random(seed), [0]
    for _ in range(kills):
        kill(path, dataclasses.replace(CONFIG, problems=problems), chance.uniform(0.02, 0.3))
        with Session.open(path) as session:
            assert session.n_problems >= seen[-1], "a problem was lost"
            assert session.checkpoint() is not None
            seen.append(session.n_problems)
    print(json.dumps(seen[1:]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:]))
