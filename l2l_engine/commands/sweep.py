"""l2l-sweep: train a grid of runs, here or on a cluster."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import json
import math
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from l2l_engine.commands import common
from l2l_engine.config import ConfigError, L2LError, RunConfig, RunType
from l2l_engine.outlook import duration
from l2l_engine.sweeps.pace import PaceMeter
from l2l_engine.sweeps.sweep import Sweep, SweepRun, grid


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 1 when a run failed, 2 for what a person can mend."""
    options = _parser().parse_args(arguments)
    try:
        sweep = Sweep(options.output, _runs(options))
        return train(sweep, options.jobs, options.scheduler, as_json=options.json)
    except L2LError as error:
        print(f"l2l-sweep: {error}", file=sys.stderr)
        return 2


def train(
    sweep: Sweep, jobs: int | None = None, scheduler: str | None = None, *, as_json: bool = False
) -> int:
    """Train a sweep, showing how it gets on; the exit code, 130 after Ctrl-C.

    Raises
    ------
    L2LError
        When it cannot be trained at all; a run that fails is only reported.
    """
    try:
        with _scheduler(scheduler) as executor, _Display(sweep, as_json) as show:
            sweep.train(executor, workers=jobs, progress=show)
    except KeyboardInterrupt:
        print(f"Stopped; the same command goes on in {sweep.folder}.", file=sys.stderr)
        return 130
    failed = [run for run in sweep.runs.values() if run.state == "failed"]
    for run in failed:
        print(f"l2l-sweep: {run.name} failed: {run.message}", file=sys.stderr)
    return 1 if failed else 0


def _runs(options: argparse.Namespace) -> list[SweepRun] | None:
    """The grid asked for; None to take up the one in the folder."""
    if options.seeds is None:
        if options.set or options.run_types or options.problems or options.same_problems:
            raise ConfigError("--seeds is missing: say which seeds to train, such as 0-9.")
        return None
    settings = dict(map(_setting, options.set or ()))
    fixed: dict[str, Any] = {"same_problems": True} if options.same_problems else {}
    if options.problems is not None:
        fixed["problems"] = options.problems
    run_types = options.run_types or [RunType.Full]
    return grid(options.seeds, run_types, settings, **fixed)


def _setting(text: str) -> tuple[str, list[Any]]:
    """``sigma_rec=0.05,0.1`` as a name and its values."""
    name, equals, values = text.partition("=")
    name = name.strip().replace("-", "_")
    if not equals or not values:
        raise ConfigError(f"--set {text} should read NAME=VALUE,VALUE, such as sigma_rec=0.05,0.1.")
    return name, [_value(name, value.strip()) for value in values.split(",")]


def _value(name: str, text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text  # a name, such as an activation's; RunConfig says if it is none


def seeds(text: str) -> list[int]:
    """``0-9`` or ``0,3,5-7`` as numbers."""
    numbers: list[int] = []
    for part in text.split(","):
        first, dash, last = part.partition("-")
        try:
            numbers += range(int(first), int(last if dash else first) + 1)
        except ValueError:
            raise argparse.ArgumentTypeError(
                f"'{text}' should be seeds such as 0-9 or 0,3,5-7"
            ) from None
    return numbers


@contextlib.contextmanager
def _scheduler(address: str | None) -> Iterator[Executor | None]:
    """An executor on an existing Dask cluster; None without an address."""
    if address is None:
        yield None
        return
    try:
        from distributed import Client
    except ImportError:
        raise L2LError(
            "--scheduler needs Dask: install it with  pip install 'l2l-explorer[cluster]'."
        ) from None
    try:
        client = Client(address, timeout="20s")
    except (OSError, TimeoutError, ValueError) as error:
        raise L2LError(
            f"No Dask scheduler answers at {address}: check the address and that it runs."
        ) from error
    with client:
        yield client.get_executor(pure=False)


_REPORTED = ("name", "state", "message", "problems", "trials")


class _Display:
    """Progress of each run and of all; or a line of JSON each time a run's state changes."""

    def __init__(self, sweep: Sweep, as_json: bool) -> None:
        self._json = as_json
        self._pace = PaceMeter()
        self._pace(list(sweep.runs.values()))
        self._said: dict[str, str] = {}
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> _Display:
        if not self._json:
            from rich.progress import BarColumn, Progress, TextColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                TextColumn("{task.fields[far]}"),
                TextColumn("{task.fields[note]}"),
            )
            self._all = self._bar.add_task("all", total=1.0, far="", note="")
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if not self._json:
            self._bar.stop()

    def __call__(self, runs: Sequence[SweepRun]) -> None:
        if self._json:
            for run in runs:
                if self._said.get(run.name) != run.state:
                    self._said[run.name] = run.state
                    row = {name: getattr(run, name) for name in _REPORTED}
                    print(json.dumps(row), flush=True)
            return
        now = self._pace(runs)
        for run in runs:
            if run.state != "waiting":
                total = run.config.problems
                if run.name not in self._tasks:
                    self._tasks[run.name] = self._bar.add_task(
                        run.name, total=total, far="", note=""
                    )
                self._bar.update(
                    self._tasks[run.name],
                    completed=run.problems,
                    far=f"{run.problems}/{total} problems",
                    note=f"{duration(now.left(run))} left" if run.state == "running" else run.state,
                )
        done = sum(run.state == "done" for run in runs)
        self._bar.update(
            self._all,
            completed=now.fraction,
            far=f"{done}/{len(runs)} runs",
            note=_left(now.seconds_left),
        )


def _left(seconds: float) -> str:
    return f"{duration(seconds)} left" if math.isfinite(seconds) else ""


def _parser() -> argparse.ArgumentParser:
    names = ", ".join(sorted(field.name for field in dataclasses.fields(RunConfig)))
    parser = argparse.ArgumentParser(
        prog="l2l-sweep",
        description="Train a grid of runs, each its own session in one folder. The same command "
        "again goes on where it stopped; finished runs are kept.",
        epilog="Example: l2l-sweep --seeds 0-9 --run-types full control ss ds -o sweep. "
        f"Parameters for --set: {names}.",
    )
    parser.add_argument("--seeds", type=seeds, metavar="0-9", help="seeds, such as 0-9 or 0,3,5-7")
    parser.add_argument(
        "--run-types",
        nargs="+",
        type=common.run_type,
        metavar="TYPE",
        help=f"any of {common.RUN_TYPES} (default: full)",
    )
    parser.add_argument(
        "--set",
        action="append",
        metavar="NAME=V,V",
        help="values of a parameter to go through; may be repeated",
    )
    parser.add_argument("--problems", type=int, help="problems per run (default: as published)")
    parser.add_argument(
        "--same-problems",
        action="store_true",
        help="every run of a seed meets the same problems, whatever its parameters",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="folder of the sweep")
    parser.add_argument("--jobs", type=int, help="runs at a time on this machine (default: cores)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="train on this Dask cluster instead")
    parser.add_argument("--json", action="store_true", help="print changes of state as JSON")
    return parser


if __name__ == "__main__":
    sys.exit(main())
