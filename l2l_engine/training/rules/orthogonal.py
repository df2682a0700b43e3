"""Orthogonal weight modification: new changes leave the currents of past activity alone."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from l2l_engine.network import NetworkWeights
from l2l_engine.training.rules.base import Rule

_PARTS = ("input", "recurrent", "bias")


class OrthogonalUpdate(Rule):
    """Input weights, recurrent weights and biases change orthogonally to what they met before.

    What a unit sums up at a step is z W with z = [x, s, 1], inputs, states and the bias's constant, and
    W = [W_in; W_rec; b]. The change becomes P dW with P = alpha (alpha I + C)^-1, where C is the
    correlation <z' z> of the activity of earlier problems, summed over these: for every z among
    them z P dW is near 0, the nearer the smaller alpha is beside z's share of C.

    Parameters
    ----------
    correlation : (C + N + 1, C + N + 1), for C input channels and N units
    regularisation : alpha, above 0
    inputs : C
    plastic : names of the weights that learn; what is left of W is projected among itself

    References
    ----------
    Zeng, Chen, Cui & Yu, "Continual learning of context-dependent processing in neural networks",
    Nature Machine Intelligence 1, 364-372 (2019).
    """

    def __init__(
        self,
        correlation: NDArray[np.floating],
        regularisation: float,
        inputs: int,
        plastic: Collection[str] = _PARTS,
    ) -> None:
        sizes = (inputs, len(correlation) - inputs - 1, 1)
        which = np.repeat([name in plastic for name in _PARTS], sizes)
        met = correlation[np.ix_(which, which)]
        projector = regularisation * np.linalg.inv(regularisation * np.eye(len(met)) + met)
        self._projector = projector.astype(np.float32)
        self._names = [name for name in _PARTS if name in plastic]

    def constrain(self, weights: NetworkWeights, change: NetworkWeights) -> None:
        """Project the change; see :class:`OrthogonalUpdate`."""
        parts = [np.atleast_2d(getattr(change, name)) for name in self._names]
        if not parts:
            return
        start, projected = 0, self._projector @ np.concatenate(parts)
        for part in parts:
            part[:] = projected[start : start + len(part)]
            start += len(part)
