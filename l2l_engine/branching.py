"""Continuing from any learned problem as a new session, with or without changes.

A branch that changes nothing repeats its parent to the bit, up to the first problem whose stimuli were
chosen and not drawn: trial noise depends on seed and trial number, and the state of the random
stream after each problem is recorded in the session.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, perturbation, task
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights, check_shapes
from l2l_engine.protocols import notation
from l2l_engine.protocols.protocol import Protocol
from l2l_engine.storage.layout import SUMMARIES, Lineage
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter
from l2l_engine.training import random_state
from l2l_engine.training.past import Past
from l2l_engine.training.records import (
    Origin,
    Outcome,
    ProblemRecord,
    StimuliFrom,
    TrialRecord,
)


class BranchError(L2LError, ValueError):
    """A branch cannot be made as asked; the text says what to change."""


@dataclass(frozen=True, slots=True, eq=False)
class Boundary:
    """What a run continues from after ``finished`` problems."""

    config: RunConfig
    finished: int
    trial: int
    set_point: float  # h*
    random: np.random.RandomState  # before the next problem's draws
    networks: NetworkWeights  # (finished, ...), after each problem
    stimuli: NDArray[np.float32]  # (finished, 2, stimulus_channels)
    next_stimuli: NDArray[np.float32] | None  # in place of those drawn
    next_origin: Origin | None  # where these came from
    protocol: Protocol | None = None  # what the run follows


def boundary(
    session: Session,
    finished: int,
    changes: Mapping[str, Any] | None = None,
    stimuli: NDArray[np.floating] | None = None,
    protocol: Protocol | None = None,
) -> Boundary:
    """Where a branch of ``session`` starts.

    Parameters
    ----------
    finished : problems to keep, from 1; the branch continues with problem ``finished + 1``
    changes : fields of RunConfig that differ from the parent's
    stimuli : (2, stimulus_channels), for the next problem: an earlier problem's to repeat it, that
        reversed to swap its mapping, or any two vectors; made unit length
    protocol : what the branch follows from there, its ``after`` being ``finished``; by default that
        of the parent, if it has one

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
    protocol, config = _followed(session, finished, dict(changes or {}), protocol)
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
    if protocol is not None:
        _check_protocol(session, finished, config, protocol)
    rates = session.problem_column("mean_square_rate")
    learned = np.flatnonzero(np.isfinite(session.trials_to_criterion[:finished]))
    set_point = float(session.problem_column("set_point")[finished - 1])
    if not np.isfinite(set_point):  # not recorded: version 1, imports
        set_point = float(rates[learned[0]]) if len(learned) else 0.0
    next_stimuli = None if stimuli is None else normalised(stimuli, config)
    return Boundary(
        config=config,
        finished=finished,
        trial=int(np.maximum(session.trials_run[:finished], 0).sum()),
        set_point=set_point,
        random=_random_after(session, finished, config),
        networks=networks,
        stimuli=session.stimuli[:finished],
        next_stimuli=next_stimuli,
        next_origin=None if next_stimuli is None else _origin(next_stimuli, session, finished),
        protocol=protocol,
    )


def _followed(
    session: Session, finished: int, changes: dict[str, Any], protocol: Protocol | None
) -> tuple[Protocol | None, RunConfig]:
    """The protocol a branch follows, and its parameters."""
    kept = {item.name: getattr(session.config, item.name) for item in fields(RunConfig)}
    if protocol is not None:
        if protocol.after != finished:
            raise BranchError(
                f"The protocol {protocol.name} begins after problem {protocol.after}, and the branch "
                f"after problem {finished}."
            )
        del kept["run_type"], kept["problems"]
        return protocol, protocol.configure(kept | changes)
    if session.protocol is None:
        return None, session.config.replace(**changes)
    if changes.get("run_type", session.config.run_type) is not session.config.run_type:
        raise BranchError(
            f"{session.path} follows a protocol, which says which problems are learned: leave the run "
            "type as it is, or branch with another protocol."
        )
    protocol = notation.from_json(session.protocol)
    config = session.config.replace(**(changes | {"run_type": session.config.run_type}))
    if "problems" not in changes:
        config = config.replace(problems=session.config.problems)
    protocol.check(config)
    return protocol, config


def _check_protocol(session: Session, finished: int, config: RunConfig, protocol: Protocol) -> None:
    """Refuse a branch that could not go on as its protocol says."""
    course = protocol.course()
    if course.plan(finished).keep_moments:
        raise BranchError(
            f"Problem {finished + 1} keeps the optimiser's moments of the problem before it, which a "
            "session does not hold: branch after another problem."
        )
    past = Past(config, course)
    missing = [
        index
        for index in np.flatnonzero(~session.available[:finished]).tolist()
        if past.needs_network(index)
    ]
    if missing:
        raise BranchError(
            f"The protocol {protocol.name} needs the network after problem {missing[0] + 1}, which was "
            f"not saved in {session.path}."
        )


