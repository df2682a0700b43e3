"""What each part of the state contributes to the response outputs' net currents."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import Qt

from l2l_engine import task
from l2l_engine.analysis.statistics import mean_and_sem
from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels import problem_groups
from l2l_gui.panels.legacy import Answer, LegacyPanel, Nothing
from l2l_gui.panels.problem_groups import GroupTrajectories
from l2l_gui.panels.trajectory_drawing import PARTS
from l2l_gui.plotting.legend_line import DOTTED, LINE, Key, LegendLine
from l2l_gui.plotting.trial_axes import TrialAxes

BAND = 0.25  # opacity of the standard error
SUM = "sum"
PENS = {
    "mean_decision": ("decision", 2, Qt.PenStyle.SolidLine),
    "residual_decision": ("decision", 2, Qt.PenStyle.DotLine),
    "stimulus": ("stimulus", 2, Qt.PenStyle.SolidLine),
    SUM: ("text", 1, Qt.PenStyle.SolidLine),
}
SIGNS = {Qt.PenStyle.SolidLine: LINE, Qt.PenStyle.DotLine: DOTTED}
NAMES = {**PARTS, SUM: "Sum"}

Curve = tuple[NDArray[np.float64], NDArray[np.float64]]


@dataclass(frozen=True, eq=False)
class Currents:
    """Mean and standard error (T, 2 responses) by part and stimulus, over a group."""

    group: GroupTrajectories
    curves: dict[tuple[str, int], Curve]


def averaged(group: GroupTrajectories) -> Currents:
    """Average a group's currents over its problems; a millisecond or two."""
    parts = group.currents
    curves: dict[tuple[str, int], Curve] = {}
    for stimulus in range(task.RESPONSES):
        by_part = {
            "mean_decision": parts.mean_decision,
            "residual_decision": parts.residual_decision[:, stimulus],
            "stimulus": parts.stimulus[:, stimulus],
        }
        by_part[SUM] = np.sum(list(by_part.values()), axis=0)
        for name, currents in by_part.items():
            curves[name, stimulus] = mean_and_sem(currents[..., : task.RESPONSES])
    return Currents(group, curves)


class _CurrentPlot:
    """One output, one stimulus."""

    def __init__(self, plot: pg.PlotItem, stimulus: int, output: int) -> None:
        self.plot, self.stimulus, self.output = plot, stimulus, output
        self.axes = TrialAxes(plot)
        plot.setMouseEnabled(x=True, y=True)
        self.zero = pg.InfiniteLine(0, 0)
        plot.addItem(self.zero, ignoreBounds=True)
        self.edges: dict[str, tuple[pg.PlotCurveItem, pg.PlotCurveItem]] = {}
        self.bands: dict[str, pg.FillBetweenItem] = {}
        for name in PARTS:
            low, high = pg.PlotCurveItem(), pg.PlotCurveItem()
            band = pg.FillBetweenItem(low, high)
            band.setZValue(-5)
            plot.addItem(band)
            self.edges[name], self.bands[name] = (low, high), band
        self.curves = {name: plot.plot() for name in PENS}

    def show(self, value: Currents) -> None:
        times = value.group.times
        self.axes.set_config(value.group.config)
        for name, curve in self.curves.items():
            mean, sem = (array[:, self.output] for array in value.curves[name, self.stimulus])
            curve.setData(times, mean)
            if name in self.edges:
                spread = np.nan_to_num(sem)
                for edge, sign in zip(self.edges[name], (-1, 1), strict=True):
                    edge.setData(times, mean + sign * spread)

    def restyle(self) -> None:
        theme.style_plot(self.plot)
        self.axes.restyle()
        self.zero.setPen(theme.pen("quiet", 1, alpha=0.6))
        for name, (colour, width, style) in PENS.items():
            self.curves[name].setPen(theme.pen(colour, width, style))
        for name, band in self.bands.items():
            band.setBrush(theme.brush(PENS[name][0], BAND))


