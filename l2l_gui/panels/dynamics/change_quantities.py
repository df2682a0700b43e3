"""The parts of a vector-field change: their names, and how each is drawn."""

from __future__ import annotations

from typing import NamedTuple

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QIcon, QPainter, QPixmap

from l2l_gui.plotting.ink import DOTTED, Ink


class Quantity(NamedTuple):
    """A column of the table of changes."""

    symbol: str
    words: str
    ink: Ink


QUANTITIES = {
    "total": Quantity("total ΔZ", "total change", Ink("text", 3)),
    "weight_driven": Quantity("weight-driven W", "weight-driven change", Ink("weight", 3)),
    "state_driven": Quantity("state-driven S", "state-driven change", Ink("state", 3)),
    "recurrent": Quantity("ΔW_rec", "recurrent weight change (Frobenius)", Ink("text", 1, DOTTED)),
    "weight_parallel": Quantity("W ∥", "weight-driven, parallel", Ink("weight", 1, "parallel")),
    "weight_perpendicular": Quantity(
        "W ⊥ = −S ⊥",
        "perpendicular to the total: opposite and equal",
        Ink("weight", 1, "perpendicular"),
    ),
    "state_parallel": Quantity("S ∥", "state-driven, parallel", Ink("state", 1, "parallel")),
    "current": Quantity("current", "change of the net current", Ink("quiet", 2, DOTTED)),
}
"""By column: whole changes are drawn thick, their parts thin."""
WHOLE = ("total", "weight_driven", "state_driven")
RELATED = {
    "recurrent": "recurrent weight change",
    "weight_driven": "weight-driven change",
    "state_driven": "state-driven change",
}
"""Changes that can be related to the trials a problem took."""
SYMBOLS = {"recurrent": "‖ΔW_rec‖", "weight_driven": "‖W‖", "state_driven": "‖S‖"}


def unit(name: str) -> str:
    """The unit of a column."""
    return "a.u." if name in ("current", "recurrent") else "a.u./step"


def say(name: str) -> str:
    """How a tip says a value of a column."""
    return f"{QUANTITIES[name].symbol} {{:.3g}}" if name in QUANTITIES else ""


def sample(ink: Ink) -> QIcon:
    """A short stretch of a line."""
    pixmap = QPixmap(44, 20)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setPen(ink.pen)
    painter.drawLine(0, 5, 22, 5)
    painter.end()
    return QIcon(pixmap)
