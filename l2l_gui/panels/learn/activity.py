"""The rate of every unit over the trial."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF

from l2l_engine import task
from l2l_gui.panels.base import Answer, Flag, PanelData
from l2l_gui.panels.learn.shown_trial import ShownTrial, ShownTrialPanel, rows
from l2l_gui.plotting.extent import stretched
from l2l_gui.plotting.ink import Ink, inked
from l2l_gui.plotting.plots import colour_bar, differs, dressed, grid_view, titled
from l2l_gui.plotting.trial_axes import TrialAxes, thinned

DIMMEST = 0.01
"""The least rate (a.u.) that the brightest colour stands for in a live trial."""


class ActivityPanel(ShownTrialPanel):
    """Units x time, one image a stimulus."""

    name = "activity"
    title = "Unit activity"
    options = (Flag("sorted", "Sort units by the time of their peak"),)

    def build(self) -> None:
        """Two images and a bar of colours."""
        self.view = grid_view(margins=(0, 4, 8, 0))
        self.body_layout.addWidget(self.view)
        self.images, self.axes = [], []
        for column in range(task.RESPONSES):
            left = "Unit" if column == 0 else ""
            plot = dressed(self.view.addPlot(0, column), left, "Time in the trial (ms)", grid=False)
            image = pg.ImageItem()
            plot.addItem(image)
            self.images.append(image)
            self.axes.append(TrialAxes(plot, shade=False))
            inked(self.axes[-1].cursor, pen=Ink("#ffffff"))  # over dark colours in both themes
        self.bar = colour_bar("Rate (a.u.)")
        self.bar.setImageItem(self.images)
        self.view.addItem(self.bar, 0, task.RESPONSES)

    def draw(self, answer: Answer[ShownTrial]) -> None:
        """An image a stimulus shown, with common colours."""
        trial, shown = answer.value, rows(answer)
        rates = _rates(answer)
        top = float(rates.max())  # of a live trial in strides: colours that flicker say nothing
        top = stretched(top, DIMMEST) if trial.live else top or 1.0
        if differs(self.bar, top=top):
            self.bar.setLevels((0.0, top))
        order = _order(answer)
        for number, axes in enumerate(self.axes):
            axes.plot.setVisible(number < len(shown))
            axes.set_config(trial.config)
        for image, axes, row, values in zip(self.images, self.axes, shown, rates, strict=False):
            image.setImage(values[:, order], autoLevels=False)
            if differs(image, config=trial.config):
                image.setRect(QRectF(0, 0.5, trial.duration, trial.config.units))
            titled(axes.plot, f"stimulus {int(trial.stimulus[row])}")

    def frame(self, answer: Answer[ShownTrial]) -> None:
        """All units."""
        for axes in self.axes:
            axes.plot.setYRange(0.5, answer.value.config.units + 0.5, padding=0)

    def data(self, answer: Answer[ShownTrial]) -> PanelData:
        """Rates in the order drawn, every step."""
        trial, order = answer.value, _order(answer)
        rates = {
            f"stimulus {int(trial.stimulus[row])} rate": trial.states[row][:, order]
            for row in rows(answer)
        }
        return PanelData(
            {"time": task.times(trial.config), **rates},
            {"time": "ms", **dict.fromkeys(rates, "a.u.")},
            title=f"Unit activity ({trial.label})",
            notes=answer.view.notes(
                f"Problem {trial.problem}",
                f"Units in the order {' '.join(map(str, order + 1))}",
            ),
        )


def peak_order(states: NDArray[Any]) -> NDArray[np.intp]:
    """Units in the order of the time of their peak, (N,), of states (M, T, N)."""
    return np.argsort(states.mean(axis=0).argmax(axis=0), kind="stable")


def _rates(answer: Answer[ShownTrial]) -> NDArray[np.float32]:
    """What is drawn, (M, T', N)."""
    steps, _ = thinned(answer.value.config)
    return answer.value.states[rows(answer)][:, steps]


def _order(answer: Answer[ShownTrial]) -> NDArray[np.intp]:
    """Units from the bottom up."""
    rates = _rates(answer)
    return peak_order(rates) if answer.view["sorted"] else np.arange(rates.shape[-1])
