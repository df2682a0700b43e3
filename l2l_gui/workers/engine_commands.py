"""The commands that the engine's thread carries out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from l2l_engine.config import RunConfig
from l2l_engine.protocols.protocol import Protocol
from l2l_gui.model.branching import NextProblem
from l2l_gui.model.goals import Goal


@dataclass(frozen=True, slots=True)
class Warm:
    """Load TensorFlow and compile ahead, so that the first trial starts at once."""

    config: RunConfig


@dataclass(frozen=True, slots=True)
class Create:
    """Begin a new session."""

    path: Path
    config: RunConfig
    overwrite: bool = False
    protocol: Protocol | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """Continue after problem ``finished`` of ``source`` as a new session, perhaps by a protocol."""

    source: Path
    finished: int
    path: Path
    changes: Mapping[str, Any]
    next_problem: NextProblem
    protocol: Protocol | None = None


@dataclass(frozen=True, slots=True)
class Train:
    """Train the session at ``path`` until ``goal``."""

    path: Path
    goal: Goal


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop after the trial in progress."""


@dataclass(frozen=True, slots=True)
class Save:
    """Write a checkpoint now; copy the file to ``copy`` if that is given."""

    path: Path
    copy: Path | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """Continue in a copy at ``target``, made from the open file even if that was moved or deleted."""

    path: Path
    target: Path
    overwrite: bool = False


@dataclass(frozen=True, slots=True)
class Abandon:
    """Close the run at ``path``; what its lost file does not hold is given up."""

    path: Path


@dataclass(frozen=True, slots=True)
class Release:
    """Save and close the run."""


@dataclass(frozen=True, slots=True)
class Quit:
    """As Release, and end the thread."""


Command = Warm | Create | Branch | Train | Pause | Save | Move | Abandon | Release | Quit
