"""Forgetting: how well each problem is still solved after later ones were learned.

Source: the forgetting matrix of continual learning, Lopez-Paz & Ranzato, NeurIPS (2017),
section 3, for the task loss and the accuracy of Goudar et al. (2023).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network, task
from l2l_engine.analysis import known
from l2l_engine.analysis.progress import Progress
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Parameter, Takes, analysis
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

Float64Array = NDArray[np.float64]
BLOCK_TRIALS = 64  # at the paper's size a block's states take 51 MB in float32


@dataclass(frozen=True, slots=True, eq=False)
class Forgetting:
    """Noise-free performance on problem i of the network after problem j."""

    problems: NDArray[np.intp]  # (I,) rows: indices into the stimuli
    networks: NDArray[np.intp]  # (J,) columns: indices into the stack of networks
    loss: Float64Array  # (I, J) nats, mean over the two stimuli
    accuracy: Float64Array  # (I, J) 0, 0.5 or 1: share of the two stimuli answered correctly

    @property
    def backward_transfer(self) -> Float64Array:
        """Change of accuracy on earlier problems since each was learned, mean per network (J,).

        Only earlier problems whose own network is among the columns count; NaN where there is
        none. Negative is forgetting.
        """
        result = np.full(len(self.networks), np.nan)
        own = {int(index): column for column, index in enumerate(self.networks)}
        for column, latest in enumerate(self.networks):
            changes = [
                self.accuracy[row, column] - self.accuracy[row, own[int(problem)]]
                for row, problem in enumerate(self.problems)
                if problem < latest and int(problem) in own
            ]
            if changes:
                result[column] = np.mean(changes)
        return result


def _known_forgetting() -> KnownAnswer:
    a, b, c = np.eye(10)[:3]
    stimuli = np.array([[a, b], [b, a], [a, c]])
    networks = [known.bistable(pair, start=0.01) for pair in stimuli]
    return KnownAnswer(
        "each network knows its own two stimuli and answers any other with response 1",
        (NetworkWeights.stack(networks), stimuli, known.CONFIG),
        {
            "problem": [1, 1, 1, 2, 2, 2, 3, 3, 3],
            "network": [1, 2, 3] * 3,
            "accuracy": [1, 0, 1, 0, 1, 0, 1, 0.5, 1],
        },
    )


def _forgetting_columns(found: Forgetting) -> Columns:
    problem, network_ = np.meshgrid(found.problems, found.networks, indexing="ij")
    return {
        "problem": problem.ravel() + 1,
        "network": network_.ravel() + 1,
        "loss": found.loss.ravel(),
        "accuracy": found.accuracy.ravel(),
    }


@analysis(
    name="forgetting",
    title="Forgetting",
    takes=Takes.GROUP,
    columns={
        "problem": Column("", "problem tested, counted from 1"),
        "network": Column("", "problem after which the network was saved"),
        "loss": Column("nats", "task loss, mean over the two stimuli"),
        "accuracy": Column("", "share of the two stimuli answered correctly"),
    },
    cost="4 ms a pair",
    source="Lopez-Paz & Ranzato, NeurIPS 30 (2017)",
    known=_known_forgetting,
    tabulate=_forgetting_columns,
    parameters=(Parameter("stride", "Every so many problems", 1, 100),),
)
def forgetting(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    problems: Sequence[int] | NDArray[np.integer] | None = None,
    networks: Sequence[int] | NDArray[np.integer] | None = None,
    stride: int = 1,
    progress: Progress | None = None,
) -> Forgetting:
    """Loss and accuracy on each problem with the networks saved after later ones.

    Parameters
    ----------
    weights : stack of K networks
        Usually the network after each problem.
    stimuli : (P, 2, stimulus_channels)
        The problems' stimuli.
    problems, networks : indices, optional
        Rows and columns; by default every ``stride``-th problem and network.
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.

    Raises
    ------
    L2LError
        When an index or the stride is out of range.
    """
    rows = _indices("problem", problems, len(stimuli), stride)
    columns = _indices("network", networks, len(weights), stride)
    shown = stimuli[rows].reshape(2 * len(rows), -1)
    responses = np.tile(np.arange(task.RESPONSES), len(rows))
    loss = np.empty((len(shown), len(columns)))
    correct = np.empty((len(shown), len(columns)))
    starts = range(0, len(shown), BLOCK_TRIALS)
    for column, index in enumerate(columns):
        tested = weights[index : index + 1]
        for block, start in enumerate(starts):
            part = slice(start, start + BLOCK_TRIALS)
            states = network.simulate(tested, shown[None, part], config)
            outputs = network.outputs(tested, states)[0]
            loss[part, column] = task.cross_entropy(outputs, responses[part], config)
            correct[part, column] = task.choices(outputs, config) == responses[part]
            if progress is not None:
                progress((column * len(starts) + block + 1) / (len(columns) * len(starts)))
    pairs = (len(rows), task.RESPONSES, len(columns))
    return Forgetting(
        problems=rows,
        networks=columns,
        loss=loss.reshape(pairs).mean(axis=1),
        accuracy=correct.reshape(pairs).mean(axis=1),
    )


def _indices(
    name: str, chosen: Sequence[int] | NDArray[np.integer] | None, count: int, stride: int
) -> NDArray[np.intp]:
    if stride < 1:
        raise L2LError(f"stride = {stride} is out of range: it must be at least 1.")
    indices = np.arange(0, count, stride) if chosen is None else np.asarray(chosen, np.intp)
    outside = indices[(indices < 0) | (indices >= count)]
    if len(outside):
        raise L2LError(f"There is no {name} {outside[0]}: indices run from 0 to {count - 1}.")
    return indices
