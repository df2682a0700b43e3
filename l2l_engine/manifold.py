"""The decision and stimulus subspaces of neural activity.

The decision subspace is spanned by the first uncentred principal components of the trajectories
averaged over problems; the stimulus subspace by those of all states once the decision projection is
taken out. Training perturbs the readout between them (paper Fig. 3), the analyses show what lies in
them (Fig. 2).

Principal components are defined up to their sign, and the sign matters to a rewired readout. Here the
entry of largest magnitude of every direction is positive.

References
----------
Goudar et al., Nat. Neurosci. 26, 879-890 (2023), Figs 2 and 3 and Methods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.config import L2LError
from l2l_engine.task import RESPONSES, FloatArray

Float64 = NDArray[np.float64]

_TINY = np.finfo(np.float64).tiny


@dataclass(frozen=True, slots=True, eq=False)
class Subspaces:
    """Orthonormal directions by decreasing variance; the two subspaces are orthogonal.

    Attributes
    ----------
    decision : (N, k)
    stimulus : (N, m)
    """

    decision: Float64
    stimulus: Float64

    @property
    def dimensions(self) -> int:
        """Dimensions of the decision subspace, k."""
        return int(self.decision.shape[1])

    @property
    def decision_projector(self) -> Float64:
        """Projection matrix (N, N) onto the decision subspace."""
        return self.decision @ self.decision.T

    @property
    def stimulus_projector(self) -> Float64:
        """Projection matrix (N, N) onto the leading stimulus directions."""
        return self.stimulus @ self.stimulus.T

    @property
    def both(self) -> Float64:
        """Orthonormal directions (N, k + m) of the two subspaces together."""
        return np.hstack([self.decision, self.stimulus])


@dataclass(frozen=True, slots=True, eq=False)
class FoundSubspaces(Subspaces):
    """Subspaces with the variance they explain, as shares of summed squares from 0 to 1.

    Attributes
    ----------
    decision_explained : (N,)
        Of the problem-averaged trajectories, along each of their components; the first k span the
        decision subspace.
    stimulus_explained : (N,)
        Of all states without their decision part, along each of their components; the last k are 0.
    decision_share : float
        Of all states, in the decision subspace.
    """

    decision_explained: Float64
    stimulus_explained: Float64
    decision_share: float


class SubspaceFinder:
    """Finds the subspaces of states that arrive in blocks and need not be kept.

    Holds the summed trajectory of each stimulus, (M, T, N), and the Gram matrix G (N, N) of all
    states, in float64. With D the decision projector, (I - D) G (I - D) is the Gram matrix of all
    states with the decision part taken out.

    Examples
    --------
    >>> finder = SubspaceFinder()
    >>> finder.add(np.random.default_rng(0).standard_normal((3, 2, 50, 10)))
    >>> finder.subspaces(2, 3).stimulus.shape
    (10, 3)
    """

    def __init__(self) -> None:
        self._sum: Float64 | None = None
        self._gram: Float64 | None = None
        self._problems = 0

    @property
    def problems(self) -> int:
        """Problems added so far."""
        return self._problems

    def add(self, states: FloatArray) -> None:
        """Add the states (P, 2, T, N) of problems, or those of one problem, (2, T, N).

        Raises
        ------
        L2LError
            When the shape does not fit, or a state is not finite.
        """
        if states.ndim == 3:
            states = states[None]
        if states.ndim != 4 or states.shape[1] != RESPONSES:
            raise L2LError(
                f"The states have shape {states.shape}: they must be problems x 2 stimuli x steps "
                "x units."
            )
        if self._sum is None or self._gram is None:
            self._sum = np.zeros(states.shape[1:])
            self._gram = np.zeros((states.shape[-1],) * 2)
        if states.shape[1:] != self._sum.shape:
            raise L2LError(
                f"The states of a problem have shape {states.shape[1:]}; "
                f"those before had {self._sum.shape}."
            )
        for problem in states:  # one at a time: a float64 copy of all would be large
            trajectories = problem.astype(np.float64, copy=False)
            flat = trajectories.reshape(-1, trajectories.shape[-1])
            gram = flat.T @ flat
            if not np.isfinite(gram).all():
                raise L2LError("The states hold a value that is not finite.")
            self._sum += trajectories
            self._gram += gram
            self._problems += 1

    def subspaces(self, decision: int, stimulus: int | None = None) -> FoundSubspaces:
        """The leading directions of the states added so far.

        Parameters
        ----------
        decision, stimulus : int
            Dimensions of each subspace; as many stimulus as decision dimensions by default.

        Raises
        ------
        L2LError
            When no states were added, or the dimensions do not fit the number of units.
        """
        if self._sum is None or self._gram is None:
            raise L2LError("There are no states to find subspaces in: learn a problem first.")
        stimulus = decision if stimulus is None else stimulus
        units = len(self._gram)
        check_dimensions(units, decision, stimulus)
        mean = (self._sum / self._problems).reshape(-1, units)
        directions, average = _principal(mean.T @ mean)
        kept, complement = directions[:, :decision], directions[:, decision:]
        # within the complement, so that the subspaces are orthogonal to machine precision
        rest, outside = _principal(complement.T @ self._gram @ complement)
        inside = float(np.sum(kept * (self._gram @ kept)))
        return FoundSubspaces(
            decision=oriented(kept),
            stimulus=oriented(complement @ rest[:, :stimulus]),
            decision_explained=average / max(average.sum(), _TINY),
            stimulus_explained=np.append(outside / max(outside.sum(), _TINY), np.zeros(decision)),
            decision_share=inside / max(float(np.trace(self._gram)), _TINY),
        )

    def leading(self, count: int) -> Float64:
        """The leading directions (N, count) of all states added so far, uncentred."""
        if self._gram is None:
            raise L2LError("There are no states to find directions in: learn a problem first.")
        return oriented(_principal(self._gram)[0][:, :count])


def find_subspaces(
    states: FloatArray, decision: int = 4, stimulus: int | None = 3
) -> FoundSubspaces:
    """Decision and stimulus subspaces of the states (P, 2, T, N) of P problems.

    See :class:`SubspaceFinder` for the dimensions, the errors, and states in blocks.
    """
    finder = SubspaceFinder()
    finder.add(states)
    return finder.subspaces(decision, stimulus)


def check_dimensions(units: int, decision: int, stimulus: int) -> None:
    """Raise L2LError unless subspaces of these dimensions fit a network of ``units`` units."""
    if decision < 1 or stimulus < 1:
        raise L2LError("The decision and stimulus subspaces need at least one dimension each.")
    if decision + stimulus > units:
        raise L2LError(
            f"{decision} decision and {stimulus} stimulus dimensions do not fit a network of "
            f"{units} units: choose fewer."
        )


def oriented(directions: Float64) -> Float64:
    """The directions (N, k), each with its entry of largest magnitude positive."""
    largest = np.abs(directions).argmax(axis=0)
    return directions * np.sign(directions[largest, np.arange(directions.shape[1])])


def _principal(gram: Float64) -> tuple[Float64, Float64]:
    """Eigenvectors (columns) and eigenvalues of a Gram matrix, by decreasing eigenvalue."""
    values, vectors = np.linalg.eigh(gram)
    return vectors[:, ::-1], np.maximum(values[::-1], 0.0)
