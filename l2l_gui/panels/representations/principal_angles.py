"""Angles between problems' subspaces: whether the network goes on using the same one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QAction, QActionGroup
from PyQt6.QtWidgets import QMenu

from l2l_engine.analysis import geometry
from l2l_engine.analysis.progress import Progress
from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels import problem_groups
from l2l_gui.panels.gathered import Gathered
from l2l_gui.panels.legacy import SNAPSHOT, Answer, LegacyPanel, Nothing
from l2l_gui.panels.problem_groups import GroupTrajectories, Moments
from l2l_gui.plotting.choice_bar import ChoiceBar
from l2l_gui.plotting.problem_axis import ProblemAxis
from l2l_gui.workers.jobs import Computation

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
RIGHT_ANGLE = 90.0


@dataclass(frozen=True, eq=False)
class Angles:
    """Between k-dimensional subspaces of P problems, degrees; alignment from 0 to 1."""

    moments: Moments
    group: GroupTrajectories
    dimensions: int
    pairwise: NDArray[np.float32]  # (P, P, k), smallest angle first
    alignment: NDArray[np.float32]  # (P, P): subspace of the row, variance of the column
    to_group: NDArray[np.float64]  # (P, min(k, 4)): to the group's decision subspace

    def matrix(self, measure: str) -> NDArray[np.float32]:
        """What the image shows, (P, P)."""
        if measure == "alignment":
            return self.alignment
        return self.pairwise.mean(axis=2) if measure == "mean" else self.pairwise[..., -1]


def all_angles(
    moments: Moments, group: GroupTrajectories, dimensions: int, progress: Progress | None = None
) -> Angles:
    """Angles and alignment of all pairs of problems, and of all problems with the group."""
    bases = geometry.principal_components(moments.matrices.astype(np.float64), dimensions)
    to_group = geometry.principal_angles(bases, group.subspaces.decision)
    pairwise = geometry.pairwise_angles(bases, progress)
    alignment = geometry.alignment_index(moments.matrices, dimensions)
    return Angles(
        moments,
        group,
        dimensions,
        np.degrees(pairwise).astype(np.float32),
        alignment.astype(np.float32),
        np.degrees(to_group),
    )


def round_levels(matrix: NDArray[np.float32], measure: str) -> tuple[float, float]:
    """Colour limits with round ends: angles from 0°, alignment up to 1."""
    if not np.isfinite(matrix).any():
        return (0.0, 1.0)
    if measure == "alignment":
        return (min(0.9, float(np.floor(10 * np.nanmin(matrix)) / 10)), 1.0)
    return (0.0, min(RIGHT_ANGLE, max(10.0, 10 * float(np.ceil(np.nanmax(matrix) / 10)))))


class PrincipalAnglesPanel(LegacyPanel):
    """An image of all pairs above curves of angles to the group."""

    name = "principal_angles"
    title = "Principal angles"
    help = (
        "Each problem's subspace is spanned by the first components of its own noise-free states; "
        "the image compares every pair of problems, by the mean or largest principal angle (0° is the "
        "same subspace, 90° orthogonal) or by how much of the column's variance the row's subspace "
        "captures (alignment index). "
        "Below are all principal angles between each problem's subspace and the decision subspace of "
        "the selected group (shaded), the smallest at the bottom; click either plot to select a "
        "problem. "
        "These measures go beyond Goudar et al. (2023), who compare subspaces in Fig. 2 (Björck & "
        "Golub 1973; Elsayed et al. 2016, eq. 3)."
    )
    depends = frozenset({"problem", "group", SNAPSHOT})

    def build(self) -> None:
        """A choice of measure, an image, curves."""
        self.measure = ChoiceBar(MEASURES, "Measure of the image")
        self.body_layout.addWidget(self.measure)
        self.view = pg.GraphicsLayoutWidget()
        self.body_layout.addWidget(self.view, 1)
        layout = self.view.ci
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(4)
        self.pairs, self.curves_plot = layout.addPlot(0, 0), layout.addPlot(1, 0)
        layout.layout.setRowStretchFactor(0, 3)
        layout.layout.setRowStretchFactor(1, 2)
        self.image = pg.ImageItem()
        self.pairs.addItem(self.image)
        self.bar = pg.ColorBarItem(interactive=False, width=14)
        self.bar.setImageItem(self.image)
        layout.addItem(self.bar, 0, 1)
        selection = self.context.selection
        self.axes = [ProblemAxis(plot, selection, self._numbers) for plot in self._plots()]
        self.across = pg.InfiniteLine(angle=0)
        self.pairs.addItem(self.across, ignoreBounds=True)
        self.pairs.setLabel("left", "Problem")
        self.pairs.setLabel("bottom", None)
        self.pairs.getAxis("bottom").setStyle(showValues=False)
        self.curves_plot.setLabel("left", "To group (°)")
        self.pairs.setXLink(self.curves_plot)
        self.band = pg.LinearRegionItem(movable=False)
        self.band.setZValue(-50)
        self.curves_plot.addItem(self.band, ignoreBounds=True)
        for plot in self._plots():
            plot.getAxis("left").setWidth(52)
        self.curves: list[pg.PlotDataItem] = []
        self._gathered = Gathered()
        self._value: Angles | None = None
        self._make_tools()
        self.measure.chosen.connect(self._show_measure)

    def _plots(self) -> tuple[pg.PlotItem, pg.PlotItem]:
        return self.pairs, self.curves_plot

    def _make_tools(self) -> None:
        menu = QMenu("Dimensions of each subspace", self)
        self.dimensions = QActionGroup(self)
        for number in DIMENSIONS:
            action = menu.addAction(str(number))
            action.setCheckable(True)
            action.setData(number)
            action.setChecked(number == STANDARD)
            self.dimensions.addAction(action)
        self.dimensions.triggered.connect(self.invalidate)
        self._menu = menu

    def tools(self) -> list[QAction]:
        """Dimensions of each problem's subspace."""
        submenu = self._menu.menuAction()
        return [submenu] if submenu is not None else []

    def state(self) -> dict[str, Any]:
        """Measure and dimensions."""
        return {
            "measure": self.measure.choice,
            "dimensions": self.dimensions.checkedAction().data(),
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """Measure and dimensions."""
        self.measure.choose(state.get("measure"))
        for action in self.dimensions.actions():
            if action.data() == state.get("dimensions"):
                action.setChecked(True)
        self.invalidate()

    def _numbers(self) -> tuple[int, ...]:
        return self._value.moments.numbers if self._value is not None else ()

    def follows(self) -> bool:
        """Another problem is in the overview; not while the last one is still computed."""
        if self._waiting or self._value is None:
            return False
        shown = len(self._value.moments.wanted)
        return problem_groups.current_count(self.context.session) != shown

    def ask(self) -> Answer:
        """All problems' moments, the group's subspaces, then all angles."""
        session, selected = self.context.session, self.context.selected
        if session is None:
            return Nothing("Open a session to compare its problems’ subspaces.")
        if session.problems < 2:
            return Nothing("Two learned problems are needed to compare: press P to train one.")
        known = self._value.moments if self._value is not None else None
        moments = problem_groups.moments(session, known)
        group = problem_groups.trajectories(session, selected.group.within(session.problems))
        parts = [moments, group]
        missing = self._gathered.next(parts)
        if missing is not None:
            return missing
        dimensions = min(self.dimensions.checkedAction().data(), session.config.units)
        return Computation(
            all_angles,
            (*(self._gathered[part] for part in parts), dimensions),
            key=("angles", *(part.key for part in parts), dimensions),
            label="Comparing all pairs of problems",
            reports=True,
        )

    def draw(self, value: Angles | Moments | GroupTrajectories) -> None:
        """A part that has come, or everything."""
        if not isinstance(value, Angles):
            self._gathered.take(value)
            self.invalidate()
            return
        if value is not self._value:
            before = self._numbers()
            self._value = value
            self._draw_curves(value)
            self._show_measure(self.measure.choice)
            if self._numbers() != before:
                self.reset_zoom()
        self._mark()

    def _show_measure(self, measure: str) -> None:
        if self._value is None:
            return
        colours, label = SCALES[measure]
        matrix = self._value.matrix(measure)
        levels = round_levels(matrix, measure)
        self.bar.setColorMap(pg.colormap.get(colours))
        self.bar.setLevels(levels)
        self.bar.setLabel("right", label)
        self.image.setImage(matrix.T, autoLevels=False, levels=levels)  # rows upwards
        low, high = self._span()
        self.image.setRect(QRectF(low, low, high - low, high - low))

    def _span(self) -> tuple[float, float]:
        numbers = self._numbers()
        half = (numbers[1] - numbers[0]) / 2 if len(numbers) > 1 else 0.5
        return numbers[0] - half, numbers[-1] + half

    def _draw_curves(self, value: Angles) -> None:
        count = value.to_group.shape[1]
        while len(self.curves) < count:
            self.curves.append(self.curves_plot.plot())
        for place, curve in enumerate(self.curves):
            shown = place < count
            curve.setData(
                self._numbers() if shown else [], value.to_group[:, place] if shown else []
            )
        self._style_curves()

    def _mark(self) -> None:
        value, selected = self._value, self.context.selected
        assert value is not None
        for axis in self.axes:
            axis.mark(selected)
        self.across.setVisible(selected.problem is not None)
        self.across.setPos(selected.problem or 0)
        self.band.setRegion((value.group.wanted[0] - 0.5, value.group.wanted[-1] + 0.5))
        numbers = self._numbers()
        words = f"{value.dimensions} dimensions each"
        if selected.problem in numbers:
            row = value.to_group[numbers.index(selected.problem)]
            angles = ", ".join(f"{angle:.0f}°" for angle in row)
            words = f"problem {selected.problem} to {value.group.label}: {angles}"
        self.shown.emit(f"{words}{value.moments.left_out}")

    def reset_zoom(self) -> None:
        """All problems."""
        if self._value is not None:
            low, high = self._span()
            self.curves_plot.setXRange(low, high, padding=0)
            self.pairs.setYRange(low, high, padding=0)
            self.curves_plot.setYRange(0, 92, padding=0)

    def restyle(self, palette: Palette) -> None:
        """Image without a grid; curves decision green, smaller angles stronger."""
        theme.style_plot(self.pairs, grid=False)
        theme.style_plot(self.curves_plot)
        for axis in self.axes:
            axis.restyle()
        for line in (self.axes[0].line, self.across):
            line.setPen(theme.pen("#ffffff", 1, alpha=0.8))
        self.band.setBrush(theme.brush("accent", 0.12))
        for line in self.band.lines:
            line.setPen(theme.pen("accent", 1, alpha=0.3))
        self.bar.axis.setTextPen(theme.pen("quiet"))
        self.bar.axis.setTickFont(theme.font(8))
        self._style_curves()

    def _style_curves(self) -> None:
        for place, curve in enumerate(self.curves):
            curve.setPen(
                theme.pen("decision", 1.5, alpha=1 - 0.7 * place / max(4, len(self.curves)))
            )

    def data(self) -> PanelData | None:
        """The image's matrix and the curves."""
        session, value = self.context.session, self._value
        if session is None or value is None or not self.has_content:
            return None
        measure = self.measure.choice
        name = MEASURES[measure].lower()
        return PanelData(
            {
                "problem": np.array(self._numbers()),
                name: value.matrix(measure),
                "angles to the group": value.to_group,
            },
            {"angles to the group": "°", **({} if measure == "alignment" else {name: "°"})},
            title="Principal angles",
            notes=(
                f"Session {session.name}",
                f"{value.dimensions} components of each problem's states, about zero",
                f"Group: decision subspace of {value.group.label}",
                f"Shown: {problem_groups.problems_in_words(value.moments.wanted)}",
                "Alignment: subspace of the row, variance of the column",
            ),
        )
