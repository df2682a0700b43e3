"""What a script imports: opening sessions, and training in one call under the published names."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import branching, shipped
from l2l_engine.config import ConfigError, RunConfig, RunType
from l2l_engine.protocols import choosing
from l2l_engine.protocols.protocol import Protocol, ProtocolError
from l2l_engine.published_names import from_published_names
from l2l_engine.reproduction.published import PUBLISHED, Published
from l2l_engine.starting import protocol_of
from l2l_engine.storage.session import Session

if TYPE_CHECKING:
    from l2l_engine.run import Run
    from l2l_engine.training.curriculum import StepResult

Callback = Callable[["Run", "StepResult"], object]


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
    stimuli: NDArray[np.floating] | None = None,
    protocol: Protocol | str | PathLike[str] | None = None,
    path: str | PathLike[str] | None = None,
    overwrite: bool = False,
    resume: bool = False,
    callback: Callback | None = None,
    progress: bool = False,
    **options: Any,
) -> Session:
    """Train a network and return its session, open for reading.

    Parameters
    ----------
    seed, batchSize, l2, l2_wR, l2_wI, l2_wO, learningRateInit, svBnd, rType
        As in the published code: seed, trials per update, the firing-rate, recurrent, input and
        output penalties, the learning rate, the number of penalised singular values, run type.
        A run type may be given by its name.
    stimuli : (P, 2, stimulus_channels), optional
        Stimuli of your own for the first P problems, normalised to unit length: those that call for response 0
        and for response 1. Later problems are drawn, as all are by default.
    protocol : Protocol, str or path, optional
        Which problems are learned, in which order, under which rules, in place of a run type: a
        :class:`l2l_engine.protocols.Protocol`, the name of a template such as
        ``"revisit-and-reverse"``, or a JSON file.
    path : str or path, optional
        The session file; by default ``l2l_seed{seed}_{rType}.h5`` in the working folder, or with the
        protocol's name in place of the run type.
    overwrite : bool
        Replace an existing file.
    resume : bool
        Continue the file's run if it is there; a finished run is returned as it is. Its parameters
        must match, except for the number of problems.
    callback : callable, optional
        Called after each trial with the :class:`l2l_engine.run.Run` and the trial's result;
        the training ends, resumably, when it returns False.
    progress : bool
        Show a bar on stderr.
    **options
        Any field of :class:`RunConfig`, such as ``problems`` or ``sigma_rec``, or a name of the
        published configuration, such as ``w_rec_init="diag"``, ``activation="suplin"``, ``l2_h`` or
        ``training_iters`` (trials in total). As in the published code they take precedence over the
        arguments.

    Returns
    -------
    Session
        The run, complete or ended by ``training_iters``.

    Raises
    ------
    ConfigError
        When a parameter is unknown or out of range.
    ProtocolError
        When the protocol cannot be run as written, or does not fit the parameters.
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
    values = arguments.fields | settings.fields
    followed = None
    if protocol is None:
        config = RunConfig.from_values(values)
    else:
        if stimuli is not None:
            raise ProtocolError(
                "stimuli and protocol exclude each other: a stage of own stimuli does the same."
            )
        followed = protocol if isinstance(protocol, Protocol) else choosing.choose(protocol)
        if RunType(values["run_type"]) is RunType.Full:
            del values["run_type"]
        config = followed.configure(values)
    own = [] if stimuli is None else [branching.normalised(pair, config) for pair in stimuli]
    most = settings.total_trials or math.inf
    what = config.run_type.value if followed is None else choosing.file_name(followed)
    target = Path(path or f"l2l_seed{config.seed}_{what}.h5")
    if resume and target.exists():
        _check_same(target, config, followed)
        opened = Run.resume(target, problems=config.problems)
    else:
        opened = Run.create(target, config, protocol=followed, overwrite=overwrite)
    with opened as run, _bar(progress, run) as show:
        while not run.finished and run.n_trials < most:
            if run.trial_in_problem == 0 and run.n_problems < len(own):
                run.show(own[run.n_problems])
            step = run.step()
            show()
            if callback is not None and callback(run, step) is False:
                break
    return Session.open(target)


def open_session(path: str | PathLike[str]) -> Session:
    """Open a session for reading, whether or not it is being written; ``l2l_engine.open``.

    Raises
    ------
    SessionError
        When it is missing, not a session, truncated or damaged.
    """
    return Session.open(path)


def load_example() -> Session:
    """The network that comes with the program: seed 0, 101 problems."""
    return Session.open(shipped.data(shipped.EXAMPLE))


def published() -> dict[str, Published]:
    """The paper's numbers by the name of the measure: as quoted, mean, spread and networks."""
    return dict(PUBLISHED)


def _check_same(path: Path, config: RunConfig, protocol: Protocol | None) -> None:
    with Session.open(path) as session:
        if protocol_of(session) != protocol:
            raise ConfigError(
                f"{path} follows another protocol: give another path, or overwrite=True without resume."
            )
        for name, ours in asdict(config).items():
            theirs = getattr(session.config, name)
            if name != "problems" and theirs != ours:
                raise ConfigError(
                    f"{path} was trained with {name} = {theirs}, not {ours}: "
                    "give another path, or overwrite=True without resume."
                )


@contextmanager
def _bar(shown: bool, run: Run) -> Iterator[Callable[[], None]]:
    """A progress bar over problems; the function it yields updates it."""
    if not shown:
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[note]}"))
    with Progress(*columns, console=Console(stderr=True)) as bar:
        total = run.config.problems
        task = bar.add_task(run.path.name, total=total, note="")

        def show() -> None:
            note = f"{run.n_problems}/{total} problems, trial {run.trial_in_problem}"
            bar.update(task, completed=run.n_problems, note=note)

        yield show
