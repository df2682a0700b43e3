"""A colour for each open session, the same in every panel and for as long as it is open."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from weakref import WeakKeyDictionary

from PyQt6.QtCore import Qt

from l2l_gui.model.sessions import OpenSession, Sessions

COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee7733", "#999999")
"""Paul Tol's bright scheme, orange from his vibrant one, grey: told apart by colour-blind people."""
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)

_given: WeakKeyDictionary[Sessions, dict[Path, int]] = WeakKeyDictionary()


@dataclass(frozen=True)
class Look:
    """How a session is drawn wherever sessions are compared; ``number`` counts from 0."""

    number: int

    @classmethod
    def of(cls, sessions: Sessions, session: OpenSession) -> Look:
        """The lowest number that no other open session has, kept until it is closed."""
        return cls.of_each(sessions, [session])[0]

    @classmethod
    def of_each(cls, sessions: Sessions, some: Sequence[OpenSession]) -> tuple[Look, ...]:
        """The looks of several open sessions."""
        given = _given.setdefault(sessions, {})
        still_open = {other.path for other in sessions}
        for path in [path for path in given if path not in still_open]:
            del given[path]
        taken = set(given.values())
        free = (number for number in itertools.count() if number not in taken)
        for session in some:
            if session.path not in given:
                given[session.path] = next(free)
        return tuple(cls(given[session.path]) for session in some)

    @property
    def colour(self) -> str:
        """Its colour as ``#rrggbb``."""
        return COLOURS[self.number % len(COLOURS)]

    @property
    def style(self) -> Qt.PenStyle:
        """Its line style: solid until there are more sessions than colours."""
        return STYLES[self.number // len(COLOURS) % len(STYLES)]
