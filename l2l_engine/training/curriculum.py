"""Problem after problem: what is learned next, from which network, and what is kept.

Source: Goudar et al. (2023), Methods, "Training" and "Manifold perturbations". All draws but the
noise come from one ``numpy.random.RandomState(seed)`` in the published order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, task
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.training import random_state
from l2l_engine.training.course import Course
from l2l_engine.training.helper import Helper
from l2l_engine.training.lessons import Lesson, Lessons, PlannedLessons, PublishedLessons
from l2l_engine.training.noise import NoiseStream
from l2l_engine.training.readout_perturbation import LearnedProblem
from l2l_engine.training.records import (
    Origin,
    ProblemRecord,
    StimuliFrom,
    TrialRecord,
)
from l2l_engine.training.restoring import (
    ORIGIN_NAMES,
    CheckpointError,
    check_state,
    origin_state,
)
from l2l_engine.training.trainer import Trainer

Checkpoint = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class StepResult:
    """What one trial brought: its record, and the problem's if that trial ended it."""

    trial: TrialRecord
    problem: ProblemRecord | None


@dataclass(frozen=True, slots=True, eq=False)
class TrialView:
    """The last trial in full, for looking at; batch rows lead, time follows."""

    problem: int  # 0-based
    trial: int  # of the problem, from 1
    stimulus: NDArray[np.int8]  # (B,)
    inputs: NDArray[np.float32]  # (B, T, C)
    states: NDArray[np.float32]  # (B, T, N), after each step
    outputs: NDArray[np.float32]  # (B, T, 3), after the softmax
    config: RunConfig  # the parameters it ran with, which a stage of a protocol may change


