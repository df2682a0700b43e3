"""What a figure needs before it can be made."""

from __future__ import annotations

from dataclasses import dataclass

from l2l_engine.config import L2LError, RunType

GROUP = 50
"""Problems in a group; the figures average over groups from problem 2 on."""


class LackingError(L2LError):
    """The sources do not suffice for a figure; the text says what would."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The runs from which a figure is made.

    Attributes
    ----------
    run_types : tuple of RunType
        Any of these serves.
    problems : int
        Problems a run must have learned.
    networks : bool
        Whether the saved networks (or analyses of them in results files) are needed besides the
        trials to criterion.
    sentence : str
        All of this, for a person.
    """

    run_types: tuple[RunType, ...]
    problems: int
    networks: bool
    sentence: str
