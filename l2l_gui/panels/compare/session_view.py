"""Plots of trajectories side by side, one a session, as large as the room allows."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from l2l_gui.panels import trajectory_drawing
from l2l_gui.panels.compare.compared import Look
from l2l_gui.panels.trajectory_drawing import Drawing
from l2l_gui.plotting.camera import Camera
from l2l_gui.plotting.projected_plot import ProjectedPlot

MOST = 6
"""Sessions shown at most; more would be too small to see."""


class SessionView(QWidget):
    """A session's name above its plot."""

    def __init__(self, camera: Camera, select: Callable[[int], None]) -> None:
        super().__init__()
        self._select = select
        self.heading = QLabel()
        self.heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.plot = ProjectedPlot(camera)
        self.plot.setMinimumSize(120, 120)
        self.plot.picked.connect(self._picked)
        self.drawing = Drawing([], [], [], [])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addWidget(self.plot, 1)

    def show_drawing(self, drawing: Drawing, part: str, look: Look, note: str) -> None:
        """Replace what is drawn, at a scale of its own."""
        self.drawing = drawing
        self.heading.setText(
            f'<b><span style="color:{look.colour}">●</span> {look.name}</b>'
            f'<span style="font-size:8pt"> {note}</span>'
        )
        self.plot.setAccessibleName(f"Trajectories of {look.name}")
        self.plot.set_axes(trajectory_drawing.axis_names(part, short=True))
        self.plot.set_bounds(None)
        self.plot.set_families(drawing.families)
        self.plot.set_markers(drawing.markers)

    def _picked(self, family: int, index: int) -> None:
        problem = self.drawing.problem(family, index)
        if problem is not None:
            self._select(problem)


class SessionGrid(QWidget):
    """As many plots as sessions, turning together."""

    def __init__(self, camera: Camera, select: Callable[[int], None]) -> None:
        super().__init__()
        self._camera, self._select = camera, select
        self._count, self._columns = 0, 1
        self._made: list[SessionView] = []
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setSpacing(4)

    def views(self, count: int) -> list[SessionView]:
        """Show this many plots."""
        while len(self._made) < count:
            self._made.append(SessionView(self._camera, self._select))
        if count != self._count:
            self._count = count
            self._arrange()
        return self._made[:count]

    @property
    def shown(self) -> list[SessionView]:
        """The plots shown."""
        return self._made[: self._count]

    def share_scale(self) -> None:
        """Give all plots the scale of the one that needs most room."""
        spheres = [view.plot.bounds() for view in self.shown]
        radius = max(own for _, own in spheres)
        for view, (centre, _) in zip(self.shown, spheres, strict=True):
            view.plot.set_bounds(centre, radius)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another shape may want other rows."""
        super().resizeEvent(event)
        if self._count and self._wanted() != self._columns:
            self._arrange()

    def _wanted(self) -> int:
        return columns_for(self._count, self.width(), self.height())

    def _arrange(self) -> None:
        self._columns = columns = self._wanted()
        for place, view in enumerate(self._made):
            self.grid.removeWidget(view)
            view.setVisible(place < self._count)
            if place < self._count:
                self.grid.addWidget(view, *divmod(place, columns))
        for column in range(MOST):
            self.grid.setColumnStretch(column, int(column < columns))


def columns_for(count: int, width: int, height: int) -> int:
    """Columns in which ``count`` square plots are largest in a rectangle."""

    def side(columns: int) -> float:
        rows = -(-count // columns)
        return min(width / columns, height / rows)

    return max(range(1, count + 1), key=side, default=1)
