"""Forward transfer: what a network does on its next problem before it has learned it.

Source: Lopez-Paz & Ranzato, NeurIPS (2017), section 3, for the task of Goudar et al. (2023).
"""

from __future__ import annotations

import dataclasses

import numpy as np

from l2l_engine import network, task
from l2l_engine.analysis import known
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Takes, analysis
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

BLOCK = 16  # networks simulated at a time: at the paper's size their states take 51 MB


def _known_transfer() -> KnownAnswer:
    learned = known.bistable()
    swapped = dataclasses.replace(learned, output=learned.output[:, [1, 0, 2]])
    before = NetworkWeights.stack([learned, swapped])
    return KnownAnswer(
        "a network that knows the problem answers both stimuli, with its responses swapped neither",
        (before, before, np.stack([known.STIMULI] * 2), known.CONFIG),
        {"correct": [2, 0]},
    )


@analysis(
    name="forward-transfer",
    title="First try on a new problem",
    takes=Takes.PAIRS,
    columns={
        "loss": Column("nats", "task loss before the problem is learned"),
        "correct": Column("", "stimuli answered correctly before, 0 to 2"),
    },
    cost="10 ms a problem",
    source="Lopez-Paz & Ranzato, NeurIPS (2017)",
    known=_known_transfer,
)
def forward_transfer(
    before: NetworkWeights,
    after: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    progress: Progress | None = None,
) -> Columns:
    """Loss and choices of each problem's network on the next problem, before learning it.

    Parameters
    ----------
    before, after : stacks of K networks
        Only those before are run.
    stimuli : (K, 2, stimulus_channels)
        Of the problems not learned yet.
    config : RunConfig
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.

    Returns
    -------
    Columns
        One row for each pair. Noise-free; the loss is the mean over both stimuli.
    """
    losses, correct = np.empty(len(before)), np.empty(len(before), np.intp)
    starts = range(0, len(before), BLOCK)
    for start in tracked(starts, [1.0] * len(starts), progress):
        block = slice(start, start + BLOCK)
        losses[block], right = performance(before[block], stimuli[block], config)
        correct[block] = right.sum(axis=1)
    return {"loss": losses, "correct": correct}


def performance(
    weights: NetworkWeights, stimuli: FloatArray, config: RunConfig
) -> tuple[FloatArray, FloatArray]:
    """Noise-free loss (K,), in nats, mean over both stimuli, and which were answered right (K, 2).

    Parameters
    ----------
    weights : stack of K networks
    stimuli : (K, 2, stimulus_channels)
    config : RunConfig
    """
    outputs = network.outputs(weights, network.simulate(weights, stimuli, config))
    responses = np.broadcast_to(np.arange(task.RESPONSES), outputs.shape[:2])
    loss = task.cross_entropy(outputs, responses, config).mean(axis=1, dtype=np.float64)
    return loss, task.choices(outputs, config) == responses
