"""What a run records: one record per trial, one record per problem."""

from __future__ import annotations

import enum
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine.network import NetworkWeights

LABEL_BYTES = 128
"""Longest label of a problem, in bytes of UTF-8."""


class Outcome(enum.IntEnum):
    """How a problem ended."""

    UNKNOWN = -1
    LEARNED = 0  # the criterion was met
    FAILED = 1  # it was not, within ``max_trials``
    ENDED = 2  # a planned number of trials is over, met or not


class StimuliFrom(enum.IntEnum):
    """Where a problem's stimuli came from."""

    UNKNOWN = -1
    NEW = 0  # drawn from the run's random stream
    REPEATED = 1  # those of an earlier problem
    REVERSED = 2  # those of an earlier problem, with their responses swapped
    SIMILAR = 3  # drawn to overlap with those of an earlier problem
    OWN = 4  # given by a person


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """How a problem came about.

    Parameters
    ----------
    stimuli_from : StimuliFrom
    from_problem : int, optional
        The earlier problem (0-based) that is repeated, reversed or resembled; None: no such.
    overlaps : (2,), optional
        Of similar stimuli: cosine obtained between each stimulus and its counterpart.
    label : str
        Free text, at most ``LABEL_BYTES`` bytes of UTF-8.
    stage : int, optional
        The protocol's stage (0-based) the problem belongs to; None: there is no protocol.
    """

    stimuli_from: StimuliFrom = StimuliFrom.NEW
    from_problem: int | None = None
    overlaps: NDArray[np.float64] | None = None
    label: str = ""
    stage: int | None = None

    def __post_init__(self) -> None:
        if len(self.label.encode()) > LABEL_BYTES or "\0" in self.label:
            raise ValueError(f"A label has at most {LABEL_BYTES} bytes and no null character.")


@dataclass(frozen=True, slots=True, eq=False)
class TrialRecord:
    """One trial, measured before its weight update."""

    problem: int  # 0-based index of the problem
    stimulus: NDArray[np.int8]  # (B,) stimulus of each row of the batch; -1 = unknown
    task_loss: float  # nats, mean over unmasked steps
    regularisation_cost: float
    mean_square_rate: float
    largest_rate: float
    correct: float  # fraction of the batch answered correctly
    shown_problem: int | None = None  # whose stimuli were shown, in a mixture; None = its own


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
    first_trial: int  # row of the trial table; -1 = not there
    trials_to_criterion: float  # NaN = the criterion was not met
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
    trials_run: int | None = None  # criterion window included; None = unknown
    outcome: Outcome = Outcome.UNKNOWN
    origin: Origin = Origin(stimuli_from=StimuliFrom.UNKNOWN)
    set_point: float = np.nan  # h* after the problem; NaN = unknown
    random_state: NDArray[np.uint32] | None = None  # (628,), of the run's stream after it

    @property
    def stimuli_from(self) -> StimuliFrom:
        """Where the stimuli came from."""
        return self.origin.stimuli_from

    @property
    def from_problem(self) -> int | None:
        """The earlier problem the stimuli derive from, 0-based."""
        return self.origin.from_problem

    @property
    def overlaps(self) -> NDArray[np.float64] | None:
        """Cosines with that problem's stimuli, (2,)."""
        return self.origin.overlaps

    @property
    def label(self) -> bytes:
        """The label in UTF-8."""
        return self.origin.label.encode()

    @property
    def stage(self) -> int | None:
        """The protocol's stage, 0-based."""
        return self.origin.stage
