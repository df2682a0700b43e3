"""The Fisher information of earlier problems, which elastic weight consolidation weighs weights by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.analysis import gradients
from l2l_engine.config import RunConfig
from l2l_engine.network import WEIGHT_NAMES, NetworkWeights
from l2l_engine.training.noise import probe_generator

Float64 = NDArray[np.float64]

SAMPLES = 4
"""Trials of each stimulus an information is estimated from."""


def information(
    weights: NetworkWeights,
    stimuli: NDArray[np.floating],
    config: RunConfig,
    random: np.random.Generator,
    samples: int = SAMPLES,
) -> Float64:
    """The diagonal of the Fisher information at every weight, (P,), of a step's response.

    It is the mean square of the gradient of log p(y | theta), where y is drawn at every scored step
    from the network's own outputs (not the task's targets: Kunstner et al. 2019), in trials without
    noise; per scored step, as the task loss is.

    Parameters
    ----------
    weights : one network
    stimuli : (2, stimulus_channels)
    config : RunConfig
    random : the labels are drawn from it
    samples : trials of each stimulus
    """
    shown = np.repeat(np.asarray(stimuli), samples, axis=0)
    trials = gradients.run(weights, shown, config)
    drawn = random.random((*trials.outputs.shape[:-1], 1)) > trials.outputs.cumsum(axis=-1)
    labels = np.eye(task.OUTPUTS)[np.minimum(drawn.sum(axis=-1), task.OUTPUTS - 1)]
    scored = task.loss_mask(config).astype(np.float64)
    found = gradients.weight_gradients(trials, (trials.outputs - labels) * scored[:, None])
    flat = np.concatenate([found[name].reshape(len(shown), -1) for name in WEIGHT_NAMES], axis=1)
    return np.asarray(np.square(flat).mean(axis=0) / scored.sum())


class Fisher:
    """Sums over earlier problems of F, of F theta and of F theta^2.

    Attributes
    ----------
    information, weighted : (P,)
    offset : float
    """

    def __init__(self, config: RunConfig, size: int) -> None:
        self._config = config
        self.information, self.weighted = np.zeros(size), np.zeros(size)
        self.offset = 0.0

    def add(self, problem: int, weights: NetworkWeights, stimuli: NDArray[np.float32]) -> None:
        """Take in a problem (0-based) that ended and its network."""
        config = self._config
        found = information(weights, stimuli, config, probe_generator(config.seed, problem))
        arrays = weights.arrays().values()
        flat = np.concatenate([array.ravel() for array in arrays]).astype(np.float64)
        self.information += found
        self.weighted += found * flat
        self.offset += float(found @ np.square(flat))

    def state(self) -> dict[str, NDArray[Any]]:
        """Named arrays of fixed shape, for a checkpoint: to find them again takes long."""
        return {
            "fisher_information": self.information.copy(),
            "fisher_weighted": self.weighted.copy(),
            "fisher_offset": np.array(self.offset),
        }

    def set_state(self, state: Mapping[str, NDArray[Any]]) -> None:
        """The inverse of :meth:`state`."""
        self.information = np.array(state["fisher_information"], np.float64)
        self.weighted = np.array(state["fisher_weighted"], np.float64)
        self.offset = float(state["fisher_offset"])
