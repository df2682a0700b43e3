"""How fast the state moves over the trial."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtGui import QAction

from l2l_engine import task
from l2l_engine.analysis.geometry import trajectory_speed
from l2l_engine.config import RunConfig
from l2l_gui.look.theme import Palette, theme
from l2l_gui.model.sessions import OpenSession
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.base import Answer, Nothing, Panel
from l2l_gui.panels.learned import learned, selected_problem
from l2l_gui.plotting.colour_key import key
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.options import check
from l2l_gui.plotting.trial_axes import TrialAxes, thinned
from l2l_gui.workers.jobs import Computation

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
    one = learned(session, number)
    values = trajectory_speed(one.states, one.weights.initial_state, session.config)
    return Speeds(number, session.config, values)


class SpeedPanel(Panel):
    """Speed along the trajectory of each stimulus."""

    name = "speed"
    title = "Speed"
    help = (
        "The length of ds/dt, the speed of the state in rate units per second, along the "
        "noise-free trajectory of each stimulus of the selected problem. "
        "Low stretches are where the network holds something, such as the delay; peaks follow "
        "the onset and the offset of inputs and the go signal. "
        "The state equation is in Goudar et al. (2023), Methods, “RNN model”; slow dynamics as a "
        "means of memory are discussed by Sussillo & Barak (2013)."
    )
    depends = frozenset({"problem", "stimulus"})

    def build(self) -> None:
        """One plot, a curve a stimulus."""
        self.view = pg.PlotWidget(axisItems={"left": LogAxis("left")})
        self.body_layout.addWidget(self.view)
        self.plot = self.view.getPlotItem()
        self.plot.setLabel("bottom", "Time in the trial (ms)")
        self.plot.setLabel("left", "Speed (a.u./s)")
        self.plot.getAxis("left").enableAutoSIPrefix(False)
        self.axes = TrialAxes(self.plot)
        self.curves = [self.plot.plot(skipFiniteCheck=True) for _ in range(task.RESPONSES)]
        self.log = check(self, "Logarithmic axis", self._set_log)
        self._shown: Speeds | None = None

    def tools(self) -> list[QAction]:
        """The kind of axis."""
        return [self.log]

    def state(self) -> dict[str, Any]:
        """The kind of axis."""
        return {"log": self.log.isChecked()}

    def set_state(self, state: dict[str, Any]) -> None:
        """The kind of axis."""
        self.log.setChecked(bool(state.get("log", False)))

    def ask(self) -> Answer:
        """The selected problem's speeds."""
        found = selected_problem(self.context, "how fast the state moves")
        if isinstance(found, Nothing):
            return found
        session, number = found
        return Computation(speeds_of, found, key=("speed", session.key, number), label="Simulating")

    def draw(self, value: Speeds) -> None:
        """The curves of the selected stimuli."""
        self._shown = value
        self.axes.set_config(value.config)
        steps, times = thinned(value.config)
        chosen = self.context.selected.stimulus
        shown = []
        for stimulus, curve in enumerate(self.curves):
            curve.setVisible(chosen in (None, stimulus))
            if curve.isVisible():
                shown.append(np.maximum(value.values[stimulus, steps], FLOOR))
                curve.setData(times, shown[-1])
        self._fit(np.stack(shown))
        self.shown.emit(f"network after problem {value.problem}, noise off")

    def _fit(self, shown: NDArray[np.float64]) -> None:
        low, high = (shown.min(), shown.max()) if self.log.isChecked() else (0.0, shown.max())
        if self.log.isChecked():
            low, high = np.log10(low), np.log10(high)
        self.plot.setYRange(low, max(high, low + 1e-9), padding=0.05)

    def _set_log(self) -> None:
        self.plot.setLogMode(y=self.log.isChecked())
        self.invalidate()

    def show_time(self, ms: float) -> None:
        """Move the cursor."""
        self.axes.set_time(ms)

    def reset_zoom(self) -> None:
        """The whole trial, all speeds."""
        if self._shown is not None:
            config = self._shown.config
            self.plot.setXRange(0, config.steps * config.dt, padding=0)
            self.draw(self._shown)

    def restyle(self, palette: Palette) -> None:
        """Curves in the stimuli's colours."""
        for stimulus, curve in enumerate(self.curves):
            curve.setPen(theme.pen(f"stimulus{stimulus}", 2))
        names = [(f"stimulus {one}", f"stimulus{one}", "parallel") for one in range(task.RESPONSES)]
        self.plot.setTitle(key(names), size="9pt")
        self.axes.restyle()

    def data(self) -> PanelData | None:
        """One row a time step."""
        session, value = self.context.session, self._shown
        if session is None or value is None or not self.has_content:
            return None
        names = [f"stimulus {stimulus} speed" for stimulus in range(task.RESPONSES)]
        return PanelData(
            {"time": task.times(value.config), **dict(zip(names, value.values, strict=True))},
            {"time": "ms", **dict.fromkeys(names, "a.u./s")},
            title="Trajectory speed",
            notes=(f"Session {session.name}", f"Problem {value.problem}", "Noise off"),
        )
