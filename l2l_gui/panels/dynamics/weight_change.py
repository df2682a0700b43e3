"""What learning one problem changed in the recurrent weights."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from l2l_gui.panels.base import Answer, Computation, Flag, Needs, Panel, PanelData, Table, View, tip
from l2l_gui.panels.dynamics.weight_change_of import SUBSPACES, Change, change_of
from l2l_gui.panels.learned import group_words, network_name
from l2l_gui.plotting.image_plot import ImagePlot, square
from l2l_gui.plotting.ink import CURSOR, Ink, dots, inked
from l2l_gui.plotting.plots import dressed, grid_view
from l2l_gui.widgets.adaptive_splitter import AdaptiveSplitter

INKS = {"decision": Ink("decision"), "stimulus": Ink("stimulus"), "readout": Ink("text")}
CLIP = 99.5
"""The largest colour stands for this percentile of the absolute changes and beyond."""
BAR = 0.36


class WeightChangePanel(Panel[Change]):
    """The change as an image, its singular values, and where they point."""

    name = "weight_change"
    title = "Weight change"
    recipe = "weight_change"
    depends = frozenset({"problem", "group"})
    needs = Needs("see how its weights changed", selected=True, problems=1)
    options = (Flag("log", "Logarithmic singular values"),)

    def build(self) -> None:
        """An image with its bar; two plots below each other."""
        image_view, view = (grid_view(margins=(0, 0, 4, 0)) for _ in range(2))
        self.body_layout.addWidget(AdaptiveSplitter(image_view, view, shares=(1, 1)), stretch=1)
        self.map = ImagePlot(
            image_view, "From unit", "To unit", "ΔW_rec (10⁻³ a.u.)", bar_width=44, colours="CET-D1"
        )
        self.map.plot.invertY(True)
        self.map.bar.getAxis("right").setScale(1e3)  # shorter numbers: long ones are left out
        self.spectrum = dressed(view.addPlot(0, 0), "σ (a.u.)", "Component")
        line = self.spectrum.plot(symbol="o", symbolSize=4)
        self.values = inked(line, pen=Ink("text"), **dots(Ink("text")))
        position = {"position": 0.9, "anchors": [(0, 0)] * 2}
        self.rank = inked(pg.InfiniteLine(angle=90, label="", labelOpts=position), pen=CURSOR)
        inked(self.rank.label, colour=CURSOR)
        self.spectrum.addItem(self.rank, ignoreBounds=True)
        self.shares = dressed(view.addPlot(1, 0), "Share (%)")
        self.shares.setTitle("reads, writes; red line: chance", size="9pt")
        self.shares.setMouseEnabled(x=False, y=False)
        self.shares.getAxis("bottom").setTicks([list(enumerate(SUBSPACES))])
        self.bars = [pg.BarGraphItem(x=[0], height=[0], width=BAR) for _ in range(2)]
        self.chance = inked(pg.PlotCurveItem(), pen=Ink("error", 2))
        for item in (*self.bars, self.chance):
            self.shares.addItem(item)
        self.pointing = [
            self.point_at(self.map.plot, tip=_tip),
            self.point_at(self.spectrum, tip=_tip_spectrum),
        ]

    def ask(self, view: View) -> Computation:
        """The change that the selected problem made."""
        arguments = (view.session, view.problem, view.selection.group)
        key = ("weight change", view.session.key, *arguments[1:])
        return Computation(change_of, arguments, key, "Decomposing the weight change")

    def draw(self, answer: Answer[Change]) -> None:
        """Image, spectrum and shares."""
        value, structure = answer.value, answer.value.structure
        span = float(np.percentile(np.abs(value.matrix), CLIP)) or 1.0
        self.map.show(value.matrix, square(0.5, value.units + 0.5), (-span, span))
        self.spectrum.setLogMode(y=answer.view["log"])
        self.values.setData(np.arange(1, value.units + 1), structure.singular_values)
        self.rank.setPos(structure.effective_rank)
        self.rank.label.setFormat(f"effective rank {structure.effective_rank:.1f}")
        places = np.arange(len(SUBSPACES))
        pairs = zip(
            self.bars, (value.shares("read_total"), value.shares("written_total")), strict=True
        )
        for side, (bars, height) in enumerate(pairs):
            bars.setOpts(
                x=places + BAR * (side - 0.5),
                height=height,
                brushes=[INKS[name].faint((0.9, 0.45)[side]).brush for name in SUBSPACES],
                pens=[INKS[name].pen for name in SUBSPACES],
            )
        ends = (places[:, None] + np.array([-BAR, BAR])).ravel()
        self.chance.setData(ends, np.repeat(value.shares("chance"), 2), connect="pairs")

    def frame(self, answer: Answer[Change]) -> None:
        """The whole matrix and spectrum."""
        value = answer.value
        self.map.plot.setRange(square(0.5, value.units + 0.5), padding=0)
        self.spectrum.enableAutoRange()
        self.shares.setXRange(-0.6, len(SUBSPACES) - 0.4, padding=0)
        highest = max(*value.shares("read_total"), *value.shares("written_total"))
        self.shares.setYRange(0, max(5.0, highest), padding=0.08)

    def caption(self, answer: Answer[Change]) -> str:
        """Which networks are compared, and the size of the change."""
        value = answer.value
        against = network_name(value.before)
        return f"problem {value.problem} against {against}, norm {value.structure.norm:.3g} a.u."

    def data(self, answer: Answer[Change]) -> PanelData:
        """The matrix, the singular values and the shares."""
        value = answer.value
        notes = answer.view.notes(
            f"Problem {value.problem} against {network_name(value.before)}",
            f"Subspaces of {group_words(value.group)}",
            f"Effective rank {value.structure.effective_rank:.4g}",
        )
        table = Table("Recurrent weight change", notes, *value.entries)
        return table.beside({"spectrum": value.spectrum, "shares": value.overlaps})


def _tip(answer: Answer[Change], x: float, y: float) -> str | None:
    matrix, row, column = answer.value.matrix, round(y), round(x)
    if not (1 <= row <= len(matrix) and 1 <= column <= len(matrix)):
        return None
    return f"From unit {row} to {column}: {matrix[row - 1, column - 1]:+.3g}"


def _tip_spectrum(answer: Answer[Change], x: float, _y: float) -> str | None:
    index, columns = round(x) - 1, answer.value.spectrum
    if not 0 <= index < answer.value.units:
        return None
    return f"{tip(columns[:2], index, ' ')}\n{tip(columns[2:], index)}"
