"""What learning one problem changed in the recurrent weights."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF

from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.base import Answer, Computation, Flag, Panel, PanelData, View, Wanted
from l2l_gui.panels.dynamics.weight_change_of import Change, change_of
from l2l_gui.panels.learned import (
    group_words,
    network_name,
)
from l2l_gui.panels.view import learned_problem
from l2l_gui.plotting.ink import CURSOR, Ink, dots, inked
from l2l_gui.plotting.plots import colour_bar, dressed, grid_view
from l2l_gui.plotting.pointing import Pointing
from l2l_gui.widgets.adaptive_splitter import AdaptiveSplitter

COLOURS = "CET-D1"
SUBSPACES = {"decision": Ink("decision"), "stimulus": Ink("stimulus"), "readout": Ink("text")}
CLIP = 99.5
"""The largest colour stands for this percentile of the absolute changes and beyond."""
BAR = 0.36


class WeightChangePanel(Panel[Change]):
    """The change as an image, its singular values, and where they point."""

    name = "weight_change"
    title = "Weight change"
    depends = frozenset({"problem", "group"})
    options = (Flag("log", "Logarithmic singular values"),)

    def build(self) -> None:
        """An image with its bar; two plots below each other."""
        self.image_view, self.view = (
            grid_view(margins=(0, 0, 4, 0)),
            grid_view(margins=(0, 0, 4, 0)),
        )
        self.body_layout.addWidget(
            AdaptiveSplitter(self.image_view, self.view, shares=(1, 1)), stretch=1
        )
        self.map = dressed(self.image_view.addPlot(0, 0), "From unit", "To unit", grid=False)
        self.map.invertY(True)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.map.addItem(self.image)
        self.bar = colour_bar("ΔW_rec (10⁻³ a.u.)", width=44, colours=COLOURS)
        self.bar.getAxis("right").setScale(1e3)  # shorter numbers: long ones are left out
        self.bar.setImageItem(self.image)
        self.image_view.addItem(self.bar, 0, 1)
        self.spectrum = dressed(self.view.addPlot(0, 0), "σ (a.u.)", "Component")
        line = self.spectrum.plot(symbol="o", symbolSize=4)
        self.values = inked(line, pen=Ink("text"), **dots(Ink("text")))
        position = {"position": 0.9, "anchors": [(0, 0)] * 2}
        self.rank = inked(pg.InfiniteLine(angle=90, label="", labelOpts=position), pen=CURSOR)
        inked(self.rank.label, colour=CURSOR)
        self.spectrum.addItem(self.rank, ignoreBounds=True)
        self.shares = dressed(self.view.addPlot(1, 0), "Share (%)")
        self.shares.setTitle("reads, writes; red line: chance", size="9pt")
        self.shares.setMouseEnabled(x=False, y=False)
        self.shares.getAxis("bottom").setTicks([list(enumerate(SUBSPACES))])
        self.bars = [pg.BarGraphItem(x=[0], height=[0], width=BAR) for _ in range(2)]
        self.chance = inked(pg.PlotCurveItem(), pen=Ink("error", 2))
        for item in (*self.bars, self.chance):
            self.shares.addItem(item)
        self._pointing = Pointing(self.image_view, self.map, tip=self._tip)
        self._pointing_spectrum = Pointing(self.view, self.spectrum, tip=self._tip_spectrum)

    def ask(self, view: View) -> Wanted:
        """The change that the selected problem made."""
        group = view.selection.group

        def change(session: OpenSession, number: int) -> Computation:
            key = ("weight change", session.key, number, group)
            arguments = (session, number, group)
            return Computation(change_of, arguments, key, "Decomposing the weight change")

        return learned_problem(view, "how its weights changed", change)

    def draw(self, answer: Answer[Change]) -> None:
        """Image, spectrum and shares."""
        matrix, structure = answer.value.matrix, answer.value.structure
        units = len(matrix)
        span = float(np.percentile(np.abs(matrix), CLIP)) or 1.0
        self.image.setImage(matrix, autoLevels=False)
        self.image.setRect(QRectF(0.5, 0.5, units, units))
        self.bar.setLevels((-span, span))
        self.spectrum.setLogMode(y=answer.view["log"])
        self.values.setData(np.arange(1, units + 1), structure.singular_values)
        self.rank.setPos(structure.effective_rank)
        self.rank.label.setFormat(f"effective rank {structure.effective_rank:.1f}")
        places = np.arange(len(SUBSPACES))
        for side, (bars, height) in enumerate(zip(self.bars, _heights(answer.value), strict=True)):
            bars.setOpts(
                x=places + BAR * (side - 0.5),
                height=height,
                brushes=[ink.faint((0.9, 0.45)[side]).brush for ink in SUBSPACES.values()],
                pens=[ink.pen for ink in SUBSPACES.values()],
            )
        ends = (places[:, None] + np.array([-BAR, BAR])).ravel()
        chance = [100 * structure.overlaps[name].chance for name in SUBSPACES]
        self.chance.setData(ends, np.repeat(chance, 2), connect="pairs")

    def frame(self, answer: Answer[Change]) -> None:
        """The whole matrix and spectrum."""
        units = len(answer.value.matrix)
        self.map.setRange(QRectF(0.5, 0.5, units, units), padding=0)
        self.spectrum.enableAutoRange()
        self.shares.setXRange(-0.6, len(SUBSPACES) - 0.4, padding=0)
        highest = max(map(max, _heights(answer.value)))
        self.shares.setYRange(0, max(5.0, highest), padding=0.08)

    def caption(self, answer: Answer[Change]) -> str:
        """Which networks are compared, and the size of the change."""
        value = answer.value
        against = network_name(value.before)
        return f"problem {value.problem} against {against}, norm {value.structure.norm:.3g} a.u."

    def data(self, answer: Answer[Change]) -> PanelData:
        """The matrix, the singular values and the shares."""
        value, structure = answer.value, answer.value.structure
        overlaps = [structure.overlaps[name] for name in SUBSPACES]
        return PanelData(
            {
                "change": value.matrix,
                "singular values": structure.singular_values,
                "effective rank": structure.effective_rank,
                "read": np.array([overlap.read_total for overlap in overlaps]),
                "written": np.array([overlap.written_total for overlap in overlaps]),
                "chance": np.array([overlap.chance for overlap in overlaps]),
            },
            {"change": "a.u.", "singular values": "a.u."},
            title="Recurrent weight change",
            notes=answer.view.notes(
                f"Problem {value.problem} against {network_name(value.before)}",
                f"Subspaces of {group_words(value.group)}",
                f"Shares in the order {', '.join(SUBSPACES)}",
            ),
        )

    # -- the mouse ---------------------------------------------------------------------

    def _tip(self, x: float, y: float) -> str | None:
        if self.answer is None:
            return None
        matrix = self.answer.value.matrix
        row, column = round(y), round(x)
        if not (1 <= row <= len(matrix) and 1 <= column <= len(matrix)):
            return None
        return f"From unit {row} to {column}: {matrix[row - 1, column - 1]:+.3g}"

    def _tip_spectrum(self, x: float, _y: float) -> str | None:
        if self.answer is None:
            return None
        structure, index = self.answer.value.structure, round(x) - 1
        if not 0 <= index < len(structure.singular_values):
            return None
        return (
            f"Component {index + 1}: {structure.singular_values[index]:.3g} a.u.\n"
            f"{structure.explained[index]:.0%} of the squared change up to here"
        )


def _heights(value: Change) -> tuple[list[float], list[float]]:
    """What the change reads from and writes into each subspace, percent."""
    overlaps = [value.structure.overlaps[name] for name in SUBSPACES]
    read = [100 * overlap.read_total for overlap in overlaps]
    return read, [100 * overlap.written_total for overlap in overlaps]
