"""Trajectories of several sessions side by side, turning together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PyQt6.QtGui import QAction

from l2l_gui.panels import problem_groups, trajectory_drawing
from l2l_gui.panels.base import (
    Answer,
    Choice,
    Combined,
    Computation,
    Panel,
    PanelData,
    View,
    Wanted,
)
from l2l_gui.panels.compare.compared import Look, able, too_few
from l2l_gui.panels.compare.session_view import MOST, SessionGrid
from l2l_gui.panels.problem_groups import GroupTrajectories
from l2l_gui.panels.trajectory_drawing import PARTS
from l2l_gui.plotting.camera import Camera
from l2l_gui.plotting.legend_line import LegendLine

Groups = tuple[GroupTrajectories, ...]


def side_by_side(*groups: GroupTrajectories) -> Groups:
    """The trajectories of each session."""
    return groups


class CompareTrajectoriesPanel(Panel[Groups]):
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
    options = (
        Choice(
            "part", "Part of the trajectories", PARTS, bar="buttons", default="residual_decision"
        ),
    )

    def build(self) -> None:
        """A legend, plots in a grid."""
        self.camera = Camera(self)
        self.legend = LegendLine()
        self.grid = SessionGrid(self.camera, self.select)
        self.body_layout.addWidget(self.legend)
        self.body_layout.addWidget(self.grid, 1)
        self.spin = QAction("Spin", self)
        self.spin.setCheckable(True)
        self.spin.toggled.connect(self.camera.set_spinning)
        self.camera.spinning_changed.connect(self.spin.setChecked)

    def actions_of_menu(self) -> list[QAction]:
        """Turning by itself."""
        return [self.spin]

    def state(self) -> dict[str, Any]:
        """The options and the point of view."""
        return {**super().state(), "camera": self.camera.state()}

    def set_state(self, state: Mapping[str, Any]) -> None:
        """The options and the point of view."""
        super().set_state(state)
        if isinstance(state.get("camera"), dict):
            self.camera.restore(state["camera"])

    def ask(self, view: View) -> Wanted:
        """The group's trajectories in each session."""
        nothing = too_few(view)
        if nothing is not None:
            return nothing
        group = view.selection.group
        parts = tuple(
            problem_groups.trajectories(session, group.within(session.problems))
            for session in able(view)[:MOST]
        )
        key = (self.name, *(part.key for part in parts))
        return Combined(Computation(side_by_side, key=key, label="Finding subspaces"), parts)

    def draw(self, answer: Answer[Groups]) -> None:
        """A plot a session."""
        part, selected = answer.view["part"], answer.view.selection
        views = self.grid.views(len(answer.value))
        sessions = able(answer.view)[:MOST]
        for view, group, session in zip(views, answer.value, sessions, strict=True):
            drawing = trajectory_drawing.draw(
                group, part, selected=selected.problem, stimulus=selected.stimulus
            )
            look = Look.of(session, self.context.sessions)
            view.show_drawing(drawing, part, look, group.label)
        self.grid.share_scale()
        self.legend.set_keys(trajectory_drawing.legend(view.drawing for view in views))

    def show_time(self, answer: Answer[Groups], ms: float) -> None:
        """A dot on every trajectory."""
        for view, group in zip(self.grid.shown, answer.value, strict=True):
            view.plot.set_cursor(group.step(ms))

    def reset_zoom(self) -> None:
        """The first point of view."""
        self.camera.reset()

    def caption(self, answer: Answer[Groups]) -> str:
        """How many sessions."""
        left_out = len(able(answer.view)) - len(answer.value)
        more = f", {left_out} more not shown" if left_out else ""
        return f"{len(answer.value)} sessions{more}; drag one to turn all"

    def data(self, answer: Answer[Groups]) -> PanelData:
        """The part shown, session by session."""
        part = answer.view["part"]
        arrays: dict[str, Any] = {}
        units: dict[str, str] = {}
        for place, group in enumerate(answer.value, start=1):
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
                *(f"{group.session}: {group.label}" for group in answer.value),
                "Indices of coordinates: problem, stimulus (not of the mean), time, component",
            ),
        )
