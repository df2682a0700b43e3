"""Panels not yet converted to :mod:`l2l_gui.panels.base`; goes with the last of them."""

from __future__ import annotations

from typing import Any

import pyqtgraph as pg
from PyQt6.QtGui import QAction

from l2l_gui.look.theme import Palette, theme
from l2l_gui.model.sessions import OpenSession
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.base import Panel
from l2l_gui.panels.contract import SNAPSHOT, Context
from l2l_gui.panels.view import Answer as Answered
from l2l_gui.panels.view import Nothing, Ready, Wanted

__all__ = ["SNAPSHOT", "Answer", "Context", "LegacyPanel", "Nothing", "Ready"]

Answer = Wanted


class LegacyPanel(Panel[Any]):
    """Asks without a view, draws a value without one, and restyles by hand."""

    ask: Any
    draw: Any
    data: Any
    show_time: Any
    restyle: Any

    def follows(self) -> bool:
        """Whether the run's progress changes what is shown now; only with ``SNAPSHOT``."""
        return True

    def tools(self) -> list[QAction]:
        """Options of this panel, offered in its menu."""
        return []

    def state(self) -> dict[str, Any]:
        """Options to remember between launches, as plain values."""
        return {}

    def set_state(self, state: Any) -> None:
        """Take options up again; unknown ones are ignored."""

    def table(self) -> PanelData | None:
        """The numbers drawn."""
        found: PanelData | None = self.data()
        return found

    def reset_zoom(self) -> None:
        """Show everything again."""
        for plot in self.plots():
            plot.enableAutoRange()

    @property
    def _waiting(self) -> bool:
        return self._asked is not None

    def _wanted(self, view: Any) -> Wanted:
        found: Wanted = self.ask()
        return found

    def _same(self, before: Any, answer: Any) -> bool:
        return False

    def _draw(self, answer: Answered[Any], *, marks_only: bool = False) -> None:
        self.draw(answer.value)
        self._stack.setCurrentIndex(1)
        self._show_time(self.context.selected.time)

    def _refine(self, answer: Answered[Any]) -> None:
        """Nothing."""

    def _show_time(self, ms: float) -> None:
        if self.answer is not None:
            self.show_time(ms)

    def _restyle(self, *_: object) -> None:
        palette: Palette = theme.palette
        for view in self.scene_views():
            view.setBackground(palette.panel)
        for item in self.scene_items():
            if isinstance(item, pg.PlotItem):
                theme.style_plot(item)
        self.restyle(palette)

    def _advanced(self, session: OpenSession) -> None:
        if (
            session.path in self.context.selected.sessions
            and self.follows()
            and (not self.seen or self._pace.due(session.snapshot))
        ):
            self.invalidate()


def _nothing(*_: object) -> None:
    """For panels without a time or a style of their own."""


LegacyPanel.show_time = _nothing
LegacyPanel.restyle = _nothing
LegacyPanel.data = _nothing
