"""The legend of a plot as a line above it, where it hides nothing."""

from __future__ import annotations

from typing import NamedTuple

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QSizePolicy

from l2l_gui.look.theme import theme

LINE, DOTTED, DASHED, DOT, RING, CROSS = "━", "┅", "╍", "●", "○", "✕"


class Sign(NamedTuple):
    """A mark, its colour (a name of the theme) and what it stands for."""

    mark: str
    colour: str
    words: str


class Key(QLabel):
    """One line of signs."""

    def __init__(self, *signs: Sign) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setContentsMargins(0, 2, 10, 0)
        self._signs = signs
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_signs(self, *signs: Sign) -> None:
        """Show other signs."""
        if signs != self._signs:
            self._signs = signs
            self._restyle()

    def _restyle(self) -> None:
        quiet = theme.palette.quiet
        self.setText(
            "&nbsp;&nbsp;&nbsp; ".join(
                f'<span style="color:{theme.color(sign.colour).name()}">{sign.mark}</span> '
                f'<span style="color:{quiet}; font-size:8pt">{sign.words}</span>'
                for sign in self._signs
            )
        )
