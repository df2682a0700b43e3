"""Paths, types and shapes of a session file; docs/session-format.md explains each."""

from __future__ import annotations

import datetime
import importlib.metadata
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import DTypeLike

from l2l_engine import task
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights, weight_shapes
from l2l_engine.storage import atomic, hdf5, space
from l2l_engine.training import random_state
from l2l_engine.training.records import LABEL_BYTES

FORMAT = "l2l-session"
RESULTS_FORMAT = "l2l-results"
VERSION = 2
CHECKPOINT_SLOTS = ("checkpoint/slot_0", "checkpoint/slot_1")
CHECKPOINT_SEAL = "checkpoint/seal"
WEIGHTS = "problems/weights/"
"""Where networks are; the chunks of those that were not saved are missing."""
TARGET = "checkpoint/target"
"""Problems asked for in all, (1,); a dataset, for attributes cannot change under SWMR."""
SUMMARIES = (
    "input_norm",
    "output_norm",
    "recurrent_norm",
    "top_singular_norm",
    "mean_square_rate",
    "largest_rate",
)
"""Numbers of a problem that are means over its criterion window; of the rate its maximum."""

_SLOT_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Column:
    """One array with a row per trial or problem.

    Parameters
    ----------
    path : str
        Where it is in the file.
    dtype : numpy type
    shape : tuple of int
        Shape of one row.
    rows_per_chunk : int
        Rows stored, read and checksummed together.
    since : int
        Format version that brought it; files of earlier versions lack it.
    """

    path: str
    dtype: DTypeLike
    shape: tuple[int, ...] = ()
    rows_per_chunk: int = 1
    since: int = 1

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return int(np.dtype(self.dtype).itemsize * np.prod(self.shape, initial=1))

    @property
    def fill(self) -> float | int | bytes:
        """What a row never written reads as."""
        kind = np.dtype(self.dtype).kind
        fills: dict[str, float | int | bytes] = {"f": np.nan, "i": -1, "S": b""}
        return fills.get(kind, 0)

    def create(self, file: h5py.File) -> None:
        """Add the empty column, with checksums, to which rows can be appended."""
        file.create_dataset(
            self.path,
            shape=(0, *self.shape),
            maxshape=(None, *self.shape),
            chunks=(self.rows_per_chunk, *self.shape),
            dtype=self.dtype,
            fillvalue=self.fill,
            fletcher32=True,
        )


def trial_columns(config: RunConfig) -> dict[str, Column]:
    """Columns of /trials by name; the last is written last, so it tells complete rows."""
    names = ("task_loss", "regularisation_cost", "mean_square_rate", "largest_rate", "correct")
    return {
        "problem": Column("trials/problem", np.int32, (), 1024),
        "stimulus": Column("trials/stimulus", np.int8, (config.batch_size,), 1024),
        "shown_problem": Column("trials/shown_problem", np.int32, (), 1024, since=2),
        **{name: Column(f"trials/{name}", np.float32, (), 1024) for name in names},
    }


def problem_columns(config: RunConfig) -> dict[str, Column]:
    """Columns of /problems but the weights, by name; the last is written last."""
    scalars = (*SUMMARIES, "trials_to_criterion")
    stimuli = (task.RESPONSES, config.stimulus_channels)
    directions = (config.manifold_dimensions,)
    return {
        "stimuli": Column("problems/stimuli", np.float32, stimuli, 16),
        "first_trial": Column("problems/first_trial", np.int64, (), 64),
        "trials_run": Column("problems/trials_run", np.int64, (), 64, since=2),
        "outcome": Column("problems/outcome", np.int8, (), 64, since=2),
        "stimuli_from": Column("problems/stimuli_from", np.int8, (), 64, since=2),
        "from_problem": Column("problems/from_problem", np.int64, (), 64, since=2),
        "overlaps": Column("problems/overlaps", np.float64, (task.RESPONSES,), 64, since=2),
        "label": Column("problems/label", f"S{LABEL_BYTES}", (), 16, since=2),
        "stage": Column("problems/stage", np.int64, (), 64, since=2),
        "set_point": Column("problems/set_point", np.float64, (), 64, since=2),
        "random_state": Column("problems/random_state", np.uint32, (random_state.ROW,), since=2),
        "singular_values": Column("problems/singular_values", np.float64, (config.units,), 16),
        "permutation": Column("problems/perturbation/permutation", np.int8, directions, 64),
        "applied": Column("problems/perturbation/applied", np.bool_, (), 64),
        **{name: Column(f"problems/{name}", np.float64, (), 64) for name in scalars},
    }


