"""Finding damage in a session, and saving what is whole of it in a new one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import RunConfig
from l2l_engine.storage import atomic, checkpoint, hdf5, layout, opening, recovery
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.layout import Column

Progress = Callable[[float], None]
_UNREADABLE = (OSError, RuntimeError, KeyError, ValueError)


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """What of a session can be read and agrees with its checksums.

    Parameters
    ----------
    config : RunConfig
    version : int
        Of the format. Version 1 has no checksums: changed numbers are not noticed.
    problems, trials : int
        Rows of the tables.
    lost : dict of str to (rows,) bool
        Of each damaged column, by its path: which rows cannot be read.
    initial_lost : tuple of str
        Damaged arrays of the untrained network.
    checkpoints : int
        Intact checkpoints, 0 to 2.
    checkpoints_written : int
        Checkpoints that were ever written, 0 to 2.
    missing_end : str
        What is to be said of a file that is cut off; empty for others.
    """

    config: RunConfig
    version: int
    problems: int
    trials: int
    lost: dict[str, NDArray[np.bool_]]
    initial_lost: tuple[str, ...]
    checkpoints: int
    checkpoints_written: int
    missing_end: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is damaged."""
        return not (self.lost or self.initial_lost or self.missing_end) and (
            self.checkpoints == self.checkpoints_written
        )

    def sentences(self) -> list[str]:
        """What is damaged, a sentence each; problems and trials count from 1."""
        found = [f"The file {self.missing_end}."] if self.missing_end else []
        for path, rows in self.lost.items():
            kind = "trial" if path.startswith("trials/") else "problem"
            found.append(f"/{path} is damaged at {kind} {_ranges(np.flatnonzero(rows) + 1)}.")
        found += [f"/{path} is damaged." for path in self.initial_lost]
        torn = self.checkpoints_written - self.checkpoints
        if torn and not self.checkpoints:
            found.append("There is no intact checkpoint: the session can be branched from.")
        elif torn:
            found.append("One of the two checkpoints is damaged; the other one is intact.")
        return found


def survey(path: Path, progress: Progress | None = None) -> Survey:
    """Read everything in a session and compare it with its checksums.

    Parameters
    ----------
    path : Path
        A session; one that is being written is seen as it is now.
    progress : callable, optional
        Told the fraction done.

    Raises
    ------
    SessionError
        When its configuration cannot be read, so that nothing else can.
    """
    with opening.open_file(path, cut_off=True) as file:
        return _survey(path, file, progress or _silent)


def repair(path: Path, target: Path, progress: Progress | None = None) -> Survey:
    """Write what is whole of a session into a new one, which appears complete or not at all.

    Every problem and trial keeps its number. Of a damaged one only what is damaged is unknown
    (NaN, -1), as in a session imported from files with gaps. The checkpoint is kept if intact.

    Parameters
    ----------
    path : Path
        The damaged session; it is not changed.
    target : Path
        The session to make; it must not exist.
    progress : callable, optional
        Told the fraction done.

    Returns
    -------
    Survey
        What was found, and so what is lost.

    Raises
    ------
    SessionError
        When the configuration cannot be read, or ``target`` exists.
    ExportError
        When it cannot be written.
    """
    if target.exists():
        raise SessionError(
            f"{target} exists already: choose another name for the repaired session."
        )
    shown = progress or _silent
    with opening.open_file(path, cut_off=True) as file:
        found = _survey(path, file, lambda done: shown(done / 2))
        with atomic.replacing(target, sync=True) as part, hdf5.create(part) as sound:
            _write(path, file, sound, found, lambda done: shown(0.5 + done / 2))
    return found


def _survey(path: Path, file: h5py.File, progress: Progress) -> Survey:
    config = opening.config_of(path, file)
    version = opening.attribute(path, file, "version")
    assert isinstance(version, int)
    columns = [column for column in layout.columns(config) if column.since <= version]
    torn = hdf5.marked_open(path)
    lost = {}
    for done, column in enumerate(columns):
        lost[column.path] = _lost_rows(_dataset(path, file, column), column, torn)
        progress(done / len(columns))

    def rows_of(table: str) -> int:
        counts = [
            len(rows) for name, rows in lost.items() if rows is not None and name.startswith(table)
        ]
        return min(counts, default=0)

    counts = {table: rows_of(table) for table in ("problems/", "trials/")}
    damage: dict[str, NDArray[np.bool_]] = {}
    for name, rows in lost.items():
        count = counts[f"{name.split('/')[0]}/"]
        bad = np.ones(count, bool) if rows is None else rows[:count]
        if bad.any() or rows is None:
            damage[name] = bad
    initial = [layout.initial_path(name) for name in layout.weight_columns(config)]
    written, intact = _checkpoints(path, file)
    return Survey(
        config,
        version,
        counts["problems/"],
        counts["trials/"],
        damage,
        tuple(name for name in initial if _array(path, file, name) is None),
        intact,
        written,
        opening.missing_end(path),
    )


