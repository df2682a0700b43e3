"""A run and its file: every trial trained is a trial recorded.

The command line, ``l2l_engine.train``, sweeps and the window all train through :class:`Run`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from l2l_engine import branching
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.session import Session
from l2l_engine.storage.writer import SessionWriter

if TYPE_CHECKING:
    from l2l_engine.training.curriculum import Curriculum, Step, TrialView

CHECKPOINT_SECONDS = 8.0

Report = Callable[[str], None]


class Run:
    """A session being trained. Make one with :meth:`create` or :meth:`resume`.

    Use it from one thread. It holds the session's writer lock until :meth:`close`.
    """

    def __init__(self, curriculum: Curriculum, writer: SessionWriter) -> None:
        self._curriculum = curriculum
        self._writer = writer
        self._owed: Step | None = None  # a step taken, not yet safe in the file
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
        report : called with a sentence at each stage of getting ready (about 8 s in all)

        Raises
        ------
        SessionError
            When the file cannot be made.
        DiskFullError
            When there is no room.
        """
        curriculum = _load(report)(config)
        try:
            writer = SessionWriter.create(path, config, curriculum.initial, overwrite=overwrite)
        except BaseException:
            curriculum.close()
            raise
        run = cls(curriculum, writer)
        run._get_ready(report)
        return run

    @classmethod
    def resume(
        cls,
        path: str | PathLike[str],
        *,
        problems: int | None = None,
        report: Report | None = None,
    ) -> Self:
        """Go on with a session from its checkpoint.

        Parameters
        ----------
        problems : a new number of problems to learn in all

        Raises
        ------
        SessionError
            When the file is no session, has no checkpoint, or is being written.
        """
        path = Path(path)
        with Session.open(path) as session:
            checkpoint = session.checkpoint()
            if checkpoint is None:
                raise SessionError(
                    f"{path} has no checkpoint to go on from: branch from one of its problems."
                )
            target = problems or int(checkpoint.get("target", session.config.problems))
            config = session.config.replace(problems=target)

            def learned(index: int) -> tuple[NetworkWeights, NDArray[np.float32]]:
                return session.weights(index), session.stimuli[index]

            curriculum = _load(report).resume(config, checkpoint, learned)
        try:
            writer = SessionWriter.resume(path)
            writer.rewind(trials=curriculum.trial, problems=curriculum.problem)
        except BaseException:
            curriculum.close()
            raise
        run = cls(curriculum, writer)
        run._get_ready(report)
        return run

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
        """Go on from a learned problem of a session as a new one; the source is untouched.

        Parameters
        ----------
        finished : problems of the source to keep, from 1
        changes, stimuli : see :func:`l2l_engine.branching.boundary`

        Raises
        ------
        BranchError, ConfigError
            When there is no such problem, or a change does not fit its network.
        SessionError, DiskFullError
            When the source cannot be read or the new file not be made.
        """
        with Session.open(source) as session:
            start = branching.boundary(session, finished, changes, stimuli)
            curriculum = _load(report).at_boundary(
                start.config,
                start.networks,
                start.stimuli,
                trial=start.trial,
                set_point=start.set_point,
                random=start.random,
                next_stimuli=start.next_stimuli,
            )
            try:
                writer = branching.copy_history(session, start, path, overwrite=overwrite)
            except BaseException:
                curriculum.close()
                raise
        run = cls(curriculum, writer)
        run._get_ready(report)
        return run

    def _get_ready(self, report: Report | None) -> None:
        try:
            if report is not None:
                report("Compiling the network")
            self._curriculum.compile()
            self.save()
        except BaseException:
            self._abandon()
            raise

    def close(self) -> None:
        """Save and give the file back; harmless when repeated.

        Raises
        ------
        DiskFullError
            When the last checkpoint does not fit; the one before it stays.
        """
        if self._closed:
            return
        try:
            self.save()
        finally:
            self._abandon()

    def _abandon(self) -> None:
        self._closed = True
        self._curriculum.close()
        self._writer.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # -- training ----------------------------------------------------------------------

    def step(self) -> Step:
        """Train one trial and record it.

        Raises
        ------
        TrainingFailedError
            When the loss is not a number; the network stays as before the trial.
        DiskFullError
            When there is no room to record it. Nothing is lost: call again once there is.
        """
        if self._owed is None:
            self._owed = self._curriculum.step()
            self._writer.add_trial(self._owed.trial)
            if self._owed.problem is not None:
                self._writer.add_problem(self._owed.problem)
        step = self._owed
        if step.problem is not None or time.monotonic() > self._checkpoint_due:
            self.save()
        self._owed = None
        return step

    def save(self) -> None:
        """Write a checkpoint of the trial in progress now."""
        state: dict[str, NDArray[Any]] = self._curriculum.checkpoint()
        state["target"] = np.array(self.config.problems, np.int64)
        self._writer.write_checkpoint(state)
        self._checkpoint_due = time.monotonic() + CHECKPOINT_SECONDS

    def extend(self, problems: int) -> None:
        """Learn this many problems in all."""
        if problems < self.n_problems:
            raise L2LError(
                f"problems = {problems} is too few: {self.n_problems} are learned already."
            )
        self._curriculum.config = self.config.replace(problems=problems)

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


def _load(report: Report | None) -> type[Curriculum]:
    """The training code; its import brings TensorFlow, which takes seconds."""
    if report is not None:
        report("Loading TensorFlow")
    from l2l_engine.training.curriculum import Curriculum
    from l2l_engine.training.trainer import load_tensorflow

    load_tensorflow()
    return Curriculum
