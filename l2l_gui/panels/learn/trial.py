"""One trial: what goes in, what comes out, what should."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF

from l2l_engine import task
from l2l_gui.look.theme import theme
from l2l_gui.panels.base import Answer, PanelData
from l2l_gui.panels.learn.shown_trial import ShownTrial, ShownTrialPanel, rows
from l2l_gui.plotting.ink import DOTTED, OUTPUT, Ink, inked
from l2l_gui.plotting.key import DOTTED as DOTS
from l2l_gui.plotting.key import LINE, Key, Sign
from l2l_gui.plotting.plots import differs, dressed, grid_view, titled
from l2l_gui.plotting.trial_axes import TrialAxes, thinned

NEGATIVE, POSITIVE = "#7a6fd0", "#c99a2e"
NAMES = ("response 0", "response 1", "fixation")
TARGET = tuple(replace(ink, width=1, style=DOTTED) for ink in OUTPUT)


class _Column:
    """Inputs above outputs of one stimulus."""

    def __init__(self, view: Any, column: int) -> None:
        left = ("Input", "Output") if column == 0 else ("", "")
        self.inputs = dressed(view.addPlot(0, column), left[0], grid=False)
        self.outputs = dressed(
            view.addPlot(1, column), left[1], "Time in the trial (ms)", grid=False
        )
        self.input_axes = TrialAxes(self.inputs, shade=False, line=Ink("quiet", 1, DOTTED))
        self.output_axes = TrialAxes(self.outputs, mask=True)
        self.image = pg.ImageItem()
        self.inputs.addItem(self.image)
        self.inputs.setXLink(self.outputs)
        self.inputs.getAxis("bottom").setStyle(showValues=False)
        self.targets = [self._curve(ink) for ink in TARGET]
        self.curves = [self._curve(ink) for ink in OUTPUT]

    def _curve(self, ink: Ink) -> pg.PlotDataItem:
        return inked(self.outputs.plot(skipFiniteCheck=True), pen=ink)

    def show(self, shown: bool) -> None:
        self.inputs.setVisible(shown)
        self.outputs.setVisible(shown)

    def draw(self, trial: ShownTrial, row: int) -> None:
        """A row of a trial, every curve and the image."""
        steps, times = thinned(trial.config)
        stimulus, inputs = int(trial.stimulus[row]), trial.inputs[row, steps]
        channels, span = inputs.shape[-1], float(np.abs(inputs).max()) or 1.0
        if self.image.image is None or not np.array_equal(self.image.image, inputs):
            self.image.setImage(inputs, levels=(-span, span), autoLevels=False)
        ends = (NEGATIVE, theme.palette.panel, POSITIVE)
        if differs(self.image, ends=ends):
            self.image.setColorMap(pg.ColorMap([0.0, 0.5, 1.0], list(ends)))
        for name, curve in enumerate(self.curves):
            curve.setData(times, trial.outputs[row, steps, name])
        if differs(self.inputs, config=trial.config, stimulus=stimulus, channels=channels):
            self.image.setRect(QRectF(0, 0.5, trial.duration, channels))
            target = task.targets(np.array(stimulus), trial.config)[steps]
            for name, curve in enumerate(self.targets):
                curve.setData(times, target[:, name])
            ticks = [(1, "1"), (channels // 2, str(channels // 2)), (channels, "fix.")]
            self.inputs.getAxis("left").setTicks([ticks])
        self.input_axes.set_config(trial.config)
        self.output_axes.set_config(trial.config)
        titled(self.inputs, f"stimulus {stimulus}")


class TrialPanel(ShownTrialPanel):
    """Inputs as an image, outputs against their targets."""

    name = "trial"
    title = "Trial"

    def build(self) -> None:
        """Two columns, of which the second is for both stimuli at once."""
        signs = [Sign(LINE, ink.colour, name) for ink, name in zip(OUTPUT, NAMES, strict=True)]
        self.body_layout.addWidget(Key(*signs, Sign(DOTS, "quiet", "target")))
        view = grid_view(margins=(0, 0, 8, 0))
        self.body_layout.addWidget(view)
        self.columns = [_Column(view, column) for column in range(task.RESPONSES)]
        view.ci.layout.setRowStretchFactor(0, 2)
        view.ci.layout.setRowStretchFactor(1, 3)

    def draw(self, answer: Answer[ShownTrial]) -> None:
        """One column a stimulus shown."""
        shown = rows(answer)
        for number, column in enumerate(self.columns):
            column.show(number < len(shown))
        for column, row in zip(self.columns, shown, strict=False):
            column.draw(answer.value, row)

    def frame(self, answer: Answer[ShownTrial]) -> None:
        """All channels; outputs from 0 to 1."""
        channels = answer.value.inputs.shape[-1]
        for column in self.columns:
            column.inputs.setYRange(0.5, channels + 0.5, padding=0)
            column.outputs.setYRange(0, 1, padding=0.04)

    def data(self, answer: Answer[ShownTrial]) -> PanelData:
        """One row a time step; a column an output, target and input."""
        trial = answer.value
        arrays: dict[str, Any] = {"time": task.times(trial.config)}
        for row in rows(answer):
            stimulus = int(trial.stimulus[row])
            target = task.targets(np.array(stimulus), trial.config)
            for place, name in enumerate(NAMES):
                arrays[f"stimulus {stimulus} {name}"] = trial.outputs[row, :, place]
                arrays[f"stimulus {stimulus} {name} target"] = target[:, place]
            arrays[f"stimulus {stimulus} input"] = trial.inputs[row]
        arrays["scored"] = task.loss_mask(trial.config)
        return PanelData(
            arrays,
            {"time": "ms"},
            title=f"Trial ({trial.label})",
            notes=answer.view.notes(f"Problem {trial.problem}"),
        )
