"""Decision and stimulus subspaces of a group of problems, and what lies in them (paper Fig. 2).

The decision subspace is shared by the problems of a group: the first uncentred principal
components of their average trajectories. The stimulus subspace is the rest of the state space,
shown by its first components. A gap among the networks is the caller's to leave out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights, simulate
from l2l_engine.task import OUTPUTS, FloatArray

Float64 = NDArray[np.float64]

_BLOCK = 8  # problems simulated at once when streaming
_HELD_BYTES = 256e6  # states up to this size are kept rather than simulated again


@dataclass(frozen=True, slots=True, eq=False)
class Subspaces:
    """Orthonormal bases and how much they explain.

    The largest entry of every basis vector is positive, so that results do not flip sign.

    Attributes
    ----------
    decision : (N, k)
        Basis of the decision subspace.
    stimulus : (N, m)
        Basis of the leading part of the stimulus subspace, orthogonal to ``decision``.
    decision_explained : (N,)
        Share of the average trajectories' summed squares along each of their components,
        of which the first k span the decision subspace.
    stimulus_explained : (N,)
        The same for all problems' states after the decision subspace is taken out.
    decision_share : float
        Share of all problems' summed squares that lies in the decision subspace.
    """

    decision: Float64
    stimulus: Float64
    decision_explained: Float64
    stimulus_explained: Float64
    decision_share: float

    @property
    def decision_projector(self) -> Float64:
        """Projection matrix (N, N) onto the decision subspace."""
        return self.decision @ self.decision.T

    @property
    def stimulus_projector(self) -> Float64:
        """Projection matrix (N, N) onto the leading stimulus components."""
        return self.stimulus @ self.stimulus.T


@dataclass(frozen=True, slots=True, eq=False)
class Parts:
    """The three parts of the states of K problems, over M stimuli and T steps.

    The last axis holds states (N), coordinates along a basis, or the currents into the three
    outputs. As states and as currents, the parts add up to the whole.
    """

    mean_decision: Float64  # (K, T, ...): average over stimuli of the decision trajectories
    residual_decision: Float64  # (K, M, T, ...): each decision trajectory minus that average
    stimulus: Float64  # (K, M, T, ...): what lies outside the decision subspace


@dataclass(frozen=True, slots=True, eq=False)
class Representations:
    """Subspaces of a group of problems with each problem's trajectories and output currents.

    ``coordinates``: decision parts along ``subspaces.decision`` (last axis k), the stimulus part
    along ``subspaces.stimulus`` (last axis m). ``currents``: last axis response 0, response 1,
    fixation, without the output bias.
    """

    subspaces: Subspaces
    coordinates: Parts
    currents: Parts


def find_subspaces(
    states: FloatArray, decision_dimensions: int = 4, stimulus_dimensions: int = 3
) -> Subspaces:
    """Decision and stimulus subspaces of the states (K, M, T, N) of a group of K problems.

    Raises
    ------
    L2LError
        When the dimensions do not fit the number of units.
    """
    _check_dimensions(states.shape[-1], decision_dimensions, stimulus_dimensions)
    return _find([states], decision_dimensions, stimulus_dimensions)


def split(states: FloatArray, subspaces: Subspaces) -> Parts:
    """States (K, M, T, N) as mean decision, residual decision and stimulus part, each as states."""
    states = np.asarray(states, np.float64)
    decision = (states @ subspaces.decision) @ subspaces.decision.T
    mean = decision.mean(axis=1)
    stimulus = states - decision
    decision -= mean[:, None]
    return Parts(mean, decision, stimulus)


def coordinates(parts: Parts, subspaces: Subspaces) -> Parts:
    """Parts given as states, along the bases of their subspaces."""
    return Parts(
        parts.mean_decision @ subspaces.decision,
        parts.residual_decision @ subspaces.decision,
        parts.stimulus @ subspaces.stimulus,
    )


def output_currents(parts: Parts, output: FloatArray) -> Parts:
    """What parts given as states contribute to the outputs' net currents; ``output`` is (K, N, 3)."""
    return Parts(
        parts.mean_decision @ output,
        parts.residual_decision @ output[:, None],
        parts.stimulus @ output[:, None],
    )


def mean_and_sem(values: FloatArray, axis: int = 0) -> tuple[Float64, Float64]:
    """Mean and standard error of the mean (n - 1) along ``axis``; the error of one value is NaN."""
    values = np.asarray(values, np.float64)
    number = values.shape[axis]
    mean = values.mean(axis=axis)
    if number < 2:
        return mean, np.full_like(mean, np.nan)
    return mean, values.std(axis=axis, ddof=1) / np.sqrt(number)


