"""Updates kept inside or outside a subspace of activity."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from l2l_engine.network import NetworkWeights
from l2l_engine.training.rules.base import Rule


class ProjectedUpdate(Rule):
    """Recurrent and input weights change inside, or outside, a subspace.

    With the orthonormal directions U (N, k) and P = U U' (inside) or I - U U' (outside), the change of
    the recurrent weights becomes P dW_rec P and that of the input weights dW_in P: outside, nothing new
    is read from the subspace and nothing new written into it. Adam's change is projected, not the
    gradient, since Adam scales every weight for itself. Biases, initial state and readout learn as
    they would; a protocol's ``plastic`` holds them still.

    Parameters
    ----------
    directions : (N, k), orthonormal
    inside : keep changes inside the subspace, not outside

    References
    ----------
    Duncker, Driscoll, Shenoy, Sahani & Sussillo, "Organizing recurrent network dynamics by
    task-computation to enable continual learning", NeurIPS (2020).
    """

    def __init__(self, directions: NDArray[np.floating], *, inside: bool) -> None:
        within = directions @ directions.T
        kept = within if inside else np.eye(len(within)) - within
        self._projector = kept.astype(np.float32)

    def constrain(self, weights: NetworkWeights, change: NetworkWeights) -> None:
        """Project the change; see :class:`ProjectedUpdate`."""
        change.recurrent[:] = self._projector @ change.recurrent @ self._projector
        change.input[:] = change.input @ self._projector
