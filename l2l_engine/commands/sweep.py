"""l2l-sweep: train a grid of runs, here or on a cluster."""

# PYTHON_ARGCOMPLETE_OK
from __future__ import annotations

import argparse
import contextlib
import dataclasses
import math
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from l2l_engine import extras
from l2l_engine.commands import common, protocols
from l2l_engine.commands.output import Output, Progress
from l2l_engine.commands.train import MS_A_TRIAL
from l2l_engine.config import L2LError, RunConfig, RunType
from l2l_engine.outlook import duration
from l2l_engine.sweeps.grid import SweepRun, grid, parse_seeds, parse_setting, protocol_grid
from l2l_engine.sweeps.pace import PaceMeter
from l2l_engine.sweeps.sweep import Sweep


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit codes are those of :mod:`l2l_engine.commands.common`."""
    stopped = "Stopped; every run has saved itself, and the same command resumes."
    return common.run(_parser(), _work, arguments, stopped=stopped)


def _work(options: argparse.Namespace, output: Output) -> int:
    if options.list_protocols:
        return protocols.show_all(output)
    if options.output is None:
        raise common.UsageError("Give -o DIR, the folder of the sweep. See l2l-sweep --help.")
    sweep = Sweep(options.output, _runs(options))
    if options.dry_run:
        return _foresee(sweep, options.jobs, output)
    return train(sweep, options.jobs, options.scheduler, output)


def train(sweep: Sweep, jobs: int | None, scheduler: str | None, output: Output) -> int:
    """Train a sweep and show its progress; the exit code is 1 when a run failed.

    Raises
    ------
    L2LError
        When it cannot be trained at all; a run that fails is only reported.
    KeyboardInterrupt
        When a signal stopped it, after every run has saved itself.
    """
    if scheduler is None:
        extras.require("train")  # on a cluster it is the workers that need it
    with _scheduler(scheduler) as executor, output.progress("all runs") as show:
        sweep.train(executor, workers=jobs, progress=_Watch(sweep, output, show))
    runs = list(sweep.runs.values())
    for run in runs:
        if run.state == "failed":
            output.warn(f"{run.name} failed: {run.message}")
    done = sum(run.state == "done" for run in runs)
    failed = sum(run.state == "failed" for run in runs)
    output.result(
        f"{done} of {len(runs)} runs done in {sweep.folder}"
        + (f", {failed} failed; the same command tries again" if done < len(runs) else ""),
        folder=sweep.folder,
        runs=len(runs),
        done=done,
        failed=failed,
    )
    return common.DONE if done == len(runs) else common.IN_PART


def _foresee(sweep: Sweep, jobs: int | None, output: Output) -> int:
    """Say what training would do; the exit code."""
    import os

    abreast = jobs or os.cpu_count() or 1
    runs = list(sweep.runs.values())
    left = [run for run in runs if run.state != "done"]
    trials = sum(run.trials_left for run in left)
    longest = max((run.trials_left for run in left), default=0.0)
    seconds = max(trials / abreast, longest) * MS_A_TRIAL / 1000
    for run in left:
        output.note(f"{run.name}: {run.config.problems} problems, {run.trials_left:,.0f} trials")
    output.result(
        f"Would train {len(left)} of {len(runs)} runs in {sweep.folder}: about {trials:,.0f} trials, "
        f"{duration(seconds)} with {abreast} at a time and {MS_A_TRIAL:g} ms a trial.",
        folder=sweep.folder,
        runs=[run.name for run in left],
        trials_left=trials,
        seconds_left=seconds,
    )
    return common.DONE


def _runs(options: argparse.Namespace) -> list[SweepRun] | None:
    """The grid asked for; None to resume the one in the folder."""
    if options.seeds is None:
        asked = (options.set, options.run_types, options.problems, options.same_problems,
                 options.protocols, options.protocol_set)  # fmt: skip
        if any(asked):
            raise common.UsageError("--seeds is missing: say which seeds to train, such as 0-9.")
        return None
    settings = dict(map(parse_setting, options.set or ()))
    fixed: dict[str, Any] = {"same_problems": True} if options.same_problems else {}
    if options.problems is not None:
        fixed["problems"] = options.problems
    if options.protocols:
        if options.run_types:
            raise common.UsageError("--protocols and --run-types exclude each other.")
        kinds = protocol_grid(
            options.protocols, dict(map(parse_setting, options.protocol_set or ()))
        )
        return grid(parse_seeds(options.seeds), (), settings, protocols=kinds, **fixed)
    if options.protocol_set:
        raise common.UsageError("--protocol-set is given without --protocols: name a protocol.")
    run_types = options.run_types or [RunType.Full]
    return grid(parse_seeds(options.seeds), run_types, settings, **fixed)


@contextlib.contextmanager
def _scheduler(address: str | None) -> Iterator[Executor | None]:
    """An executor on an existing Dask cluster; None without an address."""
    if address is None:
        yield None
        return
    extras.require("cluster")
    from distributed import Client

    try:
        client = Client(address, timeout="20s")
    except (OSError, TimeoutError, ValueError) as error:
        raise L2LError(
            f"No Dask scheduler answers at {address}: check the address and that it runs."
        ) from error
    with client:
        yield client.get_executor(pure=False)


class _Watch:
    """Shows each run and all together; an event each time a run's state changes."""

    def __init__(self, sweep: Sweep, output: Output, show: Progress) -> None:
        self._output, self._show = output, show
        self._pace = PaceMeter()
        self._pace(list(sweep.runs.values()))
        self._said: dict[str, tuple[str, int]] = {}

    def __call__(self, runs: Sequence[SweepRun]) -> None:
        pace = self._pace(runs)
        for run in runs:
            before = self._said.get(run.name)
            if before == (run.state, run.problems) or (before is None and run.state == "waiting"):
                continue
            self._said[run.name] = (run.state, run.problems)
            left = f", {duration(pace.left(run))} left" if run.state == "running" else ""
            far = f"{run.problems}/{run.config.problems} problems, {run.state}{left}"
            self._show.row(run.name, run.problems / run.config.problems, far)
            if before is None or before[0] != run.state:
                self._output.event(
                    "progress",
                    run=run.name,
                    state=run.state,
                    message=run.message,
                    problems=run.problems,
                    trials=run.trials,
                )
        states = [run.state for run in runs]
        left = f", {duration(pace.seconds_left)} left" if math.isfinite(pace.seconds_left) else ""
        self._show(
            pace.fraction,
            f"{states.count('done')}/{len(runs)} done, {states.count('running')} running{left}",
            done=states.count("done"),
            running=states.count("running"),
            runs=len(runs),
            seconds_left=pace.seconds_left,
        )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} must be 1 or more")
    return number


