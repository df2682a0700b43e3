"""A colour for each open session, the same in every panel and for as long as it is open."""

from __future__ import annotations

from pathlib import Path
from weakref import WeakKeyDictionary

from PyQt6.QtCore import Qt

from l2l_gui.model.sessions import OpenSession, Sessions

COLOURS = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#ee7733", "#999999")
"""Paul Tol's bright scheme, orange from his vibrant one, grey: told apart by colour-blind people."""
STYLES = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine)

_given: WeakKeyDictionary[Sessions, dict[Path, int]] = WeakKeyDictionary()


def number(sessions: Sessions, session: OpenSession) -> int:
    """The lowest number that no other open session has, kept until it is closed."""
    given = _given.setdefault(sessions, {})
    open_now = {one.path for one in sessions}
    for path in [path for path in given if path not in open_now]:
        del given[path]
    if session.path not in given:
        taken = set(given.values())
        given[session.path] = next(n for n in range(len(taken) + 1) if n not in taken)
    return given[session.path]


def colour(sessions: Sessions, session: OpenSession) -> str:
    """Its colour as ``#rrggbb``."""
    return COLOURS[number(sessions, session) % len(COLOURS)]


def style(sessions: Sessions, session: OpenSession) -> Qt.PenStyle:
    """Its line style: solid until there are more sessions than colours."""
    return STYLES[number(sessions, session) // len(COLOURS) % len(STYLES)]