def _dataset(path: Path, file: h5py.File, column: Column) -> h5py.Dataset | None:
    try:
        return opening.dataset(path, file, column.path, (None, *column.shape), column.dtype)
    except SessionError:
        return None


def _lost_rows(
    dataset: h5py.Dataset | None, column: Column, torn: bool
) -> NDArray[np.bool_] | None:
    """Which rows cannot be read, (rows,); None where the whole column is gone."""
    if dataset is None:
        return None
    lost = np.zeros(len(dataset), bool)
    for start in range(0, len(dataset), column.rows_per_chunk):
        rows = slice(start, start + column.rows_per_chunk)
        try:
            recovery.read_rows(dataset, column, start, min(rows.stop, len(dataset)), torn=torn)
        except _UNREADABLE:
            lost[rows] = True
    return lost


def _array(path: Path, file: h5py.File, name: str) -> NDArray[Any] | None:
    try:
        return np.asarray(opening.dataset(path, file, name)[()])
    except (SessionError, *_UNREADABLE):
        return None


def _checkpoints(path: Path, file: h5py.File) -> tuple[int, int]:
    """Slots written, and those of them that agree with their seals."""
    try:
        for name in (layout.CHECKPOINT_SEAL, *layout.CHECKPOINT_SLOTS):
            opening.dataset(path, file, name)
        seals = file[layout.CHECKPOINT_SEAL][:]
    except (SessionError, *_UNREADABLE):
        return 1, 0
    written = int((seals[:, 0] > 0).sum())
    return written, len(checkpoint.intact_slots(file))


def _write(
    path: Path, file: h5py.File, sound: h5py.File, found: Survey, progress: Progress
) -> None:
    recovery.copy_attributes(file, sound)
    layout.create_datasets(sound, found.config, found.version)
    columns = [column for column in layout.columns(found.config) if column.path in sound]
    no_network = np.zeros(found.problems, bool)  # one whole array of it is of no use
    for name, bad in found.lost.items():
        if name.startswith(layout.WEIGHTS):
            no_network |= bad
    for done, column in enumerate(columns):
        count = found.trials if column.path.startswith("trials/") else found.problems
        target = sound[column.path]
        target.resize(count, axis=0)
        source = _dataset(path, file, column)
        bad = found.lost.get(column.path, np.zeros(count, bool))
        if column.path.startswith(layout.WEIGHTS):
            bad = no_network
        for start in range(0, count, column.rows_per_chunk):
            rows = slice(start, min(start + column.rows_per_chunk, count))
            if source is None or bad[rows].any():
                if not column.path.startswith(layout.WEIGHTS):
                    target[rows] = np.full((rows.stop - start, *column.shape), column.fill)
                continue
            content = recovery.read_rows(
                source, column, start, rows.stop, torn=hdf5.marked_open(path)
            )
            if not recovery.is_unsaved(column, content):
                target[rows] = content
        progress(done / len(columns))
    for name in layout.weight_columns(found.config):
        initial = _array(path, file, layout.initial_path(name))
        if initial is not None and initial.shape == sound[layout.initial_path(name)].shape:
            sound[layout.initial_path(name)][()] = initial
    target_problems = _array(path, file, layout.TARGET)
    if target_problems is not None and layout.TARGET in sound:
        sound[layout.TARGET][0] = target_problems.ravel()[0]
    state = checkpoint.read(file) if found.checkpoints else None
    if state is not None:
        checkpoint.write(sound, checkpoint.pack(state))


def _ranges(numbers: NDArray[np.intp]) -> str:
    """Numbers in ascending order, runs of them shortened: 1, 4–9."""
    if len(numbers) == 0:
        return "all"
    parts = np.split(numbers, np.flatnonzero(np.diff(numbers) > 1) + 1)
    words = [f"{part[0]}" if len(part) == 1 else f"{part[0]}–{part[-1]}" for part in parts]
    return ", ".join(words[:12]) + (f" and {len(words) - 12} more" if len(words) > 12 else "")


def _silent(fraction: float) -> None:
    pass
