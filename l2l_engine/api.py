"""Training in one call, under the names the published README uses."""

from __future__ import annotations

import math
from os import PathLike
from pathlib import Path
from typing import Any

from l2l_engine.config import RunConfig, RunType
from l2l_engine.published_names import from_published_names
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
        A run type may be given by its name.
    path : str or path, optional
        The session file; by default ``l2l_seed{seed}_{rType}.h5`` in the working folder.
    overwrite : bool
        Replace an existing file.
    **options
        Any field of :class:`RunConfig`, such as ``problems`` or ``sigma_rec``, or a name of the
        published configuration, such as ``w_rec_init="diag"``, ``activation="suplin"``, ``l2_h`` or
        ``training_iters`` (trials in all). As in the published code they take precedence over the
        arguments.

    Returns
    -------
    Session
        The run, complete or ended by ``training_iters``.

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

    arguments = from_published_names(
        {
            "seed": seed,
            "batchSize": batchSize,
            "l2": l2,
            "l2_wR": l2_wR,
            "l2_wI": l2_wI,
            "l2_wO": l2_wO,
            "learningRateInit": learningRateInit,
            "svBnd": svBnd,
            "rType": rType,
        }
    )
    settings = from_published_names(options)
    config = RunConfig.from_values(arguments.fields | settings.fields)
    most = settings.total_trials or math.inf
    target = Path(path or f"l2l_seed{config.seed}_{config.run_type.value}.h5")
    with Run.create(target, config, overwrite=overwrite) as run:
        while not run.finished and run.n_trials < most:
            run.step()
    return Session.open(target)
