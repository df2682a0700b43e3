"""What a perturbation run adds to learning: later problems with the readout perturbed and frozen.

Source: Goudar et al. (2023), Methods, "Manifold perturbations".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, noise, perturbation, task
from l2l_engine.config import RunConfig
from l2l_engine.manifold import SubspaceFinder, Subspaces
from l2l_engine.network import NetworkWeights
from l2l_engine.training.noise import probe_generator

LearnedProblem = Callable[[int], tuple[NetworkWeights, NDArray[np.float32]]]
"""Gives the network and stimuli of a finished problem, by 0-based index."""


class ReadoutPerturbation:
    """The subspaces of a run's baseline problems, and the permutation of each later one.

    A run that does not perturb has one too; it stays empty.

    Attributes
    ----------
    permutation : (k,), of the present problem; None while it has none
    """

    def __init__(self, config: RunConfig) -> None:
        self._config = config
        self._subspaces: Subspaces | None = None
        self._first: NetworkWeights | None = None  # where every perturbed problem starts
        self._baseline: list[tuple[NetworkWeights, NDArray[np.float32]]] = []
        self.permutation: NDArray[np.int8] | None = None

    @property
    def applied(self) -> bool:
        """Whether the present problem's readout is a perturbed one."""
        kind = perturbation.RUN_TYPE_KINDS.get(self._config.run_type)
        return self.permutation is not None and kind is not perturbation.PerturbationKind.CONTROL

    def next_start(
        self,
        finished: int,
        weights: NetworkWeights,
        stimuli: NDArray[np.float32],
        random: np.random.RandomState,
    ) -> NetworkWeights | None:
        """Take in the problem that ended, and say what the next one starts from.

        Parameters
        ----------
        finished : problems ended, with this one
        weights, stimuli : of this one
        random : the run's stream, which the permutations are drawn from

        Returns
        -------
        NetworkWeights or None
            The network of problem 1 with its readout perturbed by a new permutation, to be
            frozen; None where learning continues from ``weights``.
        """
        baseline = self._config.baseline_problems
        if self._config.run_type.perturbs and finished <= baseline:
            self._baseline.append((weights, stimuli))
            if finished == baseline:
                self._find_subspaces()
                self._draw(random)  # the published code draws one here that it never uses
        if self._subspaces is None:
            return None
        assert self._first is not None
        drawn = self._draw(random)
        self.permutation = drawn.astype(np.int8)
        readout = perturbation.perturbed_readout(
            self._config.run_type, self._first.output, self._subspaces, drawn
        )
        return NetworkWeights.from_arrays(
            self._first.arrays() | {"output": readout.astype(np.float32)}
        )

    def look_back(self, finished: int, learned: LearnedProblem) -> None:
        """Take in all problems that ended but the last, which :meth:`next_start` is given.

        Parameters
        ----------
        finished : problems that ended
        learned : gives the network and stimuli of each
        """
        config = self._config
        if not config.run_type.perturbs:
            return
        known = min(finished - 1, config.baseline_problems)
        self._baseline = [learned(index) for index in range(known)]
        if finished > config.baseline_problems:
            self._find_subspaces()

    def _find_subspaces(self) -> None:
        """From one noisy trial of each stimulus of each baseline problem's network."""
        found = SubspaceFinder()
        for problem, (weights, stimuli) in enumerate(self._baseline):
            found.add(noisy_states(weights, stimuli, problem, self._config))
        self._subspaces = found.subspaces(self._config.manifold_dimensions)
        self._first, self._baseline = self._baseline[0][0], []

    def _draw(self, random: np.random.RandomState) -> NDArray[np.integer]:
        config = self._config
        return perturbation.draw_permutation(
            random, config.manifold_dimensions, derangement=config.derangement
        )

    # -- checkpoint and restoration ------------------------------------------------------

    def state(self) -> dict[str, NDArray[Any]]:
        """Everything but the networks, which the session has, as named arrays of fixed shapes."""
        k, subspaces = self._config.manifold_dimensions, self._subspaces
        empty = np.zeros((self._config.units, k))
        none = np.full(k, -1, np.int8)
        return {
            "permutation": none if self.permutation is None else self.permutation,
            "decision_subspace": empty if subspaces is None else subspaces.decision,
            "stimulus_subspace": empty if subspaces is None else subspaces.stimulus,
        }

    def set_state(
        self, state: Mapping[str, NDArray[Any]], finished: int, learned: LearnedProblem
    ) -> None:
        """Restore what :meth:`state` gave of a run with so many finished problems."""
        config = self._config
        if state["permutation"][0] >= 0:
            self.permutation = np.array(state["permutation"], np.int8)
        if not config.run_type.perturbs:
            return
        if finished >= config.baseline_problems:
            self._subspaces = Subspaces(
                np.array(state["decision_subspace"]), np.array(state["stimulus_subspace"])
            )
            self._first = learned(0)[0]
        else:
            self._baseline = [learned(index) for index in range(finished)]


def noisy_states(
    weights: NetworkWeights, stimuli: NDArray[np.float32], problem: int, config: RunConfig
) -> NDArray[np.float32]:
    """One noisy trial of each stimulus of a learned problem, float32 (2, T, N).

    The states a perturbation run finds its subspaces from. Their noise depends only on the seed
    and the problem's 0-based index, so that they can be had again at any time.
    """
    shape = (1, task.RESPONSES, config.steps, config.units)
    drawn = noise.recurrent_noise(probe_generator(config.seed, problem), shape, config)
    states = network.simulate(weights[None], stimuli[None], config, noise=drawn)
    return np.asarray(states[0], np.float32)
