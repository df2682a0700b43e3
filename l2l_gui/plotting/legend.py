"""The legend of one or several plots as a line above them, where it covers nothing."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy

from l2l_gui.look.theme import theme
from l2l_gui.plotting.ink import DASHED as DASHED_STYLE
from l2l_gui.plotting.ink import DOTTED as DOTTED_STYLE
from l2l_gui.plotting.ink import Ink

NO_BREAK = "\N{NON-BREAKING HYPHEN}"
LINE, DOTTED, DASHED, THICK = "━━", "┅┅", "╍╍", "▬▬"
DOT, RING, CROSS, SQUARE, TRIANGLE, DIAMOND = "●", "○", "✕", "■", "▼", "◆"
LINES = {
    DOTTED_STYLE: DOTTED,
    "parallel": LINE,
    DASHED_STYLE: DASHED,
    "perpendicular": DASHED,
}


class Sign(NamedTuple):
    """A mark, its colour (a name of the theme or ``#rrggbb``) and what it stands for."""

    mark: str
    colour: str
    words: str

    @classmethod
    def of(cls, ink: Ink, words: str) -> Sign:
        """The sign of a line drawn in an ink."""
        return cls(LINES.get(ink.style, LINE), ink.colour, words)


class Legend(QLabel):
    """Signs and their meanings; wraps where it is narrow.

    It fixes its own height, for a layout that asks for a height for every width would give all
    that is in a scroll area the height it prefers, not the height there is.
    """

    def __init__(self, *signs: Sign) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(1)
        self.setContentsMargins(4, 0, 4, 0)
        self._signs = signs
        theme.changed.connect(self._write)
        self._write()

    @property
    def signs(self) -> tuple[Sign, ...]:
        """What is explained."""
        return self._signs

    def show_signs(self, *signs: Sign) -> None:
        """Explain these."""
        if signs != self._signs:
            self._signs = signs
            self._write()

    def hasHeightForWidth(self) -> bool:  # noqa: N802
        """Never: see the class."""
        return False

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Another width may take another number of lines."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setMinimumHeight(0)  # which Qt would not go below
        self.setFixedHeight(max(0, self.heightForWidth(self.width())))

    def _write(self) -> None:
        words = (
            f'<span style="color:{theme.color(sign.colour).name()}">{sign.mark}</span>&nbsp;'
            f"{escape(sign.words).replace(' ', '&nbsp;').replace('-', NO_BREAK)}"
            for sign in self._signs
        )
        self.setText(f'<span style="font-size:8pt">{"&nbsp;&nbsp; ".join(words)}</span>')
        self._fit()
