"""Going on from any learned problem as a new session, with or without changes.

A branch that changes nothing repeats its parent to the bit: trial noise depends on seed and trial
number, and the random stream of a boundary between problems is replayed from the seed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, perturbation, task
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights, check_shapes
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training.records import ProblemRecord, TrialRecord


class BranchError(L2LError, ValueError):
    """A branch cannot be made as asked; the text says what to change."""


@dataclass(frozen=True, slots=True, eq=False)
class Boundary:
    """What a run goes on from after ``finished`` problems."""

    config: RunConfig
    finished: int
    trial: int
    set_point: float  # h*
    random: np.random.RandomState  # before the next problem's draws
    networks: NetworkWeights  # (finished, ...), after each problem
    stimuli: NDArray[np.float32]  # (finished, 2, stimulus_channels)
    next_stimuli: NDArray[np.float32] | None  # in place of those drawn


def boundary(
    session: Session,
    finished: int,
    changes: Mapping[str, Any] | None = None,
    stimuli: NDArray[np.floating] | None = None,
) -> Boundary:
    """Where a branch of ``session`` starts.

    Parameters
    ----------
    finished : problems to keep, from 1; the branch goes on with problem ``finished + 1``
    changes : fields of RunConfig that differ from the parent's
    stimuli : (2, stimulus_channels), for the next problem: an earlier problem's to repeat it, that
        reversed to swap its mapping, or any two vectors; made unit length

    Raises
    ------
    BranchError, ConfigError
        When there is no such problem or network, or a change does not fit the network.
    """
    if not 1 <= finished <= session.n_problems:
        raise BranchError(
            f"{session.path} has problems 1 to {session.n_problems}: "
            f"problem {finished} cannot be branched from."
        )
    if not session.available[:finished][-1]:
        raise BranchError(f"The network after problem {finished} was not saved in {session.path}.")
    config = session.config.replace(**(changes or {}))
    if config.problems <= finished:
        longest = config.run_type.default_problems
        config = config.replace(problems=max(longest, finished + 1))
    networks = session.weights(slice(0, finished))
    check_shapes(networks[finished - 1], config)
    if config.run_type.perturbs and not session.available[:finished].all():
        raise BranchError(
            "A perturbation run needs the network after every problem, and some were not saved: "
            "branch with run_type = Full."
        )
    counts = trials_run(session)[:finished]
    learned = np.flatnonzero(np.isfinite(session.trials_to_criterion[:finished]))
    rates = session.problem_column("mean_square_rate")
    known = session.stimuli[:finished]
    return Boundary(
        config=config,
        finished=finished,
        trial=int(counts.sum()),
        set_point=float(rates[learned[0]]) if len(learned) else 0.0,
        random=_random_after(config, known, counts),
        networks=networks,
        stimuli=known,
        next_stimuli=None if stimuli is None else _normalised(stimuli, config),
    )


def trials_run(session: Session) -> NDArray[np.int64]:
    """Trials each problem took, criterion window included, (K,)."""
    config, criterion = session.config, session.trials_to_criterion
    failed = config.max_trials + 1
    counts = np.where(np.isfinite(criterion), criterion + config.criterion_trials, failed)
    return counts.astype(np.int64)


def copy_history(
    session: Session, start: Boundary, path: str | PathLike[str], *, overwrite: bool = False
) -> SessionWriter:
    """A new session holding the parent's first problems; it has no checkpoint yet."""
    parent = f"{session.path.resolve()} after problem {start.finished}"
    writer = SessionWriter.create(
        path, start.config, session.initial, parent=parent, overwrite=overwrite
    )
    try:
        rows = min(start.trial, session.n_trials)
        columns = [session.trial_column(name, 0, rows) for name in _TRIAL_FIELDS]
        same_batch = columns[1].shape[1:] == (start.config.batch_size,)
        if rows == start.trial and same_batch:
            for row in zip(*columns, strict=True):
                writer.add_trial(TrialRecord(*row))
        for index in range(start.finished):
            writer.add_problem(_problem_record(session, index, start))
        return writer
    except BaseException:
        writer.close()
        Path(path).unlink(missing_ok=True)
        raise


_TRIAL_FIELDS = (
    "problem",
    "stimulus",
    "task_loss",
    "regularisation_cost",
    "mean_square_rate",
    "largest_rate",
    "correct",
)
_PROBLEM_NUMBERS = (
    "first_trial",
    "trials_to_criterion",
    "input_norm",
    "output_norm",
    "recurrent_norm",
    "top_singular_norm",
    "mean_square_rate",
    "largest_rate",
)


def _problem_record(session: Session, index: int, start: Boundary) -> ProblemRecord:
    numbers = {name: session.problem_column(name)[index].item() for name in _PROBLEM_NUMBERS}
    permutation = session.permutations[index]
    drawn = permutation[0] >= 0 and len(permutation) == start.config.manifold_dimensions
    return ProblemRecord(
        index=index,
        stimuli=session.stimuli[index],
        weights=start.networks[index],
        singular_values=session.problem_column("singular_values")[index],
        permutation=permutation if drawn else None,
        applied=bool(session.problem_column("applied")[index]),
        **numbers,
    )


def _random_after(
    config: RunConfig, stimuli: NDArray[np.float32], counts: NDArray[np.int64]
) -> np.random.RandomState:
    """The run's random stream after its problems, replayed from the seed.

    Where the replay does not give the stimuli the parent saw (other seed, own stimuli, changed
    batches) a stream of the seed and the number of problems stands in.
    """
    random = np.random.RandomState(config.seed)
    network.initial_weights(random, config)
    for index, (seen, trials) in enumerate(zip(stimuli, counts, strict=True)):
        if index >= config.baseline_problems and config.run_type.perturbs:
            draws = 2 if index == config.baseline_problems else 1
            for _ in range(draws):
                perturbation.draw_permutation(
                    random, config.manifold_dimensions, derangement=config.derangement
                )
        drawn = task.problem_stimuli(random, config, index)
        if not np.array_equal(drawn, seen, equal_nan=True) and np.isfinite(seen).all():
            return np.random.RandomState([config.seed, len(stimuli)])
        random.randint(task.RESPONSES, size=int(trials) * config.batch_size)
    return random


def _normalised(stimuli: NDArray[np.floating], config: RunConfig) -> NDArray[np.float32]:
    given = np.asarray(stimuli, np.float32)
    expected = (task.RESPONSES, config.stimulus_channels)
    if given.shape != expected:
        raise BranchError(f"The stimuli have shape {given.shape}; this run needs {expected}.")
    lengths = np.linalg.norm(given, axis=1, keepdims=True)
    if not np.isfinite(given).all() or (lengths == 0).any():
        raise BranchError("The stimuli must be two finite vectors that are not zero.")
    return np.asarray(given / lengths, np.float32)
