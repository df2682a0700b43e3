"""Slow points from problem to problem: where they go and how their spectra change."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from l2l_engine.analysis.fixed_points import Points, fixed_points
from l2l_engine.analysis.point_tracks import tracks
from l2l_engine.analysis.progress import Progress
from l2l_engine.config import L2LError
from l2l_gui.look.theme import Palette, theme
from l2l_gui.model.selection import Group
from l2l_gui.model.sessions import OpenSession, SessionKey
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.dynamics.slow_point_marks import describe
from l2l_gui.panels.learned import group_words, subspaces_of
from l2l_gui.panels.legacy import Answer, LegacyPanel, Nothing
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.options import Choice, row
from l2l_gui.plotting.pointing import Pointing
from l2l_gui.widgets.adaptive_splitter import AdaptiveSplitter
from l2l_gui.workers.jobs import Computation

NETWORKS = 12
"""Networks of the group that are searched, evenly spaced."""
SEARCHES = 4
EPOCHS = {
    "delay": "delay",
    "response": "response",
    "sample, stimulus 0": "sample, stimulus 0",
    "sample, stimulus 1": "sample, stimulus 1",
}
SPECTRA = {"plane": "eigenvalues", "time": "time constants"}
LEADING = 8
"""Eigenvalues drawn of each point, those with the largest real part."""
LONGEST = 1e4
"""Time constants beyond this, in ms, are not drawn: a slow point has one mode that neither
grows nor decays."""

Known = dict[int, list[Points]]
"""Points of every epoch, by problem."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """Points of the networks after some problems, seen in the group's decision subspace."""

    group: Group
    numbers: list[int]
    points: list[list[Points]]  # by problem, then by epoch
    decision: NDArray[np.float64]  # (N, 2)

    def of(self, epoch: str) -> list[tuple[int, Points]]:
        """The points of an epoch with their problems, where the trial has it."""
        return [
            (number, points)
            for number, epochs in zip(self.numbers, self.points, strict=True)
            for points in epochs
            if points.name == epoch
        ]


def searched(group: Group) -> list[int]:
    """The problems of a group whose networks are searched."""
    chosen = np.linspace(0, group.size - 1, min(NETWORKS, group.size)).round().astype(int)
    return [group.start + int(one) for one in chosen]


def course_of(
    session: OpenSession, group: Group, known: Known, progress: Progress | None = None
) -> Course:
    """Search the networks of a group; half a second each.

    ``known`` holds what was found before and receives what is found now.
    """
    numbers = [one for one in searched(group) if session.network(one).is_finite()]
    if not numbers:
        raise L2LError(f"{session.path.name} holds no network of {group_words(group)}.")
    missing = [number for number in numbers if number not in known]
    for done, number in enumerate(missing):
        known[number] = fixed_points(
            session.network(number),
            session.stimuli(number),
            session.config,
            starts=SEARCHES,
            progress=_part(progress, done, len(missing)),
        )
    decision = subspaces_of(session, group).decision[:, :2]
    return Course(group, numbers, [known[number] for number in numbers], decision)


def _part(progress: Progress | None, done: int, total: int) -> Callable[[float], None] | None:
    if progress is None:
        return None
    return lambda fraction: progress((done + fraction) / total)


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    """The n points of one epoch, in order of problems."""

    problem: NDArray[np.intp]  # (n,)
    places: NDArray[np.float64]  # (n, 2)
    source: list[tuple[Points, int]]
    links: NDArray[np.intp]  # (m, 2) which continues which


