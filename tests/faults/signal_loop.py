"""Signal training again and again; run by make faults.

Usage: signal_loop.py FILE SIGNALS SEED [PROBLEMS]. Each round runs ``l2l-train --resume`` and sends
it Ctrl-C, SIGTERM or SIGHUP after a random time; then it is trained to its end, and beside it a run
left alone, to the same numbers. Prints how many signals were taken as JSON. One process loads TensorFlow and forks the others, before it computes anything itself.
"""

import collections
import dataclasses
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "engine"))
from l2l_engine.commands import train
from l2l_engine.run import Run
from l2l_engine.storage.session import Session
from l2l_engine.training.trainer import load_tensorflow

from unbroken import CONFIG, assert_same_numbers, train_to_the_end  # isort: skip

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def resume(path: Path, news: int) -> None:
    """``l2l-train --resume``, telling ``news`` what it prints."""
    sys.stdout = sys.stderr = os.fdopen(news, "w")
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    os._exit(train.main(["--resume", str(path), "--json"]))


def interrupt(path: Path, number: signal.Signals, after: float) -> tuple[int, str]:
    """Train in another process and signal it; its exit code and what it said."""
    readable, news = os.pipe()
    child = os.fork()
    if child == 0:
        resume(path, news)
    os.close(news)
    said = os.read(readable, 1)  # it has begun: whatever comes now is a signal to a command at work
    time.sleep(after)
    os.kill(child, number)
    while more := os.read(readable, 65536):
        said += more
    os.close(readable)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), said.decode()


def apart(action: Callable[[], None]) -> None:
    """Do it in another process: one that has computed cannot be forked any more."""
    if (child := os.fork()) == 0:
        action()
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def main(path: Path, signals: int, seed: int, problems: int = CONFIG.problems) -> None:
    load_tensorflow()
    config = dataclasses.replace(CONFIG, problems=problems)
    apart(lambda: Run.create(path, config).close())
    chance, taken, trials = random.Random(seed), collections.Counter(), 0
    for _ in range(signals):
        number = chance.choice(SIGNALS)
        code, said = interrupt(path, number, chance.uniform(0.0, 2.5))
        assert code == 128 + number, (number, code, said)
        assert "Traceback" not in said, said
        with Session.open(path) as session:
            state = session.checkpoint()
            assert state is not None
            assert state["trial"] == session.n_trials >= trials, "trials were lost"
            trials = session.n_trials
        taken[number.name] += 1
    alone = path.with_name("alone.h5")
    apart(lambda: train_to_the_end(Run.resume(path)))
    apart(lambda: train_to_the_end(Run.create(alone, config)))
    assert_same_numbers(path, alone)
    print(json.dumps({"signals": taken, "trials": trials, "problems": problems}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:]))
