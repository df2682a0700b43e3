"""The contract of an update rule."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from l2l_engine.network import NetworkWeights

Vector = NDArray[np.float32]


class Rule:
    """What happens to a trial's gradient and update besides Adam.

    A rule overrides what it changes. It is made when a problem begins, from what was learned before,
    and holds nothing that changes from trial to trial, so that a checkpoint need not save it.
    """

    def penalise(self, parameters: Vector, gradient: Vector) -> float:
        """Add the slope of what the rule adds to the loss.

        Parameters
        ----------
        parameters : (P,)
            All weights, packed as :func:`~l2l_engine.training.trial.pack` does.
        gradient : (P,)
            Of the loss so far; changed in place.

        Returns
        -------
        float
            What is added to the loss.
        """
        return 0.0

    def constrain(self, weights: NetworkWeights, change: NetworkWeights) -> None:
        """Alter, in place, what a trial is about to subtract from the weights.

        Parameters
        ----------
        weights : the network before the update
        change : of the same shapes; what Adam would subtract
        """
