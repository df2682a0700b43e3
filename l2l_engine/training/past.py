"""What later problems of a protocol need of earlier ones, and no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.config import RunConfig
from l2l_engine.manifold import SubspaceFinder
from l2l_engine.network import NetworkWeights
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.training.course import Course
from l2l_engine.training.fisher import Fisher
from l2l_engine.training.plan import Elastic, Orthogonal, Plan, Projected, Reference
from l2l_engine.training.readout_perturbation import LearnedProblem, noisy_states
from l2l_engine.training.trial import Layout

Float64 = NDArray[np.float64]


class Past:
    """Stimuli of all problems that ended, networks that a later one starts from, and summed activity.

    Activity is that of one noisy trial of each stimulus (as a perturbation run has it), with the run's
    own parameters also where a stage changes some.

    Parameters
    ----------
    config, course : of the run

    Attributes
    ----------
    stimuli : of each problem that ended, (2, stimulus_channels)
    activity : sums for decision, stimulus and leading directions
    correlation : (C + N + 1, C + N + 1), <z' z> of z = [inputs, states, 1], summed over problems
    fisher : their Fisher information
    """

    def __init__(self, config: RunConfig, course: Course) -> None:
        self._config = config
        self._starts = {plan.start for plan in _distinct(course)}
        self._activity_until = _last(course, _looks_at_activity)
        self._correlation_until = _last(course, lambda plan: isinstance(plan.rule, Orthogonal))
        self._fisher_until = _last(course, lambda plan: isinstance(plan.rule, Elastic))
        self._networks: dict[int, NetworkWeights] = {}
        self.stimuli: list[NDArray[np.float32]] = []
        self.activity = SubspaceFinder()
        self.correlation: Float64 = np.zeros((config.inputs + config.units + 1,) * 2)
        self.fisher = Fisher(config, Layout(config).size if self._fisher_until else 0)

    def needs_network(self, problem: int) -> bool:
        """Whether the network of a problem (0-based) is needed once it has ended."""
        until = max(self._activity_until, self._correlation_until, self._fisher_until)
        return problem + 1 in self._starts or problem < until

    def add(
        self,
        weights: NetworkWeights | None,
        stimuli: NDArray[np.float32],
        *,
        fisher: bool = True,
    ) -> None:
        """Take in the next problem that ended.

        Parameters
        ----------
        weights : its network; None where :meth:`needs_network` says no
        stimuli : (2, stimulus_channels)
        fisher : add its Fisher information too
        """
        problem = len(self.stimuli)
        self.stimuli.append(stimuli)
        if weights is None:
            return
        if problem + 1 in self._starts:
            self._networks[problem] = weights
        if problem < max(self._activity_until, self._correlation_until):
            states = noisy_states(weights, stimuli, problem, self._config)
            if problem < self._activity_until:
                self.activity.add(states)
            if problem < self._correlation_until:
                self.correlation += _correlation(weights, stimuli, states, self._config)
        if fisher and problem < self._fisher_until:
            self.fisher.add(problem, weights, stimuli)

    def look_back(
        self,
        finished: int,
        learned: LearnedProblem,
        *,
        fisher: bool = True,
        reached: Callable[[int], None] = lambda problem: None,
    ) -> None:
        """Take in so many problems again; ``reached`` is told each before it is taken in."""
        for problem in range(finished):
            reached(problem)
            weights, stimuli = learned(problem)
            self.add(weights if self.needs_network(problem) else None, stimuli, fisher=fisher)

    def network(self, number: Reference) -> NetworkWeights:
        """The network after a problem (its number, from 1) that a later one starts from."""
        return self._networks[int(number) - 1]

    def state(self) -> dict[str, NDArray[Any]]:
        """What takes too long to find again, as named arrays of fixed shape."""
        return self.fisher.state()

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Restore what :meth:`state` gave."""
        self.fisher.set_state(state)


def _correlation(
    weights: NetworkWeights,
    stimuli: NDArray[np.float32],
    states: NDArray[np.float32],
    config: RunConfig,
) -> Float64:
    """<z' z> over both stimuli and all steps of z, what the net currents of a step are sums of."""
    start = np.broadcast_to(weights.initial_state, (task.RESPONSES, 1, config.units))
    before = np.concatenate([start, states[:, :-1]], axis=1)
    ones = np.ones((*before.shape[:-1], 1))
    met = np.concatenate([task.inputs(stimuli, config), before, ones], axis=-1, dtype=np.float64)
    flat = met.reshape(-1, met.shape[-1])
    return np.asarray(flat.T @ flat / len(flat))


def _distinct(course: Course) -> list[Plan]:
    """Each plan of the course once, though a stage may have thousands of problems."""
    return list({id(plan): plan for plan in course.plans}.values())


def _looks_at_activity(plan: Plan) -> bool:
    kind = plan.readout.perturbation
    return isinstance(plan.rule, Projected) or kind not in (None, PerturbationKind.CONTROL)


def _last(course: Course, needs: Callable[[Plan], bool]) -> int:
    """The last problem (0-based) whose plan needs something of those before it; 0 where none does."""
    known = {id(plan): needs(plan) for plan in _distinct(course)}
    found = [index for index, plan in enumerate(course.plans) if known[id(plan)]]
    return course.after + found[-1] if found else 0
