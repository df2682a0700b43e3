"""Trajectories of a group of problems in its decision and stimulus subspaces."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from l2l_gui.panels import problem_groups, trajectory_drawing
from l2l_gui.panels.base import Answer, Choice, Flag, Nothing, Panel, PanelData, View, Wanted
from l2l_gui.panels.problem_groups import Basis, GroupTrajectories
from l2l_gui.panels.trajectory_drawing import PARTS, Drawing
from l2l_gui.plotting.camera import Camera
from l2l_gui.plotting.legend_line import LegendLine
from l2l_gui.plotting.projected_plot import ProjectedPlot

ALL = "all"


class PartView(QWidget):
    """A heading above a 3-D plot of one part."""

    def __init__(self, part: str, panel: TrajectoriesPanel) -> None:
        super().__init__()
        self.part, self._panel = part, panel
        self.heading = QLabel(PARTS[part])
        self.heading.setProperty("heading", True)
        self.plot = ProjectedPlot(panel.camera)
        self.plot.setAccessibleName(f"{PARTS[part]} trajectories")
        self.plot.setMinimumSize(120, 120)
        self.drawing = Drawing([], [], [], [])
        self.plot.picked.connect(self._picked)
        self.plot.hovered.connect(self._hovered)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addWidget(self.plot, 1)

    def show_drawing(self, drawing: Drawing, *, alone: bool) -> None:
        """Replace what is drawn; alone it needs no heading and has room for long names."""
        self.drawing = drawing
        self.heading.setVisible(not alone)
        self.plot.set_axes(trajectory_drawing.axis_names(self.part, short=not alone))
        self.plot.set_families(drawing.families)
        self.plot.set_markers(drawing.markers)

    def _picked(self, family: int, index: int) -> None:
        problem = self.drawing.problem(family, index)
        if problem is not None:
            self._panel.select(problem)

    def _hovered(self, family: int, index: int) -> None:
        problem = self.drawing.problem(family, index)
        if problem is not None:
            self.plot.setToolTip(f"Problem {problem}: click to select it")


class TrajectoriesPanel(Panel[GroupTrajectories]):
    """Mean decision, residual decision and stimulus trajectories in 3-D."""

    name = "trajectories"
    title = "Trajectories"
    depends = frozenset({"problem", "group", "stimulus"})
    options = (
        Choice("part", "Part of the trajectories", {ALL: "All", **PARTS}, bar="buttons"),
        Flag("by_number", "Colour by problem number"),
        Choice("basis", "Subspaces", {one.name: one.words for one in Basis}),
    )

    def build(self) -> None:
        """Three plots that turn together."""
        self.camera = Camera(self)
        self.legend = LegendLine()
        self.body_layout.addWidget(self.legend)
        row = QHBoxLayout()
        row.setSpacing(4)
        self.body_layout.addLayout(row, 1)
        self.parts = {part: PartView(part, self) for part in PARTS}
        for part in self.parts.values():
            row.addWidget(part, 1)
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
        """The trajectories of the group."""
        if view.session is None:
            return Nothing("Open a session to see what its problems share.")
        if not view.problems:
            return Nothing("Nothing is learned yet: press P to train a whole problem.")
        return problem_groups.trajectories(view.session, view.group, Basis[view["basis"]])

    def draw(self, answer: Answer[GroupTrajectories]) -> None:
        """The parts shown."""
        view = answer.view
        shown = _shown(view)
        for name, part in self.parts.items():
            part.setVisible(name in shown)
            if name in shown:
                drawing = trajectory_drawing.draw(
                    answer.value,
                    name,
                    selected=view.selection.problem,
                    stimulus=view.selection.stimulus,
                    by_number=view["by_number"],
                )
                part.show_drawing(drawing, alone=len(shown) == 1)
        self.legend.set_keys(trajectory_drawing.legend(self.parts[name].drawing for name in shown))

    def show_time(self, answer: Answer[GroupTrajectories], ms: float) -> None:
        """A dot on every trajectory."""
        for name in _shown(answer.view):
            self.parts[name].plot.set_cursor(answer.value.step(ms))

    def reset_zoom(self) -> None:
        """The first point of view."""
        self.camera.reset()

    def caption(self, answer: Answer[GroupTrajectories]) -> str:
        """The group, and how much its decision subspace holds."""
        value = answer.value
        drawn = len(trajectory_drawing.drawn_rows(value))
        some = f", {drawn} drawn" if drawn < len(value.numbers) else ""
        share = f"decision subspace holds {value.subspaces.decision_share:.0%}"
        if value.basis is not Basis.OWN:
            share = f"subspaces {value.basis.value}"
        return f"{value.label}{some}; {share}"

    def data(self, answer: Answer[GroupTrajectories]) -> PanelData:
        """Coordinates of each part shown, problem by problem."""
        value = answer.value
        parts = {
            f"{PARTS[part].lower()} coordinates": getattr(value.coordinates, part)
            for part in _shown(answer.view)
        }
        return PanelData(
            {"time": value.times, "problem": np.array(value.numbers), **parts},
            {"time": "ms", **dict.fromkeys(parts, "a.u.")},
            title=f"Trajectories ({value.label})",
            notes=answer.view.notes(
                f"Subspaces {value.basis.value}",
                "Indices: problem, stimulus (not of the mean), time, component",
            ),
        )


def _shown(view: View) -> tuple[str, ...]:
    return tuple(PARTS) if view["part"] == ALL else (view["part"],)