def _parser() -> common.Parser:
    names = ", ".join(sorted(field.name for field in dataclasses.fields(RunConfig)))
    parser = common.parser(
        "l2l-sweep",
        "Train a grid of runs, each its own session in one folder. Repeating the command resumes "
        f"where it stopped; finished runs are kept. Parameters for --set: {names}.",
        f"l2l-sweep --seeds 0-9 --run-types {' '.join(common.RUN_TYPES.split(','))} -o sweep",
        "l2l-sweep --seeds 0-4 --set sigma_rec=0.05,0.1 --set units=50,100 -o noise",
        "l2l-sweep --seeds 0-9 --protocols replay --protocol-set share=0.1,0.2,0.5 -o replay",
        "l2l-sweep -o sweep    # resume what the folder holds",
        dry_run=True,
    )
    runs = parser.add_argument_group("runs", "such as --seeds 0-4 --set sigma_rec=0.05,0.1")
    runs.add_argument("--seeds", metavar="0-9", help="seeds, such as 0-9 or 0,3,5-7")
    runs.add_argument(
        "--run-types",
        nargs="+",
        type=common.run_type,
        metavar="TYPE",
        help=f"any of {common.RUN_TYPES} (default: full)",
    )
    runs.add_argument(
        "--protocols",
        nargs="+",
        metavar="NAME|FILE",
        help="named protocols or protocols' JSON files, in place of run types",
    )
    runs.add_argument(
        "--protocol-set",
        action="append",
        metavar="NAME=V,V",
        help="values of a parameter of the named protocols to go through; may be repeated",
    )
    runs.add_argument(
        "--list-protocols", action="store_true", help="explain every named protocol, and stop"
    )
    runs.add_argument(
        "--set",
        action="append",
        metavar="NAME=V,V",
        help="values of a parameter to go through; may be repeated",
    )
    runs.add_argument(
        "--problems", type=_positive, metavar="N", help="problems per run (default: as published)"
    )
    runs.add_argument(
        "--same-problems",
        action="store_true",
        help="every run of a seed meets the same problems, whatever its parameters",
    )
    place = parser.add_argument_group("where", "such as -o sweep --jobs 4")
    place.add_argument("-o", "--output", type=Path, metavar="DIR", help="folder of the sweep")
    place.add_argument(
        "--jobs",
        type=_positive,
        metavar="N",
        help="runs at a time on this machine (default: cores)",
    )
    place.add_argument("--scheduler", metavar="ADDRESS", help="train on this Dask cluster instead")
    return parser


if __name__ == "__main__":
    sys.exit(main())
