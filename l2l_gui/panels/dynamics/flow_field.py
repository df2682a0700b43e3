"""The flow on a plane of state space at the time of the cursor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF
from PyQt6.QtGui import QAction

from l2l_engine import task
from l2l_engine.analysis import flow
from l2l_gui.look.theme import theme
from l2l_gui.panels.base import (
    Answer,
    Choice,
    Column,
    Computation,
    Flag,
    Needs,
    Panel,
    PanelData,
    Table,
    View,
)
from l2l_gui.panels.dynamics.flow_scene import PLANES, Scene, points_of, scene_of
from l2l_gui.panels.dynamics.slow_point_marks import SIGNS, SlowPointMarks
from l2l_gui.panels.learned import group_words
from l2l_gui.plotting.arrow_field import ArrowField, SmoothImage, grid_over, tinted
from l2l_gui.plotting.extent import stretched
from l2l_gui.plotting.image_plot import ImagePlot
from l2l_gui.plotting.ink import DOTTED, STIMULUS, Ink, inked
from l2l_gui.plotting.legend import Legend, Sign
from l2l_gui.plotting.plots import grid_view

FINER = 2
"""Pixels of the speed image for each arrow, along each axis."""
MARGIN = 0.12
SLOWEST = 0.01
"""The least speed (a.u./s) that the strongest colour stands for."""


class FlowFieldPanel(Panel[Scene]):
    """Arrows and speed on a plane, with trajectories and slow points."""

    name = "flow_field"
    title = "Flow field"
    recipe = "flow_field"
    depends = frozenset({"problem", "stimulus", "group"})
    run_parameters = True
    needs = Needs("see the flow of its network", problems=1, selected=True)
    options = (
        Choice("plane", "Plane", PLANES, bar="list"),
        Flag("search", "Search slow points", default=True),
    )

    def build(self) -> None:
        """A plot over an image, with a bar for its colours."""
        lines = (Sign.of(ink, f"stimulus {k}") for k, ink in enumerate(STIMULUS))
        self.body_layout.addWidget(Legend(*lines, *SIGNS))
        self.view = grid_view()
        self.body_layout.addWidget(self.view)
        self.map = ImagePlot(self.view, bar="Speed (a.u./s)", bar_width=36, image=SmoothImage())
        self.plot = self.map.plot
        self.plot.setAspectLocked(True)
        self.arrows = inked(ArrowField(), pen=Ink("quiet"))
        self.paths = [pg.PlotCurveItem(skipFiniteCheck=True) for _ in range(task.RESPONSES)]
        self.released = inked(pg.PlotCurveItem(skipFiniteCheck=True), pen=Ink("text", 2, DOTTED))
        self.points = SlowPointMarks()
        self.now = pg.ScatterPlotItem(size=11)
        layers = (self.arrows, *self.paths, self.released, self.points, self.now)
        for depth, item in enumerate(layers, start=1):
            item.setZValue(depth)
            self.plot.addItem(item, ignoreBounds=True)
        self.clear = QAction("Clear the released state", self)
        self.clear.triggered.connect(lambda: self.released.setData([], []))
        self._released_in: Scene | None = None
        self.pointing = self.point_at(self.plot, self._release, self._tip)
        self._flow: tuple[NDArray[Any], flow.Flow] | None = None
        self.plot.vb.sigRangeChanged.connect(lambda *_: self.context.redraws.add(self._draw_flow))

    def actions_of_menu(self) -> list[QAction]:
        """Removing a released state."""
        return [self.clear]

    def ask(self, view: View) -> Computation:
        """The selected problem's trajectories on the chosen plane."""
        group = None if view["plane"] == "components" else view.selection.group
        arguments = (view.session, view.problem, group, view["plane"])
        key = ("flow scene", view.session.key, *arguments[1:])
        return Computation(scene_of, arguments, key, "Simulating")

    def refine(self, answer: Answer[Scene]) -> Computation | None:
        """The slow points of every epoch."""
        if not answer.view["search"]:
            return None
        arguments = (answer.view.session, answer.value.learned.number)
        key = ("slow points", arguments[0].key, arguments[1])
        label = "Searching slow points"
        return Computation(points_of, arguments, key, label, reports=True, slow=True)

    def draw(self, answer: Answer[Scene]) -> None:
        """The trajectories; what moves with the time is drawn by :meth:`show_time`."""
        scene, chosen = answer.value, answer.view.stimuli
        if self._released_in is not scene:
            self.released.setData([], [])
        for stimulus, (path, ink) in enumerate(zip(self.paths, STIMULUS, strict=True)):
            path.setData(*scene.trajectories[stimulus].T)
            path.setPen(Ink(ink.colour, 3 if stimulus in chosen else 1).pen)
        self.plot.setLabel("bottom", scene.labels[0])
        self.plot.setLabel("left", scene.labels[1])
        self.map.bar.setColorMap(tinted("accent", 0.45))

    def show_time(self, answer: Answer[Scene], ms: float) -> None:
        """The flow, its points and the present state at this time."""
        scene = answer.value
        step = min(round(ms / scene.config.dt), scene.config.steps)
        brushes = [ink.brush for ink in STIMULUS]
        places = scene.trajectories[:, step]
        self.now.setData(pos=places, brush=brushes, pen=theme.pen("panel", 2))
        found = scene.points_at(answer.more, _stimulus(answer), ms)
        if found is None:
            self.points.hide_points()
        else:
            self.points.set_points(scene.plane.coordinates(found.states), found)
        self._draw_flow()

    def _draw_flow(self) -> None:
        """The field over all that the plot shows now."""
        answer = self.answer
        if answer is None or not self.seen:
            return
        scene: Scene = answer.value
        rect: QRectF = self.plot.vb.viewRect()
        grid, cells = grid_over(rect, self.plot.vb.width(), self.plot.vb.height(), FINER)
        through, current = scene.at(_stimulus(answer), answer.view.selection.time)
        field = flow.plane_flow(
            scene.learned.weights, current, scene.config, scene.plane, through, grid
        )
        self._flow = grid, field
        # in strides: colours that flicker as the cursor moves say nothing
        self.map.show(field.speed, rect, (0.0, stretched(float(field.speed.max()), SLOWEST)))
        some = np.s_[FINER // 2 :: FINER, FINER // 2 :: FINER]
        longest = 0.9 * min(rect.width() / cells[0], rect.height() / cells[1])
        places, velocity = grid[some].reshape(-1, 2), field.velocity[some].reshape(-1, 2)
        self.arrows.set_arrows(places, velocity, longest)

    def frame(self, answer: Answer[Scene]) -> None:
        """All of both trajectories."""
        flat = answer.value.trajectories.reshape(-1, 2)
        low, high = flat.min(axis=0), flat.max(axis=0)
        self.plot.setRange(QRectF(*low, *np.maximum(high - low, 1e-6)), padding=MARGIN)

    def caption(self, answer: Answer[Scene]) -> str:
        """The problem, the epoch and the state that the plane passes through."""
        scene, ms = answer.value, answer.view.selection.time
        return (
            f"problem {scene.learned.number}, {flow.epoch_at(scene.config, ms)}, through the "
            f"state of stimulus {_stimulus(answer)} at {ms:.0f} ms"
        )

    def recipe_settings(self, answer: Answer[Scene]) -> dict[str, Any]:
        """The points of the grid."""
        assert self._flow is not None
        places = self._flow[0]
        lines = (places[:, 0, 0], places[0, :, 1])
        return {"grid": tuple((float(a[0]), float(a[-1]), len(a)) for a in lines)}

    def data(self, answer: Answer[Scene]) -> PanelData:
        """The field, the trajectories and the slow points drawn."""
        assert self._flow is not None
        (grid, field), view = self._flow, answer.view
        group = "none" if view["plane"] == "components" else group_words(view.selection.group)
        return Table(
            "Flow field",
            view.notes(
                f"Problem {answer.value.learned.number}, {view.selection.time:g} ms",
                f"Plane: {PLANES[view['plane']]}; group of its subspaces: {group}",
                f"Off the plane: the state of stimulus {_stimulus(answer)} at that time",
            ),
            Column("axis 1", grid[..., 0].ravel(), "a.u."),
            Column("axis 2", grid[..., 1].ravel(), "a.u."),
            Column("velocity 1", field.velocity[..., 0].ravel(), "a.u./s"),
            Column("velocity 2", field.velocity[..., 1].ravel(), "a.u./s"),
            Column("speed", field.speed.ravel(), "a.u./s"),
        ).beside({"paths": answer.value.paths, "slow points": self.points.columns()})

    # -- the mouse ---------------------------------------------------------------------

    def _release(self, answer: Answer[Scene], x: float, y: float) -> None:
        """Release a state where the plot was clicked."""
        ms = answer.view.selection.time
        path = answer.value.released(np.array([x, y]), _stimulus(answer), ms)
        self._released_in = answer.value
        self.released.setData(*path.T)

    def _tip(self, _: Answer[Scene], x: float, y: float) -> str | None:
        index = self.pointing.near(x, y, *self.points.places)
        return None if index is None else self.points.describe(index)


def _stimulus(answer: Answer[Scene]) -> int:
    return answer.view.selection.stimulus or 0
