"""How learning one problem changed the vector field, over the trial (paper Figs 4-6)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from l2l_engine import task
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.base import Answer, Computation, Flag, Panel, PanelData, View, Wanted
from l2l_gui.panels.dynamics.trial_change_of import TrialChange, change_of
from l2l_gui.panels.learned import network_name
from l2l_gui.panels.view import learned_problem
from l2l_gui.plotting.ink import PLAIN, Ink, inked
from l2l_gui.plotting.key import DASHED, LINE, Key, Sign
from l2l_gui.plotting.plots import dressed, grid_view
from l2l_gui.plotting.trial_axes import TrialAxes, thinned

TO_MILLI = 1e3
UNIT = "10⁻³ a.u./step"
WHOLE = {
    "total": ("total ‖ΔZ‖", PLAIN),
    "weight_driven": ("weight-driven ‖W‖", Ink("weight", 2)),
    "state_driven": ("state-driven ‖S‖", Ink("state", 2)),
}
PARTS = {
    "weight_parallel": ("W ∥", Ink("weight", 2, "parallel")),
    "state_parallel": ("S ∥", Ink("state", 2, "parallel")),
    "perpendicular": ("W ⊥ = −S ⊥", Ink("weight", 2, "perpendicular")),
}


class _Column:
    """Norms above their parts, of one stimulus."""

    def __init__(self, views: tuple[Any, Any], column: int) -> None:
        left = UNIT if column == 0 else ""
        self.plots = [dressed(view.addPlot(0, column), left, width=44) for view in views]
        self.axes = [TrialAxes(plot) for plot in self.plots]
        norms, parts = self.plots
        norms.setXLink(parts)
        norms.getAxis("bottom").setStyle(showValues=False)
        self.whole = [_curve(norms, ink) for _, ink in WHOLE.values()]
        self.parts = [_curve(parts, ink) for _, ink in PARTS.values()]


def _curve(plot: pg.PlotItem, ink: Ink) -> pg.PlotDataItem:
    return inked(plot.plot(skipFiniteCheck=True), pen=ink)


class VectorFieldTrialPanel(Panel[TrialChange]):
    """Total, weight- and state-driven change over the trial, and their parts."""

    name = "vector_field_trial"
    title = "Vector-field change over the trial"
    depends = frozenset({"problem", "stimulus"})
    options = (Flag("sizes", "Parallel parts without sign"),)

    def build(self) -> None:
        """Two columns, of which the second is for both stimuli at once."""
        views = (grid_view(margins=(0, 0, 4, 0)), grid_view(margins=(0, 0, 4, 0)))
        for view, named in zip(views, (WHOLE, PARTS), strict=True):
            signs = [
                Sign(DASHED if ink.style == "perpendicular" else LINE, ink.colour, words)
                for words, ink in named.values()
            ]
            self.body_layout.addWidget(Key(*signs))
            self.body_layout.addWidget(view, 1)
        self.columns = [_Column(views, column) for column in range(task.RESPONSES)]

    def ask(self, view: View) -> Wanted:
        """The change that the selected problem made."""
        return learned_problem(view, "how the vector field changed over the trial", _asked, 2)

    def draw(self, answer: Answer[TrialChange]) -> None:
        """One column a stimulus shown, on common scales."""
        value, shown = answer.value, answer.view.stimuli
        steps, times = thinned(value.config)
        for number, column in enumerate(self.columns):
            for plot in column.plots:
                plot.setVisible(number < len(shown))
        for column, row in zip(self.columns, shown, strict=False):
            for name, curve in zip((*WHOLE, *PARTS), (*column.whole, *column.parts), strict=True):
                curve.setData(times, TO_MILLI * _drawn(answer, name)[row, steps])
            for axes in column.axes:
                axes.set_config(value.config)
            column.plots[1].setLabel("bottom", f"Time in the trial, stimulus {row} (ms)")

    def frame(self, answer: Answer[TrialChange]) -> None:
        """The same scale for both stimuli."""
        shown = list(answer.view.stimuli)
        for place, names in enumerate((WHOLE, PARTS)):
            curves = [TO_MILLI * _drawn(answer, name)[shown] for name in names]
            low, high = min(0.0, *map(np.min, curves)), max(map(np.max, curves))
            for column in self.columns:
                column.plots[place].setYRange(low, max(high, 1e-6), padding=0.05)

    def caption(self, answer: Answer[TrialChange]) -> str:
        """Which networks are compared."""
        return f"problem {answer.value.problem} against {network_name(answer.value.before)}"

    def data(self, answer: Answer[TrialChange]) -> PanelData:
        """One row a time step."""
        value = answer.value
        arrays = {
            f"stimulus {row} {name.replace('_', ' ')}": getattr(value, name)[row]
            for row in answer.view.stimuli
            for name in (*WHOLE, *PARTS)
        }
        return PanelData(
            {"time": task.times(value.config), **arrays},
            {"time": "ms", **dict.fromkeys(arrays, "a.u. a step")},
            title="Vector-field change over the trial",
            notes=answer.view.notes(
                f"Problem {value.problem} against {network_name(value.before)}",
                "Parallel parts are signed along the total change",
                "perpendicular: of the weight-driven change; the state-driven one is its opposite",
            ),
        )


def _asked(session: OpenSession, number: int) -> Computation:
    key = ("vector-field change over the trial", session.key, number)
    return Computation(change_of, (session, number), key=key, label="Decomposing the change")


def _drawn(answer: Answer[TrialChange], name: str) -> NDArray[np.float64]:
    """A part as it is drawn, (2, T)."""
    values: NDArray[np.float64] = getattr(answer.value, name)
    return np.abs(values) if answer.view["sizes"] and name in PARTS else values
