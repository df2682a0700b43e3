"""l2l-train: train a network without a window."""

from __future__ import annotations

import argparse
import dataclasses
import enum
import json
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from l2l_engine.config import L2LError, RunConfig, RunType
from l2l_engine.outlook import duration, trials_left
from l2l_engine.run import Run
from l2l_engine.storage.errors import DiskFullError
from l2l_engine.training.records import ProblemRecord

RUN_TYPES = {
    "full": RunType.Full,
    "control": RunType.ControlManifPert,
    "ss": RunType.SSManifPert,
    "ds": RunType.DSManifPert,
}

_DISK_RETRY_SECONDS = 5.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit code is 2 for what a person can mend, 130 after Ctrl-C."""
    parser = _parser()
    given = vars(parser.parse_args(arguments))
    resume, output = given.pop("resume"), given.pop("output")
    overwrite, as_json = given.pop("overwrite"), given.pop("json")
    changes = {name: value for name, value in given.items() if value is not None}
    if (resume is None) == (output is None):
        parser.error("give either -o FILE for a new run or --resume FILE to go on with one")
    report = None if as_json else _say
    try:
        if resume is not None:
            problems = changes.pop("problems", None)
            if changes:
                name = next(iter(changes)).replace("_", "-")
                raise L2LError(f"--{name} cannot be changed with --resume: only --problems can.")
            run = Run.resume(resume, problems=problems, report=report)
        else:
            config = RunConfig.from_values(changes)
            run = Run.create(output, config, overwrite=overwrite, report=report)
        with run:
            return _train(run, as_json)
    except L2LError as error:
        print(f"l2l-train: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _train(run: Run, as_json: bool) -> int:
    """Step until the run is finished or Ctrl-C; either way the session is complete."""
    stop = _StopRequest()
    finished: list[float] = [0.0] * run.n_problems
    with stop, _display(run, as_json) as display:
        while not run.finished and not stop.requested:
            try:
                step = run.step()
            except DiskFullError as error:
                display.paused(str(error))
                stop.wait(_DISK_RETRY_SECONDS)
                continue
            if step.problem is not None:
                finished.append(float(run.n_trials - step.problem.first_trial))
                display.learned(step.problem, run)
            display.trial(run, finished)
    if not as_json:
        _say(
            f"{run.n_problems} of {run.config.problems} problems done in {run.path}"
            if run.finished
            else f"Stopped after {run.n_trials} trials; go on with: l2l-train --resume {run.path}"
        )
    return 0 if run.finished else 130


class _StopRequest:
    """Turns Ctrl-C (and a termination signal) into a request heeded between trials."""

    def __init__(self) -> None:
        self.requested = False

    def __enter__(self) -> None:
        self._before = {
            number: signal.signal(number, self._request)
            for number in (signal.SIGINT, signal.SIGTERM)
        }

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.requested and time.monotonic() < end:
            time.sleep(0.1)

    def _request(self, *_: object) -> None:
        self.requested = True


class _JsonDisplay:
    """One line of JSON a problem, for scripts."""

    def __enter__(self) -> _JsonDisplay:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def trial(self, run: Run, finished: list[float]) -> None:
        return None

    def paused(self, sentence: str) -> None:
        print(json.dumps({"paused": sentence}), flush=True)

    def learned(self, record: ProblemRecord, run: Run) -> None:
        criterion = record.trials_to_criterion
        line = {
            "problem": record.index + 1,
            "trials_to_criterion": None if criterion != criterion else int(criterion),
            "first_trial": record.first_trial,
            "trials": run.n_trials - record.first_trial,
            "mean_square_rate": record.mean_square_rate,
        }
        print(json.dumps(line), flush=True)


class _BarDisplay(_JsonDisplay):
    """A progress bar with problem, trials to criterion, rate and time left."""

    def __init__(self, run: Run) -> None:
        from rich.progress import BarColumn, Progress, TextColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} problems"),
            TextColumn("{task.fields[note]}"),
        )
        self._task = self._bar.add_task("", total=run.config.problems, note="")
        self._began, self._first_trial = time.monotonic(), run.n_trials
        self._criterion = ""
        self._next = 0.0

    def __enter__(self) -> _BarDisplay:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def trial(self, run: Run, finished: list[float]) -> None:
        now = time.monotonic()
        if now < self._next and not run.finished:
            return
        self._next = now + 0.5
        rate = (run.n_trials - self._first_trial) / max(now - self._began, 1e-9)
        known = finished if all(finished) else []
        left = trials_left(run.config, known or [60.0] * len(finished), run.trial_in_problem)
        self._bar.update(
            self._task,
            completed=run.n_problems,
            description=(
                f"problem {min(run.n_problems + 1, run.config.problems)}, "
                f"trial {run.trial_in_problem}, loss {run.mean_loss:.4f}"
            ),
            note=f"{self._criterion}{rate:.0f} trials/s, {duration(left / max(rate, 1e-9))} left",
        )

    def paused(self, sentence: str) -> None:
        self._bar.console.print(f"Paused. {sentence}")

    def learned(self, record: ProblemRecord, run: Run) -> None:
        criterion = record.trials_to_criterion
        shown = "failed" if criterion != criterion else f"learned in {criterion:.0f}"
        self._criterion = f"problem {record.index + 1} {shown}, "


def _display(run: Run, as_json: bool) -> _JsonDisplay:
    return _JsonDisplay() if as_json else _BarDisplay(run)


def _say(sentence: str) -> None:
    print(sentence, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="l2l-train",
        description="Train the learning-to-learn network, problem after problem, into a session "
        "file. Ctrl-C stops between trials; --resume goes on to the same numbers.",
        epilog="Example: l2l-train --seed 1 --problems 60 -o seed1.h5",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        argument_default=argparse.SUPPRESS,
    )
    parser.add_argument("-o", "--output", type=Path, default=None, help="the session to make")
    parser.add_argument("--resume", type=Path, default=None, help="the session to go on with")
    parser.add_argument(
        "--overwrite", action="store_true", default=False, help="replace an existing session"
    )
    parser.add_argument(
        "--json", action="store_true", default=False, help="print one line of JSON a problem"
    )
    group = parser.add_argument_group("parameters of the run (the defaults are the paper's)")
    for item in dataclasses.fields(RunConfig):
        add_parameter(group, item)
    return parser


def add_parameter(group: argparse._ArgumentGroup, item: dataclasses.Field[Any]) -> None:
    """Add ``--the-field`` for one field of RunConfig; absent unless given."""
    unit = f" [{item.metadata['unit']}]" if item.metadata["unit"] else ""
    default = item.default.value if isinstance(item.default, enum.Enum) else item.default
    help_text = f"{item.metadata['label']}{unit} (default: {default})"
    flag = f"--{item.name.replace('_', '-')}"
    if isinstance(item.default, bool):
        group.add_argument(flag, action="store_true", default=None, help=help_text)
    elif item.name == "run_type":
        group.add_argument(
            flag, type=_run_type, metavar="{full,control,ss,ds}", default=None, help=help_text
        )
    elif isinstance(item.default, enum.Enum):
        choices = [member.value for member in type(item.default)]
        group.add_argument(flag, choices=choices, default=None, help=help_text)
    else:
        group.add_argument(flag, type=type(item.default), metavar="X", default=None, help=help_text)


def _run_type(text: str) -> RunType:
    """A run type by its short name or its published one."""
    if text.lower() in RUN_TYPES:
        return RUN_TYPES[text.lower()]
    try:
        return RunType(text)
    except ValueError:
        choices = ", ".join((*RUN_TYPES, *(member.value for member in RunType)))
        raise argparse.ArgumentTypeError(f"'{text}' is none of {choices}") from None


if __name__ == "__main__":
    sys.exit(main())
