"""The rate of every unit over the trial."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF

from l2l_engine import task
from l2l_gui.panels.base import Answer, Column, Flag, PanelData, Table
from l2l_gui.panels.learn.shown_trial import ShownTrial, ShownTrialPanel, rows
from l2l_gui.plotting.extent import stretched
from l2l_gui.plotting.ink import Ink, inked
from l2l_gui.plotting.plots import colour_bar, differs, two_signs
from l2l_gui.plotting.trial_axes import thinned
from l2l_gui.plotting.trial_grid import Row, TrialGrid

DIMMEST = 0.01
"""The least rate (a.u.) that the brightest colour stands for in a live trial."""


class ActivityPanel(ShownTrialPanel):
    """Units x time, one image a stimulus."""

    name = "activity"
    title = "Unit activity"
    recipe = "activity"
    options = (Flag("sorted", "Sort units by the time of their peak"),)

    def build(self) -> None:
        """Two images and a bar of colours."""
        self.grid = TrialGrid(Row("Unit", grid=False, shade=False))
        self.body_layout.addWidget(self.grid)
        self.images = [pg.ImageItem() for _ in self.grid.columns]
        for image, (part,) in zip(self.images, self.grid.columns, strict=True):
            part.plot.addItem(image)
            inked(part.axes.cursor, pen=Ink("#ffffff"))  # over dark colours in both themes
        self.pointing = [
            self.point_at(part.plot, tip=partial(_tip, place))
            for place, (part,) in enumerate(self.grid.columns)
        ]
        self.bar = colour_bar("Rate (a.u.)")
        self.bar.setImageItem(self.images)
        self.grid.addItem(self.bar, 0, task.RESPONSES)

    def draw(self, answer: Answer[ShownTrial]) -> None:
        """An image a stimulus shown, with common colours."""
        trial, rates, order = answer.value, _rates(answer), _order(answer)
        top = float(np.abs(rates).max())
        if trial.live:  # in strides: colours that flicker say nothing
            top = stretched(top, DIMMEST)
        signed = bool(rates.min() < 0.0)
        if differs(self.bar, top=top, signed=signed):
            self.bar.setColorMap(two_signs() if signed else pg.colormap.get("viridis"))
            self.bar.setLevels((-top if signed else 0.0, top or 1.0))
        self.grid.show_trial(trial.config, trial.stimulus[rows(answer)])
        for image, values in zip(self.images, rates, strict=False):
            image.setImage(values[:, order], autoLevels=False)
            if differs(image, config=trial.config):
                image.setRect(QRectF(0, 0.5, trial.duration, trial.config.units))

    def frame(self, answer: Answer[ShownTrial]) -> None:
        """All units."""
        self.grid.set_range(0, 0.5, answer.value.config.units + 0.5)

    def data(self, answer: Answer[ShownTrial]) -> PanelData:
        """Rates in the order drawn, every step."""
        trial, order = answer.value, _order(answer)
        times = Column("time", task.times(trial.config), "ms")
        rates = [
            Column(f"stimulus {trial.stimulus[row]} rate", trial.states[row][:, order], "a.u.")
            for row in rows(answer)
        ]
        notes = answer.view.notes(f"Problem {trial.problem}")
        table = Table(f"Unit activity ({trial.label})", notes, times, *rates)
        places = Column("place", np.arange(1, len(order) + 1))
        return table.beside({"units": (places, Column("unit", order + 1))})


def peak_order(states: NDArray[Any]) -> NDArray[np.intp]:
    """Units in the order of the time of their peak, (N,), of states (M, T, N)."""
    return np.argsort(states.mean(axis=0).argmax(axis=0), kind="stable")


def _rates(answer: Answer[ShownTrial]) -> NDArray[np.float32]:
    """What is drawn, (M, T', N)."""
    steps, _ = thinned(answer.value.config)
    return answer.value.states[rows(answer)][:, steps]


def _tip(place: int, answer: Answer[ShownTrial], x: float, y: float) -> str | None:
    trial, order, shown = answer.value, _order(answer), rows(answer)
    step, unit = int(x / trial.config.dt), round(y) - 1
    if place >= len(shown) or not (0 <= step < trial.states.shape[1] and 0 <= unit < len(order)):
        return None
    rate = float(trial.states[shown[place], step, order[unit]])
    return f"Unit {order[unit] + 1}\n{trial.config.dt * (step + 1):,g} ms\n{rate:.3g} a.u."


def _order(answer: Answer[ShownTrial]) -> NDArray[np.intp]:
    """Units from the bottom up."""
    rates = _rates(answer)
    return peak_order(rates) if answer.view["sorted"] else np.arange(rates.shape[-1])
