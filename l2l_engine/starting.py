"""How a run starts: as a new run, from its checkpoint, or as a branch."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from l2l_engine import branching, extras
from l2l_engine.config import ConfigError, L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.protocols import notation
from l2l_engine.protocols.protocol import Protocol, ProtocolError
from l2l_engine.storage.checkpoint import State
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter, check_target

if TYPE_CHECKING:
    from l2l_engine.training.curriculum import Curriculum

Report = Callable[[str], None]


class Parts(NamedTuple):
    """What a run consists of: the training and its file. Whoever gets them closes them."""

    curriculum: Curriculum
    writer: SessionWriter


def new(
    path: str | PathLike[str],
    config: RunConfig,
    *,
    protocol: Protocol | None = None,
    overwrite: bool,
    report: Report | None,
) -> Parts:
    """The parts of a new run; see :meth:`l2l_engine.run.Run.create`."""
    overwrite = overwrite or holds_nothing(path)
    check_new(path, overwrite=overwrite)
    course = None
    if protocol is not None:
        if protocol.after:
            raise ProtocolError(
                f"The protocol {protocol.name} begins after problem {protocol.after}: branch from a "
                "session that has learned so many."
            )
        protocol.check(config)
        course = protocol.course()
    with _closed_on_error() as held:
        curriculum = _load(report)(config, course)
        held.callback(curriculum.close)
        writer = SessionWriter.create(
            path,
            config,
            curriculum.initial,
            protocol=None if protocol is None else notation.to_json(protocol),
            overwrite=overwrite,
        )
        return Parts(curriculum, writer)


def resumed(path: Path, *, problems: int | None, report: Report | None) -> Parts:
    """The parts of a run that continues; see :meth:`l2l_engine.run.Run.resume`."""
    with Session.open(path) as session, _closed_on_error() as held:
        config = session.config.replace(problems=target_of(session, problems))
        checkpoint = session.checkpoint()
        if checkpoint is None:
            if not never_begun(session):
                raise SessionError(
                    f"{path} has no checkpoint to resume from: branch from one of its problems."
                )
            session.close()
            return new(path, config, protocol=protocol_of(session), overwrite=True, report=report)
        curriculum = _from_checkpoint(session, config, checkpoint, report)
        held.callback(curriculum.close)
        writer = SessionWriter.resume(path)
        held.callback(writer.close)
        writer.rewind(trials=curriculum.trial, problems=curriculum.problem)
        writer.set_target(config.problems)
        return Parts(curriculum, writer)


def branched(
    source: str | PathLike[str],
    finished: int,
    path: str | PathLike[str],
    *,
    changes: Mapping[str, Any] | None,
    stimuli: NDArray[np.floating] | None,
    protocol: Protocol | None = None,
    overwrite: bool,
    report: Report | None,
) -> Parts:
    """The parts of a run that continues from another; see :meth:`l2l_engine.run.Run.branch`."""
    check_new(path, overwrite=overwrite)
    with Session.open(source) as session, _closed_on_error() as held:
        start = branching.boundary(session, finished, changes, stimuli, protocol)
        curriculum = _load(report).at_boundary(
            start.config,
            start.networks,
            start.stimuli,
            trial=start.trial,
            set_point=start.set_point,
            random=start.random,
            next_stimuli=start.next_stimuli,
            next_origin=start.next_origin,
            course=None if start.protocol is None else start.protocol.course(),
        )
        held.callback(curriculum.close)
        writer = branching.copy_history(session, start, path, overwrite=overwrite)
        return Parts(curriculum, writer)


def check_new(path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Refuse a session that could not be created at ``path``, before anything slow begins.

    Raises
    ------
    SessionError
        When it is a folder, holds something and ``overwrite`` is false, or its folder cannot be
        written to.
    """
    path = Path(path)
    check_target(path, overwrite or holds_nothing(path))
    if not os.access(path.parent, os.W_OK):
        raise SessionError(
            f"The folder {path.parent} cannot be written to: choose another folder for the session."
        )


def protocol_of(session: Session) -> Protocol | None:
    """The protocol a session follows.

    Raises
    ------
    ProtocolError
        When what the session holds is none, or does not fit its parameters; the text names the file.
    """
    if session.protocol is None:
        return None
    try:
        protocol = notation.from_json(session.protocol)
        protocol.check(session.config)
        return protocol
    except (ProtocolError, ConfigError) as error:
        raise ProtocolError(f"{session.path}: {error}") from error


def check_problems(problems: int, learned: int, path: Path) -> None:
    """Raise L2LError when a run has learned more problems than it is asked to learn."""
    if problems < max(learned, 1):
        raise L2LError(
            f"problems = {problems} is too few for {path}: it has learned {learned} already; "
            "ask for more."
        )


def target_of(session: Session, problems: int | None = None) -> int:
    """The total number of problems a session is to learn.

    Parameters
    ----------
    session : Session
        A session, open for reading.
    problems : int, optional
        A new number; by default the number asked for last.

    Raises
    ------
    L2LError
        When more than ``problems`` are learned already.
    """
    if problems is not None:
        check_problems(problems, session.n_problems, session.path)
        return problems
    return max(session.config.problems, session.n_problems)


def never_begun(session: Session) -> bool:
    """Whether a session was killed before its first checkpoint, with nothing in it to lose."""
    return not (session.n_problems or session.n_trials or session.source or session.parent)


def holds_nothing(path: str | PathLike[str]) -> bool:
    """Whether a file is a session without a trial, which a new run may replace unasked."""
    if not Path(path).is_file():
        return False
    try:
        with Session.open(path) as session:
            return session.checkpoint() is None and never_begun(session)
    except L2LError:
        return False


def _from_checkpoint(
    session: Session, config: RunConfig, checkpoint: State, report: Report | None
) -> Curriculum:
    """The training at a session's checkpoint, whose seal says nothing about what it holds."""
    protocol = protocol_of(session)
    curriculum_type = _load(report)
    from l2l_engine.training.restoring import CheckpointError

    stimuli = session.stimuli

    def learned(index: int) -> tuple[NetworkWeights, NDArray[np.float32]]:
        if index >= len(stimuli):
            raise CheckpointError("is of a problem that is not in the file")
        return session.weights(index), stimuli[index]

    course = None if protocol is None else protocol.course()
    try:
        curriculum = curriculum_type.resume(config, checkpoint, learned, course=course)
        trial, problem = curriculum.trial, curriculum.problem
        if not (0 <= trial <= session.n_trials and 0 <= problem <= session.n_problems):
            curriculum.close()
            raise CheckpointError("is of a trial that is not in the file")
    except CheckpointError as error:
        raise SessionError(
            f"{session.path} cannot be resumed: its checkpoint {error}. Branch from one of its "
            "problems, or restore the file from a copy."
        ) from error
    return curriculum


@contextmanager
def _closed_on_error() -> Iterator[ExitStack]:
    """Close what was put into the stack unless the block succeeds."""
    with ExitStack() as held:
        yield held
        held.pop_all()


def _load(report: Report | None) -> type[Curriculum]:
    """The training code; importing it loads TensorFlow, which takes seconds."""
    extras.require("train")
    if report is not None:
        report("Loading TensorFlow")
    from l2l_engine.training.curriculum import Curriculum
    from l2l_engine.training.trainer import load_tensorflow

    load_tensorflow()
    return Curriculum
