"""How many dimensions of a problem's recurrent weight change its solution needs."""

from __future__ import annotations

import dataclasses

import numpy as np

from l2l_engine.analysis import known
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Takes, analysis
from l2l_engine.analysis.transfer import performance
from l2l_engine.config import RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

BLOCK = 6  # ranks tried at a time


def _known_rank() -> KnownAnswer:
    config = known.CONFIG.replace(units=3, penalised_singular_values=3)
    after = known.bistable()
    input_, recurrent = np.zeros((11, 3)), np.diag([2.0, 2.0, 0.0])
    input_[:, :2], input_[:, 2] = after.input[:, :1], after.input[:, 1]
    network = NetworkWeights(
        input=input_,
        recurrent=recurrent,
        bias=np.zeros(3),
        initial_state=np.array([[0.0, 0.0, 1.0]]),
        output=np.array([[-1.5, 1.5, 0.0], [-1.5, 1.5, 0.0], [0.0, 0.0, 16.0]]),
        output_bias=after.output_bias,
    )
    before = dataclasses.replace(network, recurrent=np.zeros((3, 3)))
    return KnownAnswer(
        "the readout needs the memories of two units, and each needs its own recurrent weight",
        (before[None], network[None], known.STIMULI[None], config),
        {"rank": [2]},
        options={"criterion": 0.015},
    )


@analysis(
    name="functional-rank",
    title="Functional rank of the weight change",
    takes=Takes.PAIRS,
    columns={
        "rank": Column("dimensions", "fewest dimensions of the change that solve the problem"),
        "loss_without": Column("nats", "task loss without any recurrent change"),
    },
    cost="40 ms a problem of rank below six",
    source="Schuessler, Mastrogiuseppe, Dubreuil, Ostojic & Barak, NeurIPS 33 (2020)",
    known=_known_rank,
)
def functional_rank(
    before: NetworkWeights,
    after: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    criterion: float | None = None,
    progress: Progress | None = None,
) -> Columns:
    """The smallest rank of a problem's recurrent change that solves it, all other weights as learned.

    Parameters
    ----------
    before, after : stacks of K networks
    stimuli : (K, 2, stimulus_channels)
    config : RunConfig
    criterion : float, optional
        Noise-free task loss (nats) below which the problem counts as solved; by default the run's.
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.

    Returns
    -------
    Columns
        One row for each pair; the rank is NaN where even the whole change does not suffice.
    """
    limit = config.criterion_loss if criterion is None else criterion
    ranks, without = np.full(len(after), np.nan), np.empty(len(after))
    for index in tracked(range(len(after)), [1.0] * len(after), progress):
        change = after.recurrent[index].astype(np.float64) - before.recurrent[index]
        left, values, right = np.linalg.svd(change)
        for start in range(0, len(values) + 1, BLOCK):
            tried = np.arange(start, min(start + BLOCK, len(values) + 1))
            recurrent = np.stack(
                [
                    before.recurrent[index] + (left[:, :r] * values[:r]) @ right[:r]
                    for r in tried.tolist()
                ]
            )
            network = NetworkWeights.stack([after[index]] * len(tried)).astype(np.float64)
            network = dataclasses.replace(network, recurrent=recurrent)
            losses, _ = performance(network, np.stack([stimuli[index]] * len(tried)), config)
            if start == 0:
                without[index] = losses[0]
            enough = np.flatnonzero(losses < limit)
            if len(enough):
                ranks[index] = tried[enough[0]]
                break
    return {"rank": ranks, "loss_without": without}
