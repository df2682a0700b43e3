"""Trajectories of several sessions side by side, turning together."""

from __future__ import annotations

from typing import Any

import numpy as np
from PyQt6.QtGui import QAction, QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from l2l_gui.model.sessions import OpenSession
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels import problem_groups, trajectory_drawing
from l2l_gui.panels.compare.compared import too_few
from l2l_gui.panels.gathered import Gathered
from l2l_gui.panels.legacy import Answer, LegacyPanel, Ready
from l2l_gui.panels.problem_groups import GroupTrajectories
from l2l_gui.panels.trajectory_drawing import PARTS, Drawing
from l2l_gui.plotting.camera import Camera
from l2l_gui.plotting.choice_bar import ChoiceBar
from l2l_gui.plotting.legend_line import LegendLine
from l2l_gui.plotting.projected_plot import ProjectedPlot
from l2l_gui.plotting.session_colours import colour

MOST = 6
"""Sessions shown at most; more would be too small to see."""


class _SessionView(QWidget):
    """A session's name above its plot."""

    def __init__(self, camera: Camera) -> None:
        super().__init__()
        self.heading = QLabel()
        self.heading.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.plot = ProjectedPlot(camera)
        self.plot.setMinimumSize(120, 120)
        self.group: GroupTrajectories | None = None
        self.drawing = Drawing([], [], [], [])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addWidget(self.plot, 1)

    def name_it(self, session: OpenSession, own: str, note: str) -> None:
        self.heading.setText(
            f'<b><span style="color:{own}">●</span> {session.name}</b>'
            f'<span style="font-size:8pt"> {note}</span>'
        )
        self.plot.setAccessibleName(f"Trajectories of {session.name}")


