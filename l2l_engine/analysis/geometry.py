"""Geometry of activity and of weight changes: angles, alignment, low-rank structure, speed.

Beyond the paper's own analyses; the sources are named at each function.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.analysis.progress import Progress, tracked
from l2l_engine.analysis.statistics import participation_ratio
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.task import FloatArray

Float64Array = NDArray[np.float64]


# -- subspaces of many problems --------------------------------------------------------


def covariances(states: FloatArray, *, centred: bool = True) -> Float64Array:
    """Covariance matrix of each problem's states.

    Parameters
    ----------
    states : (P, 2, T, N)
        Both stimuli's trajectories of P problems.
    centred : bool
        Take out each problem's mean over stimuli and time, as Elsayed et al. do; the paper's
        subspaces are uncentred.

    Returns
    -------
    (P, N, N)
        Mean over stimuli and time, in squared rate units.
    """
    result = np.empty((len(states), states.shape[-1], states.shape[-1]))
    for problem, trajectories in enumerate(states):
        flat = trajectories.reshape(-1, trajectories.shape[-1]).astype(np.float64)
        if centred:
            flat -= flat.mean(axis=0)
        result[problem] = flat.T @ flat / len(flat)
    return result


def principal_components(covariance: FloatArray, k: int) -> Float64Array:
    """The first ``k`` eigenvectors (..., N, k), by decreasing variance, of (..., N, N).

    Raises
    ------
    L2LError
        When k is below 1 or above N.
    """
    units = covariance.shape[-1]
    if not 1 <= k <= units:
        raise L2LError(f"k = {k} is out of range: {units} units have from 1 to {units} components.")
    return np.linalg.eigh(covariance)[1][..., : -k - 1 : -1]


def principal_angles(first: FloatArray, second: FloatArray) -> Float64Array:
    """Angles between subspaces, smallest first, in radians from 0 to pi/2.

    Their cosines are the singular values of A' B; angles below 1e-8 are lost in rounding.
    Source: Bjorck & Golub, Math. Comput. 27, 579-594 (1973).

    Parameters
    ----------
    first, second : (..., N, k), (..., N, m)
        Orthonormal columns; leading axes broadcast.

    Returns
    -------
    (..., min(k, m))
    """
    overlap = np.swapaxes(first, -1, -2).astype(np.float64) @ second
    cosines = np.linalg.svd(overlap, compute_uv=False)
    return np.arccos(np.clip(cosines, 0.0, 1.0))


def pairwise_angles(bases: FloatArray, progress: Progress | None = None) -> Float64Array:
    """Principal angles in radians, (P, P, k), between all pairs of P subspaces (P, N, k).

    Parameters
    ----------
    progress : optional
        Called with the fraction done, from 0 to 1; an exception it raises cancels the analysis. A thousand
        four-dimensional subspaces take some 4 s.
    """
    count, _, k = bases.shape
    result = np.zeros((count, count, k))
    rows = range(count)
    for row in tracked(rows, (count - row for row in rows), progress):
        later = slice(row + 1, None)  # an angle to itself is 0, and rounding would say 1e-8
        result[row, later] = principal_angles(bases[row], bases[later])
        result[later, row] = result[row, later]
    return result


def alignment_index(covariance: FloatArray, k: int) -> Float64Array:
    """How much of each problem's variance the subspaces of the others capture.

    Entry [i, j] is tr(U_i' C_j U_i) divided by the sum of the k largest eigenvalues of C_j,
    with U_i the first k components of problem i: 1 when problem j's best k dimensions are
    problem i's, 0 when they are orthogonal. NaN where problem j has no variance.
    Source: Elsayed et al., Nat. Commun. 7, 13239 (2016), equation (3).

    Parameters
    ----------
    covariance : (P, N, N)
        From :func:`covariances`.

    Returns
    -------
    (P, P)
        Subspace of the row, variance of the column; not symmetric.
    """
    bases = principal_components(covariance, k)
    projectors = bases @ np.swapaxes(bases, -1, -2)
    captured = np.tensordot(projectors, covariance, axes=([1, 2], [1, 2]))
    most = np.diag(captured)  # a problem's own components capture the most there is
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(most > 0, captured / most, np.nan)


def captured(covariance: FloatArray, basis: FloatArray) -> Float64Array:
    """Share of each problem's variance that lies in one subspace, tr(U' C U) / tr(C).

    Parameters
    ----------
    covariance : (P, N, N)
        From :func:`covariances`.
    basis : (N, k)
        Orthonormal columns.

    Returns
    -------
    (P,)
        From 0 to 1; NaN where a problem has no variance.
    """
    inside = np.einsum("nk,pnk->p", basis, covariance @ basis)
    total = np.trace(covariance, axis1=1, axis2=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, inside / total, np.nan)


# -- weight changes --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """Share of a weight change that lies in a subspace of m directions, from 0 to 1.

    In the row-vector convention s dW, the left singular vectors are the activity the change
    reads, the right ones the currents it writes.
    """

    read: Float64Array  # (N,) of each left singular vector
    written: Float64Array  # (N,) of each right singular vector
    read_total: float  # of the squared Frobenius norm
    written_total: float
    chance: float  # m / N, expected of a random change


@dataclass(frozen=True, slots=True, eq=False)
class WeightChange:
    """The singular value decomposition of a change of the recurrent weights."""

    singular_values: Float64Array  # (N,) decreasing
    left: Float64Array  # (N, N) columns: directions of activity read
    right: Float64Array  # (N, N) columns: directions of current written
    effective_rank: float
    norm: float  # Frobenius
    overlaps: dict[str, Overlap]

    @property
    def explained(self) -> Float64Array:
        """Share of the squared Frobenius norm in the first n components, (N,)."""
        energy = np.cumsum(np.square(self.singular_values))
        return energy / energy[-1] if energy[-1] > 0 else energy


def weight_change(change: FloatArray, subspaces: Mapping[str, FloatArray]) -> WeightChange:
    """Low-rank structure of a change of the recurrent weights.

    The effective rank is the participation ratio of the squared singular values.

    Parameters
    ----------
    change : (N, N)
        Later minus earlier recurrent weights.
    subspaces : name to (N, m)
        Directions of interest, such as the decision subspace, the stimulus subspace and the
        readout's columns; they need not be orthonormal.

    Raises
    ------
    L2LError
        When a subspace has another number of units, or the change is not finite.
    """
    matrix = change.astype(np.float64)
    if not np.isfinite(matrix).all():
        raise L2LError("The weight change holds a value that is not finite.")
    for name, directions in subspaces.items():
        if len(directions) != len(matrix):
            raise L2LError(
                f"The directions '{name}' have {len(directions)} units; "
                f"the weight change has {len(matrix)}."
            )
    left, singular_values, right = np.linalg.svd(matrix)
    return WeightChange(
        singular_values=singular_values,
        left=left,
        right=right.T,
        effective_rank=float(np.nan_to_num(participation_ratio(np.square(singular_values)))),
        norm=float(np.linalg.norm(singular_values)),
        overlaps={
            name: _overlap(orthonormal(directions, name), left, singular_values, right.T)
            for name, directions in subspaces.items()
        },
    )


def _overlap(
    basis: Float64Array, left: Float64Array, singular_values: Float64Array, right: Float64Array
) -> Overlap:
    energy = np.square(singular_values)
    total = energy.sum()
    shares = energy / total if total > 0 else np.zeros_like(energy)
    read = np.square(basis.T @ left).sum(axis=0)
    written = np.square(basis.T @ right).sum(axis=0)
    return Overlap(
        read=read,
        written=written,
        read_total=float(read @ shares),
        written_total=float(written @ shares),
        chance=basis.shape[1] / len(basis),
    )


def orthonormal(directions: FloatArray, name: str = "directions") -> Float64Array:
    """An orthonormal basis (N, rank) of the span of the columns of (N, m).

    Raises
    ------
    L2LError
        When the directions are not finite.
    """
    if not np.isfinite(directions).all():
        raise L2LError(f"The directions '{name}' hold a value that is not finite.")
    basis, sizes, _ = np.linalg.svd(directions.astype(np.float64), full_matrices=False)
    tolerance = max(directions.shape) * np.finfo(directions.dtype).eps
    return basis[:, sizes > sizes.max(initial=0.0) * tolerance]


# -- speed -----------------------------------------------------------------------------


def trajectory_speed(
    states: FloatArray, initial_state: FloatArray, config: RunConfig
) -> Float64Array:
    """Speed of the state along its trajectory, the norm of ds/dt.

    Parameters
    ----------
    states : (..., T, N)
        States after each step.
    initial_state : broadcastable to (..., 1, N)
        The state before the first step. For states (K, 2, T, N) of a stack of networks this is
        ``weights.initial_state[:, None]``.

    Returns
    -------
    (..., T)
        In rate units per second, for the step that leads to each state.
    """
    start = np.broadcast_to(initial_state, (*states.shape[:-2], 1, states.shape[-1]))
    before = np.concatenate([start, states[..., :-1, :]], axis=-2)
    step = np.subtract(states, before, dtype=np.float64)
    return np.sqrt(np.einsum("...n,...n->...", step, step)) / (config.dt * 1e-3)
