"""Time and size of session files of the paper's length.

    python benchmarks/bench_storage.py [--problems 1001] [--trials 90]

Prints one line a case. Times are wall-clock: they hold the disk.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from l2l_engine.config import RunConfig
from l2l_engine.network import initial_weights
from l2l_engine.storage.published import export_published, import_published
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training.records import ProblemRecord, TrialRecord

CONFIG = RunConfig()
WEIGHTS = initial_weights(np.random.RandomState(0), CONFIG)
TRIAL = TrialRecord(0, np.zeros(1, np.int8), 0.1, 0.2, 0.3, 0.4, 1.0)


def problem(index: int, first_trial: int) -> ProblemRecord:
    stimuli = np.zeros((2, CONFIG.stimulus_channels), np.float32)
    singular_values = np.ones(CONFIG.units)
    norms = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
    return ProblemRecord(index, stimuli, first_trial, 40.0, WEIGHTS, singular_values, *norms)


def timed(name: str, action: Callable[[], object], count: int = 1) -> None:
    start = time.perf_counter()
    action()
    spent = (time.perf_counter() - start) / count
    print(f"{name:<42} {1e3 * spent:10.3f} ms", flush=True)


def write(path: Path, problems: int, trials: int) -> None:
    """A whole run; what a trial, a problem and a checkpoint cost the training."""
    state = {
        f"{moment}/{name}": array for moment in "wmv" for name, array in WEIGHTS.arrays().items()
    }
    with SessionWriter.create(path, CONFIG, WEIGHTS) as writer:

        def add_trials() -> None:
            for _ in range(1000):
                writer.add_trial(TRIAL)

        def add_problems() -> None:
            for index in range(problems):
                for _ in range(trials):
                    writer.add_trial(TRIAL)
                writer.add_problem(problem(index, index * trials))

        timed("keep a trial", add_trials, 1000)
        timed(f"write a problem and its {trials} trials", add_problems, problems)
        timed("write a checkpoint", lambda: [writer.write_checkpoint(state) for _ in range(20)], 20)
    print(f"{'size':<42} {path.stat().st_size / 1e6:10.1f} MB")


def read(path: Path) -> None:
    timed("open", lambda: Session.open(path).close())
    with Session.open(path) as session:
        timed("read one network", lambda: session.weights(session.n_problems // 2))
        timed("read 50 networks", lambda: session.weights(slice(0, 50)))
        timed("read every network", lambda: session.weights(slice(None)))
        timed("read every task loss", lambda: session.trial_column("task_loss"))
        timed("refresh", session.refresh)
        timed("resume while open here", lambda: SessionWriter.resume(path).close())
    timed("resume", lambda: SessionWriter.resume(path).close())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=1001)
    parser.add_argument("--trials", type=int, default=90)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "run.h5")
        write(path, options.problems, options.trials)
        read(path)
        published = Path(folder, "published")
        timed("export", lambda: export_published(path, published))
        timed("import", lambda: import_published(published, Path(folder, "again.h5")))


if __name__ == "__main__":
    main()
