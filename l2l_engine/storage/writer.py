"""Writing a session: rows are gathered in memory and go to the file problem by problem."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights, check_shapes
from l2l_engine.storage import checkpoint, layout, recovery
from l2l_engine.storage.appending import AppendableFile
from l2l_engine.storage.closing import Closing
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.layout import Lineage
from l2l_engine.storage.lock import WriterLock
from l2l_engine.storage.session import Session
from l2l_engine.training.records import ProblemRecord, TrialRecord


class SessionWriter(Closing):
    """The single writer of a session. Not for several threads at once.

    Rows that did not fit on a full disk stay in memory: :meth:`flush` after room is made
    writes them.
    """

    def __init__(self, path: Path, lock: WriterLock, config: RunConfig) -> None:
        """Use :meth:`create` or :meth:`resume`."""
        self.path = path
        self.config = config
        self._lock = lock
        self._trials: list[TrialRecord] = []
        self._problems: list[ProblemRecord] = []
        self._closed = False
        self._file = AppendableFile(path, config)
        lock.follow()
        self._next_trial, self._next_problem = self.n_trials, self.n_problems

    # -- beginning and ending ----------------------------------------------------------

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        config: RunConfig,
        initial: NetworkWeights,
        *,
        lineage: Lineage | None = None,
        protocol: str | None = None,
        overwrite: bool = False,
    ) -> Self:
        """Begin a new session; it appears at ``path`` complete or not at all.

        Parameters
        ----------
        initial : one network
            What the run starts from.
        lineage : Lineage, optional
            Where the run comes from, if from another session or files.
        protocol : str, optional
            The run's protocol, JSON.

        Raises
        ------
        SessionError
            When the file exists and ``overwrite`` is false, another process writes it, or the
            folder cannot be written to.
        DiskFullError
            When there is no room.
        """
        path = _real(Path(path))
        check_shapes(initial, config)
        check_target(path, overwrite)
        lock = WriterLock(path)
        try:
            check_target(path, overwrite)  # another run may have made it meanwhile
            layout.create_file(path, config, initial, lineage or Lineage(), protocol)
            return cls(path, lock, config)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def resume(cls, path: str | os.PathLike[str]) -> Self:
        """Resume writing a session, repairing what a killed writer left.

        Raises
        ------
        SessionError
            When it cannot be read (see :meth:`Session.open`), another process writes it, or the
            folder cannot be written to.
        DiskFullError
            When there is no room for a repair.
        """
        path = _real(Path(path))
        with Session.open(path) as session:
            config = session.config
        if not os.access(path, os.W_OK):
            raise SessionError(f"{path} is read-only: allow writing, or branch from it.")
        lock = WriterLock(path)
        try:
            if path.stat().st_nlink > 1:  # the file's other names keep what they have
                recovery.rewrite(path)
            return cls(path, lock, config)
        except BaseException:
            lock.release()
            raise

    def save_as(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> None:
        """Write all rows to another file and continue there; the file so far is left as it is.

        This is what to do after a SessionMovedError. Rows still in memory stay there until the
        next :meth:`flush` or checkpoint.

        Parameters
        ----------
        path : path-like
            The file to continue in.
        overwrite : bool
            Replace any file there, be it one now at this session's own path.

        Raises
        ------
        SessionError
            When the file exists and ``overwrite`` is false, another process writes it, or it cannot be
            written.
        DiskFullError
            When there is no room.
        """
        path = _real(Path(path))
        check_target(path, overwrite)
        if path == self.path:  # the lock is of its name, whatever file is there now
            self._lock.release()
        lock = WriterLock(path)
        try:
            self._file.copy_to(path)
            file = AppendableFile(path, self.config)
            lock.follow()
        except BaseException:
            lock.release()
            raise
        self._file.close()
        self._lock.release()
        self._file, self._lock, self.path = file, lock, path

    def close(self) -> None:
        """Write what is left and let others write; safe to call again.

        Raises
        ------
        DiskFullError
            When the last rows do not fit; the file is closed nonetheless.
        """
        if self._closed:
            return
        try:
            self.flush()
        finally:
            self._closed = True
            self._file.close()
            self._lock.release()

    # -- writing -----------------------------------------------------------------------

    @property
    def n_trials(self) -> int:
        """Complete trials in the file."""
        return self._file.n_trials

    @property
    def n_problems(self) -> int:
        """Complete problems in the file."""
        return self._file.n_problems

    def add_trial(self, record: TrialRecord) -> None:
        """Keep a trial in memory until the next problem, checkpoint or :meth:`flush`."""
        self._trials.append(record)

    def add_problem(self, record: ProblemRecord, *, flush: bool = True) -> None:
        """Write the trials so far and this problem.

        Without ``flush`` the problem is kept in memory, as trials are: many are written at once in a
        fraction of the time.

        A network with a NaN or infinite weight is not saved; the rest of the row is. After
        a DiskFullError the record is kept: call :meth:`flush`, or add it again.

        Raises
        ------
        DiskFullError
            When there is no room.
        ValueError
            When the record is not the next one or an array has a wrong shape.
        """
        self._problems = [kept for kept in self._problems if kept.index != record.index]
        expected = self._next_problem + len(self._problems)
        if record.index != expected:
            raise ValueError(f"The next problem is {expected}, not {record.index}.")
        for name, column in layout.problem_columns(self.config).items():
            value = getattr(record, name)
            if value is not None and np.shape(value) != column.shape:
                raise ValueError(f"{name} has shape {np.shape(value)}, not {column.shape}.")
        check_shapes(record.weights, self.config)
        self._problems.append(record)
        if flush:
            self.flush()

    def write_checkpoint(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Write the trials so far, then the state to resume from, under any names.

        Raises
        ------
        DiskFullError
            When there is no room; the checkpoint before this one stays.
        """
        self.flush()
        self._file.write_checkpoint(checkpoint.pack(state))

    def set_target(self, problems: int) -> None:
        """Record how many problems are asked for in all.

        Raises
        ------
        DiskFullError
            When there is no room.
        """
        self.config = self.config.replace(problems=problems)
        self._file.write_target(problems)

    def rewind(self, *, trials: int, problems: int) -> None:
        """Continue at these rows: a resumed run repeats what came after its checkpoint.

        Rows already in the file stay until their repetition replaces them, and their
        number never shrinks. Rows in memory are dropped.
        """
        if not (0 <= trials <= self.n_trials and 0 <= problems <= self.n_problems):
            raise ValueError(
                f"Cannot rewind to trial {trials} of {self.n_trials} "
                f"and problem {problems} of {self.n_problems}."
            )
        self._trials, self._problems = [], []
        self._next_trial, self._next_problem = trials, problems

    def flush(self) -> None:
        """Write every row in memory to the file.

        Raises
        ------
        DiskFullError
            When there is no room; the rows stay in memory.
        """
        if self._closed:
            raise ValueError(f"The session {self.path} is closed.")
        if self._trials:
            self._file.write_trials(self._next_trial, self._trials)
            self._next_trial += len(self._trials)
            self._trials = []
        if self._problems:
            self._file.write_problems(self._problems)
            self._next_problem += len(self._problems)
            self._problems = []


def _real(path: Path) -> Path:
    """The file itself where ``path`` is a symbolic link, so that it has one lock."""
    try:
        return path.resolve() if path.is_symlink() else path
    except OSError:  # what is wrong with it is said when it is opened
        return path


def check_target(path: Path, overwrite: bool) -> None:
    """Raise SessionError where a session cannot be made at ``path``."""
    try:
        is_folder, exists = path.is_dir(), path.exists()
    except OSError as error:
        raise SessionError(
            f"{path} is no name for a file here ({error.strerror}): choose another name."
        ) from error
    if is_folder:
        raise SessionError(f"{path} is a folder: give the session a file name in it.")
    if not path.parent.is_dir():
        raise SessionError(f"The folder {path.parent} does not exist: create it first.")
    if exists and not overwrite:
        raise SessionError(f"{path} exists already: choose another name or resume it.")
