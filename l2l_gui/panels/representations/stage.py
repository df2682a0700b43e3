"""The stage: a group's trajectories in one large view, for a talk or a movie."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtGui import QResizeEvent

from l2l_engine import task
from l2l_engine.analysis.flow import epoch_at
from l2l_engine.recipes import stage as recipe
from l2l_engine.recipes import trajectories
from l2l_gui.look.theme import theme
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels import problem_groups, trajectory_drawing
from l2l_gui.panels.base import Answer, Choice, Combined, Computation, Flag, Needs, Table, View
from l2l_gui.panels.problem_groups import GroupTrajectories
from l2l_gui.panels.trajectory_drawing import EVENTS, THICK, THIN, Drawing, muted
from l2l_gui.panels.turning_panel import HeadedPlot, TurningPanel
from l2l_gui.plotting.legend import LINE, Sign
from l2l_gui.plotting.legend import THICK as THICK_LINE
from l2l_gui.plotting.projected_plot import Family, Markers

SPACES = {"decision": "Decision subspace", "mixed": "Decision and stimulus"}
MEAN, CHOSEN = 5.0, 2.5
"""Widths of the mean path and of the selected problem's."""
LINES = 7
"""Lines of a plane along each side."""
BETWEEN = "Responses are equal"
CLOCK_PT = 15


@dataclass(frozen=True, slots=True, eq=False)
class Staged:
    """A group's trajectories, and the plane on which both responses are equal."""

    group: GroupTrajectories
    normal: NDArray[np.float64]  # (N,) mean difference of the responses' output weights
    bias: float

    def plane(self, space: str) -> tuple[NDArray[np.float64], float]:
        """Its normal (3,) along the axes of a space, and the offset: normal · x + offset = 0."""
        found = self.group.subspaces
        basis = found.decision[:, :3]
        if space == "mixed":
            basis = np.column_stack([found.decision[:, :2], found.stimulus[:, 0]])
        return self.normal @ basis, self.bias


def staged(group: GroupTrajectories, session: OpenSession) -> Staged:
    """Read the group's readouts."""
    reader = session.reader(group.numbers[-1])
    weights = reader.weights(np.array(group.numbers) - 1).astype(np.float64)
    outputs, bias = weights.output.mean(axis=0), weights.output_bias.mean(axis=0)
    return Staged(group, outputs[:, 1] - outputs[:, 0], float(bias[1] - bias[0]))


