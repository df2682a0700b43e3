"""How learning one problem changed the vector field, over the trial (paper Figs 4-6)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtGui import QAction

from l2l_engine import task
from l2l_engine.analysis import vector_field
from l2l_engine.config import RunConfig
from l2l_gui.look.theme import Palette, theme
from l2l_gui.model.sessions import OpenSession
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.learned import network_after, predecessor, selected_problem
from l2l_gui.panels.legacy import Answer, LegacyPanel, Nothing
from l2l_gui.plotting.colour_key import key
from l2l_gui.plotting.options import check
from l2l_gui.plotting.trial_axes import TrialAxes, thinned
from l2l_gui.workers.jobs import Computation

TO_MILLI = 1e3
UNIT = "10⁻³ a.u./step"
WHOLE = (
    ("total", "total ‖ΔZ‖", "text"),
    ("weight_driven", "weight-driven ‖W‖", "weight"),
    ("state_driven", "state-driven ‖S‖", "state"),
)
PARTS = (
    ("weight_parallel", "W ∥", "weight", "parallel"),
    ("state_parallel", "S ∥", "state", "parallel"),
    ("perpendicular", "W ⊥ = −S ⊥", "weight", "perpendicular"),
)


@dataclass(frozen=True, slots=True, eq=False)
class TrialChange:
    """The parts of the change at every step, (2, T) each, rate units a step.

    ``weight_parallel`` and ``state_parallel`` are signed along the total change.
    """

    problem: int
    before: int
    config: RunConfig
    total: NDArray[np.float64]
    weight_driven: NDArray[np.float64]
    state_driven: NDArray[np.float64]
    weight_parallel: NDArray[np.float64]
    state_parallel: NDArray[np.float64]
    perpendicular: NDArray[np.float64]


def change_of(session: OpenSession, number: int) -> TrialChange:
    """Decompose the change from the network a problem started from to the one that solves it."""
    before = predecessor(session.config, number)
    change = vector_field.decompose(
        network_after(session, before)[None],
        network_after(session, number)[None],
        session.stimuli(number)[None],
        session.config,
    )
    norms = vector_field.lengths(change)
    return TrialChange(
        number,
        before,
        session.config,
        norms.total[0],
        norms.weight_driven[0],
        norms.state_driven[0],
        change.weight_parallel[0],
        change.state_parallel[0],
        norms.weight_perpendicular[0],
    )


class _Column:
    """Norms above their parts, of one stimulus."""

    def __init__(self, layout: pg.GraphicsLayout, column: int) -> None:
        self.plots = [layout.addPlot(row, column) for row in (1, 3)]
        self.axes = [TrialAxes(plot) for plot in self.plots]
        for plot in self.plots:
            plot.getAxis("left").setWidth(44)
            plot.getAxis("left").enableAutoSIPrefix(False)
        norms, parts = self.plots
        norms.setXLink(parts)
        norms.getAxis("bottom").setStyle(showValues=False)
        if column == 0:
            norms.setLabel("left", UNIT)
            parts.setLabel("left", UNIT)
        self.whole = [norms.plot(skipFiniteCheck=True) for _ in WHOLE]
        self.parts = [parts.plot(skipFiniteCheck=True) for _ in PARTS]

    def restyle(self) -> None:
        for curve, (_, _, colour) in zip(self.whole, WHOLE, strict=True):
            curve.setPen(theme.pen(colour, 2))
        for curve, (_, _, colour, style) in zip(self.parts, PARTS, strict=True):
            curve.setPen(theme.pen(colour, 2, style))
        for axes in self.axes:
            axes.restyle()


class VectorFieldTrialPanel(LegacyPanel):
    """Total, weight- and state-driven change over the trial, and their parts."""

    name = "vector_field_trial"
    title = "Vector-field change over the trial"
    help = (
        "Above, the norms of the change that learning the selected problem made to the vector "
        "field along its trajectories: the total, the weight-driven part (new weights, same "
        "state) and the state-driven part (same weights, new state), in thousandths of a rate "
        "unit a step. "
        "Below, what of each lies parallel (solid) and perpendicular (dashed) to the total: below "
        "zero, a parallel part works against the change; the perpendicular parts cancel. "
        "Goudar et al. (2023), Figs 4–6 and Methods; both trajectories start from the initial "
        "state of the network after learning."
    )
    depends = frozenset({"problem", "stimulus"})

    def build(self) -> None:
        """Two columns, of which the second is for both stimuli at once."""
        self.view = pg.GraphicsLayoutWidget()
        self.body_layout.addWidget(self.view)
        layout = self.view.ci
        layout.setContentsMargins(0, 0, 4, 0)
        layout.setSpacing(4)
        self.columns = [_Column(layout, column) for column in range(task.RESPONSES)]
        for row in (1, 3):
            layout.layout.setRowStretchFactor(row, 1)
        self.keys = [layout.addLabel("", row, 0, colspan=2) for row in (0, 2)]
        self.sizes = check(self, "Parallel parts without sign", self.invalidate)
        self._shown: TrialChange | None = None

    def tools(self) -> list[QAction]:
        """Whether parallel parts have a sign."""
        return [self.sizes]

    def state(self) -> dict[str, Any]:
        """Whether parallel parts have a sign."""
        return {"sizes": self.sizes.isChecked()}

    def set_state(self, state: dict[str, Any]) -> None:
        """Whether parallel parts have a sign."""
        self.sizes.setChecked(bool(state.get("sizes", False)))

    def ask(self) -> Answer:
        """The change that the selected problem made."""
        found = selected_problem(self.context, "how the vector field changed over the trial", 2)
        if isinstance(found, Nothing):
            return found
        session, number = found
        return Computation(
            change_of,
            found,
            key=("vector-field change over the trial", session.key, number),
            label="Decomposing the change",
        )

    def draw(self, value: TrialChange) -> None:
        """One column a stimulus shown, on common scales."""
        self._shown = value
        rows = self._rows()
        steps, times = thinned(value.config)
        for number, column in enumerate(self.columns):
            for plot in column.plots:
                plot.setVisible(number < len(rows))
        for column, row in zip(self.columns, rows, strict=False):
            for curve, (name, *_) in zip(column.whole, WHOLE, strict=True):
                curve.setData(times, TO_MILLI * getattr(value, name)[row, steps])
            for curve, (name, *_) in zip(column.parts, PARTS, strict=True):
                curve.setData(times, TO_MILLI * self._part(name)[row, steps])
            for axes in column.axes:
                axes.set_config(value.config)
            column.plots[1].setLabel("bottom", f"Time in the trial, stimulus {row} (ms)")
        self._fit()
        self.shown.emit(f"problem {value.problem} against {network_name(value.before)}")

    def _rows(self) -> list[int]:
        chosen = self.context.selected.stimulus
        return [0, 1] if chosen is None else [chosen]

    def _part(self, name: str) -> NDArray[np.float64]:
        assert self._shown is not None
        values: NDArray[np.float64] = getattr(self._shown, name)
        return np.abs(values) if self.sizes.isChecked() else values

    def _fit(self) -> None:
        assert self._shown is not None
        rows = self._rows()
        wholes = [getattr(self._shown, name)[rows] for name, *_ in WHOLE]
        parts = [self._part(name)[rows] for name, *_ in PARTS]
        for place, curves in enumerate((wholes, parts)):
            low, high = min(0.0, *map(np.min, curves)), max(map(np.max, curves))
            for column in self.columns:
                column.plots[place].setYRange(
                    TO_MILLI * low, TO_MILLI * max(high, 1e-9), padding=0.05
                )

    def show_time(self, ms: float) -> None:
        """Move the cursor of every plot."""
        for column in self.columns:
            for axes in column.axes:
                axes.set_time(ms)

    def reset_zoom(self) -> None:
        """The whole trial."""
        if self._shown is not None:
            config = self._shown.config
            for column in self.columns:
                column.plots[1].setXRange(0, config.steps * config.dt, padding=0)
            self._fit()

    def restyle(self, palette: Palette) -> None:
        """Fixed colours; parallel solid, perpendicular dashed."""
        for column in self.columns:
            column.restyle()
        wholes = [(name, colour, "parallel") for _, name, colour in WHOLE]
        for label, entries in zip(self.keys, (wholes, [one[1:] for one in PARTS]), strict=True):
            label.setText(key(entries), size="9pt")

    def data(self) -> PanelData | None:
        """One row a time step."""
        session, value = self.context.session, self._shown
        if session is None or value is None or not self.has_content:
            return None
        arrays = {"time": task.times(value.config)}
        units = {"time": "ms"}
        for row in self._rows():
            for name in (*(one[0] for one in WHOLE), *(one[0] for one in PARTS)):
                heading = f"stimulus {row} {name.replace('_', ' ')}"
                arrays[heading] = getattr(value, name)[row]
                units[heading] = "a.u. a step"
        return PanelData(
            arrays,
            units,
            title="Vector-field change over the trial",
            notes=(
                f"Session {session.name}",
                f"Problem {value.problem} against {network_name(value.before)}",
                "Parallel parts are signed along the total change",
                "perpendicular: of the weight-driven change; the state-driven one is its opposite",
            ),
        )


def network_name(number: int) -> str:
    """A network in words."""
    return "the untrained network" if number == 0 else f"the network after problem {number}"
