"""The copy's outputs beside the unperturbed network's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg

from l2l_engine import task
from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.perturb.lab.panel import LabPanel
from l2l_gui.panels.perturb.lab.response import Response, Subject
from l2l_gui.plotting.key import LINE, Key, Sign
from l2l_gui.plotting.trial_axes import TrialAxes, thinned

OUTPUTS = ("response0", "response1", "fixation")
LABELS = ("Response 0", "Response 1", "Fixation")
SHORT = ("Resp. 0", "Resp. 1", "Fixation")


class _Cell:
    """One output to one stimulus."""

    def __init__(self, layout: pg.GraphicsLayout, row: int, column: int) -> None:
        self.plot = layout.addPlot(row + 1, column)
        self.axes = TrialAxes(self.plot, mask=True)
        self.plot.setYRange(0, 1, padding=0.06)
        self.plot.getAxis("left").setWidth(46)
        self.plot.getAxis("left").setTicks([[(0, "0"), (0.5, "0.5"), (1, "1")]])
        if column == 0:
            self.plot.setLabel("left", SHORT[row])
        if row == len(OUTPUTS) - 1:
            self.plot.setLabel("bottom", "Time in the trial (ms)")
        else:
            self.plot.getAxis("bottom").setStyle(showValues=False)
        # plain curves: they cost a third of PlotDataItems, and are drawn thirty times a second
        self.unperturbed = pg.PlotCurveItem(skipFiniteCheck=True)
        self.perturbed = pg.PlotCurveItem(skipFiniteCheck=True)
        self.unperturbed.setSegmentedLineMode("on")
        for curve in (self.unperturbed, self.perturbed):
            self.plot.addItem(curve)


class PerturbOutputsPanel(LabPanel):
    """Three outputs by two stimuli."""

    name = "perturb_outputs"
    title = "Outputs"
    help = (
        "The three outputs (softmax) over the trial, a column a stimulus: in colour those of the "
        "network as learned, in black (white on dark) those of its disturbed copy, without noise "
        "unless you add it. "
        "Above each column stand the response the copy chooses and its task loss; epochs are "
        "shaded and the hatched time after the go signal does not count. "
        "Goudar et al. (2023), Fig. 3 and Methods, “Manifold perturbations”."
    )

    def build(self) -> None:
        """A grid with linked time."""
        self.view = pg.GraphicsLayoutWidget()
        self.body_layout.addWidget(
            Key(
                Sign(LINE, "response0", "0"),
                Sign(LINE, "response1", "1"),
                Sign(LINE, "fixation", "fixation, unperturbed"),
                Sign(LINE, "perturbed", "perturbed"),
            )
        )
        self.body_layout.addWidget(self.view, 1)
        layout = self.view.ci
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        self.titles = [
            layout.addLabel("", 0, column, size="9pt") for column in range(task.RESPONSES)
        ]
        self.cells = [
            [_Cell(layout, row, column) for row in range(len(OUTPUTS))]
            for column in range(task.RESPONSES)
        ]
        first = self.cells[0][0].plot
        for cell in self._cells():
            if cell.plot is not first:
                cell.plot.setXLink(first)
        for column in range(task.RESPONSES):
            self.titles[column].setMinimumWidth(0)
            layout.layout.setColumnStretchFactor(column, 1)
            layout.layout.setColumnPreferredWidth(column, 300)
        self.follow()

    def _cells(self) -> list[_Cell]:
        return [cell for column in self.cells for cell in column]

    def draw_subject(self, subject: Subject) -> None:
        """The unperturbed outputs."""
        steps, times = thinned(subject.config)
        for stimulus, column in enumerate(self.cells):
            for output, cell in enumerate(column):
                cell.axes.set_config(subject.config)
                cell.unperturbed.setData(
                    times, subject.unperturbed.outputs[stimulus, steps, output]
                )
        self.shown.emit(f"problem {subject.problem}")

    def draw_response(self, response: Response) -> None:
        """The copy's outputs and how it answers."""
        config = response.subject.config
        steps, times = thinned(config)
        for stimulus, column in enumerate(self.cells):
            for output, cell in enumerate(column):
                cell.perturbed.setData(times, response.perturbed.outputs[stimulus, steps, output])
            choice, loss = int(response.choice[stimulus]), response.loss[stimulus]
            verdict = "right" if choice == stimulus else "wrong"
            self.titles[stimulus].setText(
                f"stimulus {stimulus} → {choice} ({verdict}), {loss:.1g} nats"
            )
            self.titles[stimulus].setMinimumWidth(0)  # long words must not widen the column

    def show_time(self, ms: float) -> None:
        """Move the cursors."""
        for cell in self._cells():
            cell.axes.set_time(ms)

    def reset_zoom(self) -> None:
        """The whole trial."""
        subject = self.lab.subject
        if subject is not None:
            config = subject.config
            self.cells[0][0].plot.setXRange(0, config.steps * config.dt, padding=0)

    def restyle(self, palette: Palette) -> None:
        """Colours for the network, black or white for its copy."""
        for column in self.cells:
            for name, cell in zip(OUTPUTS, column, strict=True):
                theme.style_plot(cell.plot, grid=False)
                cell.unperturbed.setPen(theme.pen(name, 3))
                cell.perturbed.setPen(theme.pen("perturbed", 1))
                cell.axes.restyle()
        for title in self.titles:
            title.setText(title.text, color=palette.text)
            title.setMinimumWidth(0)

    def data(self) -> PanelData | None:
        """One row a time step."""
        response = self.lab.response
        if response is None or not self.has_content:
            return None
        subject = response.subject
        arrays: dict[str, Any] = {"time": task.times(subject.config)}
        for stimulus in range(task.RESPONSES):
            for output, label in enumerate(LABELS):
                name = f"stimulus {stimulus} {label.lower()}"
                arrays[f"{name} unperturbed"] = subject.unperturbed.outputs[stimulus, :, output]
                arrays[f"{name} perturbed"] = response.perturbed.outputs[stimulus, :, output]
        arrays["scored"] = task.loss_mask(subject.config).astype(np.int8)
        return PanelData(
            arrays, {"time": "ms"}, title="Outputs under a disturbance", notes=self.notes()
        )
