"""What learning one problem changed in the recurrent weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QAction

from l2l_engine import task
from l2l_engine.analysis import geometry
from l2l_gui.look.theme import Palette, theme
from l2l_gui.model.selection import Group
from l2l_gui.model.sessions import OpenSession
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.dynamics.vector_field_trial import network_name
from l2l_gui.panels.learned import (
    group_words,
    network_after,
    predecessor,
    selected_problem,
    subspaces_of,
)
from l2l_gui.panels.legacy import Answer, LegacyPanel, Nothing
from l2l_gui.plotting.options import check
from l2l_gui.plotting.pointing import Pointing
from l2l_gui.widgets.adaptive_splitter import AdaptiveSplitter
from l2l_gui.workers.jobs import Computation

COLOURS = "CET-D1"
SUBSPACES = {"decision": "decision", "stimulus": "stimulus", "readout": "text"}
"""Name of each subspace and its colour."""
CLIP = 99.5
"""The largest colour stands for this percentile of the absolute changes and beyond."""
BAR = 0.36


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A change of W_rec, (N, N), and its structure."""

    problem: int
    before: int
    group: Group
    matrix: NDArray[np.float64]
    structure: geometry.WeightChange


def change_of(session: OpenSession, number: int, group: Group) -> Change:
    """The change from the network a problem started from, against a group's subspaces."""
    before = predecessor(session.config, number)
    weights = network_after(session, number)
    matrix = weights.recurrent - network_after(session, before).recurrent
    subspaces = subspaces_of(session, group)
    directions = {
        "decision": subspaces.decision,
        "stimulus": subspaces.stimulus,
        "readout": weights.output[:, : task.RESPONSES],
    }
    return Change(number, before, group, matrix, geometry.weight_change(matrix, directions))


