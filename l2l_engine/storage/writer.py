"""Writing a session file: rows are gathered in memory and appended under SWMR.

Of each table one column is written after all others have reached the file, so a row counts
only when it is whole, wherever the process is killed.
"""

from __future__ import annotations

import atexit
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import h5py
import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights, check_shapes
from l2l_engine.storage import checkpoint, hdf5, layout, recovery, space
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.layout import Column
from l2l_engine.storage.lock import WriterLock
from l2l_engine.storage.session import Session
from l2l_engine.training.records import ProblemRecord, TrialRecord

# handles HDF5 failed with: closing them would fail again
_abandoned: list[tuple[h5py.File, dict[str, h5py.Dataset]]] = []


class SessionWriter:
    """The single writer of a session. Not for several threads at once.

    Rows that did not fit on a full disk stay in memory: :meth:`flush` after room is made
    writes them.
    """

    def __init__(self, path: Path, lock: WriterLock, config: RunConfig) -> None:
        """Use :meth:`create` or :meth:`resume`."""
        self.path = path
        self.config = config
        self._lock = lock
        self._columns = {
            "trials": layout.trial_columns(config),
            "problems": layout.problem_columns(config),
            "weights": layout.weight_columns(config),
        }
        self._trials: list[TrialRecord] = []
        self._problems: list[ProblemRecord] = []
        self._closed = False
        self._broken = False
        self._open()
        self._next_trial, self._next_problem = self.n_trials, self.n_problems

    # -- beginning and ending ----------------------------------------------------------

    @classmethod
    def create(
        cls,
        path: str | os.PathLike[str],
        config: RunConfig,
        initial: NetworkWeights,
        *,
        parent: str | None = None,
        source: str | None = None,
        overwrite: bool = False,
    ) -> Self:
        """Begin a new session; it appears at ``path`` complete or not at all.

        Parameters
        ----------
        initial : one network
            What the run starts from.
        parent : str, optional
            The session, and where in it, that this one branches from.
        source : str, optional
            Where an imported run came from.

        Raises
        ------
        SessionError
            When the file exists and ``overwrite`` is false, somebody writes it, or the
            folder cannot be written to.
        DiskFullError
            When there is no room.
        """
        path = Path(path)
        check_shapes(initial, config)
        _check_target(path, overwrite)
        lock = WriterLock(path)
        try:
            _check_target(path, overwrite)  # another run may have made it meanwhile
            layout.create_file(path, config, initial, {"parent": parent, "source": source})
            return cls(path, lock, config)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def resume(cls, path: str | os.PathLike[str]) -> Self:
        """Go on writing a session, repairing what a killed writer left.

        Raises
        ------
        SessionError
            When it cannot be read (see :meth:`Session.open`), somebody writes it, or the
            folder cannot be written to.
        DiskFullError
            When there is no room for a repair.
        """
        path = Path(path)
        with Session.open(path) as session:
            config = session.config
        if not os.access(path, os.W_OK):
            raise SessionError(f"{path} is read-only: allow writing, or branch from it.")
        lock = WriterLock(path)
        try:
            return cls(path, lock, config)
        except BaseException:
            lock.release()
            raise

    def close(self) -> None:
        """Write what is left and let others write; harmless when repeated.

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
            if self._broken:
                _abandoned.append((self._file, self._datasets))
            else:
                self._file.close()
                space.release(self.path)
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # -- writing -----------------------------------------------------------------------

    @property
    def n_trials(self) -> int:
        """Complete trials in the file."""
        return min(len(self._datasets[column.path]) for column in self._columns["trials"].values())

    @property
    def n_problems(self) -> int:
        """Complete problems in the file."""
        return min(
            len(self._datasets[column.path])
            for table in ("problems", "weights")
            for column in self._columns[table].values()
        )

    @property
    def unsaved(self) -> int:
        """Trials and problems still only in memory."""
        return len(self._trials) + len(self._problems)

    def add_trial(self, record: TrialRecord) -> None:
        """Keep a trial in memory until the next problem, checkpoint or :meth:`flush`."""
        self._trials.append(record)

    def add_problem(self, record: ProblemRecord) -> None:
        """Write the trials so far and this problem.

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
        for name, column in self._columns["problems"].items():
            value = getattr(record, name)
            if value is not None and np.shape(value) != column.shape:
                raise ValueError(f"{name} has shape {np.shape(value)}, not {column.shape}.")
        check_shapes(record.weights, self.config)
        self._problems.append(record)
        self.flush()

    def write_checkpoint(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Write the trials so far, then the state to resume from, under any names.

        Raises
        ------
        DiskFullError
            When there is no room; the checkpoint before this one stays.
        """
        self.flush()
        packed = checkpoint.pack(state)
        with self._transaction(packed.nbytes):
            checkpoint.write(self._file, packed)
            os.fsync(self._file.id.get_vfd_handle())

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
            count = len(self._trials)
            columns = self._columns["trials"]
            with self._transaction(count * _row_bytes(columns)):
                self._write_rows(columns, self._next_trial, self._trials)
            self._next_trial += count
            self._trials = self._trials[count:]
        while self._problems:
            record = self._problems[0]
            columns = self._columns["problems"]
            weights = self._columns["weights"]
            with self._transaction(_row_bytes(columns) + _row_bytes(weights)):
                self._write_weights(self._next_problem, record.weights)
                self._write_rows(columns, self._next_problem, [record])
            self._next_problem += 1
            self._problems = self._problems[1:]

    # ----------------------------------------------------------------------------------

    def _write_rows(
        self, columns: Mapping[str, Column], start: int, records: Sequence[Any]
    ) -> None:
        """Write a row a record; the last column, which makes the rows count, after the others."""
        stop = start + len(records)
        *names, last = columns
        for name in (*names, last):
            column = columns[name]
            if name == last:
                self._file.flush()
            rows = np.full((len(records), *column.shape), column.fill, column.dtype)
            for row, record in zip(rows, records, strict=True) if column.shape else ():
                if (value := getattr(record, name)) is not None:
                    row[...] = value
            if not column.shape:
                rows[:] = [getattr(record, name) for record in records]
            dataset = self._datasets[column.path]
            if len(dataset) < stop:
                dataset.resize(stop, axis=0)
            dataset[start:stop] = rows
        self._file.flush()

    def _write_weights(self, index: int, weights: NetworkWeights) -> None:
        saved = weights.is_finite()
        for name, column in self._columns["weights"].items():
            dataset = self._datasets[column.path]
            if len(dataset) <= index:
                dataset.resize(index + 1, axis=0)
            if saved:
                dataset[index] = getattr(weights, name)

    @contextmanager
    def _transaction(self, size: int) -> Iterator[None]:
        """Guard a write of about ``size`` bytes that may be repeated as a whole."""
        if self._broken:
            self._replace_broken()
        space.reserve(self._file, self.path, size)
        try:
            yield
        except (OSError, RuntimeError) as error:
            self._broken = True
            raise space.failure(self.path, error, size) from error

    def _open(self) -> None:
        try:
            space.release(self.path)
            self._file = hdf5.open_to_append(self.path)
        except OSError:
            # its writer was killed, or this process has it open for reading
            recovery.rewrite(self.path)
            self._file = hdf5.open_to_append(self.path)
        self._datasets = {
            column.path: self._file[column.path] for column in layout.columns(self.config)
        }

    def _replace_broken(self) -> None:
        recovery.rewrite_detached(self.path)
        _abandoned.append((self._file, self._datasets))
        self._open()
        self._broken = False


def _row_bytes(columns: Mapping[str, Column]) -> int:
    return sum(column.row_bytes for column in columns.values())


def _check_target(path: Path, overwrite: bool) -> None:
    if path.is_dir():
        raise SessionError(f"{path} is a folder: give the session a file name in it.")
    if not path.parent.is_dir():
        raise SessionError(f"The folder {path.parent} does not exist: create it first.")
    if path.exists() and not overwrite:
        raise SessionError(f"{path} exists already: choose another name or resume it.")


@atexit.register
def _disconnect_abandoned() -> None:
    """Let HDF5's last attempts to write abandoned handles go nowhere, instead of failing."""
    for file, _ in _abandoned:
        with open(os.devnull, "rb+") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), file.id.get_vfd_handle())
