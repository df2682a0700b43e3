"""Training one run in a command: until it is finished, or a signal asks it to stop."""

from __future__ import annotations

import math
import time

from l2l_engine.commands import common
from l2l_engine.commands.output import Output, Progress
from l2l_engine.commands.stopping import StopRequest
from l2l_engine.outlook import duration, trials_left
from l2l_engine.run import Run
from l2l_engine.storage.errors import DiskFullError, SessionMovedError
from l2l_engine.storage.naming import session_name
from l2l_engine.training.records import ProblemRecord

_DISK_RETRY_SECONDS = 5.0
_SHOW_SECONDS = 0.25
_PRESUMED_TRIALS = 60.0  # of problems learned before this command, whose counts are not at hand


def train(run: Run, output: Output) -> int:
    """Train until the run is finished or a signal arrives; either way the session is saved."""
    with run, StopRequest() as stop, output.progress(run.path.name) as show:
        watch = _Watch(run, show, output)
        while not run.finished and not stop.requested:
            try:
                step = run.step()
            except DiskFullError as error:
                output.warn(f"Paused. {error}")
                stop.wait(_DISK_RETRY_SECONDS)
                continue
            except SessionMovedError as error:
                _save_beside(run, error, output)
                continue
            watch.trial(step.problem)
        try:
            run.save()
        except SessionMovedError as error:
            _save_beside(run, error, output)
    done = f"{run.n_problems} of {run.config.problems} problems done in {run.path}"
    output.result(
        done if run.finished else f"{done}; continue with: l2l-train --resume {run.path}",
        path=run.path,
        finished=run.finished,
        problems=run.n_problems,
        trials=run.n_trials,
    )
    return common.DONE if run.finished else stop.exit_code


def _save_beside(run: Run, lost: SessionMovedError, output: Output) -> None:
    """Continue in another file, next to where the lost one was."""
    folder = next(folder for folder in lost.path.absolute().parents if folder.is_dir())
    name, number = session_name(lost.path), 2
    ending = lost.path.name.removeprefix(name)
    while (path := folder / f"{name}-{number}{ending}").exists():
        number += 1
    run.save_as(path)
    output.warn(f"{lost} Training continues in {path}; nothing is lost.")


class _Watch:
    """Follows a run trial by trial and shows it a few times a second."""

    def __init__(self, run: Run, show: Progress, output: Output) -> None:
        self._run, self._show, self._output = run, show, output
        self._finished = [_PRESUMED_TRIALS] * run.n_problems
        self._began, self._first_trial = time.monotonic(), run.n_trials
        self._criterion = ""
        self._due = 0.0

    def trial(self, problem: ProblemRecord | None) -> None:
        """A trial was trained, and perhaps it ended a problem."""
        if problem is not None:
            self._learned(problem)
        now = time.monotonic()
        if now < self._due and not self._run.finished:
            return
        self._due = now + _SHOW_SECONDS
        run = self._run
        rate = (run.n_trials - self._first_trial) / max(now - self._began, 1e-9)
        left = trials_left(run.config, self._finished, run.trial_in_problem, run.course)
        total = run.config.problems
        trial = run.trial_in_problem  # none yet where a problem has just ended
        here = f", trial {trial}, loss {run.mean_loss:.4f}" if trial else ""
        self._show(
            run.n_problems / total,
            f"problem {min(run.n_problems + 1, total)} of {total}{here}{self._criterion}, "
            f"{rate:.0f} trials/s, "
            f"{duration(left / rate)} left",
            problem=min(run.n_problems + 1, total),
            trial=trial,
            mean_loss=run.mean_loss,
            trials_per_second=rate,
            seconds_left=left / rate,
        )

    def _learned(self, record: ProblemRecord) -> None:
        taken = self._run.n_trials - record.first_trial
        self._finished.append(float(taken))
        criterion = record.trials_to_criterion
        failed = math.isnan(criterion)
        shown = "failed" if failed else f"learned in {criterion:.0f}"
        self._criterion = f", problem {record.index + 1} {shown}"
        self._output.event(
            "progress",
            learned={
                "problem": record.index + 1,
                "trials_to_criterion": None if failed else int(criterion),
                "first_trial": record.first_trial,
                "trials": taken,
                "mean_square_rate": record.mean_square_rate,
            },
        )
