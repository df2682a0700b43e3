"""A run and its file: every trial trained is a trial recorded.

The command line, ``l2l_engine.train``, sweeps and the window all train through :class:`Run`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from l2l_engine import branching
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.storage.closing import Closing
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter, check_target

if TYPE_CHECKING:
    from l2l_engine.training.curriculum import Curriculum, Step, TrialView

CHECKPOINT_SECONDS = 8.0

Report = Callable[[str], None]


class Run(Closing):
    """A session being trained. Make one with :meth:`create` or :meth:`resume`.

    Use it from one thread. It holds the session's writer lock until :meth:`close`.
    """

    def __init__(self, curriculum: Curriculum, writer: SessionWriter) -> None:
        self._curriculum = curriculum
        self._writer = writer
        self._owed: Step | None = None  # a step taken, not yet safe in the file
        self._inconsistent = False
        self._closed = False
        self._checkpoint_due = time.monotonic() + CHECKPOINT_SECONDS

    # -- beginning and ending ----------------------------------------------------------

    @classmethod
    def create(
        cls,
        path: str | PathLike[str],
        config: RunConfig,
        *,
        overwrite: bool = False,
        report: Report | None = None,
    ) -> Self:
        """Begin a new run.

        Parameters
        ----------
        path : path-like
            The session to make.
        config : RunConfig
            Its parameters.
        overwrite : bool
            Replace an existing session.
        report : callable, optional
            Called with a sentence at each stage of getting ready (about 8 s in all).

        Raises
        ------
        SessionError
            When the file cannot be made; found out before TensorFlow is loaded.
        DiskFullError
            When there is no room.
        """
        check_new(path, overwrite=overwrite)
        with ExitStack() as held:
            curriculum = _load(report)(config)
            held.callback(curriculum.close)
            writer = SessionWriter.create(path, config, curriculum.initial, overwrite=overwrite)
            return cls._ready(held, curriculum, writer, report)

    @classmethod
    def resume(
        cls,
        path: str | PathLike[str],
        *,
        problems: int | None = None,
        report: Report | None = None,
    ) -> Self:
        """Continue a session from its checkpoint, with results identical to an unbroken run.

        A session that was killed before its first checkpoint starts again.

        Parameters
        ----------
        path : path-like
            The session.
        problems : int, optional
            A new number of problems to learn in all.
        report : callable, optional
            See :meth:`create`.

        Raises
        ------
        SessionError
            When the file is no session, has no checkpoint, or is being written.
        L2LError
            When more than ``problems`` are learned already.
        """
        path = Path(path)
        with Session.open(path) as session, ExitStack() as held:
            config = session.config.replace(problems=target_of(session, problems))
            checkpoint = session.checkpoint()
            if checkpoint is None:
                if not never_begun(session):
                    raise SessionError(
                        f"{path} has no checkpoint to resume from: branch from one of its problems."
                    )
                session.close()
                return cls.create(path, config, overwrite=True, report=report)

            def learned(index: int) -> tuple[NetworkWeights, NDArray[np.float32]]:
                return session.weights(index), session.stimuli[index]

            curriculum = _load(report).resume(config, checkpoint, learned)
            held.callback(curriculum.close)
            writer = SessionWriter.resume(path)
            held.callback(writer.close)
            writer.rewind(trials=curriculum.trial, problems=curriculum.problem)
            writer.set_target(config.problems)
            return cls._ready(held, curriculum, writer, report)

    @classmethod
    def branch(
        cls,
        source: str | PathLike[str],
        finished: int,
        path: str | PathLike[str],
        *,
        changes: Mapping[str, Any] | None = None,
        stimuli: NDArray[np.floating] | None = None,
        overwrite: bool = False,
        report: Report | None = None,
    ) -> Self:
        """Continue from a learned problem of a session as a new one; the source is untouched.

        Parameters
        ----------
        source : path-like
            The session to branch from.
        finished : int
            Problems of the source to keep, from 1.
        path : path-like
            The session to make.
        changes : mapping, optional
            Parameters that differ; see :func:`l2l_engine.branching.boundary`.
        stimuli : (2, stimulus_channels), optional
            Stimuli of the next problem; see :func:`l2l_engine.branching.boundary`.
        overwrite, report : optional
            See :meth:`create`.

        Raises
        ------
        BranchError, ConfigError
            When there is no such problem, or a change does not fit its network.
        SessionError, DiskFullError
            When the source cannot be read or the new file cannot be made.
        """
        check_new(path, overwrite=overwrite)
        with Session.open(source) as session, ExitStack() as held:
            start = branching.boundary(session, finished, changes, stimuli)
            curriculum = _load(report).at_boundary(
                start.config,
                start.networks,
                start.stimuli,
                trial=start.trial,
                set_point=start.set_point,
                random=start.random,
                next_stimuli=start.next_stimuli,
                next_origin=start.next_origin,
            )
            held.callback(curriculum.close)
            writer = branching.copy_history(session, start, path, overwrite=overwrite)
            return cls._ready(held, curriculum, writer, report)

    @classmethod
    def _ready(
        cls,
        held: ExitStack,
        curriculum: Curriculum,
        writer: SessionWriter,
        report: Report | None,
    ) -> Self:
        """A run about to train its next trial; ``held`` closes its parts if that fails."""
        held.callback(writer.close)
        run = cls(curriculum, writer)
        if report is not None:
            report("Compiling the network")
        curriculum.compile()
        run.save()
        held.pop_all()
        return run

    def close(self) -> None:
        """Save and give the file back; harmless when repeated.

        Raises
        ------
        DiskFullError
            When the last checkpoint does not fit; the one before it stays.
        """
        if self._closed:
            return
        self._closed = True
        with ExitStack() as held:
            held.callback(self._writer.close)
            held.callback(self._curriculum.close)
            self.save()

    # -- training ----------------------------------------------------------------------

    def step(self) -> Step:
        """Train one trial and record it.

        Raises
        ------
        TrainingFailedError
            When the loss is not a number; the network stays as before the trial.
        DiskFullError
            When there is no room to record it. Nothing is lost: call again once there is.
        SessionMovedError
            When the file was deleted, moved, replaced or cut off. Nothing is lost: call again once
            it is back, or after :meth:`save_as`.
        """
        if self._owed is None:
            self._owed = self._trained()
            self._writer.add_trial(self._owed.trial)
            if self._owed.problem is not None:
                self._writer.add_problem(self._owed.problem)
        step = self._owed
        if step.problem is not None or time.monotonic() > self._checkpoint_due:
            self.save()
        self._owed = None
        return step

    def _trained(self) -> Step:
        before = self._curriculum.trial
        try:
            return self._curriculum.step()
        except BaseException:
            # an error or signal between a trial and its record: no checkpoint could be resumed
            self._inconsistent = self._curriculum.trial != before
            raise

    def save(self) -> None:
        """Write a checkpoint of the trial in progress now.

        After an error that came between a trial and its record, the checkpoint before it stays.
        """
        if self._inconsistent:
            return
        state: dict[str, NDArray[Any]] = self._curriculum.checkpoint()
        state["target"] = np.array(self.config.problems, np.int64)
        self._writer.write_checkpoint(state)
        self._checkpoint_due = time.monotonic() + CHECKPOINT_SECONDS

    def save_as(self, path: str | PathLike[str]) -> None:
        """Write the run so far to another file and continue there.

        The way on when the session's file was moved, replaced or deleted under the run.

        Raises
        ------
        SessionError
            When there is a file of that name, or it cannot be written.
        DiskFullError
            When there is no room.
        """
        self._writer.save_as(path)
        self.save()

    def extend(self, problems: int) -> None:
        """Learn this many problems in all.

        Raises
        ------
        L2LError
            When more are learned already.
        """
        _check_problems(problems, self.n_problems, self.path)
        config = self.config.replace(problems=problems)
        self._writer.set_target(problems)
        self._curriculum.config = config

    # -- looking -----------------------------------------------------------------------

    @property
    def path(self) -> Path:
        """The session file."""
        return self._writer.path

    @property
    def config(self) -> RunConfig:
        """The run's parameters."""
        return self._curriculum.config

    @property
    def n_trials(self) -> int:
        """Trials run, over all problems."""
        return self._curriculum.trial

    @property
    def n_problems(self) -> int:
        """Problems finished; also the 0-based index of the present one."""
        return self._curriculum.problem

    @property
    def trial_in_problem(self) -> int:
        """Trials the present problem has had."""
        return self._curriculum.trial_in_problem

    @property
    def mean_loss(self) -> float:
        """Mean task loss (nats) over the present criterion window so far; NaN before a trial."""
        return self._curriculum.mean_loss

    @property
    def finished(self) -> bool:
        """Whether every problem asked for is done."""
        return self._curriculum.finished

    @property
    def stimuli(self) -> NDArray[np.float32]:
        """The present problem's stimuli, (2, stimulus_channels)."""
        return self._curriculum.stimuli

    @property
    def weights(self) -> NetworkWeights:
        """The network as it is now; a copy."""
        return self._curriculum.weights

    def view(self) -> TrialView | None:
        """The last trial in full, copied; None before the first since the run was opened."""
        return self._curriculum.view()


