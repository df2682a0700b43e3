"""Panels alone on a bench: a real session, real jobs, the mouse, and no window around them."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QPointF, Qt

from l2l_gui.model.selection import Group, SharedSelection
from l2l_gui.model.sessions import OpenSession, Sessions
from l2l_gui.panels.base import Context, Panel
from l2l_gui.workers.jobs import Jobs
from l2l_gui.workers.redraw import RedrawQueue

PATIENCE = 60_000
SMALL = Group(2, 3)
P = TypeVar("P", bound=Panel)


class Bench:
    """A context whose session seems to hold only its first problems, as if the run went on."""

    def __init__(self, qtbot, path: Path, problems: int) -> None:
        self.qtbot = qtbot
        self.said: list[str] = []
        self.context = Context(
            SharedSelection(),
            Sessions((jobs := Jobs()).when_done),
            jobs,
            RedrawQueue(),
            self.said.append,
            lambda _: None,
        )
        self.session = OpenSession.open(path)
        self._whole = self.session.snapshot
        self.context.sessions.add(self.session)
        self.grow(problems)
        self.context.selection.update(sessions=(path,), follow_live=False)

    @property
    def selection(self) -> SharedSelection:
        return self.context.selection

    def grow(self, problems: int) -> None:
        """Let the run have so many problems."""
        config = self.session.config
        snapshot = self._whole.after(problems)
        self.session.snapshot = snapshot
        self.selection.set_limits(problems, config.steps * config.dt)
        self.context.sessions.advanced.emit(self.session)

    def select(self, problem: int, group: Group = SMALL, **rest) -> None:
        self.selection.update(problem=problem, group=group, follow_live=False, **rest)

    def show(self, kind: type[P], size: tuple[int, int] = (700, 500)) -> P:
        """A panel, seen and drawn."""
        panel = kind(self.context)
        self.qtbot.addWidget(panel)
        panel.heard = []  # what it says in its header
        panel.shown.connect(panel.heard.append)
        panel.resize(*size)
        panel.show()
        self.settle()
        return panel

    def settle(self) -> None:
        """Wait until nothing is computed or waits to be drawn."""
        jobs, redraws = self.context.jobs, self.context.redraws
        self.qtbot.waitUntil(lambda: not jobs.running and redraws.idle, timeout=PATIENCE)
        self.qtbot.wait(1)

    def close(self) -> None:
        self.context.jobs.close()
        self.context.redraws.clear()
        self.context.sessions.close()


def point(view: pg.GraphicsView, plot: pg.PlotItem, x: float, y: float):
    """Where a place of a plot (view coordinates) is on the view, in pixels, once it is painted."""
    view.grab()
    return view.mapFromScene(plot.vb.mapViewToScene(QPointF(x, y)))


def click(qtbot, view: pg.GraphicsView, plot: pg.PlotItem, x: float, y: float) -> None:
    """Press and release the left button at a place of a plot."""
    where = point(view, plot, x, y)
    qtbot.mouseMove(view.viewport(), where)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=where)
    qtbot.wait(1)


def curve(item) -> tuple[np.ndarray, np.ndarray]:
    """The numbers a curve was given."""
    return item.getOriginalDataset() if hasattr(item, "getOriginalDataset") else item.getData()
