"""What each part of the state contributes to the response outputs' net currents."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg

from l2l_engine import task
from l2l_gui.panels import problem_groups
from l2l_gui.panels.base import (
    Answer,
    Combined,
    Computation,
    Nothing,
    Panel,
    PanelData,
    View,
    Wanted,
)
from l2l_gui.panels.representations.currents_of import SUM, Currents, averaged
from l2l_gui.panels.trajectory_drawing import PARTS
from l2l_gui.plotting.ink import DECISION, DOTTED, STIMULUS_SUBSPACE, ZERO, Ink, inked
from l2l_gui.plotting.legend_line import DOTTED as DOTS
from l2l_gui.plotting.legend_line import LINE, Key, LegendLine
from l2l_gui.plotting.plots import apart, dressed, grid_view, titled
from l2l_gui.plotting.trial_axes import TrialAxes

BAND = 0.25  # opacity of the standard error
INKS = {
    "mean_decision": DECISION,
    "residual_decision": Ink("decision", 2, DOTTED),
    "stimulus": STIMULUS_SUBSPACE,
    SUM: Ink("text", 1),
}
NAMES = {**PARTS, SUM: "Sum"}


class _CurrentPlot:
    """One output, one stimulus."""

    def __init__(self, view: Any, stimulus: int, output: int) -> None:
        self.stimulus, self.output = stimulus, output
        last = output == task.RESPONSES - 1
        self.plot = dressed(
            view.addPlot(output, stimulus),
            f"Resp. {output} (a.u.)",
            "Time in the trial (ms)" if last else "",
            width=50,
        )
        self.axes = TrialAxes(self.plot)
        self.plot.setMouseEnabled(x=True, y=True)
        if not last:
            self.plot.getAxis("bottom").setStyle(showValues=False)
            titled(self.plot, f"stimulus {stimulus}")
        zero = inked(pg.InfiniteLine(0, 0), pen=ZERO.faint(0.6))
        self.plot.addItem(zero, ignoreBounds=True)
        self.edges = {}
        for name in PARTS:
            self.edges[name] = pg.PlotCurveItem(), pg.PlotCurveItem()
            band = pg.FillBetweenItem(*self.edges[name])
            band.setZValue(-5)
            self.plot.addItem(inked(band, brush=INKS[name].faint(BAND)))
        self.curves = {name: inked(self.plot.plot(), pen=ink) for name, ink in INKS.items()}

    def show(self, value: Currents) -> None:
        times = value.group.times
        self.axes.set_config(value.group.config)
        for name, curve in self.curves.items():
            mean, sem = (array[:, self.output] for array in value.curves[name, self.stimulus])
            curve.setData(times, mean)
            for edge, sign in zip(self.edges.get(name, ()), (-1, 1), strict=False):
                edge.setData(times, mean + sign * np.nan_to_num(sem))


class OutputCurrentsPanel(Panel[Currents]):
    """A row a response output, a column a stimulus."""

    name = "output_currents"
    title = "Output currents"
    depends = frozenset({"group", "stimulus"})

    def build(self) -> None:
        """Four plots with common axes."""
        legend = LegendLine()
        legend.set_keys(
            [
                Key(ink.colour, DOTS if ink.style == DOTTED else LINE, NAMES[name])
                for name, ink in INKS.items()
            ]
        )
        self.body_layout.addWidget(legend)
        view = grid_view()
        self.body_layout.addWidget(view, 1)
        both = range(task.RESPONSES)
        self.parts = [_CurrentPlot(view, k, output) for output in both for k in both]
        for part in self.parts[1:]:
            part.plot.setXLink(self.parts[0].plot)
            part.plot.setYLink(self.parts[0].plot)

    def ask(self, view: View) -> Wanted:
        """The group's trajectories hold the currents, too."""
        if view.session is None:
            return Nothing("Open a session to see what drives its responses.")
        if not view.problems:
            return Nothing("Nothing is learned yet: press P to train a whole problem.")
        group = problem_groups.trajectories(view.session, view.group)
        return Combined(
            Computation(averaged, key=("currents", group.key), label="Averaging"), (group,)
        )

    def draw(self, answer: Answer[Currents]) -> None:
        """All curves; the stimulus selected has the panel for itself."""
        shown = answer.view.stimuli
        for part in self.parts:
            part.plot.setVisible(part.stimulus in shown)
            part.plot.getAxis("left").showLabel(part.stimulus == shown[0])
            part.show(answer.value)

    def frame(self, answer: Answer[Currents]) -> None:
        """The same range for all plots."""
        curves = answer.value.curves.values()
        low = min(float(np.min(mean - np.nan_to_num(sem))) for mean, sem in curves)
        high = max(float(np.max(mean + np.nan_to_num(sem))) for mean, sem in curves)
        self.parts[0].axes.fit()
        self.parts[0].plot.setYRange(*apart(low, high), padding=0.06)

    def caption(self, answer: Answer[Currents]) -> str:
        """The group."""
        group = answer.value.group
        return f"{group.label}; mean ± s.e.m., n = {len(group.numbers)}"

    def data(self, answer: Answer[Currents]) -> PanelData:
        """One row a time; means and errors of every part, stimulus and output."""
        group, arrays = answer.value.group, {}
        for (name, stimulus), curve in answer.value.curves.items():
            if stimulus not in answer.view.stimuli:
                continue
            for output in range(task.RESPONSES):
                label = f"{NAMES[name].lower()}, stimulus {stimulus}, response {output}"
                for kind, values in zip(("mean", "s.e.m."), curve, strict=True):
                    arrays[f"{label}, {kind}"] = values[:, output]
        return PanelData(
            {"time": group.times, **arrays},
            {"time": "ms", **dict.fromkeys(arrays, "a.u.")},
            title=f"Output currents ({group.label})",
            notes=answer.view.notes(f"{len(group.numbers)} problems; without the output bias"),
        )
