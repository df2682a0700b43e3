"""A run and its file: every trial that is trained is recorded.

The command line, ``l2l_engine.train``, sweeps and the window all train through :class:`Run`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import ExitStack
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from l2l_engine import branching, starting
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.starting import Parts, Report, check_problems
from l2l_engine.storage.closing import Closing
from l2l_engine.storage.writer import SessionWriter

if TYPE_CHECKING:
    from l2l_engine.protocols.protocol import Protocol
    from l2l_engine.training.course import Course
    from l2l_engine.training.curriculum import Curriculum, StepResult, TrialView
    from l2l_engine.training.records import Origin

CHECKPOINT_SECONDS = 8.0


class Run(Closing):
    """A session being trained. Make one with :meth:`create` or :meth:`resume`.

    Use it from one thread. It holds the session's writer lock until :meth:`close`.
    """

    def __init__(self, curriculum: Curriculum, writer: SessionWriter) -> None:
        self._curriculum = curriculum
        self._writer = writer
        self._owed: StepResult | None = None  # a step taken, not yet safe in the file
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
        protocol: Protocol | None = None,
        overwrite: bool = False,
        report: Report | None = None,
    ) -> Self:
        """Begin a new run.

        Parameters
        ----------
        path : path-like
            The session to make.
        config : RunConfig
            Its parameters; for a protocol, such as :meth:`Protocol.configure` gives.
        protocol : Protocol, optional
            Which problems are learned, in which order, under which rules; kept in the session. By
            default those of the run type.
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
        ProtocolError
            When the protocol does not fit the parameters.
        """
        parts = starting.new(path, config, protocol=protocol, overwrite=overwrite, report=report)
        return cls._ready(parts, report)

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
        parts = starting.resumed(Path(path), problems=problems, report=report)
        return cls._ready(parts, report)

    @classmethod
    def branch(
        cls,
        source: str | PathLike[str],
        finished: int,
        path: str | PathLike[str],
        *,
        changes: Mapping[str, Any] | None = None,
        stimuli: NDArray[np.floating] | None = None,
        protocol: Protocol | None = None,
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
        protocol : Protocol, optional
            What the branch follows; see :func:`l2l_engine.branching.boundary`.
        overwrite, report : optional
            See :meth:`create`.

        Raises
        ------
        BranchError, ConfigError, ProtocolError
            When there is no such problem, or a change or the protocol does not fit its network.
        SessionError, DiskFullError
            When the source cannot be read or the new file cannot be made.
        """
        parts = starting.branched(
            source,
            finished,
            path,
            changes=changes,
            stimuli=stimuli,
            protocol=protocol,
            overwrite=overwrite,
            report=report,
        )
        return cls._ready(parts, report)

    @classmethod
    def _ready(cls, parts: Parts, report: Report | None) -> Self:
        """A run about to train its next trial."""
        with ExitStack() as held:
            held.callback(parts.curriculum.close)
            held.callback(parts.writer.close)
            run = cls(*parts)
            if report is not None:
                report("Compiling the network")
            parts.curriculum.compile()
            run.save()
            held.pop_all()
            return run

    def close(self) -> None:
        """Save and close the file; safe to call again.

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

    def show(self, stimuli: NDArray[np.floating]) -> None:
        """Give the current problem your own stimuli, before its first trial.

        Parameters
        ----------
        stimuli : (2, stimulus_channels)
            They ask for response 0 and response 1; made unit length.

        Raises
        ------
        L2LError
            When the problem has begun, or the stimuli do not fit.
        """
        self._curriculum.show(branching.normalised(stimuli, self.config))

    def step(self) -> StepResult:
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

    def _trained(self) -> StepResult:
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

    def save_as(self, path: str | PathLike[str], *, overwrite: bool = False) -> None:
        """Write the run so far to another file, with a checkpoint, and continue there.

        This is what to do when the session's file was moved, replaced or deleted under the run.
        See :meth:`l2l_engine.storage.writer.SessionWriter.save_as`.
        """
        self._writer.save_as(path, overwrite=overwrite)
        self.save()

    def extend(self, problems: int) -> None:
        """Set the total number of problems to learn.

        Raises
        ------
        L2LError
            When more are learned already.
        """
        check_problems(problems, self.n_problems, self.path)
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
        """Problems finished; also the 0-based index of the current one."""
        return self._curriculum.problem

    @property
    def trial_in_problem(self) -> int:
        """Trials of the current problem so far."""
        return self._curriculum.trial_in_problem

    @property
    def mean_loss(self) -> float:
        """Mean task loss (nats) over the criterion window so far; NaN before the first trial."""
        return self._curriculum.mean_loss

    @property
    def finished(self) -> bool:
        """Whether every problem asked for is done."""
        return self._curriculum.finished

    @property
    def stimuli(self) -> NDArray[np.float32]:
        """The current problem's stimuli, (2, stimulus_channels)."""
        return self._curriculum.stimuli

    @property
    def course(self) -> Course | None:
        """What the run follows, where that is a protocol."""
        return self._curriculum.course

    @property
    def origin(self) -> Origin:
        """How the current problem came about."""
        return self._curriculum.origin

    @property
    def weights(self) -> NetworkWeights:
        """The network as it is now; a copy."""
        return self._curriculum.weights

    def view(self) -> TrialView | None:
        """The last trial in full, copied; None before the first since the run was opened."""
        return self._curriculum.view()
