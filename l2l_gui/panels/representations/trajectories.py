"""Trajectories of a group of problems in its decision and stimulus subspaces."""

from __future__ import annotations

from PyQt6.QtWidgets import QHBoxLayout, QWidget

from l2l_gui.panels import problem_groups, trajectory_drawing
from l2l_gui.panels.base import Answer, Choice, Computation, Flag, Needs, Table, View
from l2l_gui.panels.problem_groups import Basis, GroupTrajectories
from l2l_gui.panels.trajectory_drawing import PARTS
from l2l_gui.panels.turning_panel import HeadedPlot, TurningPanel

ALL = "all"


class TrajectoriesPanel(TurningPanel[GroupTrajectories]):
    """Mean decision, residual decision and stimulus trajectories in 3-D."""

    name = "trajectories"
    title = "Trajectories"
    recipe = "trajectories"
    depends = frozenset({"problem", "group", "stimulus"})
    run_parameters = True
    needs = Needs("see what its problems share", problems=1)
    options = (
        Choice("part", "Part of the trajectories", {ALL: "All", **PARTS}, bar="buttons"),
        Flag("by_number", "Colour by problem number"),
        Choice("basis", "Subspaces", {basis.name: basis.words for basis in Basis}),
    )

    def build(self) -> None:
        """Three plots that turn together."""
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.body_layout.addWidget(holder, 1)
        self.parts = {part: HeadedPlot(self.camera, self.select) for part in PARTS}
        for name, part in self.parts.items():
            part.heading.setText(PARTS[name])
            part.heading.setProperty("heading", True)
            part.plot.setAccessibleName(f"{PARTS[name]} trajectories")
            row.addWidget(part, 1)

    def ask(self, view: View) -> Computation:
        """The trajectories of the group."""
        return problem_groups.trajectories(view.session, view.group, Basis[view["basis"]])

    def draw(self, answer: Answer[GroupTrajectories]) -> None:
        """The parts shown; alone one needs no heading and has room for long names."""
        chosen, shown = answer.view.selection, _shown(answer.view)
        for name, part in self.parts.items():
            part.setVisible(name in shown)
            part.heading.setVisible(len(shown) > 1)
            if name in shown:
                drawing = trajectory_drawing.draw(
                    answer.value,
                    name,
                    selected=chosen.problem,
                    stimulus=chosen.stimulus,
                    by_number=answer.view["by_number"],
                )
                part.show_drawing(drawing, name, short=len(shown) > 1)
        drawings = (self.parts[name].drawing for name in shown)
        self.legend.show_signs(*trajectory_drawing.legend(drawings))

    def show_time(self, answer: Answer[GroupTrajectories], ms: float) -> None:
        """A dot on every trajectory."""
        for name in _shown(answer.view):
            self.parts[name].plot.set_cursor(answer.value.step(ms))

    def caption(self, answer: Answer[GroupTrajectories]) -> str:
        """The group, and how much its decision subspace holds."""
        value = answer.value
        drawn = len(trajectory_drawing.drawn_rows(value))
        some = f", {drawn} drawn" if drawn < len(value.numbers) else ""
        share = f"decision subspace holds {value.subspaces.decision_share:.0%}"
        if value.basis is not Basis.OWN:
            share = f"subspaces {value.basis.value}"
        return f"{value.label}{some}; {share}"

    def data(self, answer: Answer[GroupTrajectories]) -> Table:
        """A row for every point drawn."""
        value = answer.value
        chosen = answer.view.selection
        return Table(
            f"Trajectories ({value.label})",
            answer.view.notes(f"Subspaces {value.basis.value}", "As drawn, along three components"),
            *trajectory_drawing.columns(
                value, _shown(answer.view), selected=chosen.problem, stimulus=chosen.stimulus
            ),
        )


def _shown(view: View) -> tuple[str, ...]:
    return tuple(PARTS) if view["part"] == ALL else (view["part"],)