def weight_columns(config: RunConfig) -> dict[str, Column]:
    """Columns of /problems/weights by name: one problem is one chunk of each."""
    return {
        name: Column(f"{WEIGHTS}{name}", np.float32, shape)
        for name, shape in weight_shapes(config).items()
    }


def columns(config: RunConfig) -> Iterable[Column]:
    """Every column of a session of this configuration."""
    for table in (trial_columns, problem_columns, weight_columns):
        yield from table(config).values()


def initial_path(name: str) -> str:
    """Path of one array of the untrained network."""
    return f"initial/{name}"


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a session comes from.

    Parameters
    ----------
    parent : str, optional
        Path of the session it branched from.
    parent_id : str, optional
        That session's ``id``; version 1 had none.
    branched_after : int, optional
        Problems it shares with its parent.
    source : str, optional
        Of an import: the files it was read from.
    id : str
        Names the run, whatever its file is called; copies of a file share it.
    """

    parent: str | None = None
    parent_id: str | None = None
    branched_after: int | None = None
    source: str | None = None
    id: str = field(default_factory=lambda: uuid.uuid4().hex)

    def attributes(self) -> dict[str, str | int]:
        """What is known, as attributes of the file."""
        names = ("id", "parent", "parent_id", "branched_after", "source")
        values = {name: getattr(self, name) for name in names}
        return {name: value for name, value in values.items() if value is not None}


def create_file(
    path: Path,
    config: RunConfig,
    initial: NetworkWeights,
    lineage: Lineage,
    protocol: str | None = None,
) -> None:
    """Put a session without rows at ``path``, at once or not at all.

    The layout is complete, for nothing can be added once SWMR writing has begun.
    """
    attributes: dict[str, str | int] = {
        "format": FORMAT,
        "version": VERSION,
        "software": f"l2l-explorer {importlib.metadata.version('l2l-explorer')}",
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "config": config.to_json(),
        **lineage.attributes(),
    }
    if protocol is not None:
        attributes["protocol"] = protocol

    def failed(path: Path, error: Exception) -> Exception:
        return space.failure(path, error, space.OVERHEAD)

    part = atomic.sibling(path, ".new")
    with (
        atomic.replacing(path, part=part, sync=True, failure=failed),
        hdf5.create(part) as file,
    ):
        for name, value in attributes.items():
            set_attribute(file, name, value)
        create_datasets(file, config, VERSION)
        for name, array in initial.arrays().items():
            file[initial_path(name)][()] = array
        file[TARGET][0] = config.problems


def set_attribute(node: h5py.Group | h5py.File, name: str, value: str | int) -> None:
    """Set an attribute.

    Text has a fixed length, so that it lies among the metadata that HDF5 checksums; text of
    variable length would not.
    """
    if isinstance(value, str):
        encoded = value.encode()
        kind = h5py.string_dtype("utf-8", max(len(encoded), 1))
        node.attrs.create(name, np.array(encoded, kind), dtype=kind)
    else:
        node.attrs[name] = value


def create_datasets(file: h5py.File, config: RunConfig, version: int) -> None:
    """Add every dataset of a session of this format version, without rows."""
    for column in columns(config):
        if column.since <= version:
            column.create(file)
    for name, shape in weight_shapes(config).items():
        file.create_dataset(
            initial_path(name), shape, np.float32, chunks=shape, fillvalue=np.nan, fletcher32=True
        )
    for slot in CHECKPOINT_SLOTS:
        file.create_dataset(slot, (0,), np.uint8, maxshape=(None,), chunks=(_SLOT_BYTES,))
    file.create_dataset(CHECKPOINT_SEAL, data=np.zeros((len(CHECKPOINT_SLOTS), 3), np.uint64))
    if version > 1:
        file.create_dataset(TARGET, data=[-1], dtype=np.int64)


def other_paths(config: RunConfig) -> list[str]:
    """Every dataset that is no column."""
    initial = [initial_path(name) for name in weight_shapes(config)]
    return [*initial, *CHECKPOINT_SLOTS, CHECKPOINT_SEAL, TARGET]