def copy_history(
    session: Session, start: Boundary, path: str | PathLike[str], *, overwrite: bool = False
) -> SessionWriter:
    """A new session holding the parent's first problems; it has no checkpoint yet.

    Every trial has its row, so that a trial's row is its number in the run: rows the parent lacks
    are of unknown values, and so are the stimuli where the batch size differs.
    """
    lineage = Lineage(
        parent=str(session.path.resolve()),
        parent_id=session.lineage.id or None,
        branched_after=start.finished,
    )
    writer = SessionWriter.create(
        path,
        start.config,
        session.initial,
        lineage=lineage,
        protocol=None if start.protocol is None else notation.to_json(start.protocol),
        overwrite=overwrite,
    )
    try:
        trials, known = _TrialRows(session, start.config.batch_size), session.origins
        row = 0
        for index in range(start.finished):
            records = trials.of(index)
            for record in records:
                writer.add_trial(record)
            writer.add_problem(_problem_record(session, index, start, row, known[index]))
            row += len(records)
        return writer
    except BaseException:
        writer.close()
        Path(path).unlink(missing_ok=True)
        raise


class _TrialRows:
    """The parent's trials, problem by problem."""

    def __init__(self, session: Session, batch: int) -> None:
        self._first, self._run = session.first_trial, np.maximum(session.trials_run, 0)
        self._columns = {name: session.trial_column(name) for name in _TRIAL_FIELDS}
        self._same_batch = self._columns["stimulus"].shape[1] == batch
        self._unknown = np.full(batch, -1, np.int8)

    def of(self, problem: int) -> list[TrialRecord]:
        """The trials of a problem, 0-based; of unknown values where they are not there."""
        count, first = int(self._run[problem]), int(self._first[problem])
        rows = slice(first, first + count)
        found = self._columns["problem"][rows] if first >= 0 else np.empty(0)
        if len(found) != count or (found != problem).any():
            nan = np.nan
            unknown = TrialRecord(problem, self._unknown, nan, nan, nan, nan, nan)
            return [unknown] * count
        columns = [column[rows] for column in self._columns.values()]
        return [
            TrialRecord(
                problem,
                stimulus if self._same_batch else self._unknown,
                loss,
                cost,
                mean_square,
                largest,
                correct,
                None if shown < 0 else int(shown),
            )
            for _, stimulus, loss, cost, mean_square, largest, correct, shown in zip(
                *columns, strict=True
            )
        ]


_TRIAL_FIELDS = (
    "problem",
    "stimulus",
    "task_loss",
    "regularisation_cost",
    "mean_square_rate",
    "largest_rate",
    "correct",
    "shown_problem",
)
_PROBLEM_NUMBERS = (
    "trials_to_criterion",
    *SUMMARIES,
    "set_point",
)


def _problem_record(
    session: Session, index: int, start: Boundary, row: int, origin: Origin
) -> ProblemRecord:
    def value(name: str) -> Any:
        return session.problem_column(name)[index]

    permutation = session.permutations[index]
    drawn = permutation[0] >= 0 and len(permutation) == start.config.manifold_dimensions
    trials = int(value("trials_run"))
    return ProblemRecord(
        index=index,
        stimuli=session.stimuli[index],
        first_trial=row if trials >= 0 else -1,
        weights=start.networks[index],
        singular_values=value("singular_values"),
        permutation=permutation if drawn else None,
        applied=bool(value("applied")),
        trials_run=trials,
        outcome=Outcome(int(value("outcome"))),
        origin=origin,
        random_state=value("random_state"),
        **{name: float(value(name)) for name in _PROBLEM_NUMBERS},
    )


def _origin(stimuli: NDArray[np.float32], session: Session, finished: int) -> Origin:
    """Whether given stimuli are those of an earlier problem, or those reversed, or others."""
    for index, known in enumerate(session.stimuli[:finished]):
        if np.allclose(stimuli, known, atol=1e-6):
            return Origin(StimuliFrom.REPEATED, index)
        if np.allclose(stimuli, known[::-1], atol=1e-6):
            return Origin(StimuliFrom.REVERSED, index)
    return Origin(StimuliFrom.OWN)


def _random_after(session: Session, finished: int, config: RunConfig) -> np.random.RandomState:
    """The run's random stream after its problems.

    It is recorded in the session. Where it is not (format version 1, imports) it is replayed from
    the seed, if that gives the stimuli the parent saw. Where it does not (own stimuli, changed
    batches), and where the seed is changed, a stream of the seed and the number of problems
    stands in.
    """
    substitute = np.random.RandomState([config.seed, finished])
    if config.seed != session.config.seed:
        return substitute
    recorded = session.problem_column("random_state")[finished - 1]
    if recorded.any():
        return random_state.unpack(recorded)
    counts = session.trials_run[:finished]
    if (counts < 0).any():
        return substitute
    return _replayed(config, session.stimuli[:finished], counts) or substitute


def _replayed(
    config: RunConfig, stimuli: NDArray[np.float32], counts: NDArray[np.int64]
) -> np.random.RandomState | None:
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
            return None
        random.randint(task.RESPONSES, size=int(trials) * config.batch_size)
    return random


def normalised(stimuli: NDArray[np.floating], config: RunConfig) -> NDArray[np.float32]:
    """The user's own stimuli (2, stimulus_channels), normalised to unit length.

    Raises
    ------
    BranchError
        When they have another shape, or a vector is zero or not finite.
    """
    given = np.asarray(stimuli, np.float32)
    expected = (task.RESPONSES, config.stimulus_channels)
    if given.shape != expected:
        raise BranchError(f"The stimuli have shape {given.shape}; this run needs {expected}.")
    lengths = np.linalg.norm(given, axis=1, keepdims=True)
    if not np.isfinite(given).all() or (lengths == 0).any():
        raise BranchError("The stimuli must be two finite vectors that are not zero.")
    return np.asarray(given / lengths, np.float32)
