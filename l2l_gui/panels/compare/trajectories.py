"""Trajectories of several sessions side by side, turning together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from l2l_gui.panels import problem_groups, trajectory_drawing
from l2l_gui.panels.base import (
    Answer,
    Choice,
    Column,
    Combined,
    Compares,
    Computation,
    Table,
    View,
)
from l2l_gui.panels.compare.session_grid import MOST, SessionGrid
from l2l_gui.panels.compared_names import names
from l2l_gui.panels.problem_groups import GroupTrajectories
from l2l_gui.panels.trajectory_drawing import PARTS
from l2l_gui.panels.turning_panel import TurningPanel

Groups = tuple[GroupTrajectories, ...]


def side_by_side(*groups: GroupTrajectories) -> Groups:
    """The trajectories of each session."""
    return groups


class CompareTrajectoriesPanel(TurningPanel[Groups]):
    """One plot a session, with a common scale and point of view."""

    name = "compare_trajectories"
    title = "Trajectories side by side"
    recipe = "compare_trajectories"
    depends = frozenset({"sessions", "problem", "group", "stimulus"})
    needs = Compares()
    options = (
        Choice(
            "part", "Part of the trajectories", PARTS, bar="buttons", default="residual_decision"
        ),
    )

    def build(self) -> None:
        """Plots in a grid."""
        self.grid = SessionGrid(self.camera, self.select)
        self.body_layout.addWidget(self.grid, 1)

    def ask(self, view: View) -> Combined:
        """The group's trajectories in each session."""
        group = view.selection.group
        parts = tuple(
            problem_groups.trajectories(session, group.within(now.problems))
            for session, now, _ in view.learners[:MOST]
        )
        key = (self.name, *(part.key for part in parts))
        return Combined(Computation(side_by_side, key=key, label="Finding subspaces"), parts)

    def draw(self, answer: Answer[Groups]) -> None:
        """A plot a session."""
        part, selected = answer.view["part"], answer.view.selection
        plots = self.grid.views(len(answer.value))
        for plot, group, learner in zip(plots, answer.value, answer.view.learners, strict=False):
            drawing = trajectory_drawing.draw(
                group, part, selected=selected.problem, stimulus=selected.stimulus
            )
            name = learner.session.name
            plot.heading.setText(
                f'<b><span style="color:{learner.look.colour}">●</span> {name}</b>'
                f'<span style="font-size:8pt"> {group.label}</span>'
            )
            plot.plot.setAccessibleName(f"Trajectories of {name}")
            plot.show_drawing(drawing, part)
        self.grid.share_scale()
        self.legend.show_signs(*trajectory_drawing.legend(plot.drawing for plot in plots))

    def show_time(self, answer: Answer[Groups], ms: float) -> None:
        """A dot on every trajectory."""
        for view, group in zip(self.grid.shown, answer.value, strict=True):
            view.plot.set_cursor(group.step(ms))

    def caption(self, answer: Answer[Groups]) -> str:
        """How many sessions."""
        left_out = len(answer.view.learners) - len(answer.value)
        more = f", {left_out} more not shown" if left_out else ""
        return f"{len(answer.value)} sessions{more}; drag one to turn all"

    def data(self, answer: Answer[Groups]) -> Table:
        """The part shown, session by session."""
        part, chosen = answer.view["part"], answer.view.selection
        each = [
            trajectory_drawing.columns(
                group, (part,), selected=chosen.problem, stimulus=chosen.stimulus
            )
            for group in answer.value
        ]
        lengths = [len(np.asarray(columns[0].values)) for columns in each]
        joined = [
            replace(same[0], values=np.concatenate([np.asarray(one.values) for one in same]))
            for same in zip(*each, strict=True)
        ]
        session = Column("session", np.repeat(names(answer.view)[: len(each)], lengths))
        notes = [f"{group.session}: {group.label}" for group in answer.value]
        return Table(f"{PARTS[part]} trajectories side by side", notes, session, *joined)
