"""What a branch continues with, the stimuli of its next problem, and what it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from l2l_engine.branching import BranchError
from l2l_engine.storage.errors import SessionError
from l2l_engine.storage.session import Session
from l2l_gui.model.sessions import OpenSession

Stimuli = NDArray[np.float32]

FIXED = frozenset({"units", "stimulus_channels", "recurrent_init"})
"""Parameters that shaped the learned network, so that a branch keeps them."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """The next problem of the run's own random stream."""

    def stimuli(self, source: Path) -> Stimuli | None:
        """None: those drawn."""
        return None


@dataclass(frozen=True, slots=True)
class Again:
    """An earlier problem (from 1); ``swapped``: each stimulus asks for the other response."""

    problem: int
    swapped: bool = False

    def stimuli(self, source: Path) -> Stimuli | None:
        """That problem's, (2, stimulus_channels); raises L2LError when they are unknown."""
        with Session.open(source) as session:
            if not 1 <= self.problem <= session.n_problems:
                raise BranchError(
                    f"{source} has problems 1 to {session.n_problems}: "
                    f"problem {self.problem} cannot be repeated."
                )
            stimuli = session.stimuli[self.problem - 1]
        if not np.isfinite(stimuli).all():
            raise BranchError(
                f"The stimuli of problem {self.problem} are not in {source}: choose another."
            )
        return stimuli[::-1].copy() if self.swapped else stimuli


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """The person's own."""

    given: Stimuli

    def stimuli(self, source: Path) -> Stimuli | None:
        """As given, (2, stimulus_channels)."""
        return self.given


NextProblem = Drawn | Again | Own


def parent_of(session: OpenSession) -> Path:
    """The file a session branched from: where it was then, or in the folder of the branch.

    Raises
    ------
    SessionError
        When it is in neither place, or the session is no branch.
    """
    if session.parent is None:
        raise SessionError(f"{session.path.name} is no branch: it has no parent.")
    then = Path(session.parent)
    for path in (then, session.path.with_name(then.name)):
        if path.exists() and path != session.path:
            return path
    raise SessionError(
        f"{then}, which {session.path.name} branched from, is not there: "
        "find it with File > Compare with…."
    )
