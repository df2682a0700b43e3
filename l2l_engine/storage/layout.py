"""Paths, types and shapes of a session file; docs/session-format.md explains each."""

from __future__ import annotations

import datetime
import importlib.metadata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import DTypeLike

from l2l_engine import task
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights, weight_shapes
from l2l_engine.storage import hdf5, space

FORMAT = "l2l-session"
RESULTS_FORMAT = "l2l-results"
VERSION = 1
CHECKPOINT_SLOTS = ("checkpoint/slot_0", "checkpoint/slot_1")
CHECKPOINT_SEAL = "checkpoint/seal"
_SLOT_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class Column:
    """One array with a row a trial or a problem; ``shape`` is that of one row."""

    path: str
    dtype: DTypeLike
    shape: tuple[int, ...] = ()
    rows_per_chunk: int = 1

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return int(np.dtype(self.dtype).itemsize * np.prod(self.shape, initial=1))

    @property
    def fill(self) -> float | int:
        """What a row never written reads as."""
        kind = np.dtype(self.dtype)
        return np.nan if kind.kind == "f" else -1 if kind.kind == "i" else 0

    def create(self, file: h5py.File) -> None:
        """Add the empty column, which any number of rows may follow."""
        file.create_dataset(
            self.path,
            shape=(0, *self.shape),
            maxshape=(None, *self.shape),
            chunks=(self.rows_per_chunk, *self.shape),
            dtype=self.dtype,
            fillvalue=self.fill,
        )


def trial_columns(config: RunConfig) -> dict[str, Column]:
    """Columns of /trials by name; the last is written last, so it tells complete rows."""
    names = ("task_loss", "regularisation_cost", "mean_square_rate", "largest_rate", "correct")
    return {
        "problem": Column("trials/problem", np.int32, (), 1024),
        "stimulus": Column("trials/stimulus", np.int8, (config.batch_size,), 1024),
        **{name: Column(f"trials/{name}", np.float32, (), 1024) for name in names},
    }


def problem_columns(config: RunConfig) -> dict[str, Column]:
    """Columns of /problems but the weights, by name; the last is written last."""
    scalars = (
        "input_norm",
        "output_norm",
        "recurrent_norm",
        "top_singular_norm",
        "mean_square_rate",
        "largest_rate",
        "trials_to_criterion",
    )
    stimuli = (task.RESPONSES, config.stimulus_channels)
    directions = (config.manifold_dimensions,)
    return {
        "stimuli": Column("problems/stimuli", np.float32, stimuli, 16),
        "first_trial": Column("problems/first_trial", np.int64, (), 64),
        "singular_values": Column("problems/singular_values", np.float64, (config.units,), 16),
        "permutation": Column("problems/perturbation/permutation", np.int8, directions, 64),
        "applied": Column("problems/perturbation/applied", np.bool_, (), 64),
        **{name: Column(f"problems/{name}", np.float64, (), 64) for name in scalars},
    }


def weight_columns(config: RunConfig) -> dict[str, Column]:
    """Columns of /problems/weights by name: one problem is one chunk of each."""
    return {
        name: Column(f"problems/weights/{name}", np.float32, shape)
        for name, shape in weight_shapes(config).items()
    }


def columns(config: RunConfig) -> Iterable[Column]:
    """Every column of a session of this configuration."""
    for table in (trial_columns, problem_columns, weight_columns):
        yield from table(config).values()


def initial_path(name: str) -> str:
    """Path of one array of the untrained network."""
    return f"initial/{name}"


def create_file(
    path: Path, config: RunConfig, initial: NetworkWeights, origin: Mapping[str, str | None]
) -> None:
    """Put a session without rows at ``path``, at once or not at all.

    ``origin`` holds the attributes that say where the run comes from. The layout is
    complete, for nothing can be added once SWMR writing has begun.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        with h5py.File(temporary, "w", libver="latest") as file:
            file.attrs["format"] = FORMAT
            file.attrs["version"] = VERSION
            file.attrs["software"] = f"l2l-explorer {importlib.metadata.version('l2l-explorer')}"
            file.attrs["created"] = datetime.datetime.now(datetime.UTC).isoformat(
                timespec="seconds"
            )
            file.attrs["config"] = config.to_json()
            file.attrs.update({name: value for name, value in origin.items() if value})
            _lay_out(file, config, initial)
        hdf5.sync(temporary)
        temporary.replace(path)
    except (OSError, RuntimeError) as error:
        raise space.failure(path, error, space.OVERHEAD) from error
    finally:
        temporary.unlink(missing_ok=True)


def _lay_out(file: h5py.File, config: RunConfig, initial: NetworkWeights) -> None:
    for column in columns(config):
        column.create(file)
    for name, array in initial.arrays().items():
        file.create_dataset(initial_path(name), data=array, dtype=np.float32)
    for slot in CHECKPOINT_SLOTS:
        file.create_dataset(slot, (0,), np.uint8, maxshape=(None,), chunks=(_SLOT_BYTES,))
    file.create_dataset(CHECKPOINT_SEAL, data=np.zeros((len(CHECKPOINT_SLOTS), 3), np.uint64))
