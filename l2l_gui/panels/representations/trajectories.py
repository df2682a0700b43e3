"""Trajectories of a group of problems in its decision and stimulus subspaces."""

from __future__ import annotations

from typing import Any

import numpy as np
from PyQt6.QtGui import QAction, QActionGroup
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels import problem_groups, trajectory_drawing
from l2l_gui.panels.base import Answer, Nothing, Panel
from l2l_gui.panels.problem_groups import Basis, GroupTrajectories
from l2l_gui.panels.trajectory_drawing import PARTS, Drawing
from l2l_gui.plotting.camera import Camera
from l2l_gui.plotting.choice_bar import ChoiceBar
from l2l_gui.plotting.legend_line import LegendLine
from l2l_gui.plotting.projected_plot import ProjectedPlot

ALL = "all"


class PartView(QWidget):
    """A heading above a 3-D plot of one part."""

    def __init__(self, part: str, camera: Camera) -> None:
        super().__init__()
        self.part = part
        self.heading = QLabel(PARTS[part])
        self.heading.setProperty("heading", True)
        self.plot = ProjectedPlot(camera)
        self.plot.setAccessibleName(f"{PARTS[part]} trajectories")
        self.plot.setMinimumSize(120, 120)
        self.drawing = Drawing([], [], [], [])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addWidget(self.plot, 1)

    def set_alone(self, alone: bool) -> None:
        """With the panel to itself it needs no heading and has room for long names."""
        self.heading.setVisible(not alone)
        self.plot.set_axes(trajectory_drawing.axis_names(self.part, short=not alone))

    def show_drawing(self, drawing: Drawing) -> None:
        """Replace what is drawn."""
        self.drawing = drawing
        self.plot.set_families(drawing.families)
        self.plot.set_markers(drawing.markers)


