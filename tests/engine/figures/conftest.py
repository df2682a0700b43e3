"""Small runs of every type, and a place for caches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from l2l_engine import network
from l2l_engine.config import RunConfig, RunType
from l2l_engine.network import NetworkWeights
from l2l_engine.storage import results
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training.records import ProblemRecord

SMALL = RunConfig(
    units=12,
    dt=4.0,
    tau=40.0,
    sample_ms=80,
    delay_ms=120,
    response_ms=80,
    mask_ms=20,
    penalised_singular_values=4,
    baseline_problems=3,
)


@pytest.fixture(autouse=True)
def cache_folder(tmp_path_factory, monkeypatch):
    """Nothing of a test stays in the user's cache folder."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setattr(results.platformdirs, "user_cache_path", lambda name: folder / name)
    return folder


@pytest.fixture
def run(tmp_path):
    """Writes a session: ``run(name, problems, **changes of the configuration)`` gives its path."""

    def write(
        name: str = "run",
        problems: int = 6,
        *,
        missing: tuple[int, ...] = (),
        failed: tuple[int, ...] = (),
        **changes: object,
    ) -> Path:
        path, config = tmp_path / f"{name}.h5", SMALL.replace(**changes)
        with SessionWriter.create(path, config, _weights(config, -1)) as writer:
            add(writer, config, range(problems), missing, failed)
        return path

    return write


@pytest.fixture
def grow():
    """Adds problems to a session that ``run`` wrote."""

    def more(path: Path, problems: range) -> None:
        with SessionWriter.resume(path) as writer:
            add(writer, SMALL, problems)

    return more


def add(writer, config, problems, missing=(), failed=()):
    for index in problems:
        random = np.random.default_rng([config.seed, index])
        weights = _weights(config, index)
        if index in missing:
            weights = weights.map(lambda array: np.full_like(array, np.nan))
        perturbed = config.run_type is not RunType.Full and index >= config.baseline_problems
        writer.add_problem(
            ProblemRecord(
                index=index,
                stimuli=random.standard_normal((2, config.stimulus_channels)).astype(np.float32),
                first_trial=-1,
                trials_to_criterion=np.nan if index in failed else 100.0 + config.seed - index,
                weights=weights,
                singular_values=np.ones(config.units),
                input_norm=0,
                output_norm=0,
                recurrent_norm=0,
                top_singular_norm=0,
                mean_square_rate=0,
                largest_rate=0,
                permutation=random.permutation(4).astype(np.int8) if perturbed else None,
                applied=perturbed,
            )
        )


def _weights(config: RunConfig, index: int) -> NetworkWeights:
    """A network that changes a little from problem to problem."""
    base = network.initial_weights(np.random.RandomState(config.seed), config)
    steps = np.random.default_rng(config.seed)
    changes = [
        sum(0.02 * steps.standard_normal(array.shape) for _ in range(index + 2))
        for array in base.arrays().values()
    ]
    return NetworkWeights(
        *(array + change for array, change in zip(base.arrays().values(), changes, strict=True))
    ).astype(np.float32)
