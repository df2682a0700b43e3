"""Copies of a network that learn one problem side by side, apart from any session.

As in a perturbation run (paper Fig. 3) each copy starts from the weights it is given, with a
fresh optimiser and, if wanted, a readout that stays as it is. All copies meet the same stimuli in
the same order under the same noise, so that only the weights they start from differ. Nothing here
reads or changes a session.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import perturbation, task
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.manifold import Subspaces
from l2l_engine.network import NetworkWeights
from l2l_engine.perturbation import Permutation, PerturbationKind
from l2l_engine.training.divergence import TrainingFailedError
from l2l_engine.training.helper import Helper
from l2l_engine.training.noise import NoiseStream
from l2l_engine.training.problem import ProblemProgress
from l2l_engine.training.trainer import Trainer

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a copy ended."""

    trials_to_criterion: float  # NaN: failed
    trials: int  # run in all
    diverged: bool = False  # its loss stopped being a number


class _Copy:
    def __init__(
        self, config: RunConfig, weights: NetworkWeights, helper: Helper, frozen_readout: bool
    ) -> None:
        self.trainer = Trainer(config, weights, helper=helper, frozen_readout=frozen_readout)
        self.progress = ProblemProgress(config)
        self.outcome: Outcome | None = None

    def step(
        self,
        stimuli: NDArray[np.float32],
        responses: NDArray[np.int32],
        noise: NDArray[np.float32],
        set_point: float,
    ) -> float:
        progress = self.progress
        try:
            summary = self.trainer.step(stimuli, responses, noise, set_point)
        except TrainingFailedError:
            self.outcome = Outcome(np.nan, progress.trials, diverged=True)
            return np.nan
        progress.add(summary, self.trainer.top_square)
        if progress.learned or progress.failed:
            self.outcome = Outcome(progress.trials_to_criterion, progress.trials)
        return summary.task_loss


class Relearning:
    """Trains copies of networks on one problem to criterion, a trial of each at a time.

    Deterministic: the seed fixes the order of stimuli and the noise. Loads TensorFlow and compiles
    when made (some seconds the first time).

    Parameters
    ----------
    config : of the run the networks come from; ``max_trials`` and the criterion are its
    networks : the copies' starting weights
    stimuli : (2, stimulus_channels), of the problem to learn
    set_point : h*, the firing-rate set point of the run
    seed : of the order of stimuli and of the noise
    frozen_readout : whether output weights and bias stay as they are, as in the paper's Fig. 3
    report : told what is being prepared

    Raises
    ------
    L2LError
        When there is no network, or one does not fit the configuration.
    """

    def __init__(
        self,
        config: RunConfig,
        networks: Sequence[NetworkWeights],
        stimuli: NDArray[np.float32],
        *,
        set_point: float,
        seed: int,
        frozen_readout: bool = True,
        report: Report | None = None,
    ) -> None:
        if not networks:
            raise L2LError("There is no network to train: choose at least one condition.")
        tell = report if report is not None else _silent
        tell("Loading TensorFlow")
        self.config = config.replace(seed=seed)
        self.stimuli, self.set_point = np.asarray(stimuli, np.float32), set_point
        self._helper = Helper()
        self._copies = [
            _Copy(self.config, weights, self._helper, frozen_readout) for weights in networks
        ]
        tell("Compiling the network")
        self._copies[0].trainer.compile()
        self._random = np.random.RandomState(seed)
        self._noise = NoiseStream(self.config, self._helper)
        self.trial = 0

    @property
    def finished(self) -> bool:
        """Whether every copy has learned or failed."""
        return all(copy.outcome is not None for copy in self._copies)

    @property
    def outcomes(self) -> tuple[Outcome | None, ...]:
        """How each copy ended; None while it learns."""
        return tuple(copy.outcome for copy in self._copies)

    @property
    def weights(self) -> tuple[NetworkWeights, ...]:
        """The copies as they are now."""
        return tuple(copy.trainer.weights for copy in self._copies)

    def step(self) -> tuple[float | None, ...]:
        """One trial of every copy still learning: task loss (nats) of each, None of the others.

        NaN where learning came to nothing because the loss is no longer a number.
        """
        stimulus = self._random.randint(task.RESPONSES, size=self.config.batch_size)
        responses = stimulus.astype(np.int32)
        noise = self._noise.trial(self.trial)
        losses = tuple(
            copy.step(self.stimuli[stimulus], responses, noise, self.set_point)
            if copy.outcome is None
            else None
            for copy in self._copies
        )
        self.trial += 1
        return losses

    def close(self) -> None:
        """End the helping thread."""
        self._helper.close()


@dataclass(frozen=True, slots=True, eq=False)
class Repeat:
    """One repetition of a perturbation experiment: a fresh problem and a fresh permutation."""

    seed: int  # of the order of stimuli and of the noise
    stimuli: NDArray[np.float32]  # (2, stimulus_channels)
    permutation: Permutation  # (k,)
    networks: Mapping[PerturbationKind, NetworkWeights]


def draw_repeat(
    weights: NetworkWeights,
    config: RunConfig,
    subspaces: Subspaces,
    kinds: Sequence[PerturbationKind],
    *,
    seed: int,
    number: int,
    derangement: bool = False,
) -> Repeat:
    """Draw the ``number``-th repetition: all conditions share its problem and its permutation.

    Parameters
    ----------
    weights : the network to perturb
    subspaces : k directions each
    kinds : the conditions
    seed, number : of the experiment; with the same two the draw is the same

    Raises
    ------
    PerturbationError
        When the subspaces leave no room for a perturbation; see :mod:`l2l_engine.perturbation`.
    """
    random = np.random.RandomState([seed, number])
    stimuli = task.draw_stimuli(random, config)
    permutation = perturbation.draw_permutation(
        random, subspaces.dimensions, derangement=derangement
    )
    stream = int(random.randint(2**31 - 1))
    networks = {
        kind: with_readout(
            weights, perturbation.perturb(kind, weights.output, subspaces, permutation, random)
        )
        for kind in kinds
    }
    return Repeat(stream, stimuli, permutation, networks)


def with_readout(weights: NetworkWeights, output: NDArray[np.floating]) -> NetworkWeights:
    """The network with other output weights (N, 3); all else is shared."""
    arrays = weights.arrays() | {"output": output.astype(weights.output.dtype)}
    return NetworkWeights.from_arrays(arrays)


def _silent(_sentence: str) -> None:
    return
