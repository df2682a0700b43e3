"""The HDF5 side of writing: whole rows, appended under SWMR, that survive kills and full disks.

Of each table one column is written after all others have reached the file, so a row counts
only when it is whole, wherever the process is killed.
"""

from __future__ import annotations

import atexit
import ctypes
import itertools
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig
from l2l_engine.storage import checkpoint, hdf5, layout, recovery, space
from l2l_engine.storage.errors import SessionMovedError
from l2l_engine.storage.layout import Column
from l2l_engine.training.records import ProblemRecord, TrialRecord


class AppendableFile:
    """A session file open for appending.

    Every write may be repeated after a DiskFullError, and then either happens as a whole or
    not at all as far as readers are concerned.
    """

    def __init__(self, path: Path, config: RunConfig) -> None:
        self.path = path
        self.config = config
        self._failed = False
        self._file: h5py.File
        self._smallest: int
        self._open()
        self._trial_columns = self._present(layout.trial_columns(config))
        self._problem_columns = self._present(layout.problem_columns(config))
        self._weight_columns = self._present(layout.weight_columns(config))

    @property
    def n_trials(self) -> int:
        """Complete trials in the file."""
        return self._rows(self._trial_columns)

    @property
    def n_problems(self) -> int:
        """Complete problems in the file."""
        return min(self._rows(self._problem_columns), self._rows(self._weight_columns))

    def write_trials(self, start: int, records: Sequence[TrialRecord]) -> None:
        """Put trials at row ``start`` and after."""
        with self._transaction(len(records) * _row_bytes(self._trial_columns)):
            self._write(self._trial_columns, start, records)

    def write_problems(self, records: Sequence[ProblemRecord]) -> None:
        """Put consecutive problems and, where they are finite, their networks at their indices."""
        size = _row_bytes(self._problem_columns) + _row_bytes(self._weight_columns)
        with self._transaction(len(records) * size):
            self._write_weights(records)
            self._write(self._problem_columns, records[0].index, records)

    def write_checkpoint(self, packed: NDArray[np.uint8]) -> None:
        """Put a packed checkpoint in the place of the last but one, and on the disk itself."""
        with self._transaction(packed.nbytes):
            checkpoint.write(self._file, packed)
            os.fsync(self._file.id.get_vfd_handle())

    def write_target(self, problems: int) -> None:
        """Say how many problems are asked for in all."""
        if layout.TARGET in self._file:
            with self._transaction(8):
                self._file[layout.TARGET][0] = problems
                self._file.flush()

    def copy_to(self, target: Path) -> None:
        """Write every row to another file, also when this one has been deleted or moved."""
        recovery.copy(self._file, self.path, target, torn=False)

    def close(self) -> None:
        """Close the file and release the preallocated space."""
        if self._failed:
            _abandoned.append((self._file, self._datasets))
        else:
            self._file.close()
            with suppress(FileNotFoundError):
                space.release(self.path)

    # ----------------------------------------------------------------------------------

    def _check_place(self) -> None:
        """Notice that the file at the path is no longer the one that is written.

        Raises
        ------
        SessionMovedError
        """
        mine = os.fstat(self._file.id.get_vfd_handle())
        try:
            there = self.path.stat()
        except OSError:
            happened = "was deleted or moved"
        else:
            if not os.path.samestat(mine, there):
                happened = "was replaced by another file"
            elif there.st_size < self._smallest:
                happened = f"was cut off at {there.st_size} bytes"
            else:
                return
        raise SessionMovedError(
            f"{self.path} {happened} while it was being written; save the run under another name, "
            "or put the file back and continue.",
            self.path,
        )

    def _open(self) -> None:
        self._smallest = 0  # bytes known to be in the file
        if _is_abandoned(self.path):
            recovery.rewrite(self.path)
        try:
            space.release(self.path)
            self._file = hdf5.open_to_append(self.path)
        except OSError:
            # its writer was killed, or this process has it open for reading
            recovery.rewrite(self.path)
            self._file = hdf5.open_to_append(self.path)
        self._datasets: dict[str, h5py.Dataset] = {
            column.path: self._file[column.path]
            for column in layout.columns(self.config)
            if column.path in self._file
        }

    def _present(self, columns: dict[str, Column]) -> dict[str, Column]:
        """Those the file has: one of an earlier version lacks some."""
        return {name: item for name, item in columns.items() if item.path in self._datasets}

    @contextmanager
    def _transaction(self, size: int) -> Iterator[None]:
        """Guard a write of about ``size`` bytes."""
        if self._failed:
            self._check_place()
            recovery.rewrite(self.path)
            _abandoned.append((self._file, self._datasets))
            self._open()
            self._failed = False
        self._check_place()
        space.reserve(self._file, self.path, size)
        try:
            yield
        except (OSError, RuntimeError) as error:
            self._failed = True
            raise space.failure(self.path, error, size) from error
        self._smallest = os.fstat(self._file.id.get_vfd_handle()).st_size

    def _write(self, columns: Mapping[str, Column], start: int, records: Sequence[Any]) -> None:
        *names, last = columns
        for name in names:
            self._write_column(name, columns[name], start, records)
        self._file.flush()
        self._write_column(last, columns[last], start, records)  # now the rows count
        self._file.flush()

    def _write_column(self, name: str, column: Column, start: int, records: Sequence[Any]) -> None:
        rows = np.full((len(records), *column.shape), column.fill, column.dtype)
        for row, record in enumerate(records):
            value = getattr(record, name)
            if value is not None:
                rows[row] = value
        self._lengthen(column, start + len(records))[start : start + len(records)] = rows

    def _write_weights(self, records: Sequence[ProblemRecord]) -> None:
        first, saved = records[0].index, [record.weights.is_finite() for record in records]
        for name, column in self._weight_columns.items():
            dataset = self._lengthen(column, first + len(records))
            for known, run in itertools.groupby(range(len(records)), saved.__getitem__):
                if known:  # a network that is not saved takes no room
                    rows = list(run)
                    block = np.stack([getattr(records[row].weights, name) for row in rows])
                    dataset[first + rows[0] : first + rows[-1] + 1] = block

    def _lengthen(self, column: Column, rows: int) -> h5py.Dataset:
        dataset = self._datasets[column.path]
        if len(dataset) < rows:
            dataset.resize(rows, axis=0)
        return dataset

    def _rows(self, columns: Mapping[str, Column]) -> int:
        return min(len(self._datasets[column.path]) for column in columns.values())


def _row_bytes(columns: Mapping[str, Column]) -> int:
    return sum(column.row_bytes for column in columns.values())


# Handles HDF5 failed with. Closing one would fail again, as the process ends too, and reopening its
# file in this process would share its state.
_abandoned: list[tuple[h5py.File, dict[str, h5py.Dataset]]] = []
ctypes.pythonapi.Py_IncRef(ctypes.py_object(_abandoned))  # kept beyond the end of the interpreter


def _is_abandoned(path: Path) -> bool:
    status = path.stat()
    return any(
        os.path.samestat(status, os.fstat(file.id.get_vfd_handle())) for file, _ in _abandoned
    )


@atexit.register
def _disconnect_abandoned() -> None:
    """Let HDF5's last attempts to write abandoned handles go nowhere, instead of failing."""
    for file, _ in _abandoned:
        with open(os.devnull, "rb+") as nowhere:  # noqa: PTH123
            os.dup2(nowhere.fileno(), file.id.get_vfd_handle())
