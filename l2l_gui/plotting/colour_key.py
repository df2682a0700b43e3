"""A key in one line of text, above a plot rather than over its curves."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from PyQt6.QtCore import Qt

from l2l_gui.look.theme import LINE, theme

_STROKES = {Qt.PenStyle.SolidLine: "━━", Qt.PenStyle.DashLine: "╍╍", Qt.PenStyle.DotLine: "┅┅"}

Entry = tuple[str, str, Qt.PenStyle | str]


def key(entries: Iterable[Entry]) -> str:
    """Rich text naming lines, each ``(name, colour, style)`` as for :meth:`Theme.pen`."""
    return "&nbsp;&nbsp; ".join(
        f'<span style="color:{theme.color(colour).name()}">{_stroke(style)}</span> '
        f'<span style="color:{theme.palette.text}">{escape(name)}</span>'
        for name, colour, style in entries
    )


def marks(entries: Iterable[tuple[str, str, str]]) -> str:
    """Rich text naming symbols, each ``(name, colour, character)``."""
    return "&nbsp;&nbsp; ".join(
        f'<span style="color:{theme.color(colour).name()}">{character}</span> '
        f'<span style="color:{theme.palette.text}">{escape(name)}</span>'
        for name, colour, character in entries
    )


def _stroke(style: Qt.PenStyle | str) -> str:
    return _STROKES[LINE[style] if isinstance(style, str) else style]