def check_new(path: str | PathLike[str], *, overwrite: bool = False) -> None:
    """Refuse a session that could not be made at ``path``, before anything slow begins.

    Raises
    ------
    SessionError
        When it is a folder, exists and ``overwrite`` is false, or its folder cannot be written to.
    """
    path = Path(path)
    check_target(path, overwrite)
    if not os.access(path.parent, os.W_OK):
        raise SessionError(
            f"The folder {path.parent} cannot be written to: choose another folder for the session."
        )


def target_of(session: Session, problems: int | None = None) -> int:
    """How many problems a session is to learn in all.

    Parameters
    ----------
    session : Session
        A session, open for reading.
    problems : int, optional
        A new number; by default what was asked for last.

    Raises
    ------
    L2LError
        When more than ``problems`` are learned already.
    """
    if problems is not None:
        _check_problems(problems, session.n_problems, session.path)
        return problems
    return max(session.config.problems, session.n_problems)


def _check_problems(problems: int, learned: int, path: Path) -> None:
    if problems < max(learned, 1):
        raise L2LError(
            f"problems = {problems} is too few for {path}: it has learned {learned} already; "
            "ask for more."
        )


def never_begun(session: Session) -> bool:
    """Whether a session was killed before its first checkpoint, with nothing in it to lose."""
    return not (session.n_problems or session.n_trials or session.source or session.parent)


def _load(report: Report | None) -> type[Curriculum]:
    """The training code; its import brings TensorFlow, which takes seconds."""
    if report is not None:
        report("Loading TensorFlow")
    from l2l_engine.training.curriculum import Curriculum
    from l2l_engine.training.trainer import load_tensorflow

    load_tensorflow()
    return Curriculum