class SlowPointsPanel(LegacyPanel):
    """Points on the decision plane, and their eigenvalues, coloured by problem."""

    name = "slow_points"
    title = "Slow points"
    help = (
        "Slow points of the networks after up to twelve problems of the selected group, on the "
        "first two directions of the group's decision subspace, coloured by problem and joined "
        "where one is near enough to continue another; filled ones are stable, open ones have growing directions. "
        "Beside them the leading eigenvalues of each in 1/s (right of the line is growth, away "
        "from the axis is rotation) or the time constants they stand for; a slow point always has "
        "one eigenvalue at zero. "
        "Sussillo & Barak (2013); true fixed points are rare in these networks, so slow means "
        "below half the usual speed of the epoch. Compare Goudar et al. (2023), Fig. 7."
    )
    depends = frozenset({"problem", "group"})

    def build(self) -> None:
        """Two plots and a bar of problems."""
        self.epoch = Choice("Epoch of the trial", EPOCHS, self._redraw)
        self.kind = Choice("What is drawn of the spectra", SPECTRA, self._set_kind)
        self.body_layout.addLayout(row("Epoch", self.epoch, "Spectra", self.kind))
        self.view, self.spectra_view = pg.GraphicsLayoutWidget(), pg.GraphicsLayoutWidget()
        self.body_layout.addWidget(
            AdaptiveSplitter(self.view, self.spectra_view, shares=(1, 1)), stretch=1
        )
        for view in (self.view, self.spectra_view):
            view.ci.setContentsMargins(0, 0, 4, 0)
        self.plot = self.view.addPlot(0, 0)
        self.plot.setLabel("bottom", "Decision 1 (a.u.)")
        self.plot.setLabel("left", "Decision 2 (a.u.)")
        self.spectra = self.spectra_view.addPlot(0, 0)
        self.times = self.spectra_view.addPlot(0, 1, axisItems={"left": LogAxis("left")})
        self.spectra.setLabel("bottom", "Growth (1/s)")
        self.spectra.setLabel("left", "Rotation (rad/s)")
        self.times.setLabel("bottom", "Problem")
        self.times.setLabel("left", "Time constant (ms)")
        self.times.setLogMode(y=True)
        self.links = self.plot.plot(connect="pairs")
        self.marks = pg.ScatterPlotItem(size=10)
        self.ring = pg.ScatterPlotItem(size=18, brush=None)
        self.values = pg.ScatterPlotItem(size=6, pen=None)
        self.decays = pg.ScatterPlotItem(size=6)
        for plot, item in (
            (self.plot, self.marks),
            (self.plot, self.ring),
            (self.spectra, self.values),
            (self.times, self.decays),
        ):
            plot.addItem(item)
        self.zero = pg.InfiniteLine(angle=90)
        self.spectra.addItem(self.zero)
        self.line = pg.InfiniteLine(angle=90)
        self.times.addItem(self.line, ignoreBounds=True)
        for plot in (self.plot, self.spectra, self.times):
            plot.setMenuEnabled(False)
            plot.hideButtons()
            plot.getAxis("left").setWidth(52)
            for side in ("left", "bottom"):
                plot.getAxis(side).enableAutoSIPrefix(False)
        self.bar = pg.ColorBarItem(
            colorMap=_colour_map(), interactive=False, width=14, label="Problem"
        )
        self.bar.getAxis("right").setWidth(36)
        self.view.addItem(self.bar, 0, 1)
        self._pointing = Pointing(self.view, self.plot, self._click, self._tip)
        self._rows: dict[SessionKey, Known] = {}
        self._course: Course | None = None
        self._drawn: _Drawn | None = None
        self._set_kind()

    def state(self) -> dict[str, Any]:
        """Epoch and kind of spectrum."""
        return {"epoch": self.epoch.value, "spectra": self.kind.value}

    def set_state(self, state: dict[str, Any]) -> None:
        """Epoch and kind of spectrum."""
        self.epoch.choose(state.get("epoch"))
        self.kind.choose(state.get("spectra"))

    def ask(self) -> Answer:
        """The points of the group's networks."""
        session, group = self.context.session, self.context.selected.group
        if session is None or not session.problems:
            return Nothing("Open a session, or train until a problem is learned, to follow points.")
        group = group.within(session.problems)
        known = self._rows.setdefault(session.key, {})
        return Computation(
            course_of,
            (session, group, known),
            key=("slow points over problems", session.key, group),
            label=f"Searching slow points of {len(searched(group))} networks",
            reports=True,
            slow=True,
        )

    def draw(self, value: Course) -> None:
        """The points when they are new; the selection always."""
        if value is not self._course:
            self._course = value
            self._redraw()
            self.reset_zoom()
        self._mark()

    # -- drawing -----------------------------------------------------------------------

    def _redraw(self) -> None:
        if self._course is None:
            return
        self._drawn = drawn = _collect(self._course, self.epoch.value)
        colours = self._colours(drawn.problem)
        low, high = self._course.numbers[0], self._course.numbers[-1]
        self.bar.setLevels((low, max(high, low + 1)))
        stable = [points.unstable_dimensions[index] == 0 for points, index in drawn.source]
        hollow = theme.brush("panel")
        self.marks.setData(
            pos=drawn.places,
            brush=[one if full else hollow for one, full in zip(colours, stable, strict=True)],
            pen=[pg.mkPen(one, width=2) for one in colours],
        )
        self.links.setData(*drawn.places[drawn.links.ravel()].T, connect="pairs")
        self._draw_spectra(drawn, colours)
        self._mark()

    def _draw_spectra(self, drawn: _Drawn, colours: list[Any]) -> None:
        leading = [points.eigenvalues[index, :LEADING] for points, index in drawn.source]
        flat = np.concatenate(leading) if leading else np.empty(0, complex)
        of = [colour for colour, values in zip(colours, leading, strict=True) for _ in values]
        self.values.setData(pos=np.stack([flat.real, flat.imag], axis=1), brush=of, pen=None)
        times = [points.time_constants[index, :LEADING] for points, index in drawn.source]
        flat = np.concatenate(times) if times else np.empty(0)
        number = np.repeat(drawn.problem, [len(one) for one in times])
        shown = np.abs(flat) < LONGEST
        hollow = theme.brush("panel")
        self.decays.setData(
            pos=np.stack([number[shown], np.log10(np.abs(flat[shown]))], axis=1),
            brush=[
                colour if time > 0 else hollow
                for colour, time, one in zip(of, flat, shown, strict=True)
                if one
            ],
            pen=[pg.mkPen(colour) for colour, one in zip(of, shown, strict=True) if one],
        )

    def _colours(self, problems: NDArray[np.intp]) -> list[Any]:
        assert self._course is not None
        low, high = self._course.numbers[0], self._course.numbers[-1]
        scaled = (problems - low) / max(high - low, 1)
        return list(_colour_map().map(scaled, mode="qcolor")) if len(scaled) else []

    def _mark(self) -> None:
        chosen = self.context.selected.problem
        if self._drawn is None or self._course is None:
            return
        here = self._drawn.problem == chosen
        self.ring.setData(pos=self._drawn.places[here])
        if chosen is not None:
            self.line.setPos(chosen)
        words = f"{len(self._course.numbers)} networks of {group_words(self._course.group)}"
        count = len(self._drawn.problem)
        self.shown.emit(f"{words}, {count} point{'' if count == 1 else 's'}")

    def _set_kind(self) -> None:
        shown, other = self.spectra, self.times
        if self.kind.value == "time":
            shown, other = other, shown
        other.hide()
        shown.show()

    def reset_zoom(self) -> None:
        """All points and eigenvalues; not the bar, which is a plot too."""
        for plot in (self.plot, self.spectra, self.times):
            plot.enableAutoRange()

    def restyle(self, palette: Palette) -> None:
        """Quiet links, the selection in the accent colour."""
        self.links.setPen(theme.pen("quiet", 1))
        self.ring.setPen(theme.pen("accent", 2))
        self.zero.setPen(theme.pen("quiet", 1))
        self.line.setPen(theme.pen("accent", 1, alpha=0.6))
        self.bar.getAxis("right").setTextPen(theme.pen("quiet"))
        self.bar.getAxis("right").setTickFont(theme.font(8))
        self._redraw()

    # -- the mouse ---------------------------------------------------------------------

    def _click(self, x: float, y: float) -> None:
        index = None if self._drawn is None else self._pointing.near(x, y, *self._drawn.places.T)
        if index is not None and self._drawn is not None:
            self.context.selection.select_problem(int(self._drawn.problem[index]))

    def _tip(self, x: float, y: float) -> str | None:
        index = None if self._drawn is None else self._pointing.near(x, y, *self._drawn.places.T)
        if index is None or self._drawn is None:
            return None
        return f"Problem {self._drawn.problem[index]}\n{describe(*self._drawn.source[index])}"

    # -- numbers -----------------------------------------------------------------------

    def data(self) -> PanelData | None:
        """One row a point."""
        session, drawn = self.context.session, self._drawn
        if session is None or drawn is None or self._course is None or not self.has_content:
            return None
        values = np.array([points.eigenvalues[index, :LEADING] for points, index in drawn.source])
        values = values.reshape(len(drawn.source), -1)
        return PanelData(
            {
                "problem": drawn.problem,
                "decision 1": drawn.places[:, 0],
                "decision 2": drawn.places[:, 1],
                "speed": np.array([points.speed[index] for points, index in drawn.source]),
                "relative speed": np.array([one.relative_speed[at] for one, at in drawn.source]),
                "unstable dimensions": np.array(
                    [one.unstable_dimensions[at] for one, at in drawn.source]
                ),
                "eigenvalue real": values.real,
                "eigenvalue imaginary": values.imag,
            },
            {
                "decision 1": "a.u.",
                "decision 2": "a.u.",
                "speed": "a.u./s",
                "eigenvalue real": "1/s",
                "eigenvalue imaginary": "1/s",
            },
            title=f"Slow points, {self.epoch.value}",
            notes=(
                f"Session {session.name}",
                f"Decision subspace of {group_words(self._course.group)}",
            ),
        )


