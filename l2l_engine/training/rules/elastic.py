"""Elastic weight consolidation: weights that mattered to earlier problems are held by springs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from l2l_engine.training.rules.base import Rule, Vector


class ElasticUpdate(Rule):
    """The loss grows by lambda/2 sum_k sum_i F_ki (theta_i - theta_ki)^2 over earlier problems k.

    theta_k are the weights after problem k and F_k the diagonal of the Fisher information there (see
    :class:`l2l_engine.training.fisher.Fisher`). The sum over problems needs only three sums:
    of F, of F theta and of F theta^2.

    Parameters
    ----------
    information, weighted : (P,), sums over earlier problems of F_k and of F_k theta_k
    offset : sum of F_ki theta_ki^2 over problems and weights
    strength : lambda, from 0

    References
    ----------
    Kirkpatrick et al., "Overcoming catastrophic forgetting in neural networks", PNAS 114, 3521-3526
    (2017); one quadratic term a problem, as in its equation 3.
    """

    def __init__(
        self,
        information: NDArray[np.float64],
        weighted: NDArray[np.float64],
        offset: float,
        strength: float,
    ) -> None:
        self._information, self._weighted = information.copy(), weighted.copy()
        self._offset, self._strength = offset, strength

    def penalise(self, parameters: Vector, gradient: Vector) -> float:
        """Add the springs' pull to the gradient; their energy is returned."""
        weights = parameters.astype(np.float64)
        pull = self._information * weights
        energy = weights @ (pull - 2.0 * self._weighted) + self._offset
        gradient += (self._strength * (pull - self._weighted)).astype(np.float32)
        return 0.5 * self._strength * max(float(energy), 0.0)
