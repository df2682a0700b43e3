"""Angles between problems' subspaces: whether the network keeps using the same one."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from l2l_gui.panels import problem_groups
from l2l_gui.panels.base import (
    SNAPSHOT,
    Answer,
    Choice,
    Column,
    Combined,
    Computation,
    Needs,
    Panel,
    PanelData,
    Table,
    View,
)
from l2l_gui.panels.representations.angles import MEASURES, Angles, all_angles
from l2l_gui.plotting.fitting import without_values
from l2l_gui.plotting.image_plot import ImagePlot, square
from l2l_gui.plotting.ink import Ink, inked
from l2l_gui.plotting.plots import ProblemLine, dressed, grid_view
from l2l_gui.plotting.problem_axis import FIRM, GroupBand, nearest

DIMENSIONS = (2, 3, 4, 6, 8)
STANDARD = 4  # as many as the paper's decision subspace
WHITE = Ink("#ffffff", 1, alpha=0.8)  # over an image


class PrincipalAnglesPanel(Panel[Angles]):
    """An image of all pairs above curves of angles to the group."""

    name = "principal_angles"
    title = "Principal angles"
    recipe = "principal_angles"
    depends = frozenset({"group", SNAPSHOT})
    points_at = frozenset({"problem"})
    needs = Needs("compare its problems’ subspaces", problems=2)
    options = (
        Choice(
            "measure",
            "Measure of the image",
            {name: measure.words for name, measure in MEASURES.items()},
            bar="buttons",
        ),
        Choice(
            "dimensions",
            "Dimensions of each subspace",
            {number: str(number) for number in DIMENSIONS},
            default=STANDARD,
        ),
    )

    def build(self) -> None:
        """An image with its bar, and curves."""
        self.view = grid_view(margins=(0, 8, 0, 0))
        self.body_layout.addWidget(self.view, 1)
        self.pairs = ImagePlot(self.view, "Problem")
        self.curves_plot = dressed(self.view.addPlot(1, 0), "To group (°)", "Problem")
        self.view.ci.layout.setRowStretchFactor(0, 3)
        self.view.ci.layout.setRowStretchFactor(1, 2)
        without_values(self.pairs.plot)
        self.pairs.plot.setXLink(self.curves_plot)
        self.lines = [
            ProblemLine(self.pairs.plot, 90, WHITE),
            ProblemLine(self.pairs.plot, 0, WHITE),
            ProblemLine(self.curves_plot, ink=FIRM),
        ]
        self.pointing = [
            self.point_at(plot, lambda answer, x, _: nearest(answer.value.moments.numbers, x))
            for plot in (self.pairs.plot, self.curves_plot)
        ]
        self.band = GroupBand(self.curves_plot)
        self.curves: list[pg.PlotDataItem] = []

    def ask(self, view: View) -> Combined:
        """All problems' moments, the group's subspaces, then all angles."""
        parts = (
            problem_groups.moments(view.session, view.problems),
            problem_groups.trajectories(view.session, view.group),
        )
        dimensions = min(view["dimensions"], view.session.config.units)
        key = ("angles", *(part.key for part in parts), dimensions)
        label = "Comparing all pairs of problems"
        return Combined(Computation(all_angles, (dimensions,), key, label, reports=True), parts)

    def draw(self, answer: Answer[Angles]) -> None:
        """The image in the chosen measure; the smaller an angle, the stronger its curve."""
        value, measure = answer.value, MEASURES[answer.view["measure"]]
        matrix = measure.matrix(value)
        colours = pg.colormap.get(measure.colours)
        self.pairs.show(matrix, square(*value.span), measure.levels(matrix), colours)
        self.pairs.label(measure.label)
        for curve in self.curves:
            self.curves_plot.removeItem(curve)
        count = value.to_group.shape[1]
        inks = [Ink("decision", 1.5, alpha=1 - 0.7 * n / max(4, count)) for n in range(count)]
        self.curves = [
            inked(self.curves_plot.plot(value.moments.numbers, angles), pen=ink)
            for angles, ink in zip(value.to_group.T, inks, strict=True)
        ]
        self.band.cover(value.group.wanted)

    def frame(self, answer: Answer[Angles]) -> None:
        """All problems."""
        low, high = answer.value.span
        self.curves_plot.setXRange(low, high, padding=0)
        self.pairs.plot.setYRange(low, high, padding=0)
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
        value, measure = answer.value, MEASURES[answer.view["measure"]]
        numbers = np.array(value.moments.numbers)
        notes = answer.view.notes(
            f"{value.dimensions} components of each problem's states, about zero",
            f"Group: decision subspace of {value.group.label}",
            f"Shown: {problem_groups.problems_in_words(value.moments.wanted)}",
            "Alignment: subspace of the row, variance of the column",
        )
        return Table(
            "Principal angles",
            notes,
            Column("problem", np.repeat(numbers, len(numbers))),
            Column("other problem", np.tile(numbers, len(numbers))),
            Column(measure.words.lower(), measure.matrix(value).ravel(), measure.unit),
        ).beside(
            {
                "to_group": (
                    Column("problem", numbers),
                    Column("angles to the group", value.to_group, "°"),
                )
            }
        )