def _colour_map() -> pg.ColorMap:
    """The middle of viridis, whose ends would vanish on dark and on light."""
    return pg.ColorMap(None, pg.colormap.get("viridis").getLookupTable(0.25, 0.93, 64))


def _collect(course: Course, epoch: str) -> _Drawn:
    found = course.of(epoch)
    offsets = np.concatenate([[0], np.cumsum([len(points) for _, points in found])]).astype(int)
    links = []
    for line in tracks([points for _, points in found], _usual_distance(found)):
        at = [int(offsets[column] + index) for column, index in enumerate(line) if index >= 0]
        links += list(itertools.pairwise(at))
    places = [points.states @ course.decision for _, points in found]
    return _Drawn(
        problem=np.array([number for number, points in found for _ in range(len(points))], int),
        places=np.concatenate(places) if places else np.empty((0, 2)),
        source=[(points, index) for _, points in found for index in range(len(points))],
        links=np.array(links, int).reshape(-1, 2),
    )


def _usual_distance(found: list[tuple[int, Points]]) -> float:
    """Farther than this no point continues another: twice the median distance from the middle."""
    states = np.concatenate([points.states for _, points in found] or [np.empty((0, 1))])
    if not len(states):
        return np.inf
    return 2.0 * float(np.median(np.linalg.norm(states - np.median(states, axis=0), axis=1)))
