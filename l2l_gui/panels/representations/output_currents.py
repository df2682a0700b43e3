"""What each part of the state contributes to the response outputs' net currents."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from l2l_engine import task
from l2l_gui.panels import problem_groups
from l2l_gui.panels.base import Answer, Column, Combined, Computation, Needs, Panel, Table, View
from l2l_gui.panels.representations.currents_of import SUM, Currents, averaged
from l2l_gui.panels.trajectory_drawing import PARTS
from l2l_gui.plotting.ink import DECISION, DOTTED, STIMULUS_SUBSPACE, ZERO, Ink, inked
from l2l_gui.plotting.legend import Legend, Sign
from l2l_gui.plotting.plots import apart
from l2l_gui.plotting.trial_grid import Row, TrialGrid

BAND = 0.25  # opacity of the standard error
INKS = {
    "mean_decision": DECISION,
    "residual_decision": Ink("decision", 2, DOTTED),
    "stimulus": STIMULUS_SUBSPACE,
    SUM: Ink("text", 1),
}
NAMES = {**PARTS, SUM: "Sum"}
OUTPUTS = range(task.RESPONSES)


class OutputCurrentsPanel(Panel[Currents]):
    """A row a response output, a column a stimulus."""

    name = "output_currents"
    title = "Output currents"
    recipe = "output_currents"
    depends = frozenset({"group", "stimulus"})
    needs = Needs("see what drives its responses", problems=1)

    def build(self) -> None:
        """Four plots with common axes, a band behind each curve but the sum."""
        self.body_layout.addWidget(Legend(*(Sign.of(INKS[name], NAMES[name]) for name in INKS)))
        inks = tuple(INKS.values())
        self.grid = TrialGrid(
            *(Row(f"Resp. {output} (a.u.)", inks) for output in OUTPUTS), linked="xy"
        )
        self.body_layout.addWidget(self.grid, 1)
        self.edges = {}
        for part in (part for column in self.grid.columns for part in column):
            part.plot.setMouseEnabled(x=True, y=True)
            part.plot.addItem(inked(pg.InfiniteLine(0, 0), pen=ZERO.faint(0.6)), ignoreBounds=True)
            for name in PARTS:
                edges = self.edges[part, name] = pg.PlotCurveItem(), pg.PlotCurveItem()
                band = inked(pg.FillBetweenItem(*edges), brush=INKS[name].faint(BAND))
                band.setZValue(-5)
                part.plot.addItem(band)

    def ask(self, view: View) -> Combined:
        """The group's trajectories hold the currents, too."""
        group = problem_groups.trajectories(view.session, view.group)
        key = ("currents", group.key)
        return Combined(Computation(averaged, key=key, label="Averaging"), (group,))

    def draw(self, answer: Answer[Currents]) -> None:
        """A column for each stimulus shown."""
        group, stimuli = answer.value.group, answer.view.stimuli
        columns = self.grid.show_trial(group.config, stimuli)
        for stimulus, column in zip(stimuli, columns, strict=True):
            for output, part in enumerate(column):
                for name, curve in zip(INKS, part.curves, strict=True):
                    mean, sem = answer.value.curve(name, stimulus, output)
                    curve.setData(group.times, mean)
                    for edge, sign in zip(self.edges.get((part, name), ()), (-1, 1), strict=False):
                        edge.setData(group.times, mean + sign * np.nan_to_num(sem))

    def frame(self, answer: Answer[Currents]) -> None:
        """The same range for all plots."""
        curves = answer.value.curves.values()
        low = min(float(np.min(mean - np.nan_to_num(sem))) for mean, sem in curves)
        high = max(float(np.max(mean + np.nan_to_num(sem))) for mean, sem in curves)
        self.grid.columns[0][0].axes.fit()
        self.grid.set_range(0, *apart(low, high), padding=0.06)

    def caption(self, answer: Answer[Currents]) -> str:
        """The group."""
        group = answer.value.group
        return f"{group.label}; mean ± s.e.m., n = {len(group.numbers)}"

    def data(self, answer: Answer[Currents]) -> Table:
        """One row a time; means and errors of every part, stimulus and output."""
        group = answer.value.group
        columns = [
            Column(
                f"{NAMES[name].lower()}, stimulus {stimulus}, response {output}, {kind}",
                values,
                "a.u.",
            )
            for name, stimulus in answer.value.curves
            if stimulus in answer.view.stimuli
            for output in OUTPUTS
            for kind, values in zip(
                ("mean", "s.e.m."), answer.value.curve(name, stimulus, output), strict=True
            )
        ]
        notes = answer.view.notes(f"{len(group.numbers)} problems; without the output bias")
        times = Column("time", group.times, "ms")
        return Table(f"Output currents ({group.label})", notes, times, *columns)
