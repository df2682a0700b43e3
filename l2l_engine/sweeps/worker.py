"""One run of a sweep, on whatever machine: it needs its session's folder and nothing else."""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from l2l_engine.config import L2LError, RunConfig, RunType
from l2l_engine.outlook import trials_left
from l2l_engine.protocols import notation
from l2l_engine.storage.errors import BusyError
from l2l_engine.storage.session import Session
from l2l_engine.sweeps.grid import SweepRun

stopping = threading.Event()
"""Set in a process that was asked to end: its run saves itself and stops."""

_LOOK_EVERY = 25  # trials between looks whether the sweep still wants the run
_BUSY_SECONDS = 60.0  # that a worker of an earlier, killed command gets to end
_BUSY_POLL_SECONDS = 1.0


class LeftoverError(L2LError):
    """A session stands where a run belongs, and is not that run."""


def train_run(folder: str, run: SweepRun, wanted: str = "") -> SweepRun:
    """Train one run to its end, or until the sweep is stopped; what became of it.

    Finished runs are left alone and interrupted ones resume from their checkpoint. The published
    order of draws makes a perturbation run repeat the Full run of its seed to the bit until its
    subspaces are found, so it branches from that run where the sweep has it.

    Parameters
    ----------
    folder : str
        The sweep's folder.
    run : SweepRun
        The run.
    wanted : str
        A file in the folder; when it is gone, the run saves itself and stops.
    """
    asked = _Asked(Path(folder) / wanted if wanted else None)
    if asked.to_stop():  # before its turn came
        return run
    path = Path(folder) / run.file
    try:
        session = _open(path, run, asked)
        if session is None:
            found = progress_of(path, run)
            return replace(run, state="done" if _done(found, run) else "stopped", **found)
        with session:
            while not session.finished:
                if stopping.is_set() or (session.n_trials % _LOOK_EVERY == 0 and asked.to_stop()):
                    break
                session.step()
            state = "done" if session.finished else "stopped"
        return replace(run, state=state, message="", **progress_of(path, run))
    except L2LError as error:
        return replace(run, state="failed", message=str(error))


class _Asked:
    def __init__(self, wanted: Path | None) -> None:
        self._wanted = wanted

    def to_stop(self) -> bool:
        """Whether this process, or the whole sweep, was asked to stop."""
        return stopping.is_set() or (self._wanted is not None and not self._wanted.exists())


def _open(path: Path, run: SweepRun, asked: _Asked) -> Any:
    """The run to train; None where it is done, or stopped while another process wrote it."""
    until = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            return _begin(path, run)
        except BusyError:
            if asked.to_stop():
                return None
            if time.monotonic() > until:
                raise
            time.sleep(_BUSY_POLL_SECONDS)


def _begin(path: Path, run: SweepRun) -> Any:
    from l2l_engine.run import Run

    begun = _session_of(path, run)
    if begun is not None:
        if _done(progress_of(path, run), run):
            return None
        if begun:
            return Run.resume(path, problems=run.config.problems)
    baseline = path.parent / run.baseline
    if run.baseline and _reaches(baseline, run):
        changes = {"run_type": run.config.run_type, "problems": run.config.problems}
        return Run.branch(
            baseline, run.config.baseline_problems, path, changes=changes, overwrite=True
        )
    protocol = notation.from_json(run.protocol) if run.protocol else None
    return Run.create(path, run.config, protocol=protocol, overwrite=True)


def _session_of(path: Path, run: SweepRun) -> bool | None:
    """Whether the run's session can be resumed; None where there is none."""
    if not path.exists():
        return None
    with Session.open(path) as session:
        _check_own(session, run)
        return session.checkpoint() is not None


def _check_own(session: Session, run: SweepRun) -> None:
    """Refuse a session of other parameters: it is neither trained nor replaced."""
    found, expected = session.config.replace(problems=run.config.problems), run.config
    for item in dataclasses.fields(RunConfig):
        theirs, ours = getattr(found, item.name), getattr(expected, item.name)
        if theirs != ours:
            raise LeftoverError(
                f"{session.path} is another run ({item.name} = {_shown(theirs)}, not "
                f"{_shown(ours)}): move it away, or choose another folder."
            )
    if (session.protocol or "") != run.protocol:
        raise LeftoverError(
            f"{session.path} follows another protocol and is not of this sweep: move it away, or choose "
            "another folder."
        )
    if session.source is not None:
        raise LeftoverError(
            f"{session.path} was imported and is not of this sweep: move it away, or choose "
            "another folder."
        )


def _shown(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(getattr(value, "value", value))


def _reaches(baseline: Path, run: SweepRun) -> bool:
    """Whether the Full run has come far enough, and is the one meant."""
    with contextlib.suppress(L2LError), Session.open(baseline) as session:
        full = run.config.replace(run_type=RunType.Full)
        same = session.config.replace(problems=full.problems) == full
        return same and session.n_problems >= run.config.baseline_problems
    return False


def _done(found: dict[str, Any], run: SweepRun) -> bool:
    return found["problems"] >= run.config.problems


def progress_of(path: Path, run: SweepRun) -> dict[str, Any]:
    """How far a run's session has come, as fields of :class:`SweepRun`.

    Raises
    ------
    SessionError
        When it cannot be read.
    LeftoverError
        When it is the session of another run.
    """
    with Session.open(path) as session:
        _check_own(session, run)
        counts = np.maximum(session.trials_run, 0)
        inherited = 0
        if session.parent is not None and run.config.run_type.perturbs:
            inherited = int(counts[: run.config.baseline_problems].sum())
        present = max(session.n_trials - int(counts.sum()), 0)
        return {
            "problems": session.n_problems,
            "trials": session.n_trials,
            "inherited": inherited,
            "trials_left": trials_left(run.config, counts.tolist(), present, session.course),
        }
