"""What comes next in a run: as published, or as a protocol's course says.

Both ways answer with a :class:`Lesson`, and draw from the run's random stream in the same order: the
permutation of a perturbed readout, then the stimuli.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from l2l_engine import perturbation, task
from l2l_engine.config import RunConfig
from l2l_engine.manifold import Subspaces
from l2l_engine.network import WEIGHT_NAMES, NetworkWeights
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.training.course import Course
from l2l_engine.training.past import Past
from l2l_engine.training.plan import (
    Interleaved,
    New,
    Own,
    Plan,
    Repeat,
    Replay,
    Reverse,
    Similar,
)
from l2l_engine.training.problem import PlannedProgress, ProblemProgress
from l2l_engine.training.readout_perturbation import LearnedProblem, ReadoutPerturbation
from l2l_engine.training.records import Origin, StimuliFrom
from l2l_engine.training.restoring import origin_of
from l2l_engine.training.rules import making
from l2l_engine.training.rules.base import Rule
from l2l_engine.training.stimulus_draws import Mixture, StimulusDraws
from l2l_engine.training.trainer import FROZEN_READOUT

Stimuli = NDArray[np.float32]
State = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """A problem about to be learned.

    Attributes
    ----------
    stimuli : (2, stimulus_channels)
    origin : how it came about
    config : the parameters it is learned with
    progress, draws : of no trial yet
    start : the network it starts from; None is the present one
    frozen : names of the weights that stay as they are
    rule : what happens to updates besides Adam
    keep_moments : whether Adam goes on from the problem before
    permutation : (manifold_dimensions,), drawn for its readout; None where none was
    applied : whether it changed the readout
    """

    stimuli: Stimuli
    origin: Origin
    config: RunConfig
    progress: ProblemProgress
    draws: StimulusDraws
    start: NetworkWeights | None = None
    frozen: frozenset[str] = frozenset()
    rule: Rule | None = None
    keep_moments: bool = False
    permutation: NDArray[np.int8] | None = None
    applied: bool = False


class Lessons(Protocol):
    """One problem after the other."""

    def first(self, initial: NetworkWeights, random: np.random.RandomState) -> Lesson:
        """The first problem of a run."""

    def next(
        self,
        finished: int,
        weights: NetworkWeights,
        stimuli: Stimuli,
        random: np.random.RandomState,
    ) -> Lesson:
        """Take in the problem that ended, the ``finished``-th, and give the next."""

    def look_back(self, finished: int, learned: LearnedProblem) -> None:
        """Take in all problems that ended but the last, which :meth:`next` is given."""

    def stimuli_of(self, problem: int) -> Stimuli:
        """The stimuli of a problem (0-based) that ended, which a later one is mixed with."""

    def state(self, lesson: Lesson) -> dict[str, NDArray[Any]]:
        """What the session does not have, as named arrays of fixed shapes."""

    def restore(
        self, state: State, problem: int, initial: NetworkWeights, learned: LearnedProblem
    ) -> Lesson:
        """The present problem (0-based), of a checkpoint; ``start`` is not given again."""


class PublishedLessons:
    """New problems; those after the baseline of a perturbation run with a perturbed readout."""

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._perturbation = ReadoutPerturbation(config)

    def first(self, initial: NetworkWeights, random: np.random.RandomState) -> Lesson:
        """The first problem of a run."""
        return self._lesson(task.problem_stimuli(random, self._config, 0), Origin(), None)

    def next(
        self,
        finished: int,
        weights: NetworkWeights,
        stimuli: Stimuli,
        random: np.random.RandomState,
    ) -> Lesson:
        """Take in the problem that ended, the ``finished``-th, and give the next."""
        start = self._perturbation.next_start(finished, weights, stimuli, random)
        drawn = task.problem_stimuli(random, self._config, finished)
        return self._lesson(drawn, Origin(), start)

    def look_back(self, finished: int, learned: LearnedProblem) -> None:
        """Take in all problems that ended but the last."""
        self._perturbation.look_back(finished, learned)

    def stimuli_of(self, problem: int) -> Stimuli:
        """Nothing is mixed in."""
        raise IndexError(problem)

    def state(self, lesson: Lesson) -> dict[str, NDArray[Any]]:
        """What the session does not have, as named arrays of fixed shapes."""
        return self._perturbation.state()

    def restore(
        self, state: State, problem: int, initial: NetworkWeights, learned: LearnedProblem
    ) -> Lesson:
        """The present problem (0-based), of a checkpoint."""
        self._perturbation.set_state(state, problem, learned)
        return self._lesson(np.array(state["stimuli"], np.float32), origin_of(state), None)

    def _lesson(self, stimuli: Stimuli, origin: Origin, start: NetworkWeights | None) -> Lesson:
        config, perturbed = self._config, self._perturbation
        return Lesson(
            stimuli,
            origin,
            config,
            ProblemProgress(config),
            StimulusDraws(config.batch_size),
            start=start,
            frozen=frozenset() if perturbed.permutation is None else FROZEN_READOUT,
            permutation=perturbed.permutation,
            applied=perturbed.applied,
        )


class PlannedLessons:
    """Problems as a course says; see :mod:`l2l_engine.training.plan`.

    The subspaces of perturbed readouts are found when their stage begins, from all problems before
    it; as in the published runs one permutation is drawn then and not used.
    """

    def __init__(self, config: RunConfig, course: Course) -> None:
        self._config, self._course = config, course
        self._past = Past(config, course)
        self._subspaces: Subspaces | None = None  # of the present stage

    def first(self, initial: NetworkWeights, random: np.random.RandomState) -> Lesson:
        """The first problem of a run."""
        return self._begin(0, initial, random)

    def next(
        self,
        finished: int,
        weights: NetworkWeights,
        stimuli: Stimuli,
        random: np.random.RandomState,
    ) -> Lesson:
        """Take in the problem that ended, the ``finished``-th, and give the next."""
        self._past.add(weights, stimuli)
        return self._begin(finished, weights, random)

    def look_back(self, finished: int, learned: LearnedProblem) -> None:
        """Take in all problems that ended but the last."""
        find = self._finding_at(self._course.first_of_stage(finished), finished)
        self._past.look_back(finished - 1, learned, reached=find)
        find(finished - 1)

    def stimuli_of(self, problem: int) -> Stimuli:
        """The stimuli of a problem (0-based) that ended, which a later one is mixed with."""
        return self._past.stimuli[problem]

    def state(self, lesson: Lesson) -> dict[str, NDArray[Any]]:
        """What the session does not have, as named arrays of fixed shapes."""
        none = np.full(self._config.manifold_dimensions, -1, np.int8)
        permutation = none if lesson.permutation is None else lesson.permutation
        return {"permutation": permutation, **self._past.state()}

    def restore(
        self, state: State, problem: int, initial: NetworkWeights, learned: LearnedProblem
    ) -> Lesson:
        """The present problem (0-based), of a checkpoint."""
        plan, stage = self._course.plan(problem), self._course.first_of_stage(problem)
        find = self._finding_at(stage, problem)
        self._past.look_back(problem, learned, fisher=False, reached=find)
        find(problem)
        self._past.set_state(state)
        start = initial if problem == 0 else learned(problem - 1)[0]
        if plan.start is not None:
            start = self._past.network(plan.start)
        permutation = np.array(state["permutation"], np.int8)
        return self._lesson(
            plan,
            np.array(state["stimuli"], np.float32),
            origin_of(state),
            start,
            permutation if (permutation >= 0).any() else None,
        )

    # ----------------------------------------------------------------------------------

    def _begin(
        self, problem: int, weights: NetworkWeights, random: np.random.RandomState
    ) -> Lesson:
        plan = self._course.plan(problem)
        start = weights if plan.start is None else self._past.network(plan.start)
        permutation = None
        if plan.readout.perturbation is not None:
            start, permutation = self._perturbed(problem, plan, start, random)
        stimuli, origin = self._problem(problem, plan, random)
        return self._lesson(plan, stimuli, origin, start, permutation)

    def _lesson(
        self,
        plan: Plan,
        stimuli: Stimuli,
        origin: Origin,
        start: NetworkWeights,
        permutation: NDArray[np.int8] | None,
    ) -> Lesson:
        config = self._config.replace(**plan.changes) if plan.changes else self._config
        frozen = frozenset(WEIGHT_NAMES) - set(plan.plastic)
        kind = plan.readout.perturbation
        return Lesson(
            stimuli,
            origin,
            config,
            PlannedProgress(config, plan.until),
            StimulusDraws(config.batch_size, self._mixture(plan)),
            start=start,
            frozen=frozen | FROZEN_READOUT if plan.readout.frozen else frozen,
            rule=making.make(plan, self._past, start, self._config),
            keep_moments=plan.keep_moments,
            permutation=permutation,
            applied=kind not in (None, PerturbationKind.CONTROL),
        )

    def _mixture(self, plan: Plan) -> Mixture | None:
        match plan.mixture:
            case None:
                return None
            case Interleaved(problems=problems):
                return Mixture([number - 1 for number in problems if isinstance(number, int)], None)
            case Replay(share=share, problems=problems):
                named = [number - 1 for number in problems if isinstance(number, int)]
                return Mixture(named or range(len(self._past.stimuli)), share)

    def _problem(
        self, problem: int, plan: Plan, random: np.random.RandomState
    ) -> tuple[Stimuli, Origin]:
        config, stage = self._config, self._course.stage(problem)

        def earlier(number: int | str) -> tuple[int, Stimuli]:
            index = int(number) - 1
            return index, self._past.stimuli[index]

        match plan.problem:
            case New():
                drawn = task.problem_stimuli(random, config, problem)
                return drawn, Origin(label=plan.label, stage=stage)
            case Repeat(of=of):
                index, stimuli = earlier(of)
                kind = StimuliFrom.REPEATED
                return stimuli.copy(), Origin(kind, index, label=plan.label, stage=stage)
            case Reverse(of=of):
                index, stimuli = earlier(of)
                kind = StimuliFrom.REVERSED
                return stimuli[::-1].copy(), Origin(kind, index, label=plan.label, stage=stage)
            case Similar(of=of, overlap=overlap):
                index, stimuli = earlier(of)
                stream = np.random.RandomState([config.seed, problem])
                drawn, overlaps = task.similar_stimuli(
                    stream if config.same_problems else random, stimuli, overlap
                )
                return drawn, Origin(StimuliFrom.SIMILAR, index, overlaps, plan.label, stage)
            case Own(stimuli=rows):
                given = np.asarray(rows, np.float32)
                given /= np.linalg.norm(given, axis=1, keepdims=True)
                return given, Origin(StimuliFrom.OWN, label=plan.label, stage=stage)

    def _perturbed(
        self, problem: int, plan: Plan, start: NetworkWeights, random: np.random.RandomState
    ) -> tuple[NetworkWeights, NDArray[np.int8]]:
        """The network with its readout perturbed, and the permutation, -1 past its dimensions."""
        readout = plan.readout
        kind, k = readout.perturbation, self._dimensions(plan)
        assert kind is not None
        if problem == self._course.first_of_stage(problem):
            self._find_subspaces(plan)
            if readout.permutation is None:
                self._draw(random, k, plan)  # the published code draws one here that it never uses
        given = readout.permutation
        drawn = self._draw(random, k, plan) if given is None else np.array(given)
        output = start.output
        if kind is not PerturbationKind.CONTROL:
            assert self._subspaces is not None
            output = perturbation.perturb(kind, start.output, self._subspaces, drawn, random)
        recorded = np.full(self._config.manifold_dimensions, -1, np.int8)
        recorded[:k] = drawn
        arrays = start.arrays() | {"output": output.astype(np.float32)}
        return NetworkWeights.from_arrays(arrays), recorded

    def _draw(self, random: np.random.RandomState, k: int, plan: Plan) -> NDArray[np.integer]:
        return perturbation.draw_permutation(random, k, derangement=plan.readout.derangement)

    def _dimensions(self, plan: Plan) -> int:
        readout = plan.readout
        if readout.permutation is not None:
            return len(readout.permutation)
        return readout.dimensions or self._config.manifold_dimensions

    def _find_subspaces(self, plan: Plan) -> None:
        if plan.readout.perturbation not in (None, PerturbationKind.CONTROL):
            self._subspaces = self._past.activity.subspaces(self._dimensions(plan))

    def _finding_at(self, stage: int, problem: int) -> Any:
        """For looking back: finds the subspaces of the stage of a problem when it is reached."""

        def reached(index: int) -> None:
            if index == stage:
                self._find_subspaces(self._course.plan(problem))

        return reached
