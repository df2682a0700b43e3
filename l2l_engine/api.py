"""Training in one call, under the names the published README uses."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from l2l_engine.config import RunConfig, RunType
from l2l_engine.storage.session import Session


def train(
    seed: int = 0,
    batchSize: int = 1,
    l2: float = 0.0005,
    l2_wR: float = 0.001,
    l2_wI: float = 0.0001,
    l2_wO: float = 0.1,
    learningRateInit: float = 0.0001,
    svBnd: float = 10.0,
    rType: RunType | str = RunType.Full,
    *,
    path: str | PathLike[str] | None = None,
    overwrite: bool = False,
    **options: Any,
) -> Session:
    """Train a network and return its session, open for reading.

    Parameters
    ----------
    seed, batchSize, l2, l2_wR, l2_wI, l2_wO, learningRateInit, svBnd, rType
        As in the published code: seed, trials per update, the firing-rate, recurrent, input and
        output penalties, the learning rate, the number of penalised singular values, run type.
    path : the session file; by default ``l2l_seed{seed}_{rType}.h5`` in the working folder
    overwrite : replace an existing file
    **options : any other field of :class:`RunConfig`, such as ``problems`` or ``sigma_rec``

    Raises
    ------
    ConfigError
        When a parameter is unknown or out of range.
    SessionError
        When the file cannot be made.

    Examples
    --------
    >>> session = train(seed=1, rType=RunType.Full, problems=2)  # doctest: +SKIP
    >>> session.trials_to_criterion  # doctest: +SKIP
    """
    from l2l_engine.run import Run

    config = RunConfig.from_values(
        {
            "seed": seed,
            "batch_size": batchSize,
            "l2_rate": l2,
            "l2_recurrent": l2_wR,
            "l2_input": l2_wI,
            "l2_output": l2_wO,
            "learning_rate": learningRateInit,
            "penalised_singular_values": svBnd,
            "run_type": rType,
            **options,
        }
    )
    target = Path(path or f"l2l_seed{config.seed}_{config.run_type.value}.h5")
    with Run.create(target, config, overwrite=overwrite) as run:
        while not run.finished:
            run.step()
    return Session.open(target)
