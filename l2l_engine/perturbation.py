"""Manifold perturbations: a readout rewired between subspaces of neural activity.

What the readout takes from each of k source directions it is made to take from another
direction instead, so that the network must relearn to drive the right responses.
Source: Goudar et al., Nat. Neurosci. 26, 879-890 (2023), Fig. 3 and Methods.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from l2l_engine.config import L2LError, RunType
from l2l_engine.manifold import Subspaces, oriented
from l2l_engine.task import FloatArray

Float64Array = NDArray[np.float64]
Permutation = NDArray[np.integer]


class PerturbationError(L2LError, ValueError):
    """A perturbation cannot be made as asked; the text says which quantity and why."""


class PerturbationKind(enum.Enum):
    """Between which subspaces the readout's loadings are moved."""

    CONTROL = "control"
    STIMULUS_TO_STIMULUS = "stimulus_to_stimulus"
    DECISION_TO_STIMULUS = "decision_to_stimulus"
    WITHIN_MANIFOLD = "within_manifold"
    OUTSIDE_MANIFOLD = "outside_manifold"

    @property
    def label(self) -> str:
        """A short name for menus and axes."""
        return _LABELS[self]

    @property
    def description(self) -> str:
        """One sentence saying what is done to the readout."""
        return _DESCRIPTIONS[self]

    @property
    def permutes(self) -> bool:
        """Whether the permutation has an effect."""
        return self is not PerturbationKind.CONTROL


_LABELS = {
    PerturbationKind.CONTROL: "Control",
    PerturbationKind.STIMULUS_TO_STIMULUS: "Stimulus → stimulus",
    PerturbationKind.DECISION_TO_STIMULUS: "Decision → stimulus",
    PerturbationKind.WITHIN_MANIFOLD: "Within manifold (decision → decision)",
    PerturbationKind.OUTSIDE_MANIFOLD: "Outside manifold (decision → random)",
}

_DESCRIPTIONS = {
    PerturbationKind.CONTROL: "The readout keeps its weights.",
    PerturbationKind.STIMULUS_TO_STIMULUS: (
        "The readout's loadings on the stimulus directions are permuted among them."
    ),
    PerturbationKind.DECISION_TO_STIMULUS: (
        "The readout's loadings on the decision directions are moved to stimulus directions, "
        "so that the decision no longer reaches the outputs."
    ),
    PerturbationKind.WITHIN_MANIFOLD: (
        "The readout's loadings on the decision directions are permuted among them."
    ),
    PerturbationKind.OUTSIDE_MANIFOLD: (
        "The readout's loadings on the decision directions are moved to random directions "
        "orthogonal to both the decision and the stimulus subspace."
    ),
}

RUN_TYPE_KINDS = {
    RunType.ControlManifPert: PerturbationKind.CONTROL,
    RunType.SSManifPert: PerturbationKind.STIMULUS_TO_STIMULUS,
    RunType.DSManifPert: PerturbationKind.DECISION_TO_STIMULUS,
}


# -- permutations ----------------------------------------------------------------------


def draw_permutation(
    random: np.random.RandomState, k: int, *, derangement: bool = False
) -> Permutation:
    """Draw a permutation (k,) of 0 ... k-1, as published: ``random.permutation(k)``.

    The published draw may leave directions in place (for k = 4 the identity comes 1 time in
    24). A ``derangement`` redraws until every direction moves.
    """
    if derangement and k < 2:
        raise PerturbationError("k = 1 has no derangement: choose at least 2 dimensions.")
    permutation = random.permutation(k)
    while derangement and (permutation == np.arange(k)).any():
        permutation = random.permutation(k)
    return permutation


def checked_permutation(permutation: ArrayLike, k: int) -> Permutation:
    """``permutation`` as an integer array (k,), or PerturbationError if it is none of 0 ... k-1."""
    result = np.asarray(permutation)
    if not np.array_equal(np.sort(result, axis=None), np.arange(k)) or result.ndim != 1:
        raise PerturbationError(
            f"The permutation {result.tolist()} does not name each direction 0 to {k - 1} once."
        )
    return result.astype(np.intp)


def parse_permutation(text: str, k: int) -> Permutation:
    """Read a permutation typed by the user, counting directions from 1: ``3 4 2 1``.

    Raises
    ------
    PerturbationError
        When the text does not name each direction 1 ... k once.
    """
    words = text.replace(",", " ").split()
    if sorted(words) != sorted(str(n) for n in range(1, k + 1)):
        raise PerturbationError(
            f"The permutation '{text}' must name each direction 1 to {k} once, "
            f"for example '{' '.join(str(n) for n in range(k, 0, -1))}'."
        )
    return np.array([int(word) - 1 for word in words], np.intp)


