"""Decision and stimulus subspaces of a group of problems, and what lies in them (paper Fig. 2).

The decision subspace is shared by the problems of a group: the first uncentred principal
components of their average trajectories. The stimulus subspace is the rest of the state space,
shown by its first components. A gap among the networks is the caller's to leave out.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis import known
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Parameter, Takes, analysis
from l2l_engine.analysis.statistics import mean_and_sem
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.manifold import FoundSubspaces, SubspaceFinder, Subspaces, check_dimensions
from l2l_engine.network import NetworkWeights, simulate
from l2l_engine.task import OUTPUTS, RESPONSES, FloatArray

Float64 = NDArray[np.float64]

_BLOCK = 8  # problems simulated at once when streaming
_HELD_BYTES = 256e6  # states up to this size are kept rather than simulated again


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

    subspaces: FoundSubspaces
    coordinates: Parts
    currents: Parts


def _known_representations() -> KnownAnswer:
    weights = known.bistable()
    choice = simulate(weights[None], known.STIMULI[None], known.CONFIG)[0, :, :, 0]
    mirrored = np.stack([-3.0 * choice, 3.0 * choice])  # into each response
    nothing = np.zeros(mirrored.size)
    return KnownAnswer(
        "one unit alone tells the stimuli apart and drives the responses, by -3 and 3",
        (weights[None], known.STIMULI[None], known.CONFIG),
        {"mean_decision": nothing, "residual_decision": mirrored.ravel(), "stimulus_part": nothing},
        options={"decision_dimensions": 1, "stimulus_dimensions": 1},
    )


def _current_columns(found: Representations) -> Columns:
    """Mean and s.e.m. over problems of what each part adds to the response currents."""
    currents = found.currents
    steps = currents.mean_decision.shape[1]
    response, stimulus, step = np.indices((RESPONSES, RESPONSES, steps)).reshape(3, -1)
    columns: dict[str, NDArray[Any]] = {
        "response": response,
        "stimulus": stimulus,
        "step": step + 1,
    }
    for name, values in (
        ("mean_decision", np.repeat(currents.mean_decision[:, None], RESPONSES, axis=1)),
        ("residual_decision", currents.residual_decision),
        ("stimulus_part", currents.stimulus),
    ):
        mean, error = mean_and_sem(np.moveaxis(values[..., :RESPONSES], -1, 1))
        columns |= {name: mean.ravel(), f"{name}_sem": error.ravel()}
    return columns


@analysis(
    name="representations",
    title="Output currents of the decision and stimulus parts",
    takes=Takes.GROUP,
    columns={
        "response": Column("", "response output, 0 or 1"),
        "stimulus": Column("", "stimulus shown, 0 or 1"),
        "step": Column("", "time step, counted from 1"),
        "mean_decision": Column("a.u.", "current of the decision part common to both stimuli"),
        "mean_decision_sem": Column("a.u.", "its s.e.m. over problems"),
        "residual_decision": Column("a.u.", "current of the rest of the decision part"),
        "residual_decision_sem": Column("a.u.", "its s.e.m. over problems"),
        "stimulus_part": Column("a.u.", "current of the stimulus part"),
        "stimulus_part_sem": Column("a.u.", "its s.e.m. over problems"),
    },
    cost="0.4 s for 50 problems",
    source="Goudar et al. (2023), Fig. 2",
    known=_known_representations,
    tabulate=_current_columns,
    parameters=(Parameter("decision_dimensions", "Decision dimensions", 1, 20),),
)
def representations(
    weights: NetworkWeights,
    stimuli: FloatArray,
    config: RunConfig,
    *,
    decision_dimensions: int = 4,
    stimulus_dimensions: int = 3,
    subspaces: FoundSubspaces | None = None,
    progress: Progress | None = None,
) -> Representations:
    """Subspaces, trajectories and output currents of a group of problems (Fig. 2), without noise.

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
    check_dimensions(weights.units, decision_dimensions, stimulus_dimensions)
    weights = weights.astype(np.float64)
    total = len(weights) * stimuli.shape[1] * config.steps * weights.units * 8
    hold = subspaces is None and total <= _HELD_BYTES
    blocks = [slice(at, at + _BLOCK) for at in range(0, len(weights), _BLOCK)]
    costs = [2.0] * len(blocks) if subspaces is None else []
    work = tracked(blocks + blocks if costs else blocks, costs + [1.0] * len(blocks), progress)

    def simulated(block: slice) -> Float64:
        return np.ascontiguousarray(simulate(weights[block], stimuli[block], config))

    held: list[Float64] = []
    if subspaces is None:
        finder = SubspaceFinder()
        for block in itertools.islice(work, len(blocks)):
            states = simulated(block)
            finder.add(states)
            if hold:
                held.append(states)
        subspaces = finder.subspaces(decision_dimensions, stimulus_dimensions)
    trials = stimuli.shape[1]
    axes = (decision_dimensions, decision_dimensions, stimulus_dimensions)
    along = _empty(len(weights), trials, config.steps, axes)
    currents = _empty(len(weights), trials, config.steps, (OUTPUTS, OUTPUTS, OUTPUTS))
    for block in work:
        states = held.pop(0) if hold else simulated(block)
        found = project(states, subspaces, weights.output[block])
        _fill(along, block, found[0])
        _fill(currents, block, found[1])
    return Representations(subspaces, along, currents)


def project(states: Float64, subspaces: Subspaces, output: FloatArray) -> tuple[Parts, Parts]:
    """Coordinates and output currents of the parts of the states of K problems.

    The parts are never formed as states: everything follows from one product of the
    states with the bases and the readouts side by side.

    Parameters
    ----------
    states : (K, M, T, N)
    output : (K, N, 3)
        Each network's readout weights.

    Returns
    -------
    coordinates, currents : Parts
        Along the bases (last axes k, k, m) and into the outputs (last axis 3).
    """
    k, m = subspaces.decision.shape[1], subspaces.stimulus.shape[1]
    networks = len(output)
    bases = np.concatenate([subspaces.decision, subspaces.stimulus], axis=1)
    columns = np.concatenate([np.broadcast_to(bases, (networks, *bases.shape)), output], axis=2)
    found = states.reshape(networks, -1, states.shape[-1]) @ columns
    found = found.reshape(*states.shape[:3], -1)
    decision, stimulus, whole = found[..., :k], found[..., k : k + m], found[..., k + m :]
    mean = decision.mean(axis=1)
    residual = decision - mean[:, None]
    loading = subspaces.decision.T @ output  # (K, k, 3)
    mean_current, residual_current = mean @ loading, residual @ loading[:, None]
    rest = whole - mean_current[:, None] - residual_current
    return Parts(mean, residual, stimulus), Parts(mean_current, residual_current, rest)


def _empty(problems: int, trials: int, steps: int, axes: tuple[int, int, int]) -> Parts:
    return Parts(
        np.empty((problems, steps, axes[0])),
        np.empty((problems, trials, steps, axes[1])),
        np.empty((problems, trials, steps, axes[2])),
    )


def _fill(target: Parts, chosen: slice, block: Parts) -> None:
    for name in Parts.__slots__:
        getattr(target, name)[chosen] = getattr(block, name)
