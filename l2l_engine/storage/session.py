"""Reading a session file, also while it is being written.

>>> with Session.open("run.h5") as session:
...     network = session.weights(3)
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import h5py
import numpy as np
from numpy.typing import NDArray

from l2l_engine.network import WEIGHT_NAMES, NetworkWeights, weight_shapes
from l2l_engine.storage import checkpoint, layout, opening
from l2l_engine.storage.closing import Closing
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.layout import Column


class Session(Closing):
    """A run on disk, read-only; see docs/session-format.md.

    K problems and T trials are complete; :meth:`refresh` sees what was added since. Safe to
    use from several threads.
    """

    def __init__(self, path: Path, file: h5py.File) -> None:
        """Use :meth:`open`."""
        self.path = path
        self._file = file
        self._replaced: list[h5py.File] = []  # files since replaced; a thread may be reading them
        self._refreshing = threading.Lock()
        self._identity = _identity(path)
        with self._reading():
            self.config = opening.config_of(path, file)
            # problems before trials, so that a writer at work never shows a problem
            # whose trials are not there
            self._problems = self._table(layout.problem_columns(self.config))
            self._weights = self._table(layout.weight_columns(self.config))
            self._trials = self._table(layout.trial_columns(self.config))
            for name, shape in weight_shapes(self.config).items():
                opening.dataset(path, file, layout.initial_path(name), shape)
            for name in (layout.CHECKPOINT_SEAL, *layout.CHECKPOINT_SLOTS):
                opening.dataset(path, file, name)
            self.created = str(file.attrs.get("created", ""))
            self.software = str(file.attrs.get("software", ""))
            self.parent = _optional(file.attrs.get("parent"))
            self.source = _optional(file.attrs.get("source"))
            self._count()

    # -- opening and closing -----------------------------------------------------------

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Open a session, whether or not somebody is writing it.

        Raises
        ------
        SessionError
            When it is missing, no session, of a newer format, cut off or damaged.
        """
        path = Path(path)
        file = opening.open_file(path)
        try:
            return cls(path, file)
        except BaseException:
            file.close()
            raise

    def close(self) -> None:
        """Close the file; harmless when repeated."""
        for file in (self._file, *self._replaced):
            file.close()

    def refresh(self) -> None:
        """See the trials, problems and checkpoint written since opening or the last refresh."""
        with self._refreshing:
            if _identity(self.path) != self._identity:  # repaired or made anew: another file
                self._replace()
            else:
                self._see_what_was_added()

    def _replace(self) -> None:
        kept = {"_replaced": [*self._replaced, self._file], "_refreshing": self._refreshing}
        self.__dict__.update(type(self).open(self.path).__dict__ | kept)

    def _see_what_was_added(self) -> None:
        with self._reading():
            for table in (self._problems, self._weights, self._trials):
                for dataset in table.values():
                    dataset.refresh()
            checkpoint.refresh(self._file)
            self._count()

    # -- what it holds -----------------------------------------------------------------

    @property
    def available(self) -> NDArray[np.bool_]:
        """Which problems have a saved network, (K,); imported folders can have gaps."""
        with self._reading():
            return np.isfinite(self._weights["output_bias"][: self.n_problems]).all(axis=1)

    @property
    def initial(self) -> NetworkWeights:
        """The untrained network (of a branch: the network it starts from), float32."""
        with self._reading():
            return NetworkWeights(
                *(self._file[layout.initial_path(name)][()] for name in WEIGHT_NAMES)
            )

    def weights(self, index: int | slice | NDArray[Any] | list[int]) -> NetworkWeights:
        """The network after one problem, or a stack of them, float32.

        Parameters
        ----------
        index : int, slice, or integers or booleans along the problems
            A problem whose network was not saved reads as NaN.

        Raises
        ------
        IndexError
            When there is no such problem.
        """
        rows = np.arange(self.n_problems)[index]
        with self._reading():
            if rows.ndim == 0:
                return NetworkWeights(*(self._weights[name][int(rows)] for name in WEIGHT_NAMES))
            return NetworkWeights(*(_rows(self._weights[name], rows) for name in WEIGHT_NAMES))

    @property
    def stimuli(self) -> NDArray[np.float32]:
        """Stimuli of each problem, (K, 2, C)."""
        return self.problem_column("stimuli")

    @property
    def trials_to_criterion(self) -> NDArray[np.float64]:
        """Trials to criterion of each problem, (K,); NaN where it failed."""
        return self.problem_column("trials_to_criterion")

    @property
    def first_trial(self) -> NDArray[np.int64]:
        """Row in the trial table where each problem begins, (K,); -1 where unknown."""
        return self.problem_column("first_trial")

    @property
    def permutations(self) -> NDArray[np.int8]:
        """Permutation drawn for each problem, (K, k); -1 where none was drawn."""
        return self.problem_column("permutation")

    def problem_column(self, name: str) -> NDArray[Any]:
        """A column of /problems by its name in :func:`layout.problem_columns`, (K, ...)."""
        with self._reading():
            return self._problems[name][: self.n_problems]

    def trial_column(self, name: str, start: int = 0, stop: int | None = None) -> NDArray[Any]:
        """Rows ``start`` to ``stop`` of a column of /trials, (T,); the stimulus: (T, B)."""
        rows = range(self.n_trials)[start:stop]
        with self._reading():
            return self._trials[name][rows.start : rows.stop]

    def checkpoint(self) -> checkpoint.State | None:
        """The newest intact checkpoint of the run, by name; None when there is none."""
        with self._reading():
            return checkpoint.read(self._file)

    # ----------------------------------------------------------------------------------

    def _table(self, columns: dict[str, Column]) -> dict[str, h5py.Dataset]:
        return {
            name: opening.dataset(
                self.path, self._file, column.path, (None, *column.shape), column.dtype
            )
            for name, column in columns.items()
        }

    def _count(self) -> None:
        # problems first: a writer in this process may add some, with their trials, in between
        self.n_problems = min(
            len(column) for column in (*self._problems.values(), *self._weights.values())
        )
        self.n_trials = min(len(column) for column in self._trials.values())

    @contextmanager
    def _reading(self) -> Iterator[None]:
        if not self._file:
            raise ValueError(f"The session {self.path} is closed.")
        try:
            yield
        except (OSError, RuntimeError) as error:
            raise SessionError(
                f"{self.path} is damaged and cannot be read ({error}): restore it from a copy."
            ) from error


def _rows(dataset: h5py.Dataset, rows: NDArray[np.intp]) -> NDArray[Any]:
    """Rows in any order, with repeats; contiguous runs are read at one go."""
    if len(rows) == 0:
        return np.empty((0, *dataset.shape[1:]), dataset.dtype)
    if (np.diff(rows) == 1).all():
        return dataset[int(rows[0]) : int(rows[-1]) + 1]
    return np.stack([dataset[int(row)] for row in rows])


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino


def _optional(value: Any) -> str | None:
    return None if value is None else str(value)
