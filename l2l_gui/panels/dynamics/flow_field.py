"""Where the state would go: the flow on a plane of state space at the time of the cursor."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QAction

from l2l_engine import task
from l2l_engine.analysis import flow
from l2l_engine.analysis.fixed_points import Points
from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.dynamics import slow_point_marks
from l2l_gui.panels.dynamics.flow_scene import PLANES, Scene, points_of, scene_of
from l2l_gui.panels.dynamics.slow_point_marks import SlowPointMarks
from l2l_gui.panels.learned import group_words, selected_problem
from l2l_gui.panels.legacy import Answer, LegacyPanel, Nothing
from l2l_gui.plotting.arrow_field import ArrowField, SmoothImage
from l2l_gui.plotting.colour_key import key, marks
from l2l_gui.plotting.options import Choice, check, row
from l2l_gui.plotting.pointing import Pointing
from l2l_gui.workers.jobs import Computation

ARROW_PIXELS, MOST_ARROWS = 30.0, 320
FINER = 2
"""Pixels of the speed image for each arrow, along each axis."""
RELEASED_MS = 500.0
RELEASED_STEPS = 1000
MARGIN = 0.12


class FlowFieldPanel(LegacyPanel):
    """Arrows and speed on a plane, with trajectories and slow points."""

    name = "flow_field"
    title = "Flow field"
    help = (
        "Arrows show where the state would move on a plane of state space under the inputs at the "
        "time of the cursor, the colour how fast it would in all dimensions; off the plane the "
        "state is that of the selected stimulus (of stimulus 0 if both are) at that time, so the "
        "field moves with the cursor. "
        "Circles are slow points projected on the plane, filled where stable and open where some "
        "direction grows, a diamond where truly fixed; true fixed points are rare, and slow means "
        "below half the usual speed of this epoch. Click anywhere to let a state go from there. "
        "Compare Goudar et al. (2023), Fig. 4, and Sussillo & Barak (2013)."
    )
    depends = frozenset({"problem", "stimulus", "group"})

    def build(self) -> None:
        """A plot over an image, with a bar for its colours."""
        self.choice = Choice("Plane of state space", PLANES, self.invalidate)
        self.body_layout.addLayout(row("Plane", self.choice))
        self.view = pg.GraphicsLayoutWidget()
        self.body_layout.addWidget(self.view)
        layout = self.view.ci
        layout.setContentsMargins(0, 0, 0, 0)
        self.legend = layout.addLabel("", 0, 0, colspan=2)
        self.plot = plot = layout.addPlot(1, 0)
        plot.setAspectLocked(True)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.getAxis("left").setWidth(52)  # a width that follows the ticks would chase the range
        self.image = SmoothImage()
        self.arrows = ArrowField()
        self.paths = [pg.PlotCurveItem(skipFiniteCheck=True) for _ in range(task.RESPONSES)]
        self.released = pg.PlotCurveItem(skipFiniteCheck=True)
        self.points = SlowPointMarks()
        self.now = pg.ScatterPlotItem(size=11)
        layers = (self.image, self.arrows, *self.paths, self.released, self.points, self.now)
        for depth, item in enumerate(layers):
            item.setZValue(depth)
            plot.addItem(item, ignoreBounds=True)
        self.bar = pg.ColorBarItem(interactive=False, width=14, label="Speed (a.u./s)")
        self.bar.setImageItem(self.image)
        self.bar.getAxis("right").setWidth(36)
        layout.addItem(self.bar, 1, 1)
        self.search = check(self, "Search slow points", self.invalidate, on=True)
        self.clear = QAction("Clear the released state", self)
        self.clear.triggered.connect(lambda: self.released.setData([], []))
        self.pointing = Pointing(self.view, plot, self._release, self._tip)
        self._scene: Scene | None = None
        self._found: list[Points] | None = None
        self._flow: tuple[NDArray[Any], flow.Flow] | None = None
        self._zoomed, self._top, self._time = False, 0.0, 0.0
        plot.vb.sigRangeChangedManually.connect(self._set_zoomed)
        plot.vb.sigRangeChanged.connect(lambda *_: self.context.redraws.add(self._draw_flow))

    def tools(self) -> list[QAction]:
        """Slow points; the released state."""
        return [self.search, self.clear]

    def state(self) -> dict[str, Any]:
        """The plane, and whether slow points are searched."""
        return {"plane": self.choice.value, "search": self.search.isChecked()}

    def set_state(self, state: dict[str, Any]) -> None:
        """The plane, and whether slow points are searched."""
        self.choice.choose(state.get("plane"))
        self.search.setChecked(bool(state.get("search", True)))

    # -- asking ------------------------------------------------------------------------

    def ask(self) -> Answer:
        """The selected problem's trajectories on the chosen plane."""
        found = selected_problem(self.context, "the flow of its network")
        if isinstance(found, Nothing):
            return found
        session, number = found
        kind = self.choice.value
        group = None if kind == "components" else self.context.selected.group
        return Computation(
            scene_of,
            (session, number, group, kind),
            key=("flow scene", session.key, number, group, kind),
            label="Simulating",
        )

    def draw(self, value: Scene) -> None:
        """Trajectories now; slow points once they are found."""
        if self._scene is not value:
            self.released.setData([], [])
        self._scene, self._found = value, None
        self.points.hide_points()
        for path, trajectory in zip(self.paths, value.trajectories, strict=True):
            path.setData(*trajectory.T)
        self.plot.setLabel("bottom", value.labels[0])
        self.plot.setLabel("left", value.labels[1])
        self._style_paths()
        if not self._zoomed:
            self._fit()
        self._ask_points()

    def _ask_points(self) -> None:
        session = self.context.session
        if session is None or self._scene is None or not self.search.isChecked():
            self.context.jobs.release(self.points)
            return
        number = self._scene.learned.number
        search = Computation(
            points_of,
            (session, number),
            key=("slow points", session.key, number),
            label="Searching slow points",
            reports=True,
            slow=True,
        )
        self.context.jobs.submit(search, self._take_points, lambda _: None, owner=self.points)

    def _take_points(self, found: list[Points]) -> None:
        self._found = found
        self._mark_points()

    def rest(self) -> None:
        """Search nothing for nobody."""
        super().rest()
        if self._found is None:
            self.context.jobs.release(self.points)
            self.invalidate()

    # -- drawing -----------------------------------------------------------------------

    @property
    def _stimulus(self) -> int:
        return self.context.selected.stimulus or 0

    def _at_cursor(self) -> tuple[NDArray[Any], NDArray[Any], str]:
        """The state the plane passes through, the input current and the epoch."""
        assert self._scene is not None
        scene, one, ms = self._scene, self._scene.learned, self._time
        through = flow.state_at(
            one.states[self._stimulus], one.weights.initial_state, scene.config, ms
        )
        shown = one.stimuli[self._stimulus]
        current = flow.input_current(one.weights, shown, scene.config, ms)
        return through, current, flow.epoch_at(scene.config, ms)

    def show_time(self, ms: float) -> None:
        """The flow, its points and the present state at this time."""
        self._time = ms
        if self._scene is None:
            return
        scene = self._scene
        step = min(round(ms / scene.config.dt), scene.config.steps)
        self._mark_now(scene.trajectories[:, step])
        self._draw_flow()
        self._mark_points()
        epoch = flow.epoch_at(scene.config, ms)
        self.shown.emit(
            f"problem {scene.learned.number}, {epoch}, through the state of stimulus "
            f"{self._stimulus} at {ms:.0f} ms"
        )

    def _mark_now(self, places: NDArray[np.float64]) -> None:
        brushes = [theme.brush(f"stimulus{one}") for one in range(task.RESPONSES)]
        self.now.setData(pos=places, brush=brushes, pen=theme.pen("panel", 2))

    def _draw_flow(self) -> None:
        if self._scene is None or not self.seen:
            return
        scene = self._scene
        through, current, _ = self._at_cursor()
        rect: QRectF = self.plot.vb.viewRect()
        width, height = self.plot.vb.width(), self.plot.vb.height()
        cell = max(ARROW_PIXELS, float(np.sqrt(width * height / MOST_ARROWS)))
        columns, rows = (max(4, round(side / cell)) for side in (width, height))
        x = _centres(rect.left(), rect.width(), FINER * columns)
        y = _centres(rect.top(), rect.height(), FINER * rows)
        grid = np.stack(np.meshgrid(x, y, indexing="ij"), axis=-1)
        field = flow.plane_flow(
            scene.learned.weights, current, scene.config, scene.plane, through, grid
        )
        self._flow = grid, field
        top = float(field.speed.max())
        if not 0.7 * self._top < top <= self._top:  # colours that jump every frame say nothing
            self._top = 1.1 * top
            self.bar.setLevels((0.0, self._top or 1.0))
        self.image.setImage(field.speed, autoLevels=False)
        self.image.setRect(rect)
        some = np.s_[FINER // 2 :: FINER, FINER // 2 :: FINER]
        longest = 0.9 * min(rect.width() / columns, rect.height() / rows)
        self.arrows.set_arrows(
            grid[some].reshape(-1, 2), field.velocity[some].reshape(-1, 2), longest
        )

    def _mark_points(self) -> None:
        if self._found is None or self._scene is None:
            return
        _, _, epoch = self._at_cursor()
        name = f"sample, stimulus {self._stimulus}" if epoch == "sample" else epoch
        found = next((points for points in self._found if points.name == name), None)
        if found is None:
            self.points.hide_points()
        else:
            self.points.set_points(self._scene.plane.coordinates(found.states), found)

    def _fit(self) -> None:
        assert self._scene is not None
        flat = self._scene.trajectories.reshape(-1, 2)
        low, high = flat.min(axis=0), flat.max(axis=0)
        self.plot.setRange(QRectF(*low, *np.maximum(high - low, 1e-6)), padding=MARGIN)

    def _set_zoomed(self, *_: Any) -> None:
        self._zoomed = True

    def reset_zoom(self) -> None:
        """All of both trajectories."""
        self._zoomed = False
        if self._scene is not None:
            self._fit()

    def _style_paths(self) -> None:
        chosen = self.context.selected.stimulus
        for stimulus, path in enumerate(self.paths):
            quiet = chosen not in (None, stimulus)
            path.setPen(theme.pen(f"stimulus{stimulus}", 1 if quiet else 3))

    def restyle(self, palette: Palette) -> None:
        """A quiet field under trajectories in the stimuli's colours."""
        theme.style_plot(self.plot, grid=False)
        tint = theme.color("accent")
        base = theme.color("panel")
        mixed = [
            round(0.45 * new + 0.55 * old)
            for new, old in zip(tint.getRgb()[:3], base.getRgb()[:3], strict=True)
        ]
        self.bar.setColorMap(pg.ColorMap(None, [base, pg.mkColor(*mixed)]))
        self.bar.axis.setTextPen(theme.pen("quiet"))
        self.bar.axis.setTickFont(theme.font(8))
        self.arrows.setPen(theme.pen("quiet", 1))
        self.released.setPen(theme.pen("text", 2, Qt.PenStyle.DotLine))
        if self._scene is not None:
            self.show_time(self._time)
        self.points.restyle()
        self._style_paths()
        lines = [(f"stimulus {one}", f"stimulus{one}", "parallel") for one in range(task.RESPONSES)]
        words = "&nbsp;&nbsp; ".join([key(lines), marks(slow_point_marks.KEY)])
        self.legend.setText(words, size="9pt")

    # -- the mouse ---------------------------------------------------------------------

    def _release(self, x: float, y: float) -> None:
        if self._scene is None or not self.has_content:
            return
        scene = self._scene
        through, current, _ = self._at_cursor()
        start = scene.plane.lift(np.array([x, y]), through)
        duration = min(RELEASED_MS, RELEASED_STEPS * scene.config.dt)
        path = flow.release(scene.learned.weights, current, scene.config, start, duration)
        self.released.setData(*scene.plane.coordinates(path).T)

    def _tip(self, x: float, y: float) -> str | None:
        index = self.pointing.near(x, y, *self.points.places)
        return None if index is None else self.points.describe(index)

    # -- numbers -----------------------------------------------------------------------

    def data(self) -> PanelData | None:
        """The field, the trajectories and the slow points drawn."""
        session, scene = self.context.session, self._scene
        if session is None or scene is None or self._flow is None or not self.has_content:
            return None
        grid, field = self._flow
        arrays: dict[str, Any] = {
            "axis 1": grid[:, 0, 0],
            "axis 2": grid[0, :, 1],
            "velocity": field.velocity,
            "speed": field.speed,
            "trajectories": scene.trajectories,
            **self.points.arrays(),
        }
        units = dict.fromkeys(("axis 1", "axis 2", "trajectories"), "a.u.")
        units |= dict.fromkeys(("velocity", "speed"), "a.u./s")
        chosen = self.context.selected
        group = group_words(chosen.group) if self.choice.value != "components" else "none"
        return PanelData(
            arrays,
            units,
            title="Flow field",
            notes=(
                f"Session {session.name}",
                f"Problem {scene.learned.number}, {self._time:g} ms",
                f"Plane: {PLANES[self.choice.value]}; group of its subspaces: {group}",
                f"Off the plane: the state of stimulus {self._stimulus} at that time",
            ),
        )


def _centres(start: float, length: float, count: int) -> NDArray[np.float64]:
    return start + length * (np.arange(count) + 0.5) / count