class CompareTrajectoriesPanel(LegacyPanel):
    """One plot a session, with a common scale and point of view."""

    name = "compare_trajectories"
    title = "Trajectories side by side"
    help = (
        "Noise-free trajectories of the selected group of problems, one plot a session, all with the "
        "same scale; turning or zooming one turns and zooms all. "
        "Each session is seen along the components of its own subspaces, whose directions have "
        "nothing to do with each other between networks: compare shape and size, not place. "
        "Goudar et al. (2023), Fig. 2, shows one network's."
    )
    depends = frozenset({"sessions", "problem", "group", "stimulus"})

    def build(self) -> None:
        """A choice of part, a legend, plots in a grid."""
        self.camera = Camera(self)
        self.choice = ChoiceBar(PARTS, "Part of the trajectories")
        self.choice.choose("residual_decision")
        self.choice.chosen.connect(self._redraw)
        self.body_layout.addWidget(self.choice)
        self.legend = LegendLine()
        self.body_layout.addWidget(self.legend)
        self.grid = QGridLayout()
        self.grid.setSpacing(4)
        self.body_layout.addLayout(self.grid, 1)
        self.views: list[_SessionView] = []
        self._gathered = Gathered()
        self._groups: list[GroupTrajectories] = []
        self._columns = 1
        self.spin = QAction("Spin", self)
        self.spin.setCheckable(True)
        self.spin.toggled.connect(self.camera.set_spinning)
        self.camera.spinning_changed.connect(self.spin.setChecked)

    def tools(self) -> list[QAction]:
        """Spinning."""
        return [self.spin]

    def state(self) -> dict[str, Any]:
        """The part and the point of view."""
        return {"part": self.choice.choice, "camera": self.camera.state()}

    def set_state(self, state: dict[str, Any]) -> None:
        """The part and the point of view."""
        self.choice.choose(state.get("part"))
        camera = state.get("camera")
        if isinstance(camera, dict):
            self.camera.restore(camera)

    def _able(self) -> list[OpenSession]:
        return [session for session in self.context.compared if session.problems][:MOST]

    def ask(self) -> Answer:
        """The group's trajectories in each session, one after the other."""
        nothing = too_few(self.context)
        if nothing is not None:
            return nothing
        group = self.context.selected.group
        wanted = [
            problem_groups.trajectories(session, group.within(session.problems))
            for session in self._able()
        ]
        missing = self._gathered.next(wanted)
        if missing is not None:
            return missing
        return Ready([self._gathered[one] for one in wanted])

    def draw(self, value: GroupTrajectories | list[GroupTrajectories]) -> None:
        """Keep one session's trajectories and ask for the next; draw when all are there."""
        if isinstance(value, GroupTrajectories):
            self._gathered.take(value)
            self.invalidate()
            return
        self._groups = value
        self._arrange(len(value))
        self._redraw()
        left_out = sum(1 for one in self.context.compared if one.problems) - len(value)
        more = f", {left_out} more not shown" if left_out else ""
        self.shown.emit(f"{len(value)} sessions{more}; drag one to turn all")

    def _arrange(self, count: int) -> None:
        """As many plots as sessions, as large as the panel's shape allows."""
        while len(self.views) < count:
            view = _SessionView(self.camera)
            view.plot.picked.connect(lambda f, i, view=view: self._picked(view, f, i))
            self.views.append(view)
        self._columns = columns = columns_for(count, self.width(), self.height())
        for place, view in enumerate(self.views):
            self.grid.removeWidget(view)
            view.setVisible(place < count)
            if place < count:
                self.grid.addWidget(view, *divmod(place, columns))
        for column in range(MOST):
            self.grid.setColumnStretch(column, int(column < columns))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another shape may want other rows."""
        super().resizeEvent(event)
        count = len(self._groups)
        if count and columns_for(count, self.width(), self.height()) != self._columns:
            self._arrange(count)

    def _redraw(self) -> None:
        if not self._groups:
            return
        part, selected = self.choice.choice, self.context.selected
        spheres = []
        for view, group, session in zip(self.views, self._groups, self._able(), strict=False):
            view.group = group
            view.drawing = trajectory_drawing.draw(
                group, part, selected=selected.problem, stimulus=selected.stimulus
            )
            view.plot.set_axes(trajectory_drawing.axis_names(part, short=True))
            view.plot.set_bounds(None)
            view.plot.set_families(view.drawing.families)
            view.plot.set_markers(view.drawing.markers)
            spheres.append(view.plot.bounds())
            view.name_it(session, colour(self.context.sessions, session), group.label)
        radius = max(own for _, own in spheres)
        for view, (centre, _) in zip(self.views, spheres, strict=False):
            view.plot.set_bounds(centre, radius)
        self.legend.set_keys(
            trajectory_drawing.legend(view.drawing for view in self.views[: len(self._groups)])
        )
        self.show_time(selected.time)

    def show_time(self, ms: float) -> None:
        """A dot on every trajectory."""
        for view, group in zip(self.views, self._groups, strict=False):
            view.plot.set_cursor(group.step(ms))

    def reset_zoom(self) -> None:
        """The first point of view."""
        self.camera.reset()

    def data(self) -> PanelData | None:
        """The part shown, session by session."""
        if not self._groups or not self.has_content:
            return None
        part = self.choice.choice
        arrays: dict[str, Any] = {}
        units: dict[str, str] = {}
        for place, group in enumerate(self._groups, start=1):
            name = f"{place} {group.session}"
            arrays[f"{name} time"], units[f"{name} time"] = group.times, "ms"
            arrays[f"{name} problem"] = np.array(group.numbers)
            arrays[f"{name} coordinates"] = getattr(group.coordinates, part)
            units[f"{name} coordinates"] = "a.u."
        return PanelData(
            arrays,
            units,
            title=f"{PARTS[part]} trajectories side by side",
            notes=(
                *(f"{group.session}: {group.label}" for group in self._groups),
                "Indices of coordinates: problem, stimulus (not of the mean), time, component",
            ),
        )

    def _picked(self, view: _SessionView, family: int, index: int) -> None:
        problem = view.drawing.problem(family, index)
        if problem is not None:
            self.context.selection.select_problem(problem)


def columns_for(count: int, width: int, height: int) -> int:
    """Columns in which ``count`` square plots are largest in a rectangle."""

    def side(columns: int) -> float:
        rows = -(-count // columns)
        return min(width / columns, height / rows)

    return max(range(1, count + 1), key=side, default=1)