class StagePanel(TurningPanel[Staged]):
    """One view: the mean bold, the selected problem on top, the clock in the picture."""

    name = "stage"
    title = "Stage"
    recipe = "stage"
    depends = frozenset({"problem", "group", "stimulus"})
    run_parameters = True
    needs = Needs("see its trajectories", problems=1)
    options = (
        Choice("space", "Axes", SPACES, bar="list"),
        Flag("plane", "Plane where both responses are equal", default=True),
        Flag("clock", "Clock", default=True),
    )

    def build(self) -> None:
        """A plot that fills the panel, with a clock in its corner."""
        self.view = HeadedPlot(self.camera, self.select)
        self.view.heading.hide()
        self.view.plot.fills = True
        self.view.plot.setAccessibleName("Trajectories of the group")
        self.clock = pg.LabelItem(justify="left")
        self.clock.setParentItem(self.view.plot.getPlotItem().vb)
        self.clock.anchor(itemPos=(0, 0), parentPos=(0, 0), offset=(14, 10))
        self.body_layout.addWidget(self.view, 1)

    def ask(self, view: View) -> Combined:
        """The group's trajectories, then its readouts."""
        part = problem_groups.trajectories(view.session, view.group)
        whole = Computation(
            staged, (view.session,), ("stage", part.key), "Reading the group's readouts"
        )
        return Combined(whole, (part,))

    def draw(self, answer: Answer[Staged]) -> None:
        """Every problem thin, then the plane, the mean, the selected one."""
        view, group = answer.view, answer.value.group
        space, selected = view["space"], view.selection.problem
        whole = recipe.paths(group.coordinates, space)
        rows, chosen = trajectory_drawing.drawn_rows(group), group.row(selected)
        numbers, means = np.asarray(group.numbers), whole.mean(axis=0)
        families, owners, signs = [], [], []

        def add(
            points: NDArray[np.floating], of: NDArray[np.intp], colour: str, width: float
        ) -> None:
            bold = width != THIN
            framed = bold or len(of) > 0  # the plane may reach beyond
            families.append(Family(points, colour, width, marked=bold, framed=framed))
            owners.append(of)

        for k in view.stimuli:
            add(whole[rows, k], numbers[rows], muted(f"stimulus{k}"), THIN)
        none = np.empty(0, np.intp)
        grid = plane_lines(*answer.value.plane(space), whole[rows].reshape(-1, 3))
        if view["plane"] and grid is not None:
            add(grid, none, "quiet", THIN)
            signs.append(Sign(LINE, "quiet", BETWEEN.lower()))
        for k in view.stimuli:
            add(means[[k]], none, f"stimulus{k}", MEAN)
            signs.append(Sign(THICK_LINE, f"stimulus{k}", f"mean, stimulus {k}"))
        if chosen is not None:
            for k in view.stimuli:
                add(whole[[chosen], k], numbers[[chosen]], "text", CHOSEN)
            signs.append(Sign(LINE, "text", f"problem {selected}"))
        bold = means if chosen is None else np.concatenate([means, whole[chosen]])
        markers, events = _events(group, bold)
        self.view.show_drawing(Drawing(families, owners, markers, signs), "mean_decision")
        self.view.plot.set_axes(recipe.AXES[space])
        self.legend.show_signs(*signs, *events)

    def show_time(self, answer: Answer[Staged], ms: float) -> None:
        """A dot on the bold paths, and the clock."""
        self.view.plot.set_cursor(answer.value.group.step(ms))
        words = f"{ms:,.0f} ms, {epoch_at(answer.value.group.config, ms)}"
        how = {"size": f"{round(CLOCK_PT * self.view.plot.scale)}pt"}
        how["color"] = theme.color("text").name()
        self.clock.setText(words if answer.view["clock"] else "", **how)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """The clock grows with the frame."""
        super().resizeEvent(event)
        self.context.redraws.add(self._resized)

    def _resized(self) -> None:
        if self.answer is not None:
            self.view.plot.ensure_drawn()
            self.show_time(self.answer, self.answer.view.selection.time)

    def caption(self, answer: Answer[Staged]) -> str:
        """The group."""
        return f"{answer.value.group.label}; F11 fills the screen"

    def data(self, answer: Answer[Staged]) -> Table:
        """A row for every point drawn."""
        view, group = answer.view, answer.value.group
        places = trajectories.drawn(group.numbers, view.selection.problem)
        whole = {view["space"]: recipe.paths(group.coordinates, view["space"])[places]}
        numbers = np.array(group.numbers)[places]
        found = trajectories.tidy(whole, group.times, numbers, view.selection.stimulus)
        columns = trajectory_drawing.as_columns(found)
        return Table(f"Stage ({group.label})", view.notes("As drawn"), *columns)


def plane_lines(
    normal: NDArray[np.float64], offset: float, points: NDArray[np.floating]
) -> NDArray[np.float64] | None:
    """Lines (2 n, 2, 3) across a square of the plane normal · x + offset = 0 amid ``points`` (m, 3).

    None where the plane has no direction, or does not come near the points.
    """
    length = float(np.linalg.norm(normal))
    if not length:
        return None
    unit = normal / length
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    reach = float(np.linalg.norm(points - centre, axis=1).max())
    away = float(unit @ centre + offset / length)
    if abs(away) > reach:
        return None
    middle = centre - away * unit
    first = np.cross(unit, np.eye(3)[int(np.abs(unit).argmin())])
    first /= np.linalg.norm(first)
    second, half = np.cross(unit, first), 0.6 * reach
    lines = [
        [middle + shift * across - half * along, middle + shift * across + half * along]
        for along, across in ((first, second), (second, first))
        for shift in np.linspace(-half, half, LINES)
    ]
    return np.array(lines)


def _events(
    group: GroupTrajectories, paths: NDArray[np.floating]
) -> tuple[list[Markers], list[Sign]]:
    """Where the stimulus goes and the go signal comes, on the bold paths alone."""
    starts = {epoch.name: epoch.start for epoch in task.epochs(group.config)}
    shown = [event for event in EVENTS if event[0] != "sample"]
    markers = [
        Markers(paths[:, group.step(starts[epoch])], "text", symbol, 2.2 * THICK)
        for epoch, _, symbol, _ in shown
    ]
    return markers, [Sign(mark, "text", name) for _, name, _, mark in shown]
