"""How a problem is learned: everything that a stage of a protocol may say about it.

Each class is data only. Problems are named by their number in the run, from 1, or by the label of an
earlier stage; :meth:`~l2l_engine.protocols.protocol.Protocol.plans` turns labels into numbers.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from l2l_engine.network import WEIGHT_NAMES
from l2l_engine.perturbation import PerturbationKind

Reference = int | str
"""A problem that was learned before: its number from 1, or the label of its stage."""


# -- which problem ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class New:
    """A problem drawn from the run's random stream."""


@dataclass(frozen=True, slots=True)
class Repeat:
    """The stimuli and the mapping of an earlier problem."""

    of: Reference


@dataclass(frozen=True, slots=True)
class Reverse:
    """The stimuli of an earlier problem with their responses swapped."""

    of: Reference


@dataclass(frozen=True, slots=True)
class Similar:
    """A problem near an earlier one: ``overlap`` is the cosine of each stimulus with its counterpart."""

    of: Reference
    overlap: float


@dataclass(frozen=True, slots=True)
class Own:
    """Two stimulus vectors of the person's own, made unit length; responses 0 and 1."""

    stimuli: tuple[tuple[float, ...], tuple[float, ...]]


ProblemSource = New | Repeat | Reverse | Similar | Own


# -- until when ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Until:
    """When a problem ends.

    With ``criterion`` when it is learned, with ``trials`` after that many at the latest; to run out
    of trials is a failure only where neither is asked for (past ``max_trials``).
    """

    criterion: bool = True
    trials: int | None = None


# -- among which trials ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Interleaved:
    """Each trial draws its problem from the present and the named ones with equal chances."""

    problems: tuple[Reference, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """A ``share`` of the trials, from 0 to 1, is drawn from earlier problems; all of them if none is named."""

    share: float
    problems: tuple[Reference, ...] = ()


Mixture = Interleaved | Replay | None


# -- from which network ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Readout:
    """The readout a problem starts with.

    Attributes
    ----------
    perturbation
        How it is rewired; None leaves it as it is.
    dimensions
        Directions of each subspace, k; None takes the configuration's.
    permutation
        (k,) of 0 ... k-1; None draws one.
    derangement
        Draw a permutation that moves every direction.
    frozen
        Whether the output weights and biases stay as they are while the problem is learned.
    """

    perturbation: PerturbationKind | None = None
    dimensions: int | None = None
    permutation: tuple[int, ...] | None = None
    derangement: bool = False
    frozen: bool = False


# -- by which rule ---------------------------------------------------------------------


class Subspace(enum.Enum):
    """Which directions of activity a projected update is measured against."""

    DECISION = "decision"
    STIMULUS = "stimulus"
    BOTH = "both"
    PAST = "past"  # the leading directions of the activity of all earlier problems


@dataclass(frozen=True, slots=True)
class Adam:
    """The published rule."""


@dataclass(frozen=True, slots=True)
class Projected:
    """Recurrent and input updates kept inside or outside a subspace (Duncker et al. 2020)."""

    subspace: Subspace
    inside: bool = False
    dimensions: int | None = None


@dataclass(frozen=True, slots=True)
class Orthogonal:
    """Orthogonal weight modification (Zeng et al. 2019); ``regularisation`` is its alpha."""

    regularisation: float


@dataclass(frozen=True, slots=True)
class LowRank:
    """The recurrent weights change by a matrix of this rank at most over a problem."""

    rank: int


@dataclass(frozen=True, slots=True)
class Elastic:
    """Elastic weight consolidation of this strength, lambda (Kirkpatrick et al. 2017)."""

    strength: float


UpdateRule = Adam | Projected | Orthogonal | LowRank | Elastic


# -- all of it -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """One problem: which it is, until when, among what, from where, and how its weights move.

    Attributes
    ----------
    problem : which problem
    until : when it ends
    mixture : other problems whose trials are drawn in between
    start : the problem whose network it starts from; None keeps the present network
    readout : the readout it starts with
    plastic : the weights that are trained
    rule : how they are updated
    keep_moments : whether the optimiser's moments and step count are kept from the problem before
    changes : parameters of :class:`~l2l_engine.config.RunConfig` that differ for this problem
    label : shown wherever the problem is named
    """

    problem: ProblemSource = New()
    until: Until = Until()
    mixture: Mixture = None
    start: Reference | None = None
    readout: Readout = Readout()
    plastic: tuple[str, ...] = WEIGHT_NAMES
    rule: UpdateRule = Adam()
    keep_moments: bool = False
    changes: Mapping[str, Any] = field(default_factory=dict)
    label: str = ""
