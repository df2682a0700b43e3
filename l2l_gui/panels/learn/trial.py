"""One trial: what goes in, what comes out, what should."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF, Qt

from l2l_engine import task
from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.learn.shown_trial import ShownTrial, ask_trial
from l2l_gui.panels.legacy import SNAPSHOT, Answer, LegacyPanel
from l2l_gui.plotting.ink import DOTTED as DOTS
from l2l_gui.plotting.ink import Ink
from l2l_gui.plotting.key import DOTTED, LINE, Key, Sign
from l2l_gui.plotting.trial_axes import TrialAxes, thinned

OUTPUTS = ("response0", "response1", "fixation")
NEGATIVE, POSITIVE = "#7a6fd0", "#c99a2e"
NAMES = ("response 0", "response 1", "fixation")


class _Column:
    """Inputs above outputs of one stimulus."""

    def __init__(self, layout: pg.GraphicsLayout, column: int) -> None:
        self.inputs = layout.addPlot(0, column)
        self.outputs = layout.addPlot(1, column)
        self.input_axes = TrialAxes(self.inputs, shade=False, line=Ink("quiet", 1, DOTS))
        self.output_axes = TrialAxes(self.outputs, mask=True)
        self.image = pg.ImageItem()
        self.inputs.addItem(self.image)
        self.inputs.setXLink(self.outputs)
        self.inputs.getAxis("bottom").setStyle(showValues=False)
        self.outputs.setLabel("bottom", "Time in the trial (ms)")
        self.outputs.setYRange(0, 1, padding=0.04)
        self.inputs.setMouseEnabled(x=True, y=False)
        for plot in (self.inputs, self.outputs):
            plot.getAxis("left").setWidth(52)
        if column == 0:
            self.inputs.setLabel("left", "Input")
            self.outputs.setLabel("left", "Output")
        self.targets = [self.outputs.plot(skipFiniteCheck=True) for _ in OUTPUTS]
        self.curves = [self.outputs.plot(skipFiniteCheck=True) for _ in OUTPUTS]

    def show(self, shown: bool) -> None:
        self.inputs.setVisible(shown)
        self.outputs.setVisible(shown)


class TrialPanel(LegacyPanel):
    """Inputs as an image, outputs against their targets."""

    name = "trial"
    title = "Trial"
    help = (
        "Above, the inputs: ten stimulus channels during the sample and the fixation channel (on "
        "top) until the go signal; below, the three outputs (softmax) with their targets dotted. "
        "Shaded are sample, delay and response; the hatched time after the go signal does not "
        "count in the loss. "
        "Live it is the noisy trial just learned from, else the saved network without noise; "
        "Goudar et al. (2023), Fig. 1a,b."
    )
    depends = frozenset({"problem", "stimulus", "follow_live", SNAPSHOT})

    def build(self) -> None:
        """Two columns, of which the second is for both stimuli at once."""
        signs = [Sign(LINE, colour, name) for colour, name in zip(OUTPUTS, NAMES, strict=True)]
        self.body_layout.addWidget(Key(*signs, Sign(DOTTED, "quiet", "target")))
        self.view = pg.GraphicsLayoutWidget()
        self.body_layout.addWidget(self.view)
        layout = self.view.ci
        layout.setContentsMargins(0, 0, 8, 0)
        layout.setSpacing(4)
        self.columns = [_Column(layout, column) for column in range(task.RESPONSES)]
        layout.layout.setRowStretchFactor(0, 2)
        layout.layout.setRowStretchFactor(1, 3)
        self._shown: ShownTrial | None = None
        self._targets_of: tuple[Any, ...] = ()

    def follows(self) -> bool:
        """A learned network does not change."""
        return self.context.selected.follow_live

    def ask(self) -> Answer:
        """The live trial or a simulation."""
        return ask_trial(self.context)

    def draw(self, value: ShownTrial) -> None:
        """One column a stimulus shown."""
        self._shown = value
        rows = value.rows(self.context.selected.stimulus)
        steps, times = thinned(value.config)
        targets = (value.config, tuple(value.stimulus[rows]))
        for column, row in zip(self.columns, rows, strict=False):
            self._draw_column(column, value, row, steps, times)
            if targets != self._targets_of:
                self._draw_targets(column, value, row, steps, times)
        if targets != self._targets_of:
            for number, column in enumerate(self.columns):
                column.show(number < len(rows))
            self._targets_of = targets
        self.shown.emit(value.label)

    def _draw_column(
        self, column: _Column, value: ShownTrial, row: int, steps: slice, times: Any
    ) -> None:
        channels = value.inputs.shape[-1]
        image = value.inputs[row, steps]
        if column.image.image is None or not np.array_equal(column.image.image, image):
            span = float(np.abs(image).max()) or 1.0
            column.image.setImage(image, levels=(-span, span), autoLevels=False)
            column.image.setRect(QRectF(0, 0.5, value.config.steps * value.config.dt, channels))
        for curve, name in zip(column.curves, range(task.OUTPUTS), strict=True):
            curve.setData(times, value.outputs[row, steps, name])

    def _draw_targets(
        self, column: _Column, value: ShownTrial, row: int, steps: slice, times: Any
    ) -> None:
        channels = value.inputs.shape[-1]
        stimulus = int(value.stimulus[row])
        target = task.targets(np.array(stimulus), value.config)[steps]
        for curve, name in zip(column.targets, range(task.OUTPUTS), strict=True):
            curve.setData(times, target[:, name])
        column.input_axes.set_config(value.config)
        column.output_axes.set_config(value.config)
        column.inputs.setYRange(0.5, channels + 0.5, padding=0)
        ticks = [(1, "1"), (channels // 2, str(channels // 2)), (channels, "fix.")]
        column.inputs.getAxis("left").setTicks([ticks])
        column.inputs.setTitle(f"stimulus {stimulus}", size="9pt")

    def show_time(self, ms: float) -> None:
        """Move the cursor of every plot."""
        for column in self.columns:
            column.input_axes.set_time(ms)
            column.output_axes.set_time(ms)

    def reset_zoom(self) -> None:
        """The whole trial."""
        if self._shown is not None:
            config = self._shown.config
            for column in self.columns:
                column.outputs.setXRange(0, config.steps * config.dt, padding=0)

    def restyle(self, palette: Palette) -> None:
        """Outputs in their own colours, targets dotted."""
        for column in self.columns:
            for plot in (column.inputs, column.outputs):
                theme.style_plot(plot, grid=False)
            for target, curve, name in zip(column.targets, column.curves, OUTPUTS, strict=True):
                curve.setPen(theme.pen(name, 2))
                target.setPen(theme.pen(name, 1, Qt.PenStyle.DotLine))
            ends = (NEGATIVE, palette.panel, POSITIVE)
            column.image.setColorMap(pg.ColorMap([0.0, 0.5, 1.0], list(ends)))
            column.input_axes.restyle()
            column.output_axes.restyle()

    def data(self) -> PanelData | None:
        """One row a time step; a column an output, target and input."""
        session, value = self.context.session, self._shown
        if session is None or value is None or not self.has_content:
            return None
        arrays: dict[str, Any] = {"time": task.times(value.config)}
        for row in value.rows(self.context.selected.stimulus):
            stimulus = int(value.stimulus[row])
            target = task.targets(np.array(stimulus), value.config)
            for place, name in enumerate(NAMES):
                arrays[f"stimulus {stimulus} {name}"] = value.outputs[row, :, place]
                arrays[f"stimulus {stimulus} {name} target"] = target[:, place]
            arrays[f"stimulus {stimulus} input"] = value.inputs[row]
        arrays["scored"] = task.loss_mask(value.config)
        return PanelData(
            arrays,
            {"time": "ms"},
            title=f"Trial ({value.label})",
            notes=(f"Session {session.name}", f"Problem {value.problem}"),
        )
