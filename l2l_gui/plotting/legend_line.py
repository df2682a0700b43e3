"""A legend on one line above several plots, so that none of them is covered."""

from __future__ import annotations

from html import escape
from typing import NamedTuple

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QLabel, QSizePolicy

from l2l_gui.look.theme import theme

NO_BREAK = "\N{NON-BREAKING HYPHEN}"
LINE, DOTTED, THICK, DASHED = "━━", "┅┅", "▬▬", "╍╍"


class Key(NamedTuple):
    """A sign in a theme colour or ``#rrggbb``, and what it means."""

    color: str
    sign: str
    text: str


class LegendLine(QLabel):
    """Signs and their meanings; wraps where it is narrow."""

    def __init__(self) -> None:
        super().__init__()
        self.setWordWrap(True)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(1)
        self._keys: list[Key] = []
        theme.changed.connect(self._write)

    @property
    def keys(self) -> list[Key]:
        """What is explained."""
        return list(self._keys)

    def set_keys(self, keys: list[Key]) -> None:
        """Explain these."""
        if keys != self._keys:
            self._keys = list(keys)
            self._write()

    def _write(self) -> None:
        words = (
            f'<span style="color:{theme.color(key.color).name()}">{key.sign}</span>&nbsp;'
            f"{escape(key.text).replace(' ', '&nbsp;').replace('-', NO_BREAK)}"
            for key in self._keys
        )
        self.setText(f'<span style="font-size:8pt">{"&nbsp;&nbsp; ".join(words)}</span>')
