"""Plots of trajectories side by side, one a session, as large as the room allows."""

from __future__ import annotations

from collections.abc import Callable

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QWidget

from l2l_gui.panels.turning_panel import HeadedPlot
from l2l_gui.plotting.camera import Camera

MOST = 6
"""Sessions shown at most; more would be too small to see."""


class SessionGrid(QWidget):
    """As many plots as sessions, turning together."""

    def __init__(self, camera: Camera, select: Callable[[int], None]) -> None:
        super().__init__()
        self._camera, self._select = camera, select
        self._count, self._columns = 0, 1
        self._made: list[HeadedPlot] = []
        self.grid = QGridLayout(self)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setSpacing(4)

    def views(self, count: int) -> list[HeadedPlot]:
        """Show this many plots."""
        while len(self._made) < count:
            self._made.append(HeadedPlot(self._camera, self._select))
        if count != self._count:
            self._count = count
            self._arrange()
        return self._made[:count]

    @property
    def shown(self) -> list[HeadedPlot]:
        """The plots shown."""
        return self._made[: self._count]

    def share_scale(self) -> None:
        """Give all plots the scale of the one that needs most room."""
        spheres = [view.plot.bounds() for view in self.shown]
        radius = max(own for _, own in spheres)
        for view, (centre, _) in zip(self.shown, spheres, strict=True):
            view.plot.set_bounds(centre, radius)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
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
