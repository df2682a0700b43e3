"""Common code of 3-D trajectory panels: plots that rotate together, and their headings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from l2l_gui.panels import trajectory_drawing
from l2l_gui.panels.base import Answer, Panel
from l2l_gui.panels.trajectory_drawing import Drawing
from l2l_gui.plotting.camera import Camera
from l2l_gui.plotting.legend import Legend
from l2l_gui.plotting.projected_plot import ProjectedPlot

T = TypeVar("T")


class TurningPanel(Panel[T]):
    """A legend above plots that share a camera, whose point of view is remembered."""

    def fill(self, body: QWidget) -> None:
        """Make the camera, then build the panel."""
        self.camera = Camera(self)
        self.legend = Legend()
        self.spin = QAction("Spin", self)
        self.spin.setCheckable(True)
        self.spin.toggled.connect(self.camera.set_spinning)
        self.camera.spinning_changed.connect(self.spin.setChecked)
        super().fill(body)
        self.body_layout.insertWidget(self.body_layout.count() - 1, self.legend)

    def actions_of_menu(self) -> list[QAction]:
        """Continuous rotation."""
        return [self.spin]

    def recipe_settings(self, answer: Answer[T]) -> dict[str, Any]:
        """The point of view."""
        return {"camera": self.camera.state()}

    def state(self) -> dict[str, Any]:
        """The options and the point of view."""
        return {**super().state(), "camera": self.camera.state()}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """The options and the point of view."""
        super().set_state(state)
        if isinstance(state.get("camera"), dict):
            self.camera.restore(state["camera"])

    def reset_zoom(self) -> None:
        """The first point of view."""
        self.camera.reset()


class HeadedPlot(QWidget):
    """A heading above a 3-D plot; a click on a trajectory calls ``select`` with its problem."""

    def __init__(self, camera: Camera, select: Callable[[int], None]) -> None:
        super().__init__()
        self._select = select
        self.heading = QLabel()
        self.heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.plot = ProjectedPlot(camera)
        self.plot.setMinimumSize(100, 100)
        self.plot.picked.connect(self._picked)
        self.plot.hovered.connect(self._hovered)
        self.drawing = Drawing([], [], [], [])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addWidget(self.plot, 1)

    def show_drawing(self, drawing: Drawing, part: str, *, short: bool = True) -> None:
        """Replace what is drawn, scaled to fit; ``short`` abbreviates the names of the axes."""
        self.drawing = drawing
        self.plot.set_axes(trajectory_drawing.axis_names(part, short=short))
        self.plot.set_bounds(None)
        self.plot.set_families(drawing.families)
        self.plot.set_markers(drawing.markers)

    def _picked(self, family: int, index: int) -> None:
        problem = self.drawing.problem(family, index)
        if problem is not None:
            self._select(problem)

    def _hovered(self, family: int, index: int) -> None:
        problem = self.drawing.problem(family, index)
        if problem is not None:
            self.plot.setToolTip(f"Problem {problem}: click to select it")
