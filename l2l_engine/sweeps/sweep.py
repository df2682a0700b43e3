"""Grids of runs: each its own session, resumable at any point, here or on a cluster.

A run's function needs only its session file, so that any executor that can call it will do:
processes of this machine, or the workers of a Dask cluster that share the folder.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, Future, ProcessPoolExecutor
from concurrent.futures import wait as wait_for
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from l2l_engine.config import ConfigError, L2LError, RunConfig, RunType
from l2l_engine.outlook import trials_left
from l2l_engine.storage.session import Session

MANIFEST = "sweep.json"
FORMAT = "l2l-sweep"
SHORT_NAMES = {
    RunType.Full: "full",
    RunType.ControlManifPert: "control",
    RunType.SSManifPert: "ss",
    RunType.DSManifPert: "ds",
}

_STOP = ".stop"  # a file of this name asks every worker to stop, wherever it runs
_POLL_SECONDS = 1.0
_LOOK_EVERY = 25  # trials between looks for the stop file
_POOL_LOSSES = 20  # times lost workers are replaced before giving up


class SweepError(L2LError):
    """A sweep cannot be set up or taken up; the text names the folder and the fix."""


@dataclass(frozen=True, slots=True)
class SweepRun:
    """One run of a sweep."""

    name: str
    config: RunConfig
    state: str = "waiting"  # waiting, running, stopped, done or failed
    message: str = ""
    problems: int = 0
    trials: int = 0
    inherited: int = 0  # of the trials, those of the run it branched from
    trials_left: float = float("nan")  # expected

    @property
    def file(self) -> str:
        """Name of its session in the sweep's folder."""
        return f"{self.name}.h5"


def grid(
    seeds: Sequence[int],
    run_types: Sequence[RunType],
    settings: Mapping[str, Sequence[Any]] | None = None,
    **fixed: Any,
) -> list[SweepRun]:
    """Every combination of seeds, run types and settings, as runs yet to be made.

    Raises
    ------
    ConfigError
        When a setting is unknown or a value out of range.
    """
    settings = dict(settings or {})
    runs = []
    for values in itertools.product(*settings.values()):
        chosen = dict(zip(settings, values, strict=True))
        for run_type, seed in itertools.product(run_types, seeds):
            config = RunConfig.from_values({**fixed, **chosen, "seed": seed, "run_type": run_type})
            words = [SHORT_NAMES[run_type], f"seed{seed}"]
            words += [f"{name}={value}" for name, value in chosen.items()]
            runs.append(SweepRun("_".join(words), config))
    if len({run.name for run in runs}) < len(runs):
        raise ConfigError("The sweep names a seed, run type or value twice: give each once.")
    return runs


# -- one run, on whatever machine --------------------------------------------------------


def train_run(folder: str, run: SweepRun) -> SweepRun:
    """Train one run to its end, or until the sweep is stopped; what became of it.

    Finished runs are left alone and broken-off ones go on from their checkpoint. The published
    order of draws makes a perturbation run repeat the Full run of its seed to the bit until its
    subspaces are found, so it branches from that run where the sweep has it.
    """
    from l2l_engine.run import Run

    path = Path(folder) / run.file
    stop = Path(folder) / _STOP
    if stop.exists():  # asked to stop before its turn came
        return run
    try:
        if path.exists():
            done = _progress_of(path, run.config)
            if done["problems"] >= run.config.problems:
                return replace(run, state="done", **done)
            session = Run.resume(path, problems=run.config.problems)
        elif (sibling := _baseline_of(Path(folder), run)) is not None:
            session = Run.branch(
                sibling,
                run.config.baseline_problems,
                path,
                changes={"run_type": run.config.run_type, "problems": run.config.problems},
            )
        else:
            session = Run.create(path, run.config)
        with session:
            while not session.finished:
                if session.n_trials % _LOOK_EVERY == 0 and stop.exists():
                    break
                session.step()
            state = "done" if session.finished else "stopped"
        return replace(run, state=state, **_progress_of(path, run.config))
    except L2LError as error:
        return replace(run, state="failed", message=str(error))