def describe_permutation(permutation: ArrayLike) -> str:
    """A permutation in words, counting directions from 1 as :func:`parse_permutation` does."""
    targets = np.asarray(permutation)
    moves = ", ".join(f"{source + 1}→{target + 1}" for source, target in enumerate(targets))
    staying = np.flatnonzero(targets == np.arange(len(targets))) + 1
    if len(staying) == len(targets):
        return f"{moves}: the identity, every direction stays in place"
    if not len(staying):
        return f"{moves}: a derangement, no direction stays in place"
    verb = "direction {} stays" if len(staying) == 1 else "directions {} stay"
    return f"{moves}: {verb.format(_listed(staying))} in place"


def _listed(numbers: Iterable[int]) -> str:
    words = [str(number) for number in numbers]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


# -- readouts --------------------------------------------------------------------------


def perturb_readout(
    output: FloatArray, source: FloatArray, target: FloatArray, permutation: ArrayLike
) -> FloatArray:
    """Move the readout's loading on source direction i to target direction ``permutation[i]``.

    All loadings are those of the readout as given, so the moves do not depend on their
    order: W - A L + B_p L with L = A' W.

    Parameters
    ----------
    output : (N, 3)
        Readout weights.
    source, target : (N, k)
        Orthonormal directions A and B.
    permutation : (k,)
        Of 0 ... k-1.

    Returns
    -------
    (N, 3)
        In the dtype of ``output``; computed in float64.

    Raises
    ------
    PerturbationError
        When shapes do not fit or the permutation is none.
    """
    if source.shape != target.shape or len(source) != len(output):
        raise PerturbationError(
            f"Source directions {source.shape}, target directions {target.shape} and "
            f"readout {output.shape} do not fit together."
        )
    order = checked_permutation(permutation, source.shape[1])
    weights = output.astype(np.float64)
    loading = source.T @ weights
    return (weights - source @ loading + target[:, order] @ loading).astype(output.dtype)


def random_directions(random: np.random.RandomState, subspaces: Subspaces) -> Float64Array:
    """K random orthonormal directions (N, k), orthogonal to both subspaces.

    Raises
    ------
    PerturbationError
        When fewer than k dimensions are left outside the subspaces.
    """
    inside = np.hstack([subspaces.decision, subspaces.stimulus])
    units, k = subspaces.decision.shape
    if units < 3 * k:
        raise PerturbationError(
            f"k = {k} leaves no {k} directions outside both subspaces of {units} units: "
            f"choose at most {units // 3}."
        )
    drawn = random.randn(units, k)
    for _ in range(2):  # the second projection removes the rounding error of the first
        drawn = np.linalg.qr(drawn - inside @ (inside.T @ drawn))[0]
    return oriented(drawn)


def perturb(
    kind: PerturbationKind,
    output: FloatArray,
    subspaces: Subspaces,
    permutation: ArrayLike,
    random: np.random.RandomState | None = None,
) -> FloatArray:
    """The readout (N, 3) after a perturbation of any kind; the one given is not changed.

    ``random`` draws the directions of an outside-manifold perturbation and is otherwise
    unused.

    Raises
    ------
    PerturbationError
        See :func:`perturb_readout` and :func:`random_directions`.
    """
    decision, stimulus = subspaces.decision, subspaces.stimulus
    match kind:
        case PerturbationKind.CONTROL:
            return output.copy()
        case PerturbationKind.STIMULUS_TO_STIMULUS:
            source, target = stimulus, stimulus
        case PerturbationKind.DECISION_TO_STIMULUS:
            source, target = decision, stimulus
        case PerturbationKind.WITHIN_MANIFOLD:
            source, target = decision, decision
        case PerturbationKind.OUTSIDE_MANIFOLD:
            if random is None:
                raise PerturbationError("An outside-manifold perturbation needs a random stream.")
            source, target = decision, random_directions(random, subspaces)
    return perturb_readout(output, source, target, permutation)


def perturbed_readout(
    run_type: RunType, output: FloatArray, subspaces: Subspaces, permutation: ArrayLike
) -> FloatArray:
    """The readout (N, 3) a problem of this run type starts with; Full and Control keep theirs."""
    kind = RUN_TYPE_KINDS.get(run_type, PerturbationKind.CONTROL)
    return perturb(kind, output, subspaces, permutation)
