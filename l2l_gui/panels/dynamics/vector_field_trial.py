"""How learning one problem changed the vector field, over the trial (paper Figs 4-6)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_gui.panels.base import Answer, Column, Computation, Flag, Needs, Panel, Table, View
from l2l_gui.panels.dynamics.trial_change_of import TrialChange, change_of
from l2l_gui.panels.learned import network_name
from l2l_gui.plotting.ink import PLAIN, Ink
from l2l_gui.plotting.legend import Legend, Sign
from l2l_gui.plotting.plots import share_range
from l2l_gui.plotting.trial_axes import thinned
from l2l_gui.plotting.trial_grid import TIME, Row, TrialGrid

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


class VectorFieldTrialPanel(Panel[TrialChange]):
    """Total, weight- and state-driven change over the trial, and their parts."""

    name = "vector_field_trial"
    title = "Vector-field change over the trial"
    recipe = "vector_field_trial"
    depends = frozenset({"problem", "stimulus"})
    run_parameters = True
    needs = Needs("see how the vector field changed over the trial", problems=2, selected=True)
    options = (Flag("sizes", "Parallel parts without sign"),)

    def build(self) -> None:
        """Norms above their parts, each under its legend."""
        self.grids = []
        for named in (WHOLE, PARTS):
            row = Row(UNIT, tuple(ink for _, ink in named.values()))
            time = TIME if named is PARTS else ""
            self.grids.append(TrialGrid(row, titled=False, time=time, tick_width=44))
            self.body_layout.addWidget(
                Legend(*(Sign.of(ink, words) for words, ink in named.values()))
            )
            self.body_layout.addWidget(self.grids[-1], 1)
        for norms, parts in zip(*(grid.columns for grid in self.grids), strict=True):
            share_range([norms[0].plot, parts[0].plot])

    def ask(self, view: View) -> Computation:
        """The change that the selected problem made."""
        key = ("vector-field change over the trial", view.session.key, view.problem)
        return Computation(change_of, (view.session, view.problem), key, "Decomposing the change")

    def draw(self, answer: Answer[TrialChange]) -> None:
        """One column a stimulus shown."""
        config, stimuli = answer.value.config, answer.view.stimuli
        steps, times = thinned(config)
        for grid, names in zip(self.grids, (WHOLE, PARTS), strict=True):
            columns = grid.show_trial(config, stimuli)
            for stimulus, (part,) in zip(stimuli, columns, strict=True):
                for name, curve in zip(names, part.curves, strict=True):
                    curve.setData(times, TO_MILLI * _drawn(answer, name)[stimulus, steps])
                if names is PARTS:
                    part.plot.setLabel("bottom", f"Time in the trial, stimulus {stimulus} (ms)")

    def frame(self, answer: Answer[TrialChange]) -> None:
        """The same scale for both stimuli."""
        shown = list(answer.view.stimuli)
        for grid, names in zip(self.grids, (WHOLE, PARTS), strict=True):
            curves = [TO_MILLI * _drawn(answer, name)[shown] for name in names]
            low, high = min(0.0, *map(np.min, curves)), max(map(np.max, curves))
            grid.set_range(0, low, max(high, 1e-6), padding=0.05)

    def caption(self, answer: Answer[TrialChange]) -> str:
        """Which networks are compared."""
        return f"problem {answer.value.problem} against {network_name(answer.value.before)}"

    def data(self, answer: Answer[TrialChange]) -> Table:
        """One row a time step."""
        value = answer.value
        return Table(
            "Vector-field change over the trial",
            answer.view.notes(
                f"Problem {value.problem} against {network_name(value.before)}",
                "Parallel parts are signed along the total change",
                "perpendicular: of the weight-driven change; the state-driven one is its opposite",
            ),
            Column("time", task.times(value.config), "ms"),
            *(
                Column(f"stimulus {k} {name.replace('_', ' ')}", value.part(name)[k], "a.u. a step")
                for k in answer.view.stimuli
                for name in (*WHOLE, *PARTS)
            ),
        )


def _drawn(answer: Answer[TrialChange], name: str) -> NDArray[np.float64]:
    """A part as it is drawn, (2, T)."""
    values = answer.value.part(name)
    return np.abs(values) if answer.view["sizes"] and name in PARTS else values
