"""An old problem that comes back, and one whose mapping turns around.

Are the old trajectories used again?

The measures of Tian et al. (2026), who trained macaques on problem A, B, A again and A reversed, made
from the networks of a run that learned such sets (the protocol ``revisit-and-reverse``). Sets are
found in the stimuli themselves, so that a run counts however it came to repeat a problem.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from l2l_engine import network
from l2l_engine.analysis import geometry, known
from l2l_engine.analysis.groups import group_states, stride
from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.record import Column, Columns, KnownAnswer, Parameter, Takes, analysis
from l2l_engine.analysis.running import PROBLEM, RunData
from l2l_engine.analysis.statistics import LinearFit, linear_fit
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.manifold import SubspaceFinder
from l2l_engine.network import NetworkWeights
from l2l_engine.task import FloatArray

Float64 = NDArray[np.float64]

STAGES = ("A", "B", "A again", "A reversed")
SOURCE = "Tian et al., Nature Communications (2026), doi 10.1038/s41467-026-68692-x"
_SAME = 1e-5  # stimuli are float32
_DIMENSIONS = 4
_EVERY = 10  # ms between the states that angles are found from


# -- sets ------------------------------------------------------------------------------


def find_sets(stimuli: FloatArray) -> NDArray[np.intp]:
    """The sets of A, B, A again and A reversed among a run's problems.

    A is a problem that comes once more and once with its stimuli's responses swapped, B the next
    problem after A, with other stimuli.

    Parameters
    ----------
    stimuli : (K, 2, stimulus_channels)

    Returns
    -------
    (S, 4)
        The 0-based problems of each set, in the order of :data:`STAGES`.
    """
    sets, taken = [], np.zeros(len(stimuli), bool)
    for first in range(len(stimuli) - 3):
        if taken[first]:
            continue
        later, pair = stimuli[first + 1 :], stimuli[first]
        again = first + 1 + np.flatnonzero(_are(later, pair))
        reversed_ = first + 1 + np.flatnonzero(_are(later, pair[::-1]))
        taken[np.concatenate([again, reversed_])] = True  # none of these is a new A
        if len(again) and len(reversed_) and first + 1 < min(again[0], reversed_[0]):
            sets.append((first, first + 1, again[0], reversed_[0]))
    return np.array(sets, np.intp).reshape(-1, len(STAGES))


def _are(stimuli: FloatArray, pair: FloatArray) -> NDArray[np.bool_]:
    return np.asarray(np.abs(stimuli - pair).max(axis=(1, 2)) < _SAME)


# -- trajectories ----------------------------------------------------------------------


def pearson(first: FloatArray, second: FloatArray) -> Float64:
    """Pearson correlation along the last axis of two arrays (..., T); NaN where one is constant."""
    a = first - first.mean(axis=-1, keepdims=True)
    b = second - second.mean(axis=-1, keepdims=True)
    size = np.sqrt(np.square(a).sum(axis=-1) * np.square(b).sum(axis=-1))
    return np.asarray((a * b).sum(axis=-1) / np.where(size > 0, size, np.nan))


def decision_similarity(
    weights: NetworkWeights,
    stimuli: FloatArray,
    sets: NDArray[np.integer],
    config: RunConfig,
    *,
    dimensions: int = 4,
    component: int = 1,
    progress: Progress | None = None,
) -> Float64:
    """How similar each stage's decision trajectories are to those of A.

    The decision subspace is that of the new problems, A and B of all sets: the leading uncentred
    principal components of their trajectories averaged over problems. Trajectories are of noise-free
    trials, whole; those of the same correct response are compared.

    Parameters
    ----------
    weights, stimuli : stack of K networks, and (K, 2, stimulus_channels)
    sets : (S, 4), from :func:`find_sets`
    config : RunConfig
    dimensions : of the decision subspace
    component : which of its principal components, from 1
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.

    Returns
    -------
    (S, 4, 2)
        Pearson correlation for each response; 1 for A itself.

    Raises
    ------
    L2LError
        When there is no set, or a component past the dimensions is asked for.
    """
    if not len(sets):
        raise L2LError(
            "There is no set of A, B, A again and A reversed: train with --protocol revisit-and-reverse."
        )
    if not 1 <= component <= dimensions:
        raise L2LError(f"component = {component} must be from 1 to dimensions = {dimensions}.")
    finder = SubspaceFinder()
    shown: dict[int, Float64] = {}
    problems = np.unique(sets)
    new = set(sets[:, :2].ravel().tolist())
    for problem in tracked(problems.tolist(), [1.0] * len(problems), progress):
        place = slice(problem, problem + 1)
        states = network.simulate(weights[place], stimuli[place], config)[0].astype(np.float64)
        shown[problem] = states
        if problem in new:
            finder.add(states)
    axis = finder.subspaces(dimensions, 1).decision[:, component - 1]
    along = {problem: states @ axis for problem, states in shown.items()}  # (2, T)
    return np.array([[pearson(along[p], along[row[0]]) for p in row.tolist()] for row in sets])


def _flipped(weights: NetworkWeights) -> NetworkWeights:
    """The same answers from a decision unit of the other sign."""
    other = weights.copy()
    other.input[:, 0] *= -1
    other.initial_state[0, 0] *= -1
    other.output[0] *= -1
    return other


def _known_revisit() -> KnownAnswer:
    a, b = known.STIMULI, np.eye(10)[2:4]
    networks = [known.bistable(a), known.bistable(b), known.bistable(a)]
    networks.append(_flipped(known.bistable(a[::-1])))
    run = RunData(
        "run",
        known.CONFIG,
        np.array([40.0, 30.0, 10.0, 90.0]),
        NetworkWeights.stack(networks),
        np.stack([a, b, a, a[::-1]]),
    )
    similarity = [1.0, 1.0, 1.0, -1.0]
    return KnownAnswer(
        "the decision unit does the same for A, B and A again, and the opposite for A reversed",
        ([run],),
        {"stage": list(STAGES), "trials": [40.0, 30.0, 10.0, 90.0],
         "similarity_0": similarity, "similarity_1": similarity},
        options={"dimensions": 1},
        tolerance=1e-6,
    )  # fmt: skip


@analysis(
    name="revisit",
    title="Revisit and reverse: are decision trajectories reused",
    takes=Takes.RUNS,
    columns={
        "run": Column("", "run"),
        "set": Column("", "set of A, B, A again, A reversed, counted from 1"),
        "stage": Column("", "which of the four"),
        "problem": PROBLEM,
        "trials": Column("trials", "trials to criterion"),
        "similarity_0": Column("", "correlation with A's decision trajectory, response 0"),
        "similarity_1": Column("", "correlation with A's decision trajectory, response 1"),
    },
    cost="30 ms a problem",
    source=SOURCE,
    known=_known_revisit,
    parameters=(
        Parameter("dimensions", "Dimensions", 1, 20),
        Parameter("component", "Component", 1, 20),
    ),
)
def revisit(
    runs: Sequence[RunData],
    *,
    dimensions: int = 4,
    component: int = 1,
    progress: Progress | None = None,
) -> Columns:
    """Trials of each stage of a set, and how similar its decision trajectories are to those of A.

    Parameters
    ----------
    runs : sequence of RunData
        Each with sets; see :func:`find_sets`. Sets of which a network was not saved are left out.
    dimensions, component : see :func:`decision_similarity`
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis.

    Returns
    -------
    Columns
        Four rows for each set.

    Raises
    ------
    L2LError
        When a run has no set.
    """
    rows = []
    for data in tracked(runs, [1.0] * len(runs), progress):
        sets = saved_sets(data)
        try:
            alike = decision_similarity(
                data.weights,
                data.stimuli,
                sets,
                data.config,
                dimensions=dimensions,
                component=component,
            )
        except L2LError as error:
            raise L2LError(f"{data.name}: {error}") from error
        for number, (problems, values) in enumerate(zip(sets, alike, strict=True), 1):
            for stage, problem, (zero, one) in zip(STAGES, problems, values, strict=True):
                trials = data.trials_to_criterion[problem]
                rows.append((data.name, number, stage, problem + 1, trials, zero, one))
    names = ("run", "set", "stage", "problem", "trials", "similarity_0", "similarity_1")
    return dict(zip(names, map(np.array, zip(*rows, strict=True)), strict=True))


def saved_sets(data: RunData) -> NDArray[np.intp]:
    """The sets of a run of which every network was saved, (S, 4)."""
    sets = find_sets(data.stimuli)
    return sets[data.available[sets].all(axis=1)]


def regression(found: Columns) -> LinearFit:
    """The trials a problem takes, regressed on the similarity of its trajectories to A's.

    Parameters
    ----------
    found : the columns of :func:`revisit`, of one run or several
        A itself is left out, and so are problems that failed; similarity is the mean over the two
        responses.

    Raises
    ------
    L2LError
        With fewer than three problems.
    """
    similarity = (np.asarray(found["similarity_0"]) + np.asarray(found["similarity_1"])) / 2
    later = np.asarray(found["stage"]) != STAGES[0]
    return linear_fit(similarity[later], np.asarray(found["trials"], np.float64)[later])


# -- decision and stimulus subspaces -------------------------------------------------------


def angles_of_run(data: RunData, sets: NDArray[np.integer]) -> Float64:
    """:func:`decision_stimulus_angles` of a run's new problems, A and B of all sets.

    Parameters
    ----------
    data : RunData
    sets : (S, 4), from :func:`find_sets`
    """
    new = np.unique(sets[:, :2])
    step = stride(_EVERY, data.config)
    states = group_states(
        data.weights[new], data.stimuli[new], data.config, slice(step - 1, None, step)
    )
    return decision_stimulus_angles(states, min(_DIMENSIONS, data.config.units // 2))


def decision_stimulus_angles(states: FloatArray, dimensions: int = 4) -> Float64:
    """Principal angles (rad), smallest first, between what problems share and where they differ.

    The decision subspace is spanned by the leading uncentred principal components of the
    trajectories averaged over problems, the stimulus subspace by those of what is left of each
    problem's trajectories without that average. Unlike the stimulus subspace of figure 2 it is not
    made orthogonal to the decision subspace, so that the angles are a finding.

    Parameters
    ----------
    states : (P, 2, T, N), of at least two problems
    dimensions : of each subspace

    Returns
    -------
    (dimensions,)

    Raises
    ------
    L2LError
        With fewer than two problems, or dimensions that do not fit.
    """
    problems, units = len(states), states.shape[-1]
    if problems < 2:
        raise L2LError("Decision and stimulus subspaces: choose at least 2 problems.")
    if not 1 <= dimensions <= units // 2:
        raise L2LError(f"dimensions = {dimensions} must be from 1 to units / 2 = {units // 2}.")
    shared = states.mean(axis=0, dtype=np.float64)
    own = np.zeros((units, units))
    for problem in states:
        rest = (problem - shared).reshape(-1, units)
        own += rest.T @ rest
    flat = shared.reshape(-1, units)
    bases = (geometry.principal_components(gram, dimensions) for gram in (flat.T @ flat, own))
    return geometry.principal_angles(*bases)
