"""What a run tells about itself: one record a trial, one record a learned problem."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.network import NetworkWeights


@dataclass(frozen=True, slots=True, eq=False)
class TrialRecord:
    """One trial, measured before its weight update."""

    problem: int  # 0-based index of the problem
    stimulus: NDArray[np.int8]  # (B,) stimulus of each row of the batch
    task_loss: float  # nats, mean over unmasked steps
    regularisation_cost: float
    mean_square_rate: float
    largest_rate: float
    correct: float  # fraction of the batch answered right


@dataclass(frozen=True, slots=True, eq=False)
class ProblemRecord:
    """One problem and the network that learned it.

    The norms and rates are averages over the criterion window (the largest rate: its
    maximum), as in the published summaries: ``recurrent_norm``, ``input_norm`` and
    ``output_norm`` are the mean squared weight, ``top_singular_norm`` the mean of the
    penalised squared singular values.
    """

    index: int  # 0-based
    stimuli: NDArray[np.float32]  # (2, C)
    first_trial: int
    trials_to_criterion: float  # NaN = failed
    weights: NetworkWeights
    singular_values: NDArray[np.floating]  # (N,), of the recurrent weights
    input_norm: float
    output_norm: float
    recurrent_norm: float
    top_singular_norm: float
    mean_square_rate: float
    largest_rate: float
    permutation: NDArray[np.int8] | None = None  # (k,), of a manifold perturbation drawn
    applied: bool = False  # whether that perturbation changed the readout