def representations(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    decision_dimensions: int = 4,
    stimulus_dimensions: int = 3,
    subspaces: Subspaces | None = None,
    progress: Progress | None = None,
) -> Representations:
    """Everything of Fig. 2 for a group of problems, from noise-free trials.

    Fifty problems take some 0.6 s. Beyond some 80 problems states are not held but simulated
    twice, so memory grows only with the results (0.5 MB a problem at the paper's size).

    Parameters
    ----------
    weights : stack of K networks, each as it stood when its problem was learned
    stimuli : (K, M, stimulus_channels)
    subspaces : those of other problems to look in, instead of the group's own

    Raises
    ------
    L2LError
        When there is no network, or the dimensions do not fit the number of units.
    """
    if not len(weights):
        raise L2LError("The group holds no learned problem: choose one that does.")
    if subspaces is not None:
        decision_dimensions = subspaces.decision.shape[1]
        stimulus_dimensions = subspaces.stimulus.shape[1]
        if len(subspaces.decision) != weights.units:
            raise L2LError(
                f"The subspaces are of {len(subspaces.decision)} units, "
                f"the networks have {weights.units}."
            )
    _check_dimensions(weights.units, decision_dimensions, stimulus_dimensions)
    weights = weights.astype(np.float64)
    total = len(weights) * stimuli.shape[1] * config.steps * weights.units * 8
    held: list[Float64] | None = [] if total <= _HELD_BYTES else None
    starts = range(0, len(weights), _BLOCK)
    passes = (
        [1.0] * len(starts) if subspaces is not None else [2.0] * len(starts) + [1.0] * len(starts)
    )
    work = tracked(itertools.islice(itertools.cycle(starts), len(passes)), passes, progress)

    def simulated(start: int) -> Float64:
        chosen = slice(start, start + _BLOCK)
        return np.ascontiguousarray(simulate(weights[chosen], stimuli[chosen], config))

    def first_pass() -> Iterator[Float64]:
        for start in itertools.islice(work, len(starts)):
            states = simulated(start)
            if held is not None:
                held.append(states)
            yield states

    if subspaces is None:
        subspaces = _find(first_pass(), decision_dimensions, stimulus_dimensions)
    else:
        held = None
    trials = stimuli.shape[1]
    axes = (decision_dimensions, decision_dimensions, stimulus_dimensions)
    along = _empty(len(weights), trials, config.steps, axes)
    currents = _empty(len(weights), trials, config.steps, (OUTPUTS, OUTPUTS, OUTPUTS))
    for start in work:
        chosen = slice(start, start + _BLOCK)
        states = simulated(start) if held is None else held[start // _BLOCK]
        parts = split(states, subspaces)
        _fill(along, chosen, coordinates(parts, subspaces))
        _fill(currents, chosen, output_currents(parts, weights.output[chosen]))
    return Representations(subspaces, along, currents)


def _check_dimensions(units: int, decision_dimensions: int, stimulus_dimensions: int) -> None:
    if not (decision_dimensions >= 1 and stimulus_dimensions >= 1):
        raise L2LError("The decision and stimulus subspaces need at least one dimension each.")
    if decision_dimensions + stimulus_dimensions > units:
        raise L2LError(
            f"{decision_dimensions} decision and {stimulus_dimensions} stimulus dimensions do not "
            f"fit a network of {units} units: choose fewer."
        )


def _empty(problems: int, trials: int, steps: int, axes: tuple[int, int, int]) -> Parts:
    return Parts(
        np.empty((problems, steps, axes[0])),
        np.empty((problems, trials, steps, axes[1])),
        np.empty((problems, trials, steps, axes[2])),
    )


def _fill(target: Parts, chosen: slice, block: Parts) -> None:
    for name in Parts.__slots__:
        getattr(target, name)[chosen] = getattr(block, name)


def _find(
    blocks: Iterator[Float64] | list[FloatArray], decision_dimensions: int, stimulus_dimensions: int
) -> Subspaces:
    """Subspaces from states that come a block of problems at a time."""
    average: Float64 | float = 0.0
    products: Float64 | float = 0.0
    for block in blocks:
        average = average + block.sum(axis=0, dtype=np.float64)
        for states in block:
            rows = states.reshape(-1, states.shape[-1]).astype(np.float64, copy=False)
            products = products + rows.T @ rows
    rows = np.reshape(average, (-1, np.shape(average)[-1]))
    units = rows.shape[1]
    components, decision_explained = _principal(rows.T @ rows)
    decision = components[:, :decision_dimensions]
    outside = np.eye(units) - decision @ decision.T
    components, stimulus_explained = _principal(outside @ products @ outside)
    return Subspaces(
        decision=decision,
        stimulus=components[:, :stimulus_dimensions],
        decision_explained=decision_explained,
        stimulus_explained=stimulus_explained,
        decision_share=float(
            np.sum(decision * (products @ decision)) / max(np.trace(products), np.finfo(float).tiny)
        ),
    )


def _principal(products: Float64) -> tuple[Float64, Float64]:
    """Components (N, N), by decreasing variance, and their shares (N,), of a matrix X'X."""
    variances, components = np.linalg.eigh(products)
    variances, components = np.maximum(variances[::-1], 0.0), components[:, ::-1]
    largest = np.abs(components).argmax(axis=0)
    components = components * np.sign(components[largest, np.arange(components.shape[1])])
    return components, variances / max(variances.sum(), np.finfo(float).tiny)