def _baseline_of(folder: Path, run: SweepRun) -> Path | None:
    """A Full run that a perturbation run can branch from, if it has come far enough."""
    if not run.config.run_type.perturbs:
        return None
    full = run.config.replace(run_type=RunType.Full)
    for path in sorted(folder.glob("full_*.h5")):
        with contextlib.suppress(L2LError), Session.open(path) as session:
            same = session.config.replace(problems=full.problems) == full
            if same and session.n_problems >= run.config.baseline_problems:
                return path
    return None


def _progress_of(path: Path, config: RunConfig) -> dict[str, Any]:
    """How far a run's session has come, as fields of :class:`SweepRun`."""
    with Session.open(path) as session:
        counts = np.maximum(session.trials_run, 0)
        inherited = 0
        if session.parent is not None and config.run_type.perturbs:
            inherited = int(counts[: config.baseline_problems].sum())
        present = max(session.n_trials - int(counts.sum()), 0)
        return {
            "problems": session.n_problems,
            "trials": session.n_trials,
            "inherited": inherited,
            "trials_left": trials_left(config, counts.tolist(), present),
        }


# -- the sweep ---------------------------------------------------------------------------


class Sweep:
    """Runs and the manifest that records them.

    Parameters
    ----------
    folder : holds a session per run and ``sweep.json``
    runs : by default those the manifest lists

    Raises
    ------
    SweepError
        When the folder holds another sweep, or no manifest where one is needed.
    """

    def __init__(self, folder: str | os.PathLike[str], runs: Sequence[SweepRun] | None = None):
        self.folder = Path(folder)
        known = _read_manifest(self.folder)
        if runs is None:
            if known is None:
                raise SweepError(f"{self.folder} holds no {MANIFEST}: say which runs to make.")
            runs = known
        for old in known or ():
            for new in runs:
                grown = new.config.replace(problems=old.config.problems)
                if new.name == old.name and grown != old.config:
                    raise SweepError(
                        f"{self.folder / new.file} was made with other parameters: "
                        "choose another folder."
                    )
        self.runs = {run.name: run for run in runs}
        for old in known or ():  # runs added in an earlier call stay in the manifest
            self.runs.setdefault(old.name, old)
        self._foresee()
        self._write_manifest()

    def train(
        self,
        executor: Executor | None = None,
        *,
        workers: int | None = None,
        progress: Callable[[Sequence[SweepRun]], None] | None = None,
    ) -> list[SweepRun]:
        """Train every run that is not done; what became of each.

        Parameters
        ----------
        executor : where to train; by default ``workers`` processes of this machine, one thread
            each (as many as there are cores). ``dask.distributed.Client.get_executor()`` fits.
        progress : called about once a second with the state of all runs; may raise
            KeyboardInterrupt to stop, after which every run has a checkpoint.
        """
        (self.folder / _STOP).unlink(missing_ok=True)
        try:
            for losses in itertools.count():
                try:
                    with _executor(executor, workers) as pool:
                        self._train_in(pool, progress)
                    break
                except BrokenProcessPool:
                    # a lost process takes the pool with it; its run goes on from its checkpoint
                    if losses >= _POOL_LOSSES:
                        raise SweepError(
                            "Worker processes keep being lost, perhaps for want of memory: "
                            "try again with fewer --jobs."
                        ) from None
        finally:
            (self.folder / _STOP).unlink(missing_ok=True)
        return list(self.runs.values())

    def _train_in(
        self, pool: Executor, progress: Callable[[Sequence[SweepRun]], None] | None
    ) -> None:
        # Full runs first: perturbation runs branch from them
        waiting = sorted(
            (run for run in self.runs.values() if run.state != "done"),
            key=lambda run: run.config.run_type.perturbs,
        )
        futures: dict[Future[SweepRun], str] = {
            pool.submit(train_run, str(self.folder.resolve()), run): run.name for run in waiting
        }
        try:
            while futures:
                ended, _ = wait_for(futures, timeout=_POLL_SECONDS, return_when="FIRST_COMPLETED")
                for future in ended:
                    self._end(futures.pop(future), future)
                self._look(futures.values())
                if progress is not None:
                    progress(list(self.runs.values()))
        except BaseException:
            (self.folder / _STOP).touch()
            for future in futures:
                future.cancel()
            for future, name in futures.items():
                with contextlib.suppress(CancelledError, BrokenProcessPool):
                    self._end(name, future)
            raise

    def _end(self, name: str, future: Future[SweepRun]) -> None:
        try:
            result = future.result()
        except (BrokenProcessPool, CancelledError, KeyboardInterrupt):
            raise
        except Exception as error:
            result = replace(self.runs[name], state="failed", message=str(error))
        self.runs[name] = result
        self._write_manifest()

    def _look(self, names: Iterable[str]) -> None:
        """See in the session files how far the runs under way have come."""
        for name in names:
            run = self.runs[name]
            path = self.folder / run.file
            if path.exists():
                with contextlib.suppress(L2LError):
                    found = _progress_of(path, run.config)
                    self.runs[name] = replace(run, state="running", **found)

    def _foresee(self) -> None:
        """How far runs have come, and how many trials each will still take."""
        full = {run.config for run in self.runs.values() if not run.config.run_type.perturbs}
        for name, run in self.runs.items():
            alone = run.config.replace(
                run_type=RunType.Full, problems=RunType.Full.default_problems
            )
            branches = run.config.run_type.perturbs and any(
                one.replace(problems=alone.problems) == alone for one in full
            )
            finished = [0.0] * (run.config.baseline_problems if branches else 0)
            expected = trials_left(run.config, finished, 0)
            self.runs[name] = replace(run, trials_left=expected)
            with contextlib.suppress(L2LError):
                if (path := self.folder / run.file).exists():
                    self.runs[name] = replace(run, **_progress_of(path, run.config))

    def _write_manifest(self) -> None:
        rows = [
            {
                "name": run.name,
                "file": run.file,
                "state": "stopped" if run.state == "running" else run.state,
                "message": run.message,
                "problems": run.problems,
                "trials": run.trials,
                "config": json.loads(run.config.to_json()),
            }
            for run in self.runs.values()
        ]
        text = json.dumps({"format": FORMAT, "version": 1, "runs": rows}, indent=1)
        temporary = self.folder / f".{MANIFEST}.new"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            temporary.write_text(text, encoding="utf-8")
            temporary.replace(self.folder / MANIFEST)
        except OSError as error:
            raise SweepError(
                f"{self.folder} cannot be written to ({error.strerror}): choose another folder."
            ) from error


def _read_manifest(folder: Path) -> list[SweepRun] | None:
    path = folder / MANIFEST
    if not path.exists():
        return None
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT or document["version"] != 1:
            raise ValueError("another format")
        return [
            SweepRun(
                name=str(row["name"]),
                config=RunConfig.from_values(row["config"]),
                state=str(row["state"]),
                message=str(row["message"]),
                problems=int(row["problems"]),
                trials=int(row["trials"]),
            )
            for row in document["runs"]
        ]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SweepError(f"{path} is damaged ({error}): delete it to begin anew.") from error


@contextlib.contextmanager
def _executor(given: Executor | None, workers: int | None) -> Iterator[Executor]:
    if given is not None:
        yield given
        return
    count = workers or os.cpu_count() or 1
    with ProcessPoolExecutor(count, get_context("spawn"), _begin_worker) as pool:
        yield pool


def _begin_worker() -> None:
    """One thread each, and Ctrl-C left to the sweep, which asks for an orderly stop."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
