"""Reading a session file, also while it is being written.

>>> with Session.open("run.h5") as session:
...     network = session.weights(3)
"""

from __future__ import annotations

import functools
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import h5py
import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import ConfigError, L2LError, RunConfig
from l2l_engine.network import WEIGHT_NAMES, NetworkWeights, weight_shapes
from l2l_engine.protocols import notation
from l2l_engine.protocols.protocol import Protocol
from l2l_engine.storage import checkpoint, hdf5, layout, opening, origins, version_1
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.layout import Column, Lineage
from l2l_engine.storage.lock import is_being_written
from l2l_engine.storage.views import NoSuchColumnError, SessionViews
from l2l_engine.training.course import Course
from l2l_engine.training.records import Origin

_ATTEMPTS = 20
_PAUSE = 0.01  # s
_LARGEST_UNSTORED = 1 << 28  # bytes


class Session(SessionViews):
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
        self._identity, self._seen = _identity(path), _state(path)
        with self._reading():
            self._written_config = opening.config_of(path, file)
            self.version = int(file.attrs["version"])
            # problems before trials, so that a writer at work never shows a problem
            # whose trials are not there
            self._problems = self._table(layout.problem_columns(self._written_config))
            self._weights = self._table(layout.weight_columns(self._written_config))
            self._trials = self._table(layout.trial_columns(self._written_config))
            for name, shape in weight_shapes(self._written_config).items():
                opening.dataset(path, file, layout.initial_path(name), shape)
            for name in (layout.CHECKPOINT_SEAL, *layout.CHECKPOINT_SLOTS):
                opening.dataset(path, file, name)
            self._target = (
                opening.dataset(path, file, layout.TARGET, (1,), np.int64)
                if self.version > 1
                else None
            )
            self.created = self._text("created") or ""
            self.software = self._text("software") or ""
            self.protocol = self._text("protocol")
            self.lineage = self._lineage()
            self._count()

    # -- opening and closing -----------------------------------------------------------

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Open a session, even while another process writes it.

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
        """Close the file; safe to call again."""
        for file in (self._file, *self._replaced):
            file.close()

    def refresh(self) -> None:
        """See the trials, problems and checkpoint written since opening or the last refresh."""
        with self._refreshing:
            if _identity(self.path) != self._identity:  # repaired or recreated: another file
                self._replace()
            elif not opening.is_detached(self._file):
                self._see_what_was_added()
            elif _state(self.path) != self._seen:
                self._replace()

    def _replace(self) -> None:
        kept = {"_replaced": [*self._replaced, self._file], "_refreshing": self._refreshing}
        self.__dict__.update(type(self).open(self.path).__dict__ | kept)

    def _see_what_was_added(self) -> None:
        with self._reading():
            for table in (self._problems, self._weights, self._trials):
                for dataset in table.values():
                    dataset.refresh()
            checkpoint.refresh(self._file)
            if self._target is not None:
                self._target.refresh()
            self._count()

    # -- what it is --------------------------------------------------------------------

    @property
    def parent(self) -> str | None:
        """Path of the session it branched from; None: of no session."""
        return self.lineage.parent

    @property
    def source(self) -> str | None:
        """The files it was imported from; None: it was not imported."""
        return self.lineage.source

    # -- what it holds -----------------------------------------------------------------

    @property
    def available(self) -> NDArray[np.bool_]:
        """Which problems have a saved network, (K,); imported folders can have gaps."""
        with self._reading():
            saved = self._rows(self._weights["output_bias"], slice(0, self.n_problems))
        return np.isfinite(saved).all(axis=1)

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
        NoSuchProblemError
            When there is no such problem; it is an IndexError.
        """
        rows = self._places(index)
        with self._reading():
            self._check_size(rows.size)
            if rows.ndim == 0:
                return NetworkWeights(*(self._weights[name][int(rows)] for name in WEIGHT_NAMES))
            return NetworkWeights(*(_chosen(self._weights[name], rows) for name in WEIGHT_NAMES))

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

    @property
    def trials_run(self) -> NDArray[np.int64]:
        """Trials each problem took, criterion window included, (K,); -1 where unknown."""
        return self.problem_column("trials_run")

    @property
    def labels(self) -> list[str]:
        """The label of each problem; empty where there is none."""
        return [bytes(label).decode(errors="replace") for label in self.problem_column("label")]

    @property
    def origins(self) -> tuple[Origin, ...]:
        """How each problem came about, (K,): new, again, reversed and so on, label and stage."""
        return origins.recorded(self)

    @functools.cached_property
    def followed(self) -> Protocol | None:
        """The protocol it follows; None also where it is unreadable, which only training has to say."""
        try:
            protocol = None if self.protocol is None else notation.from_json(self.protocol)
            if protocol is not None:
                protocol.check(self._written_config)
        except L2LError:
            return None
        return protocol

    @functools.cached_property
    def course(self) -> Course | None:
        """The protocol in the form that training takes."""
        return None if self.followed is None else self.followed.course()

    @property
    def started_from(self) -> NDArray[np.intp] | None:
        """Place of the network each problem was learned from, (K,), -1 the untrained one.

        None where that follows from the run type, there being no protocol.
        """
        course = self.course
        if course is None:
            return None
        return np.array([course.start(index) for index in range(self.n_problems)], np.intp)

    @property
    def changed_configs(self) -> dict[int, RunConfig]:
        """The parameters of learned problems, by their place, whose stage changed some."""
        if self.course is None:
            return {}
        changed = (k for k in range(self.n_problems) if self.course.plan(k).changes)
        return {index: self.config_of(index) for index in changed}

    def config_of(self, index: int) -> RunConfig:
        """The parameters a problem, learned or to come, is learned with.

        They are the run's, but for what the problem's stage of a protocol changes.

        Parameters
        ----------
        index : int
            The problem, from 0.
        """
        if self.course is None:
            return self.config
        changes = self.course.plan(index).changes
        return self.config.replace(**changes) if changes else self.config

    def problem_column(self, name: str) -> NDArray[Any]:
        """A column of /problems by its name in :func:`layout.problem_columns`, (K, ...).

        What a file of an older version does not hold reads as unknown, or is worked out from
        what it holds.
        """
        if name not in self._problems:
            _check_name(name, layout.problem_columns(self.config), "problems")
            return version_1.problem_column(self, name)
        with self._reading():
            return self._rows(self._problems[name], slice(0, self.n_problems))

    def trial_column(self, name: str, start: int = 0, stop: int | None = None) -> NDArray[Any]:
        """Rows ``start`` to ``stop`` of a column of /trials, (T,); the stimulus: (T, B)."""
        rows = range(self.n_trials)[start:stop]
        if name not in self._trials:
            _check_name(name, layout.trial_columns(self.config), "trials")
            return version_1.trial_column(self, name, rows)
        with self._reading():
            return self._rows(self._trials[name], slice(rows.start, rows.stop))

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
            if column.since <= self.version
        }

    def _check_size(self, count: int) -> None:
        """Refuse to take memory for networks that a small file only declares."""
        columns = layout.weight_columns(self.config).values()
        wanted = count * sum(column.row_bytes for column in columns)
        if wanted > _LARGEST_UNSTORED:
            stored = sum(dataset.id.get_storage_size() for dataset in self._weights.values())
            if wanted > stored + _LARGEST_UNSTORED:
                raise OSError("it declares more networks than it holds")

    def _text(self, name: str) -> str | None:
        value = opening.attribute(self.path, self._file, name)
        return value if isinstance(value, str) else None

    def _lineage(self) -> Lineage:
        parent, after = (
            self._text("parent"),
            opening.attribute(self.path, self._file, "branched_after"),
        )
        if parent is not None and self.version == 1:
            parent, after = version_1.parent_of(parent)
        return Lineage(
            id=self._text("id") or "",
            parent=parent,
            parent_id=self._text("parent_id"),
            branched_after=after if isinstance(after, int) else None,
            source=self._text("source"),
        )

    def _count(self) -> None:
        # problems first: a writer in this process may add some, with their trials, in between
        self.n_problems = min(
            len(column) for column in (*self._problems.values(), *self._weights.values())
        )
        self.n_trials = min(len(column) for column in self._trials.values())
        self.config = self._extended()

    def _extended(self) -> RunConfig:
        """The configuration with the number of problems asked for since."""
        config = self._written_config
        if self._target is not None:
            target = int(self._target[0])
        else:
            recorded = checkpoint.integer(checkpoint.read(self._file) or {}, "target")
            target = config.problems if recorded is None else recorded
        try:
            return config if target == config.problems else config.replace(problems=target)
        except ConfigError:
            return config

    def _rows(self, dataset: h5py.Dataset, rows: slice) -> NDArray[Any]:
        """Rows of a column, read again where a writer was just writing over their chunk.

        The last chunk of a column is rewritten as rows are added; who reads it in that moment
        finds a checksum that does not fit.
        """
        for attempt in range(_ATTEMPTS):
            try:
                return dataset[rows]
            except OSError:
                if attempt + 1 == _ATTEMPTS or not hdf5.marked_open(self.path):
                    raise
            time.sleep(_PAUSE)
            dataset.refresh()
        raise AssertionError

    @contextmanager
    def _reading(self) -> Iterator[None]:
        if not self._file:
            raise ValueError(f"The session {self.path} is closed.")
        try:
            yield
        except (OSError, RuntimeError, KeyError) as error:
            raise SessionError(
                f"{self.path} is damaged and cannot be read ({error}): restore it from a copy, or "
                "recover what is intact with l2l-info --repair."
            ) from error


def _chosen(dataset: h5py.Dataset, rows: NDArray[np.intp]) -> NDArray[Any]:
    """Rows in any order, with repeats; contiguous runs are read at once."""
    if len(rows) == 0:
        return np.empty((0, *dataset.shape[1:]), dataset.dtype)
    if (np.diff(rows) == 1).all():
        return dataset[int(rows[0]) : int(rows[-1]) + 1]
    return np.stack([dataset[int(row)] for row in rows])


def _check_name(name: str, columns: dict[str, Column], table: str) -> None:
    if name not in columns:
        raise NoSuchColumnError(
            f"There is no column {name!r} of {table}: there are {', '.join(columns)}."
        )


def _state(path: Path) -> tuple[int, int, bool]:
    """What changes when a file is written."""
    status = path.stat()
    return status.st_size, status.st_mtime_ns, is_being_written(path)


def _identity(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise SessionError(
            f"{path} is no longer there: put it back, or open it where it is now."
        ) from error
    return status.st_dev, status.st_ino
