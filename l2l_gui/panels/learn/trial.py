"""One trial: inputs, outputs and targets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF

from l2l_engine import task
from l2l_gui.look.theme import theme
from l2l_gui.panels.base import Answer, Column, Table
from l2l_gui.panels.learn.shown_trial import ShownTrial, ShownTrialPanel, rows
from l2l_gui.plotting.ink import DOTTED, OUTPUT, Ink
from l2l_gui.plotting.legend import DOTTED as DOTS
from l2l_gui.plotting.legend import Legend, Sign
from l2l_gui.plotting.plots import differs
from l2l_gui.plotting.trial_axes import thinned
from l2l_gui.plotting.trial_grid import Row, TrialGrid

NEGATIVE, POSITIVE = "#7a6fd0", "#c99a2e"
OUTPUTS = dict(zip(("response 0", "response 1", "fixation"), OUTPUT, strict=True))
TARGETS = tuple(replace(ink, width=1, style=DOTTED) for ink in OUTPUT)
SIGNS = (*(Sign.of(ink, name) for name, ink in OUTPUTS.items()), Sign(DOTS, "quiet", "target"))


class TrialPanel(ShownTrialPanel):
    """Inputs as an image, outputs against their targets."""

    name = "trial"
    title = "Trial"
    recipe = "trial"

    def build(self) -> None:
        """Inputs above outputs, a column a stimulus."""
        self.grid = TrialGrid(
            Row("Input", height=2, grid=False, shade=False, line=Ink("quiet", 1, DOTTED)),
            Row("Output", (*TARGETS, *OUTPUT), height=3, grid=False, mask=True),
        )
        self.images = [pg.ImageItem() for _ in self.grid.columns]
        for image, (inputs, outputs) in zip(self.images, self.grid.columns, strict=True):
            inputs.plot.addItem(image)
            outputs.plot.getAxis("left").setTickSpacing(0.5, 0.1)
        self.body_layout.addWidget(Legend(*SIGNS))
        self.body_layout.addWidget(self.grid)

    def draw(self, answer: Answer[ShownTrial]) -> None:
        """One column a stimulus shown, every curve and the image."""
        trial, shown = answer.value, rows(answer)
        steps, times = thinned(trial.config)
        columns = self.grid.show_trial(trial.config, trial.stimulus[shown])
        for row, image, (inputs, outputs) in zip(shown, self.images, columns, strict=False):
            self._draw_image(image, inputs.plot, trial, trial.inputs[row, steps])
            target = task.targets(trial.stimulus[row], trial.config)[steps]
            values = (*target.T, *trial.outputs[row, steps].T)
            for curve, heights in zip(outputs.curves, values, strict=True):
                curve.setData(times, heights)

    @staticmethod
    def _draw_image(
        image: pg.ImageItem, plot: pg.PlotItem, trial: ShownTrial, inputs: NDArray[np.float32]
    ) -> None:
        channels, span = inputs.shape[-1], float(np.abs(inputs).max()) or 1.0
        if image.image is None or not np.array_equal(image.image, inputs):
            image.setImage(inputs, levels=(-span, span), autoLevels=False)
        ends = (NEGATIVE, theme.palette.panel, POSITIVE)
        if differs(image, ends=ends):
            image.setColorMap(pg.ColorMap([0.0, 0.5, 1.0], list(ends)))
        if differs(plot, duration=trial.duration, channels=channels):
            image.setRect(QRectF(0, 0.5, trial.duration, channels))
            ticks = [(1, "1"), (channels // 2, str(channels // 2)), (channels, "fix.")]
            plot.getAxis("left").setTicks([ticks])

    def frame(self, answer: Answer[ShownTrial]) -> None:
        """All channels; outputs from 0 to 1."""
        self.grid.set_range(0, 0.5, answer.value.inputs.shape[-1] + 0.5)
        self.grid.set_range(1, 0, 1, padding=0.04)

    def data(self, answer: Answer[ShownTrial]) -> Table:
        """One row a time step; a column an output, target and input."""
        trial = answer.value
        columns = [Column("time", task.times(trial.config), "ms")]
        for row in rows(answer):
            stimulus = f"stimulus {trial.stimulus[row]}"
            target = task.targets(trial.stimulus[row], trial.config)
            for place, name in enumerate(OUTPUTS):
                columns.append(Column(f"{stimulus} {name}", trial.outputs[row, :, place]))
                columns.append(Column(f"{stimulus} {name} target", target[:, place]))
            columns.append(Column(f"{stimulus} input", trial.inputs[row]))
        scored = Column("scored", task.loss_mask(trial.config))
        notes = answer.view.notes(f"Problem {trial.problem}")
        return Table(f"Trial ({trial.label})", notes, *columns, scored)