class TrajectoriesPanel(Panel):
    """Mean decision, residual decision and stimulus trajectories in 3-D."""

    name = "trajectories"
    title = "Trajectories"
    help = (
        "Each line is one problem's noise-free trial in the network that had just learned it, split "
        "into the mean over both stimuli within the decision subspace, each stimulus's difference "
        "from that mean, and all that lies outside the decision subspace; the axes are the first "
        "three components of each subspace. "
        "Where the lines of many problems run together the representation is reused; drag to turn, "
        "click a line to select its problem, which is drawn thick with its start, stimulus offset "
        "and go signal marked. "
        "Goudar et al. (2023), Fig. 2: the subspaces are those of noise-free problems 2–51 there, "
        "whereas training's perturbations use noisy trials of 1–50; the menu offers either."
    )
    depends = frozenset({"problem", "group", "stimulus"})

    def build(self) -> None:
        """A row of choices above three plots that turn together."""
        self.camera = Camera(self)
        self.choice = ChoiceBar({ALL: "All", **PARTS}, "Part of the trajectories")
        self.choice.chosen.connect(self._choose)
        self.body_layout.addWidget(self.choice)
        self.legend = LegendLine()
        self.body_layout.addWidget(self.legend)
        row = QHBoxLayout()
        row.setSpacing(4)
        self.body_layout.addLayout(row, 1)
        self.views = {part: PartView(part, self.camera) for part in PARTS}
        for view in self.views.values():
            row.addWidget(view, 1)
            view.plot.picked.connect(lambda f, i, view=view: self._picked(view, f, i))
            view.plot.hovered.connect(lambda f, i, view=view: self._hovered(view, f, i))
        self._group: GroupTrajectories | None = None
        self._make_tools()
        self._choose(self.choice.choice)

    def _make_tools(self) -> None:
        self.by_number = QAction("Colour by problem number", self)
        self.by_number.setCheckable(True)
        self.by_number.toggled.connect(self.invalidate)
        self.spin = QAction("Spin", self)
        self.spin.setCheckable(True)
        self.spin.toggled.connect(self.camera.set_spinning)
        self.camera.spinning_changed.connect(self.spin.setChecked)
        self.bases = QActionGroup(self)
        menu = QMenu("Subspaces", self)
        for basis in Basis:
            action = menu.addAction(basis.value[0].upper() + basis.value[1:])
            action.setCheckable(True)
            action.setData(basis.name)
            action.setChecked(basis is Basis.OWN)
            self.bases.addAction(action)
        self.bases.triggered.connect(self.invalidate)
        self._menu = menu

    def tools(self) -> list[QAction]:
        """Colours, subspaces, spinning."""
        submenu = self._menu.menuAction()
        return [self.by_number, *([submenu] if submenu is not None else []), self.spin]

    @property
    def basis(self) -> Basis:
        """The subspaces chosen."""
        return Basis[self.bases.checkedAction().data()]

    def state(self) -> dict[str, Any]:
        """The part shown, options and the point of view."""
        return {
            "part": self.choice.choice,
            "by_number": self.by_number.isChecked(),
            "basis": self.basis.name,
            "camera": self.camera.state(),
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """The part shown, options and the point of view."""
        self.choice.choose(state.get("part"))
        self.by_number.setChecked(bool(state.get("by_number", False)))
        for action in self.bases.actions():
            if action.data() == state.get("basis"):
                action.setChecked(True)
        camera = state.get("camera")
        if isinstance(camera, dict):
            self.camera.restore(camera)
        self.invalidate()

    def ask(self) -> Answer:
        """The trajectories of the group."""
        session, selected = self.context.session, self.context.selected
        if session is None:
            return Nothing("Open a session to see what its problems share.")
        if not session.problems:
            return Nothing("Nothing is learned yet: press P to train a whole problem.")
        group = selected.group.within(session.problems)
        return problem_groups.trajectories(session, group, self.basis)

    def draw(self, value: GroupTrajectories) -> None:
        """The parts shown."""
        self._group = value
        views = self._shown_views()
        for view in views:
            self._draw_part(view)
        self.legend.set_keys(trajectory_drawing.legend(view.drawing for view in views))
        self._describe(value)

    def _describe(self, value: GroupTrajectories) -> None:
        drawn = len(trajectory_drawing.drawn_rows(value))
        some = f", {drawn} drawn" if drawn < len(value.numbers) else ""
        share = f"decision subspace holds {value.subspaces.decision_share:.0%}"
        if value.basis is not Basis.OWN:
            share = f"subspaces {value.basis.value}"
        self.shown.emit(f"{value.label}{some}; {share}")

    def _shown_views(self) -> list[PartView]:
        part = self.choice.choice
        return list(self.views.values()) if part == ALL else [self.views[part]]

    def _draw_part(self, view: PartView) -> None:
        assert self._group is not None
        selected = self.context.selected
        view.show_drawing(
            trajectory_drawing.draw(
                self._group,
                view.part,
                selected=selected.problem,
                stimulus=selected.stimulus,
                by_number=self.by_number.isChecked(),
            )
        )

    def _choose(self, part: str) -> None:
        for name, view in self.views.items():
            view.setVisible(part in (ALL, name))
            view.set_alone(part != ALL)
        if self._group is not None and self.has_content:
            self.draw(self._group)
            self.show_time(self.context.selected.time)

    def show_time(self, ms: float) -> None:
        """A dot on every trajectory."""
        if self._group is not None:
            step = self._group.step(ms)
            for view in self._shown_views():
                view.plot.set_cursor(step)

    def reset_zoom(self) -> None:
        """The first point of view."""
        self.camera.reset()

    def restyle(self, palette: Palette) -> None:
        """The plots follow the theme by themselves."""
        for view in self.views.values():
            theme.style_plot(view.plot, grid=False)

    def data(self) -> PanelData | None:
        """Coordinates of each part shown, problem by problem."""
        value = self._group
        if value is None or not self.has_content:
            return None
        arrays: dict[str, Any] = {"time": value.times, "problem": np.array(value.numbers)}
        units = {"time": "ms"}
        for view in self._shown_views():
            name = f"{PARTS[view.part].lower()} coordinates"
            arrays[name] = getattr(value.coordinates, view.part)
            units[name] = "a.u."
        return PanelData(
            arrays,
            units,
            title=f"Trajectories ({value.label})",
            notes=(
                f"Session {value.session}",
                f"Subspaces {value.basis.value}",
                "Indices: problem, stimulus (not of the mean), time, component",
            ),
        )

    # -- the mouse ---------------------------------------------------------------------

    def _picked(self, view: PartView, family: int, index: int) -> None:
        problem = view.drawing.problem(family, index)
        if problem is not None:
            self.context.selection.select_problem(problem)

    def _hovered(self, view: PartView, family: int, index: int) -> None:
        problem = view.drawing.problem(family, index)
        if problem is not None:
            view.plot.setToolTip(f"Problem {problem}: click to select it")