class OutputCurrentsPanel(LegacyPanel):
    """A row a response output, a column a stimulus."""

    name = "output_currents"
    title = "Output currents"
    help = (
        "The net current into each response output during the trial, taken apart into what the mean "
        "decision, the residual decision and the stimulus part of the state contribute: the mean "
        "over the group's problems, with its standard error as a band; the thin line is their sum, "
        "without the output's bias. "
        "After the go signal the mean decision lifts or lowers both responses alike, while the "
        "residual decision chooses one by pushing the two apart. "
        "Goudar et al. (2023), Fig. 2."
    )
    depends = frozenset({"group", "stimulus"})

    def build(self) -> None:
        """Four plots with common axes."""
        self.legend = LegendLine()
        self.legend.set_keys(
            [Key(colour, SIGNS[style], NAMES[name]) for name, (colour, _, style) in PENS.items()]
        )
        self.body_layout.addWidget(self.legend)
        self.view = pg.GraphicsLayoutWidget()
        self.body_layout.addWidget(self.view, 1)
        layout = self.view.ci
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self.parts = [
            _CurrentPlot(layout.addPlot(output, stimulus), stimulus, output)
            for output in range(task.RESPONSES)
            for stimulus in range(task.RESPONSES)
        ]
        for part in self.parts:
            part.plot.getAxis("left").setWidth(50)
            if part.output == task.RESPONSES - 1:
                part.plot.setLabel("bottom", "Time in the trial (ms)")
            else:
                part.plot.getAxis("bottom").setStyle(showValues=False)
                part.plot.setTitle(f"stimulus {part.stimulus}", size="9pt")
            if part is not self.parts[0]:
                part.plot.setXLink(self.parts[0].plot)
                part.plot.setYLink(self.parts[0].plot)
        self._shown_stimulus: int | None = None
        self._arrange(None)
        self._value: Currents | None = None

    def _arrange(self, stimulus: int | None) -> None:
        """Label the left-most column shown."""
        self._shown_stimulus = stimulus
        for part in self.parts:
            part.plot.setVisible(stimulus in (None, part.stimulus))
            first = part.stimulus == (stimulus or 0)
            part.plot.getAxis("left").setLabel(f"Resp. {part.output} (a.u.)" if first else "")

    def ask(self) -> Answer:
        """The group's trajectories hold the currents, too."""
        session, selected = self.context.session, self.context.selected
        if session is None:
            return Nothing("Open a session to see what drives its responses.")
        if not session.problems:
            return Nothing("Nothing is learned yet: press P to train a whole problem.")
        return problem_groups.trajectories(session, selected.group.within(session.problems))

    def draw(self, value: GroupTrajectories) -> None:
        """All curves; the stimulus selected has the panel for itself."""
        if self._value is None or self._value.group is not value:
            self._value = averaged(value)
        stimulus = self.context.selected.stimulus
        if stimulus != self._shown_stimulus:
            self._arrange(stimulus)
        for part in self.parts:
            part.show(self._value)
        self.reset_zoom()
        count = len(value.numbers)
        self.shown.emit(f"{value.label}; mean ± s.e.m., n = {count}")

    def show_time(self, ms: float) -> None:
        """Move every cursor."""
        for part in self.parts:
            part.axes.set_time(ms)

    def reset_zoom(self) -> None:
        """The whole trial; the same range for all plots."""
        if self._value is None:
            return
        config, curves = self._value.group.config, self._value.curves.values()
        low = min(float(np.min(mean - np.nan_to_num(sem))) for mean, sem in curves)
        high = max(float(np.max(mean + np.nan_to_num(sem))) for mean, sem in curves)
        plot = self.parts[0].plot
        plot.setXRange(0, config.steps * config.dt, padding=0)
        plot.setYRange(low, high, padding=0.06)

    def restyle(self, palette: Palette) -> None:
        """Decision green, stimulus orange."""
        for part in self.parts:
            part.restyle()

    def data(self) -> PanelData | None:
        """One row a time; means and errors of every part, stimulus and output."""
        value = self._value
        if value is None or not self.has_content:
            return None
        arrays: dict[str, Any] = {"time": value.group.times}
        units = {"time": "ms"}
        for (name, stimulus), (mean, sem) in value.curves.items():
            if self._shown_stimulus not in (None, stimulus):
                continue
            for output in range(task.RESPONSES):
                label = f"{NAMES[name].lower()}, stimulus {stimulus}, response {output}"
                for kind, values in (("mean", mean), ("s.e.m.", sem)):
                    arrays[f"{label}, {kind}"] = values[:, output]
                    units[f"{label}, {kind}"] = "a.u."
        return PanelData(
            arrays,
            units,
            title=f"Output currents ({value.group.label})",
            notes=(
                f"Session {value.group.session}",
                f"{len(value.group.numbers)} problems; without the output bias",
            ),
        )
