"""What a plug-in declares about itself, and its state."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple


class Kind(enum.Enum):
    """What a plug-in adds; the value is its group of entry points."""

    ANALYSIS = "l2l.analyses"
    PANEL = "l2l.panels"
    FIGURE = "l2l.figures"
    PROTOCOL = "l2l.protocols"

    @property
    def word(self) -> str:
        """For users: "analysis"."""
        return self.name.lower()


class State(enum.Enum):
    """The state of a plug-in; the value is shown to users."""

    UNUSED = "not used yet"
    WORKS = "works"
    FAILED = "failed when last used"
    LEFT_OUT = "left out"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class PlugIn:
    """A plug-in as it declares itself.

    Attributes
    ----------
    kind : Kind
    name : str
    place : str
        ``package.module:attribute``; of a file, the attribute alone.
    source : str
        The package with its version, or the file's name.
    file : Path or None
        The user's file it is in.
    """

    kind: Kind
    name: str
    place: str
    source: str
    file: Path | None = None

    @property
    def words(self) -> str:
        """``The analysis 'mean-rate' of the plug-in my-package 1.0``."""
        return f"The {self.kind.word} '{self.name}' of the plug-in {self.source}"


class Declarations(NamedTuple):
    """The plug-ins of a place, and what in it cannot be read, each with the reason."""

    plug_ins: tuple[PlugIn, ...]
    unreadable: dict[str, str]


def said(error: BaseException) -> str:
    """An error in a few words, on one line."""
    words = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__
