"""Grids of runs: each its own session, resumable at any point, here or on a cluster.

A run's function needs only its session's folder, so that any executor that can call it will do:
processes of this machine, or the workers of a Dask cluster that share the folder.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures import wait as wait_for
from dataclasses import replace
from pathlib import Path

from l2l_engine.config import L2LError, RunType
from l2l_engine.outlook import trials_left
from l2l_engine.protocols import notation
from l2l_engine.storage.errors import BusyError
from l2l_engine.storage.lock import WriterLock
from l2l_engine.sweeps import manifest
from l2l_engine.sweeps.grid import SweepRun
from l2l_engine.sweeps.manifest import Manifest, SweepError
from l2l_engine.sweeps.pool import LocalPool
from l2l_engine.sweeps.worker import progress_of, train_run

_POLL_SECONDS = 1.0
_LOOK_SECONDS = 0.1  # a poll may spend on reading how far the runs have come
_WANTED = ".wanted-"  # a file of this prefix keeps the workers training, wherever they run
_RESTARTS = 20  # of a run whose worker was stopped from outside

Show = Callable[[Sequence[SweepRun]], None]


class Sweep:
    """Runs and the manifest that records them.

    Parameters
    ----------
    folder : path-like
        Holds a session per run and ``sweep.json``.
    runs : sequence of SweepRun, optional
        By default those the manifest lists.

    Raises
    ------
    SweepError
        When the folder holds another sweep, or no manifest where one is needed.
    """

    def __init__(self, folder: str | os.PathLike[str], runs: Sequence[SweepRun] | None = None):
        self.folder = Path(folder)
        self._manifest = Manifest(self.folder)
        known = {run.name: run for run in self._manifest.read() or ()}
        if runs is None:
            if not known:
                raise SweepError(f"{self.folder} holds no {manifest.NAME}: say which runs to make.")
            runs = list(known.values())
        for run in runs:
            old = known.get(run.name)
            if old is None:
                continue
            same = run.config.replace(problems=old.config.problems) == old.config
            if not same or run.protocol != old.protocol:
                raise SweepError(
                    f"{self.folder / run.file} was made with other parameters: "
                    "choose another folder."
                )
        # runs added in an earlier call stay in the manifest
        asked = {run.name: run for run in runs}
        self.runs = asked | {name: old for name, old in known.items() if name not in asked}
        self._wanted = ""
        self._stopping = False
        self._restarts: Counter[str] = Counter()
        self._foresee(known)

    def train(
        self,
        executor: Executor | None = None,
        *,
        workers: int | None = None,
        progress: Show | None = None,
    ) -> list[SweepRun]:
        """Train every run that is not done; what became of each.

        Parameters
        ----------
        executor : concurrent.futures.Executor, optional
            Where to train; by default ``workers`` processes of this machine, one thread each (as
            many as there are cores). ``dask.distributed.Client.get_executor()`` fits.
        workers : int, optional
            Processes of this machine.
        progress : callable, optional
            Called about once a second with the state of all runs; may raise KeyboardInterrupt to
            stop, after which every run has a checkpoint.

        Raises
        ------
        SweepError
            When another process trains this sweep, or its folder cannot be written to.
        """
        self.save()
        with self._alone(), self._keeping_workers_at_it():
            pool = LocalPool(workers or os.cpu_count() or 1) if executor is None else executor
            try:
                self._train_in(pool, progress)
            finally:
                if isinstance(pool, LocalPool):
                    pool.shutdown()
                self.save()
        return list(self.runs.values())

    def _train_in(self, pool: Executor, progress: Show | None) -> None:
        # Full runs first: perturbation runs branch from them
        waiting = sorted(
            (run for run in self.runs.values() if run.state != "done"),
            key=lambda run: run.config.run_type.perturbs,
        )
        for run in waiting:
            self.runs[run.name] = replace(run, state="waiting", message="")
        futures = {self._submit(pool, self.runs[run.name]): run.name for run in waiting}
        try:
            while futures:
                ended, _ = wait_for(futures, timeout=_POLL_SECONDS, return_when="FIRST_COMPLETED")
                for future in ended:
                    again = self._end(futures.pop(future), future)
                    if again is not None:
                        futures[self._submit(pool, again)] = again.name
                self._look(futures, isinstance(pool, LocalPool))
                self._manifest.write(self.runs.values())
                if progress is not None:
                    progress(list(self.runs.values()))
        except BaseException:
            self._stop(pool, futures)
            raise

    def _submit(self, pool: Executor, run: SweepRun) -> Future[SweepRun]:
        return pool.submit(train_run, str(self.folder.resolve()), run, self._wanted)

    def _stop(self, pool: Executor, futures: dict[Future[SweepRun], str]) -> None:
        """Have every run save itself and end, and record how far each has come."""
        self._stopping = True
        try:
            (self.folder / self._wanted).unlink(missing_ok=True)
            for future in futures:
                future.cancel()
            if isinstance(pool, LocalPool):
                pool.stop()
            for future, name in futures.items():
                with contextlib.suppress(CancelledError, SweepError):
                    self._end(name, future)
        finally:
            self._stopping = False

    def _end(self, name: str, future: Future[SweepRun]) -> SweepRun | None:
        """Record what became of a run; the run itself where it is to continue."""
        try:
            result = future.result()
        except CancelledError:
            if self._stopping:
                raise
            raise SweepError(
                "The cluster dropped the runs it was given: start it again, and the same command "
                f"continues in {self.folder}."
            ) from None
        except Exception as error:
            result = replace(self.runs[name], state="failed", message=str(error))
        self.runs[name] = result
        # stopped though the sweep was not: the worker was ended from outside, or never existed
        if result.state in ("stopped", "waiting") and not self._stopping:
            self._restarts[name] += 1
            if self._restarts[name] <= _RESTARTS:
                return result
        return None

    # -- how far the runs have come ----------------------------------------------------

    def _look(self, futures: dict[Future[SweepRun], str], local: bool) -> None:
        """See in the session files how far the runs under way have come, a few files at a time.

        A pool of this machine says which runs are under way; elsewhere new trials show it.
        """
        until = time.monotonic() + _LOOK_SECONDS
        for future, name in list(futures.items()):
            if not future.running():
                continue
            if local:
                self.runs[name] = replace(self.runs[name], state="running")
            if time.monotonic() < until:
                futures[future] = futures.pop(future)  # next time it comes last
                self._see(self.runs[name])

    def _see(self, run: SweepRun) -> None:
        path = self.folder / run.file
        if path.exists():
            with contextlib.suppress(L2LError):
                found = progress_of(path, run)
                state = "running" if found["trials"] > run.trials else run.state
                self.runs[run.name] = replace(run, state=state, **found)

    def _foresee(self, known: dict[str, SweepRun]) -> None:
        """How far runs have come, which they branch from, and how many trials each still takes."""
        full = {
            run.config.replace(problems=RunType.Full.default_problems): run.file
            for run in self.runs.values()
            if not (run.config.run_type.perturbs or run.protocol)
        }
        for name, run in self.runs.items():
            baseline = full.get(run.config.replace(run_type=RunType.Full), "")
            branches = run.config.run_type.perturbs and not run.protocol
            baseline = baseline if branches else ""
            old = known.get(name)
            path = self.folder / run.file
            done = old is not None and old.state == "done"
            if old is not None and done and old.problems >= run.config.problems and path.exists():
                self.runs[name] = replace(old, config=run.config, trials_left=0.0)  # not opened
                continue
            finished = [0.0] * (run.config.baseline_problems if baseline else 0)
            course = notation.from_json(run.protocol).course() if run.protocol else None
            expected = trials_left(run.config, finished, 0, course)
            run = replace(run, state="waiting", baseline=baseline, trials_left=expected)
            if path.exists():
                with contextlib.suppress(L2LError):
                    found = progress_of(path, run)
                    done = found["problems"] >= run.config.problems
                    run = replace(run, state="done" if done else "stopped", **found)
            self.runs[name] = run

    # -- the folder ----------------------------------------------------------------------

    def save(self) -> None:
        """Write the manifest.

        Raises
        ------
        SweepError
            When the folder cannot be written to.
        """
        self._manifest.write(self.runs.values(), now=True)

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other commands from training the same sweep."""
        try:
            lock = WriterLock(self.folder / manifest.NAME)
        except BusyError:
            raise SweepError(
                f"Another command is training the sweep in {self.folder}: wait for it to end, or "
                "choose another folder."
            ) from None
        try:
            yield
        finally:
            lock.release()

    @contextlib.contextmanager
    def _keeping_workers_at_it(self) -> Iterator[None]:
        """Keep the file whose absence tells this command's workers, and those of any before, to end."""
        try:
            for old in self.folder.glob(f"{_WANTED}*"):
                old.unlink(missing_ok=True)
            self._wanted = f"{_WANTED}{uuid.uuid4().hex[:12]}"
            (self.folder / self._wanted).touch()
        except OSError as error:
            raise SweepError(
                f"{self.folder} cannot be written to ({error.strerror}): choose another folder."
            ) from error
        try:
            yield
        finally:
            (self.folder / self._wanted).unlink(missing_ok=True)
