"""The copy's outputs beside the unperturbed network's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg

from l2l_engine import task
from l2l_gui.look.theme import theme
from l2l_gui.panels.base import Answer, PanelData
from l2l_gui.panels.perturb.lab.panel import LabPanel, Scene
from l2l_gui.plotting.ink import Ink, inked
from l2l_gui.plotting.key import LINE, Key, Sign
from l2l_gui.plotting.plots import differs, dressed, grid_view
from l2l_gui.plotting.trial_axes import TrialAxes, thinned

OUTPUTS = {"response0": "Resp. 0", "response1": "Resp. 1", "fixation": "Fixation"}
"""Colours of the outputs, and what stands beside their plots."""
LABELS = ("response 0", "response 1", "fixation")
SIGNS = (
    Sign(LINE, "response0", "0"),
    Sign(LINE, "response1", "1"),
    Sign(LINE, "fixation", "fixation, unperturbed"),
    Sign(LINE, "perturbed", "perturbed"),
)


class _Cell:
    """One output to one stimulus."""

    def __init__(self, layout: pg.GraphicsLayout, row: int, column: int) -> None:
        colour, label = list(OUTPUTS.items())[row]
        last = row == len(OUTPUTS) - 1
        self.plot = dressed(
            layout.addPlot(row + 1, column),
            label if column == 0 else "",
            "Time in the trial (ms)" if last else "",
            grid=False,
            width=46,
        )
        self.axes = TrialAxes(self.plot, mask=True)
        self.plot.getAxis("left").setTicks([[(0, "0"), (0.5, "0.5"), (1, "1")]])
        self.plot.getAxis("bottom").setStyle(showValues=last)
        # plain curves: they cost a third of PlotDataItems, and are drawn thirty times a second
        self.unperturbed, self.perturbed = [
            inked(pg.PlotCurveItem(skipFiniteCheck=True), pen=ink)
            for ink in (Ink(colour, 3), Ink("perturbed", 1))
        ]
        self.unperturbed.setSegmentedLineMode("on")
        for curve in (self.unperturbed, self.perturbed):
            self.plot.addItem(curve)


class PerturbOutputsPanel(LabPanel[Scene]):
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
        self.body_layout.addWidget(Key(*SIGNS))
        self.view = grid_view(spacing=3)
        self.body_layout.addWidget(self.view, 1)
        layout = self.view.ci
        stimuli = range(task.RESPONSES)
        self.titles = [layout.addLabel("", 0, column, size="9pt") for column in stimuli]
        self.cells = [
            [_Cell(layout, row, column) for row in range(len(OUTPUTS))] for column in stimuli
        ]
        first = self.cells[0][0].plot
        for cell in self._cells():
            if cell.plot is not first:
                cell.plot.setXLink(first)
        for column in stimuli:
            layout.layout.setColumnStretchFactor(column, 1)
            layout.layout.setColumnPreferredWidth(column, 300)

    def _cells(self) -> list[_Cell]:
        return [cell for column in self.cells for cell in column]

    def draw(self, answer: Answer[Scene]) -> None:
        """The outputs of both networks, and how the copy answers."""
        subject, response = answer.value.subject, answer.value.response
        steps, times = thinned(subject.config)
        another = differs(self.view, subject=subject.key)
        for stimulus, column in enumerate(self.cells):
            for output, cell in enumerate(column):
                if another:
                    cell.axes.set_config(subject.config)
                    before = subject.unperturbed.outputs[stimulus, steps, output]
                    cell.unperturbed.setData(times, before)
                if response is not None:
                    after = response.perturbed.outputs[stimulus, steps, output]
                    cell.perturbed.setData(times, after)
                else:
                    cell.perturbed.setData([], [])
            self.titles[stimulus].setText(
                _verdict(answer.value, stimulus), color=theme.palette.text
            )
            self.titles[stimulus].setMinimumWidth(0)  # long words must not widen the column

    def frame(self, answer: Answer[Scene]) -> None:
        """All outputs lie between 0 and 1."""
        for cell in self._cells():
            cell.plot.setYRange(0, 1, padding=0.06)

    def caption(self, answer: Answer[Scene]) -> str:
        """Whose outputs."""
        return f"problem {answer.value.subject.problem}"

    def data(self, answer: Answer[Scene]) -> PanelData:
        """One row a time step."""
        subject, response = answer.value.subject, answer.value.response
        arrays: dict[str, Any] = {"time": task.times(subject.config)}
        for stimulus in range(task.RESPONSES):
            for output, label in enumerate(LABELS):
                name = f"stimulus {stimulus} {label}"
                arrays[f"{name} unperturbed"] = subject.unperturbed.outputs[stimulus, :, output]
                if response is not None:
                    after = response.perturbed.outputs[stimulus, :, output]
                    arrays[f"{name} perturbed"] = after
        arrays["scored"] = task.loss_mask(subject.config).astype(np.int8)
        return PanelData(
            arrays, {"time": "ms"}, title="Outputs under a disturbance", notes=answer.value.notes
        )


def _verdict(scene: Scene, stimulus: int) -> str:
    """What the copy chose, and its loss."""
    response = scene.response
    if response is None:
        return f"stimulus {stimulus}"
    choice, loss = int(response.choice[stimulus]), response.loss[stimulus]
    verdict = "right" if choice == stimulus else "wrong"
    return f"stimulus {stimulus} → {choice} ({verdict}), {loss:.1g} nats"
