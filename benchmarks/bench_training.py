"""A training trial against its floor in C, JAX and automatic differentiation; its parts and growth.

Every contestant is a process of its own, pinned to the same core and asked for a few trials in turn,
so that other work on the machine weighs on all alike; only ratios of medians are reported.

    python benchmarks/bench_training.py [--rounds 20] [--jax ENV/bin/python] [--only trial split ...]

JAX lives in an environment of its own: ``python -m venv ENV && ENV/bin/pip install -r
benchmarks/requirements.txt``. Prints a table, and with ``--json FILE`` writes the same as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).with_name("trial")
PARTS = ("trial", "split", "growth", "workers")
TRIALS = 6  # asked for in a turn
GROWTH: dict[str, list[dict[str, Any]]] = {
    "units": [{"units": n} for n in (50, 100, 200, 400)],
    "steps": [{"dt": dt} for dt in (4.0, 2.0, 1.0, 0.5)],
    "batch": [{"batch_size": n} for n in (1, 4, 16, 64)],
    "k": [{"penalised_singular_values": n} for n in (1, 5, 10, 20, 40)],
}


class Contestant:
    """A process that runs trials when asked."""

    def __init__(
        self, script: str, cores: Iterable[int], python: str = sys.executable, **config: Any
    ) -> None:
        pinned = f"import os, runpy, sys; os.sched_setaffinity(0, {set(cores)}); "
        pinned += f"sys.path.insert(0, {str(FOLDER)!r}); "
        pinned += f"runpy.run_path({str(FOLDER / script)!r}, run_name='__main__')"
        environment = os.environ | {
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
            "L2L_BENCH_CONFIG": json.dumps(config),
        }
        self._process = subprocess.Popen(
            [python, "-c", pinned],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment,
        )
        self.times: list[float] = []
        self._read()

    def ask(self, trials: int) -> None:
        """Have trials run, without waiting."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{trials}\n")
        self._process.stdin.flush()

    def answer(self) -> None:
        """Wait for them; their times are kept, less the first's, which finds cold caches."""
        self.times += self._read()[1:]

    def end(self) -> float:
        """The median time of a trial, in ms."""
        self._process.communicate()
        return statistics.median(self.times)

    def _read(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(
                "A contestant ended early: run its script under benchmarks/trial alone."
            )
        return json.loads(line)


def in_turn(contestants: dict[str, Contestant], rounds: int, trials: int) -> dict[str, float]:
    """Median milliseconds of each."""
    for _ in range(rounds):
        for contestant in contestants.values():
            contestant.ask(trials)
            contestant.answer()
    return {name: contestant.end() for name, contestant in contestants.items()}


def trial(cores: list[int], rounds: int, jax: str | None) -> dict[str, float]:
    """Each contestant's trial over the floor."""
    alone = cores[-1:]
    contestants = {
        "floor: C, BLAS, LAPACK": Contestant("floor.py", alone),
        "the engine, one core": Contestant("ours.py", alone),
        "automatic differentiation, one core": Contestant("automatic.py", alone),
    }
    if len(cores) > 1:
        contestants["the engine, two cores"] = Contestant("ours.py", cores[-2:])
    if jax is not None:
        contestants["JAX, one core"] = Contestant("jax_trial.py", alone, jax)
    found = in_turn(contestants, rounds, TRIALS)
    floor = found["floor: C, BLAS, LAPACK"]
    return {name: round(value / floor, 3) for name, value in found.items()}


def split(cores: list[int]) -> dict[str, float]:
    """The parts of a trial on one core, each over the whole."""
    printed = subprocess.run(
        [sys.executable, str(FOLDER / "split.py"), "100"],
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, set(cores[-1:])),
    ).stdout
    found = json.loads(printed)
    return {name: round(value / found["whole"], 3) for name, value in found.items()}


def growth(cores: list[int], rounds: int) -> dict[str, Any]:
    """How a trial grows with each size: time over the smallest, and the fitted exponent."""
    report = {}
    for name, configs in GROWTH.items():
        contestants = {
            json.dumps(config): Contestant("ours.py", cores[-1:], **config) for config in configs
        }
        found = in_turn(contestants, max(2, rounds // 4), 4)
        sizes = [
            2000 / config["dt"] if name == "steps" else config.popitem()[1] for config in configs
        ]
        times = np.array(list(found.values()))
        report[name] = {
            "over the smallest": dict(
                zip(map(float, sizes), (times / times[0]).round(2).tolist(), strict=True)
            ),
            "exponent": round(float(np.polyfit(np.log(sizes), np.log(times), 1)[0]), 2),
        }
    return report


def workers(cores: list[int], rounds: int) -> dict[str, float]:
    """Trials of two pinned workers in the time of one's, beside one worker alone."""
    one, other = (Contestant("ours.py", [core]) for core in cores[-2:])
    gains = []
    for _ in range(rounds):
        sums = []
        for together in (False, True):
            asked = [one, other] if together else [one]
            begin = [len(worker.times) for worker in asked]
            for worker in asked:
                worker.ask(2 * TRIALS)
            for worker in asked:
                worker.answer()
            sums.append(
                sum(
                    1 / statistics.median(worker.times[start:])
                    for worker, start in zip(asked, begin, strict=True)
                )
            )
        gains.append(sums[1] / sums[0])
    one.end()
    other.end()
    return {"two workers over one": round(statistics.median(gains), 3)}


def show(report: dict[str, Any], indent: str = "") -> None:
    """Print a table."""
    for name, value in report.items():
        if isinstance(value, dict):
            print(f"{indent}{name}")
            show(value, indent + "  ")
        else:
            print(f"{indent + str(name):44s} {value:8.3f}")


def main() -> None:
    """Measure, print, and write JSON where asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20, help="turns of each contestant")
    parser.add_argument("--jax", metavar="PYTHON", help="an interpreter that has JAX")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    report: dict[str, Any] = {}
    if "trial" in options.only:
        report["trial, over the floor"] = trial(cores, options.rounds, options.jax)
    if "split" in options.only:
        report["parts, over the whole"] = split(cores)
    if "growth" in options.only:
        report["growth"] = growth(cores, options.rounds)
    if "workers" in options.only and len(cores) > 1:
        report["workers"] = workers(cores, options.rounds)
    show(report)
    if options.json is not None:
        options.json.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