class WeightChangePanel(LegacyPanel):
    """The change as an image, its singular values, and where they point."""

    name = "weight_change"
    title = "Weight change"
    help = (
        "The image is the change of the recurrent weights made by learning the selected problem, "
        "from each unit (row) to each (column); beside it are the singular values σ of the change, "
        "whose effective rank is the number of directions that count. "
        "The bars give the share of the change that reads activity from, and writes currents "
        "into, the decision and stimulus subspaces of the group and the two response outputs; "
        "ticks mark what a random change would have (left bar: reads, right: writes). "
        "Compare Goudar et al. (2023), Fig. 6, on the size of weight changes; the shares are "
        "squared overlaps with the singular vectors."
    )
    depends = frozenset({"problem", "group"})

    def build(self) -> None:
        """An image with its bar; two plots below each other."""
        self.image_view, self.view = pg.GraphicsLayoutWidget(), pg.GraphicsLayoutWidget()
        self.body_layout.addWidget(
            AdaptiveSplitter(self.image_view, self.view, shares=(1, 1)), stretch=1
        )
        for view in (self.image_view, self.view):
            view.ci.setContentsMargins(0, 0, 4, 0)
        self.map = self.image_view.addPlot(0, 0)
        self.map.invertY(True)
        self.map.setLabel("bottom", "To unit")
        self.map.setLabel("left", "From unit")
        self.image = pg.ImageItem(axisOrder="row-major")
        self.map.addItem(self.image)
        self.bar = pg.ColorBarItem(
            colorMap=pg.colormap.get(COLOURS),
            interactive=False,
            width=14,
            label="ΔW_rec (10⁻³ a.u.)",
        )
        self.bar.getAxis("right").setWidth(44)
        self.bar.getAxis("right").setScale(1e3)  # shorter numbers: long ones are left out
        self.bar.setImageItem(self.image)
        self.image_view.addItem(self.bar, 0, 1)
        self.spectrum = self.view.addPlot(0, 0)
        self.spectrum.setLabel("bottom", "Component")
        self.spectrum.setLabel("left", "σ (a.u.)")
        self.values = self.spectrum.plot(symbol="o", symbolSize=4, symbolPen=None)
        self.rank = pg.InfiniteLine(
            angle=90, label="effective rank", labelOpts={"position": 0.9, "anchors": [(0, 0)] * 2}
        )
        self.spectrum.addItem(self.rank, ignoreBounds=True)
        self.shares = self.view.addPlot(1, 0)
        self.shares.setLabel("left", "Share (%)")
        self.shares.setMouseEnabled(x=False, y=False)
        self.shares.getAxis("bottom").setTicks([list(enumerate(SUBSPACES))])
        self.bars = [pg.BarGraphItem(x=[0], height=[0], width=BAR) for _ in range(2)]
        for bars in self.bars:
            self.shares.addItem(bars)
        self.chance = pg.PlotCurveItem()
        self.shares.addItem(self.chance)
        for plot in (self.map, self.spectrum, self.shares):
            plot.setMenuEnabled(False)
            plot.hideButtons()
            plot.getAxis("left").enableAutoSIPrefix(False)
            plot.getAxis("left").setWidth(52)
        self._pointing = Pointing(self.image_view, self.map, tip=self._tip)
        self._pointing_spectrum = Pointing(self.view, self.spectrum, tip=self._tip_spectrum)
        self.log = check(self, "Logarithmic singular values", self._set_log)
        self._shown: Change | None = None

    def tools(self) -> list[QAction]:
        """The spectrum's axis."""
        return [self.log]

    def state(self) -> dict[str, Any]:
        """The spectrum's axis."""
        return {"log": self.log.isChecked()}

    def set_state(self, state: dict[str, Any]) -> None:
        """The spectrum's axis."""
        self.log.setChecked(bool(state.get("log", False)))

    def ask(self) -> Answer:
        """The change that the selected problem made."""
        found = selected_problem(self.context, "how its weights changed")
        if isinstance(found, Nothing):
            return found
        session, number = found
        group = self.context.selected.group
        return Computation(
            change_of,
            (session, number, group),
            key=("weight change", session.key, number, group),
            label="Decomposing the weight change",
        )

    def draw(self, value: Change) -> None:
        """Image, spectrum and shares."""
        self._shown = value
        units = len(value.matrix)
        span = float(np.percentile(np.abs(value.matrix), CLIP)) or 1.0
        self.image.setImage(value.matrix, autoLevels=False)
        self.image.setRect(QRectF(0.5, 0.5, units, units))
        self.bar.setLevels((-span, span))
        structure = value.structure
        self.values.setData(np.arange(1, units + 1), structure.singular_values)
        self.rank.setPos(structure.effective_rank)
        self.rank.label.setFormat(f"effective rank {structure.effective_rank:.1f}")
        self._draw_shares()
        self.reset_zoom()
        self.shown.emit(
            f"problem {value.problem} against {network_name(value.before)}, "
            f"norm {structure.norm:.3g} a.u."
        )

    def _draw_shares(self) -> None:
        if self._shown is None:
            return
        overlaps = [self._shown.structure.overlaps[name] for name in SUBSPACES]
        places = np.arange(len(overlaps))
        heights = [
            [100 * one.read_total for one in overlaps],
            [100 * one.written_total for one in overlaps],
        ]
        for side, (bars, height) in enumerate(zip(self.bars, heights, strict=True)):
            alpha = (0.9, 0.45)[side]
            bars.setOpts(
                x=places + BAR * (side - 0.5),
                height=height,
                brushes=[theme.brush(colour, alpha) for colour in SUBSPACES.values()],
                pens=[theme.pen(colour) for colour in SUBSPACES.values()],
            )
        ends = (places[:, None] + np.array([-BAR, BAR])).ravel()
        self.chance.setData(
            ends, np.repeat([100 * one.chance for one in overlaps], 2), connect="pairs"
        )
        self.shares.setXRange(-0.6, len(overlaps) - 0.4, padding=0)
        self.shares.setYRange(0, max(5.0, *heights[0], *heights[1]), padding=0.08)

    def _set_log(self) -> None:
        self.spectrum.setLogMode(y=self.log.isChecked())
        self.spectrum.enableAutoRange()

    def reset_zoom(self) -> None:
        """The whole matrix and spectrum."""
        if self._shown is not None:
            units = len(self._shown.matrix)
            self.map.setRange(QRectF(0.5, 0.5, units, units), padding=0)
            self.spectrum.enableAutoRange()

    def restyle(self, palette: Palette) -> None:
        """Plain spectrum; bars in the subspaces' colours."""
        theme.style_plot(self.map, grid=False)
        self.values.setPen(theme.pen("text", 1))
        self.values.setSymbolBrush(theme.brush("text"))
        self.rank.setPen(theme.pen("accent", 1))
        self.rank.label.setColor(theme.color("accent"))
        self.chance.setPen(theme.pen("error", 2))
        self.shares.setTitle(
            f'<span style="color:{palette.text}">reads, writes &nbsp; '
            f'<span style="color:{palette.error}">━</span> chance</span>',
            size="9pt",
        )
        self.bar.getAxis("right").setTextPen(theme.pen("quiet"))
        self.bar.getAxis("right").setTickFont(theme.font(8))
        self._draw_shares()

    # -- the mouse ---------------------------------------------------------------------

    def _tip(self, x: float, y: float) -> str | None:
        if self._shown is None:
            return None
        row, column = round(y), round(x)
        units = len(self._shown.matrix)
        if not (1 <= row <= units and 1 <= column <= units):
            return None
        return f"From unit {row} to {column}: {self._shown.matrix[row - 1, column - 1]:+.3g}"

    def _tip_spectrum(self, x: float, _y: float) -> str | None:
        if self._shown is None:
            return None
        structure, index = self._shown.structure, round(x) - 1
        if not 0 <= index < len(structure.singular_values):
            return None
        return (
            f"Component {index + 1}: {structure.singular_values[index]:.3g} a.u.\n"
            f"{structure.explained[index]:.0%} of the squared change up to here"
        )

    # -- numbers -----------------------------------------------------------------------

    def data(self) -> PanelData | None:
        """The matrix, the singular values and the shares."""
        session, value = self.context.session, self._shown
        if session is None or value is None or not self.has_content:
            return None
        overlaps = [value.structure.overlaps[name] for name in SUBSPACES]
        return PanelData(
            {
                "change": value.matrix,
                "singular values": value.structure.singular_values,
                "effective rank": value.structure.effective_rank,
                "read": np.array([one.read_total for one in overlaps]),
                "written": np.array([one.written_total for one in overlaps]),
                "chance": np.array([one.chance for one in overlaps]),
            },
            {"change": "a.u.", "singular values": "a.u."},
            title="Recurrent weight change",
            notes=(
                f"Session {session.name}",
                f"Problem {value.problem} against {network_name(value.before)}",
                f"Subspaces of {group_words(value.group)}",
                f"Shares in the order {', '.join(SUBSPACES)}",
            ),
        )
