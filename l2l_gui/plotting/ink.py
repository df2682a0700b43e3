"""Pens by meaning: an item is given its meaning, and follows the theme by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeVar

import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QBrush, QPen
from PyQt6.QtWidgets import QGraphicsScene

from l2l_gui.look.theme import theme

Item = TypeVar("Item")

DOTTED, DASHED = Qt.PenStyle.DotLine, Qt.PenStyle.DashLine


@dataclass(frozen=True)
class Ink:
    """A colour of the theme by its name (or ``#rrggbb``), and how a line is drawn in it.

    ``style`` may be ``parallel`` or ``perpendicular``, whose lines have a meaning too.
    """

    colour: str
    width: float = 1
    style: Qt.PenStyle | str = Qt.PenStyle.SolidLine
    alpha: float = 1.0

    @property
    def pen(self) -> QPen:
        """A line in the present theme."""
        return theme.pen(self.colour, self.width, self.style, self.alpha)

    @property
    def brush(self) -> QBrush:
        """A filling in the present theme."""
        return theme.brush(self.colour, self.alpha)

    def faint(self, alpha: float) -> Ink:
        """The same, more transparent."""
        return replace(self, alpha=alpha)


STIMULUS = (Ink("stimulus0", 2), Ink("stimulus1", 2))
OUTPUT = (Ink("response0", 2), Ink("response1", 2), Ink("fixation", 2))
DECISION, STIMULUS_SUBSPACE = Ink("decision", 2), Ink("stimulus", 2)
PLAIN = Ink("text", 2)
SELECTED = Ink("accent", 1, alpha=0.6)
"""The line at the selected problem."""
CURSOR = Ink("accent", 1)
"""The line at the selected time."""
RING = Ink("accent", 2)
"""Around the selected point."""
QUIET = Ink("quiet", 0, alpha=0.7)
ZERO = Ink("quiet", 1)

_SETTERS = {
    "pen": lambda item, ink: item.setPen(ink.pen if ink else None),
    "hover_pen": lambda item, ink: item.setHoverPen(ink.pen),
    "brush": lambda item, ink: item.setBrush(ink.brush if ink else None),
    "symbol_pen": lambda item, ink: item.setSymbolPen(ink.pen if ink else None),
    "symbol_brush": lambda item, ink: item.setSymbolBrush(ink.brush if ink else None),
    "colour": lambda item, ink: item.setColor(theme.color(ink.colour)),
}


def inked(item: Item, **roles: Ink | None) -> Item:
    """Give ``item`` its inks, in this theme and any later one.

    Parameters
    ----------
    item : a pyqtgraph item that a panel's scene holds
    **roles : ``pen``, ``brush``, ``symbol_pen``, ``symbol_brush`` or ``colour`` (of a label);
        None draws none. Inks given before for other roles stay.
    """
    known = item.__dict__.setdefault("inks", {})
    for role, ink in roles.items():
        if role not in known or known[role] != ink:
            known[role] = ink
            _SETTERS[role](item, ink)
    return item


def dots(ink: Ink) -> dict[str, Ink | None]:
    """Inks of filled symbols without an edge."""
    return {"symbol_brush": ink, "symbol_pen": None}


def re_ink(scene: QGraphicsScene) -> None:
    """Draw everything in ``scene`` in the present theme."""
    for item in scene.items():
        for role, ink in getattr(item, "inks", {}).items():
            _SETTERS[role](item, ink)
        if isinstance(item, pg.PlotItem):
            theme.style_plot(item, grid=getattr(item, "has_grid", True))
