"""How fast the state moves over the trial."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.analysis.geometry import trajectory_speed
from l2l_engine.config import RunConfig
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.base import Answer, Column, Computation, Flag, Needs, Panel, Table, View
from l2l_gui.panels.learned import learned
from l2l_gui.plotting.ink import STIMULUS, inked
from l2l_gui.plotting.legend import Legend, Sign
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import dressed, plot_view
from l2l_gui.plotting.trial_axes import TrialAxes, thinned

FLOOR = 1e-3
"""Speeds below this, in a.u./s, are drawn there on a logarithmic axis."""


@dataclass(frozen=True, slots=True, eq=False)
class Speeds:
    """The speed of one network's two noise-free trajectories."""

    problem: int
    config: RunConfig
    values: NDArray[np.float64]  # (2, T) rate units per second


def speeds_of(session: OpenSession, number: int) -> Speeds:
    """Simulate a learned problem and measure its speed."""
    network = learned(session, number)
    values = trajectory_speed(network.states, network.weights.initial_state, session.config)
    return Speeds(number, session.config, values)


class SpeedPanel(Panel[Speeds]):
    """Speed along the trajectory of each stimulus."""

    name = "speed"
    title = "Speed"
    recipe = "speed"
    depends = frozenset({"problem", "stimulus"})
    run_parameters = True
    needs = Needs("see how fast the state moves", problems=1, selected=True)
    options = (Flag("log", "Logarithmic axis"),)

    def build(self) -> None:
        """One plot, a curve a stimulus."""
        signs = (Sign.of(ink, f"stimulus {k}") for k, ink in enumerate(STIMULUS))
        self.body_layout.addWidget(Legend(*signs))
        view = plot_view(axisItems={"left": LogAxis("left")})
        self.body_layout.addWidget(view)
        self.plot = dressed(view.getPlotItem(), "Speed (a.u./s)", "Time in the trial (ms)")
        self.axes = TrialAxes(self.plot)
        self.curves = [inked(self.plot.plot(skipFiniteCheck=True), pen=ink) for ink in STIMULUS]

    def ask(self, view: View) -> Computation:
        """The selected problem's speeds."""
        key = ("speed", view.session.key, view.problem)
        return Computation(speeds_of, (view.session, view.problem), key, "Simulating")

    def draw(self, answer: Answer[Speeds]) -> None:
        """The curves of the selected stimuli."""
        config = answer.value.config
        self.axes.set_config(config)
        self.plot.setLogMode(y=answer.view["log"])
        steps, times = thinned(config)
        for stimulus, curve in enumerate(self.curves):
            shown = stimulus in answer.view.stimuli
            curve.setVisible(shown)
            values = np.maximum(answer.value.values[stimulus, steps], FLOOR)
            curve.setData(times if shown else [], values if shown else [])

    def frame(self, answer: Answer[Speeds]) -> None:
        """All speeds, from zero on a linear axis."""
        steps, _ = thinned(answer.value.config)
        shown = np.maximum(answer.value.values[list(answer.view.stimuli), steps], FLOOR)
        low, high = 0.0, float(shown.max())
        if answer.view["log"]:
            low, high = float(np.log10(shown.min())), float(np.log10(high))
        self.plot.setYRange(low, max(high, low + 1e-9), padding=0.05)

    def caption(self, answer: Answer[Speeds]) -> str:
        """Whose speed it is."""
        return f"network after problem {answer.value.problem}, noise off"

    def data(self, answer: Answer[Speeds]) -> Table:
        """One row a time step."""
        value = answer.value
        times = Column("time", task.times(value.config), "ms")
        speeds = [Column(f"stimulus {k} speed", v, "a.u./s") for k, v in enumerate(value.values)]
        notes = answer.view.notes(f"Problem {value.problem}", "Noise off")
        return Table("Trajectory speed", notes, times, *speeds)
