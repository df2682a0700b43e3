"""Time and size of session files of the paper's length, and what their checksums cost.

    python benchmarks/bench_storage.py [--problems 1001] [--trials 90] [--checksums 3000]

Prints one line a case. Times are wall-clock: they hold the disk. What checksums cost is processor
time: of two files written in turn, problem by problem, with checksums and without, as a share of
what training a problem of the shipped session takes.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import h5py
import numpy as np

from l2l_engine.config import RunConfig
from l2l_engine.network import initial_weights
from l2l_engine.storage.published import export_published, import_published
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training.records import ProblemRecord, TrialRecord

SHIPPED = Path(__file__).parents[1] / "data" / "pretrained.h5"
CONFIG = RunConfig()
WEIGHTS = initial_weights(np.random.RandomState(0), CONFIG)
TRIAL = TrialRecord(0, np.zeros(1, np.int8), 0.1, 0.2, 0.3, 0.4, 1.0)


def problem(index: int, first_trial: int) -> ProblemRecord:
    stimuli = np.zeros((2, CONFIG.stimulus_channels), np.float32)
    singular_values = np.ones(CONFIG.units)
    norms = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6)
    return ProblemRecord(index, stimuli, first_trial, 40.0, WEIGHTS, singular_values, *norms)


STATE = {f"{moment}/{name}": array for moment in "wmv" for name, array in WEIGHTS.arrays().items()}


def timed(name: str, action: Callable[[], object], count: int = 1) -> None:
    start = time.perf_counter()
    action()
    spent = (time.perf_counter() - start) / count
    print(f"{name:<42} {1e3 * spent:10.3f} ms", flush=True)


def write(path: Path, problems: int, trials: int) -> None:
    """A whole run; what a trial, a problem and a checkpoint cost the training."""
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
        timed("write a checkpoint", lambda: [writer.write_checkpoint(STATE) for _ in range(20)], 20)
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


@contextmanager
def without_checksums() -> Iterator[None]:
    """Make sessions as they would be if their columns had none."""
    create = h5py.Group.create_dataset

    def plain(group: h5py.Group, *args: Any, **named: Any) -> h5py.Dataset:
        return create(group, *args, **named | {"fletcher32": False})

    with mock.patch.object(h5py.Group, "create_dataset", plain):
        yield


def writing(folder: Path, problems: int, trials: int) -> dict[str, np.ndarray]:
    """Processor seconds of writing each problem, with its trials and checkpoint, (problems,)."""
    spent: dict[str, list[float]] = {"with": [], "without": []}
    with ExitStack() as held:
        with without_checksums():
            plain = SessionWriter.create(folder / "without.h5", CONFIG, WEIGHTS)
        sealed = SessionWriter.create(folder / "with.h5", CONFIG, WEIGHTS)
        writers = {"with": held.enter_context(sealed), "without": held.enter_context(plain)}
        for index in range(problems):
            for name in sorted(writers, reverse=bool(index % 2)):
                start = time.thread_time()
                for _ in range(trials):
                    writers[name].add_trial(TRIAL)
                writers[name].add_problem(problem(index, index * trials))
                writers[name].write_checkpoint(STATE)
                spent[name].append(time.thread_time() - start)
    return {name: np.array(seconds) for name, seconds in spent.items()}


def training(trials: int) -> float:
    """Processor seconds of a trial, those of all threads."""
    from l2l_engine.training.curriculum import Curriculum

    curriculum = Curriculum(CONFIG)
    for _ in range(50):
        curriculum.step()
    start = time.process_time()
    for _ in range(trials):
        curriculum.step()
    spent = time.process_time() - start
    curriculum.close()
    return spent / trials


def checksums(folder: Path, problems: int) -> None:
    """What checksums add to the processor time of training a problem."""
    with Session.open(SHIPPED) as session:
        trials = round(session.n_trials / session.n_problems)
    spent = {
        name: 1e3 * seconds[20:] for name, seconds in writing(folder, problems, trials).items()
    }
    more = spent["with"] - spent["without"]
    cost, error = more.mean(), more.std() / len(more) ** 0.5
    trained = 1e3 * trials * training(300)
    print(f"a problem of {trials} trials, processor time, {len(more)} problems written twice:")
    for name, milliseconds in spent.items():
        print(f"{f'write it {name} checksums':<42} {milliseconds.mean():10.3f} ms")
    print(f"{'train it':<42} {trained:10.3f} ms")
    print(f"{'checksums add to writing':<42} {cost:10.3f} ms, standard error {error:.3f}")
    print(f"{'... to training and writing':<42} {100 * cost / trained:10.3f} %")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--problems", type=int, default=1001)
    parser.add_argument("--trials", type=int, default=90)
    parser.add_argument("--checksums", type=int, default=3000, help="problems written to compare")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "run.h5")
        write(path, options.problems, options.trials)
        read(path)
        published = Path(folder, "published")
        timed("export", lambda: export_published(path, published))
        timed("import", lambda: import_published(published, Path(folder, "again.h5")))
        checksums(Path(folder), options.checksums)


if __name__ == "__main__":
    main()
