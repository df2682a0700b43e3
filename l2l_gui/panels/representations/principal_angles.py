"""Angles between problems' subspaces: whether the network goes on using the same one."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import QRectF

from l2l_gui.panels import problem_groups
from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Choice,
    Combined,
    Computation,
    Nothing,
    Panel,
    PanelData,
    View,
    Wanted,
)
from l2l_gui.panels.representations.angles import Angles, all_angles, round_levels
from l2l_gui.plotting.ink import Ink, inked
from l2l_gui.plotting.plots import ProblemLine, colour_bar, dressed, grid_view
from l2l_gui.plotting.problem_axis import GroupBand, ProblemAxis

DIMENSIONS = (2, 3, 4, 6, 8)
STANDARD = 4  # as many as the paper's decision subspace
MEASURES = {
    "mean": "Mean angle",
    "largest": "Largest angle",
    "alignment": "Alignment index",
}
SCALES = {
    "mean": ("viridis", "Angle (°)"),
    "largest": ("viridis", "Angle (°)"),
    "alignment": ("cividis", "Index"),
}
WHITE = Ink("#ffffff", 1, alpha=0.8)  # over an image


class PrincipalAnglesPanel(Panel[Angles]):
    """An image of all pairs above curves of angles to the group."""

    name = "principal_angles"
    title = "Principal angles"
    depends = frozenset({"group", SNAPSHOT})
    points_at = frozenset({"problem"})
    options = (
        Choice("measure", "Measure of the image", MEASURES, bar="buttons"),
        Choice(
            "dimensions",
            "Dimensions of each subspace",
            {number: str(number) for number in DIMENSIONS},
            default=STANDARD,
        ),
    )

    def build(self) -> None:
        """An image with its bar, and curves."""
        self.view = view = grid_view(margins=(0, 8, 0, 0))
        self.body_layout.addWidget(view, 1)
        self.pairs = dressed(view.addPlot(0, 0), "Problem", grid=False)
        self.curves_plot = dressed(view.addPlot(1, 0), "To group (°)")
        view.ci.layout.setRowStretchFactor(0, 3)
        view.ci.layout.setRowStretchFactor(1, 2)
        self.image = pg.ImageItem()
        self.pairs.addItem(self.image)
        self.bar = colour_bar()
        self.bar.setImageItem(self.image)
        view.addItem(self.bar, 0, 1)
        selection = self.context.selection
        self.axes = [
            ProblemAxis(self.pairs, selection, self._numbers, WHITE),
            ProblemAxis(self.curves_plot, selection, self._numbers),
        ]
        self.across = ProblemLine(self.pairs, 0, WHITE)
        self.pairs.setLabel("bottom", None)
        self.pairs.getAxis("bottom").setStyle(showValues=False)
        self.pairs.setXLink(self.curves_plot)
        self.band = GroupBand(self.curves_plot)
        self.curves: list[pg.PlotDataItem] = []

    def _numbers(self) -> tuple[int, ...]:
        return self.answer.value.moments.numbers if self.answer else ()

    def ask(self, view: View) -> Wanted:
        """All problems' moments, the group's subspaces, then all angles."""
        if view.session is None:
            return Nothing("Open a session to compare its problems’ subspaces.")
        if view.problems < 2:
            return Nothing("Two learned problems are needed to compare: press P to train one.")
        parts = (
            problem_groups.moments(view.session, view.problems),
            problem_groups.trajectories(view.session, view.group),
        )
        dimensions = min(view["dimensions"], view.session.config.units)
        whole = Computation(
            all_angles,
            (dimensions,),
            key=("angles", *(part.key for part in parts), dimensions),
            label="Comparing all pairs of problems",
            reports=True,
        )
        return Combined(whole, parts)

    def draw(self, answer: Answer[Angles]) -> None:
        """The image in the chosen measure; the smaller an angle, the stronger its curve."""
        value, measure = answer.value, answer.view["measure"]
        colours, label = SCALES[measure]
        matrix = value.matrix(measure)
        levels = round_levels(matrix, measure)
        self.bar.setColorMap(pg.colormap.get(colours))
        self.bar.setLevels(levels)
        self.bar.setLabel("right", label)
        self.image.setImage(matrix.T, autoLevels=False, levels=levels)  # rows upwards
        low, high = value.span
        self.image.setRect(QRectF(low, low, high - low, high - low))
        for curve in self.curves:
            self.curves_plot.removeItem(curve)
        count = value.to_group.shape[1]
        self.curves = [
            inked(
                self.curves_plot.plot(value.moments.numbers, angles),
                pen=Ink("decision", 1.5, alpha=1 - 0.7 * place / max(4, count)),
            )
            for place, angles in enumerate(value.to_group.T)
        ]
        self.band.cover(value.group.wanted)

    def frame(self, answer: Answer[Angles]) -> None:
        """All problems."""
        low, high = answer.value.span
        self.curves_plot.setXRange(low, high, padding=0)
        self.pairs.setYRange(low, high, padding=0)
        self.curves_plot.setYRange(0, 92, padding=0)

    def caption(self, answer: Answer[Angles]) -> str:
        """The angles of the selected problem."""
        value, selected = answer.value, answer.view.selection.problem
        words = f"{value.dimensions} dimensions each"
        if selected in value.moments.numbers:
            row = value.to_group[value.moments.numbers.index(selected)]
            angles = ", ".join(f"{angle:.0f}°" for angle in row)
            words = f"problem {selected} to {value.group.label}: {angles}"
        return f"{words}{value.moments.left_out}"

    def data(self, answer: Answer[Angles]) -> PanelData:
        """The image's matrix and the curves."""
        value, measure = answer.value, answer.view["measure"]
        name = MEASURES[measure].lower()
        return PanelData(
            {
                "problem": np.array(value.moments.numbers),
                name: value.matrix(measure),
                "angles to the group": value.to_group,
            },
            {"angles to the group": "°", **({} if measure == "alignment" else {name: "°"})},
            title="Principal angles",
            notes=answer.view.notes(
                f"{value.dimensions} components of each problem's states, about zero",
                f"Group: decision subspace of {value.group.label}",
                f"Shown: {problem_groups.problems_in_words(value.moments.wanted)}",
                "Alignment: subspace of the row, variance of the column",
            ),
        )