class Curriculum:
    """A run in memory: steps trial by trial, and can be saved and restored at any of them.

    Parameters
    ----------
    config : the run's parameters
    course : the problems a protocol asks for; by default those of the run type

    Attributes
    ----------
    problem : 0-based index of the present problem, so also the number of finished ones
    trial : trials run so far, over all problems
    stimuli : (2, stimulus_channels), of the present problem
    origin : how the present problem came about
    set_point : h*, the firing-rate set point; 0 until a first problem is learned
    """

    def __init__(self, config: RunConfig, course: Course | None = None) -> None:
        self.config, self.course = config, course
        self._random = np.random.RandomState(config.seed)
        self.initial = network.initial_weights(self._random, config)
        self._helper = Helper()
        self._trainer = Trainer(config, self.initial, helper=self._helper)
        self._noise = NoiseStream(config, self._helper)
        self._lessons: Lessons = (
            PublishedLessons(config) if course is None else PlannedLessons(config, course)
        )
        self._last: TrialRecord | None = None
        self.problem = 0
        self.trial = 0
        self.set_point = 0.0
        self._begin(self._lessons.first(self.initial, self._random))

    # -- progress ----------------------------------------------------------------------

    @property
    def trial_in_problem(self) -> int:
        """Trials of the current problem so far."""
        return self._progress.trials

    @property
    def mean_loss(self) -> float:
        """Mean task loss over the present problem's criterion window so far."""
        return self._progress.mean_loss

    @property
    def gradient_norm(self) -> float:
        """Global norm of the last trial's gradient, before clipping; NaN before the first."""
        return self._trainer.gradient_norm

    @property
    def finished(self) -> bool:
        """Whether all problems of the configuration are done."""
        return self.problem >= self.config.problems

    @property
    def weights(self) -> NetworkWeights:
        """The network as it is now; a copy."""
        return self._trainer.weights

    def show(self, stimuli: NDArray[np.float32]) -> None:
        """Give the present problem stimuli (2, stimulus_channels) of a person's own.

        Raises
        ------
        L2LError
            When it has had trials already.
        """
        if self.trial_in_problem:
            raise L2LError(
                f"Problem {self.problem + 1} has begun: its stimuli cannot be changed any more."
            )
        self.stimuli = stimuli
        self.origin = Origin(StimuliFrom.OWN)

    def compile(self) -> None:
        """Compile the trial now rather than at the first step."""
        self._trainer.compile()

    def step(self) -> StepResult:
        """Run one trial, and begin the next problem when it ends this one.

        Raises
        ------
        TrainingFailedError
            When the loss is not a number; the network stays as before the trial.
        """
        stimulus = self._draws.draw(self._random)
        other = self._draws.problem
        stimuli = self.stimuli if other is None else self._lessons.stimuli_of(other)
        responses = stimulus.astype(np.int32)
        try:
            summary = self._trainer.step(
                stimuli[stimulus], responses, self._noise.trial(self.trial), self.set_point
            )
        except BaseException:
            self._draws.forget_last(self._random)  # as though the trial had not started
            raise
        self._progress.add(summary, self._trainer.top_square, own=other is None)
        self.trial += 1
        record = TrialRecord(
            problem=self.problem,
            stimulus=stimulus.astype(np.int8),
            task_loss=summary.task_loss,
            regularisation_cost=summary.regularisation_cost,
            mean_square_rate=summary.mean_square_rate,
            largest_rate=summary.largest_rate,
            correct=summary.correct,
            shown_problem=other,
        )
        self._last, self._last_config = record, self._lesson.config
        self._last_stimuli, self._last_number = stimuli, self._progress.trials
        if self._progress.outcome is None:
            return StepResult(record, None)
        return StepResult(record, self._end_problem())

    def view(self) -> TrialView | None:
        """The last trial in full; None before the first since the run was opened."""
        result = self._trainer.last
        if self._last is None or result is None:
            return None
        shown = self._last_stimuli[self._last.stimulus]
        return TrialView(
            problem=self._last.problem,
            trial=self._last_number,
            stimulus=self._last.stimulus,
            inputs=task.inputs(shown, self._last_config).astype(np.float32),
            states=np.ascontiguousarray(result.states.swapaxes(0, 1)),
            outputs=np.ascontiguousarray(result.outputs.swapaxes(0, 1)),
            config=self._last_config,
        )

    def close(self) -> None:
        """End the helping thread."""
        self._helper.close()

    # -- between problems --------------------------------------------------------------

    def _end_problem(self) -> ProblemRecord:
        progress, weights = self._progress, self._trainer.weights
        outcome = progress.outcome
        assert outcome is not None
        norms = progress.norms()
        if progress.met and self.set_point == 0.0:
            self.set_point = norms["mean_square_rate"]
        record = ProblemRecord(
            index=self.problem,
            stimuli=self.stimuli,
            first_trial=self.trial - progress.trials,
            trials_to_criterion=progress.trials_to_criterion,
            weights=weights,
            singular_values=np.linalg.svd(weights.recurrent, compute_uv=False),
            permutation=self._lesson.permutation,
            applied=self._lesson.applied,
            trials_run=progress.trials,
            outcome=outcome,
            origin=self.origin,
            set_point=self.set_point,
            random_state=random_state.pack(self._random),
            **norms,
        )
        self.problem += 1
        self._begin(self._lessons.next(self.problem, weights, record.stimuli, self._random))
        return record

    def _begin(self, lesson: Lesson) -> None:
        """Begin a problem."""
        self._take_up(lesson)
        self._trainer.begin(
            lesson.start,
            frozen=lesson.frozen,
            rule=lesson.rule,
            keep_moments=lesson.keep_moments,
        )

    def _take_up(self, lesson: Lesson) -> None:
        """Make ready for a problem's parameters, without touching the network."""
        if lesson.config != self._trainer.config:
            self._trainer = self._trainer.with_config(lesson.config)
            self._noise = NoiseStream(lesson.config, self._helper)
        self._lesson = lesson
        self._progress, self._draws = lesson.progress, lesson.draws
        self.stimuli, self.origin = lesson.stimuli, lesson.origin

    # -- checkpoint and restoration ---------------------------------------------------------

    def checkpoint(self) -> dict[str, NDArray[Any]]:
        """Everything the next trial depends on, as named arrays of fixed shapes."""
        return {
            **self._trainer.state(),
            **self._progress.state(),
            **random_state.to_arrays(self._random),
            "problem": np.array(self.problem, np.int64),
            "trial": np.array(self.trial, np.int64),
            "set_point": np.array(self.set_point, np.float64),
            "stimuli": self.stimuli.copy(),
            **origin_state(self.origin),
            **self._lessons.state(self._lesson),
        }

    @classmethod
    def resume(
        cls,
        config: RunConfig,
        checkpoint: Checkpoint,
        learned: LearnedProblem,
        *,
        course: Course | None = None,
    ) -> Self:
        """Resume a run from what :meth:`checkpoint` returned.

        Parameters
        ----------
        learned : asked for the problems that later ones depend on
        course : of the run

        Raises
        ------
        CheckpointError
            When the checkpoint is not of a run with these parameters.
        """
        run = cls(config, course)
        try:
            check_state(checkpoint, run.checkpoint(), optional=ORIGIN_NAMES)
            run._restore(checkpoint, learned)
        except BaseException as error:
            run.close()
            if isinstance(error, ValueError | OverflowError) and not isinstance(error, L2LError):
                raise CheckpointError(f"holds a value that cannot be ({error})") from error
            raise
        return run

    def _restore(self, checkpoint: Checkpoint, learned: LearnedProblem) -> None:
        self.problem, self.trial = int(checkpoint["problem"]), int(checkpoint["trial"])
        if self.problem < 0:
            raise CheckpointError("is of a problem that is not in the file")
        lesson = self._lessons.restore(checkpoint, self.problem, self.initial, learned)
        self._take_up(lesson)
        self._trainer.set_state(dict(checkpoint))
        self._trainer.hold(lesson.frozen, lesson.rule)
        self._progress.set_state(checkpoint)
        random_state.from_arrays(self._random, checkpoint)
        self.set_point = float(checkpoint["set_point"])

    @classmethod
    def at_boundary(
        cls,
        config: RunConfig,
        networks: NetworkWeights,
        stimuli: NDArray[np.float32],
        *,
        trial: int,
        set_point: float,
        random: np.random.RandomState,
        next_stimuli: NDArray[np.float32] | None = None,
        next_origin: Origin | None = None,
        course: Course | None = None,
    ) -> Self:
        """A run that has finished problems, about to begin the next.

        Parameters
        ----------
        networks : (K, ...), the network after each finished problem
        stimuli : (K, 2, stimulus_channels), theirs
        trial, set_point : trials run so far; h*
        random : the run's random stream before the next problem's draws
        next_stimuli : (2, stimulus_channels), in place of those drawn
        next_origin : where these came from
        course : the problems a protocol asks for
        """
        run = cls(config, course)
        finished = len(networks)
        run._lessons.look_back(finished, lambda index: (networks[index], stimuli[index]))
        run._random = random
        run.problem, run.trial, run.set_point = finished, trial, set_point
        last = networks[finished - 1]
        run._trainer.restore(last, frozen_readout=False)
        run._begin(run._lessons.next(finished, last, stimuli[finished - 1], random))
        if next_stimuli is not None:
            run.stimuli = next_stimuli
            run.origin = next_origin or Origin(StimuliFrom.OWN)
        return run
