"""Slow points from problem to problem: where they go and how their spectra change."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg

from l2l_gui.look.theme import theme
from l2l_gui.panels.base import Answer, Choice, Computation, Needs, Panel, Table, View
from l2l_gui.panels.dynamics.slow_point_course import EPOCHS, Course, Drawn, course_of, searched
from l2l_gui.panels.dynamics.slow_point_marks import describe
from l2l_gui.panels.learned import group_words
from l2l_gui.plotting.ink import RING, ZERO, inked
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import ProblemLine, colour_bar, dressed, grid_view
from l2l_gui.widgets.adaptive_splitter import AdaptiveSplitter

SPECTRA = {"plane": "eigenvalues", "time": "time constants"}
LONGEST = 1e4
"""Time constants beyond this, in ms, are not drawn: a slow point has one mode that neither
grows nor decays."""


class SlowPointsPanel(Panel[Course]):
    """Points on the decision plane, and their spectra."""

    name = "slow_points"
    title = "Slow points"
    recipe = "slow_points"
    depends = frozenset({"group"})
    points_at = frozenset({"problem"})
    needs = Needs("follow its slow points", problems=1)
    options = (
        Choice("epoch", "Epoch", EPOCHS, bar="list"),
        Choice("spectra", "Spectra", SPECTRA, bar="list"),
    )

    def build(self) -> None:
        """Two plots and a bar of problems."""
        self.view, spectra_view = (grid_view(margins=(0, 0, 4, 0)) for _ in range(2))
        self.body_layout.addWidget(
            AdaptiveSplitter(self.view, spectra_view, shares=(1, 1)), stretch=1
        )
        self.plot = dressed(self.view.addPlot(0, 0), "Decision 2 (a.u.)", "Decision 1 (a.u.)")
        self.spectra = dressed(spectra_view.addPlot(0, 0), "Rotation (rad/s)", "Growth (1/s)")
        axis = {"left": LogAxis("left")}
        self.times = spectra_view.addPlot(0, 1, axisItems=axis)
        dressed(self.times, "Time constant (ms)", "Problem", log="y")
        self.links = inked(self.plot.plot(connect="pairs"), pen=ZERO)
        self.marks = pg.ScatterPlotItem(size=10)
        self.ring = inked(pg.ScatterPlotItem(size=18, brush=None), pen=RING)
        self.values = pg.ScatterPlotItem(size=6, pen=None)
        self.decays = pg.ScatterPlotItem(size=6)
        for plot, item in (
            (self.plot, self.marks),
            (self.plot, self.ring),
            (self.spectra, self.values),
            (self.times, self.decays),
        ):
            plot.addItem(item)
        self.spectra.addItem(inked(pg.InfiniteLine(angle=90), pen=ZERO))
        ProblemLine(self.times)
        self.bar = colour_bar("Problem", width=36)
        self.bar.setColorMap(_colour_map())
        self.view.addItem(self.bar, 0, 1)
        self.pointing = self.point_at(self.plot, self._problem_at, self._tip)

    def ask(self, view: View) -> Computation:
        """The points of the group's networks."""
        return Computation(
            course_of,
            (view.session, view.group),
            key=("slow points over problems", view.session.key, view.group),
            label=f"Searching slow points of {len(searched(view.group))} networks",
            reports=True,
            slow=True,
        )

    def draw(self, answer: Answer[Course]) -> None:
        """The points, filled where stable, what continues what, and the spectra."""
        course, drawn = answer.value, answer.value.drawn(answer.view["epoch"])
        low, high = course.numbers[0], course.numbers[-1]
        self.bar.setLevels((low, max(high, low + 1)))
        scaled = (drawn.problem - low) / max(high - low, 1)
        colours = list(_colour_map().map(scaled, mode="qcolor")) if len(scaled) else []
        hollow = theme.brush("panel")
        stable = drawn.of_each("unstable_dimensions") == 0
        self.marks.setData(
            pos=drawn.places,
            brush=[own if full else hollow for own, full in zip(colours, stable, strict=True)],
            pen=[pg.mkPen(own, width=2) for own in colours],
        )
        self.links.setData(*drawn.places[drawn.links.ravel()].T, connect="pairs")
        self.spectra.setVisible(answer.view["spectra"] == "plane")
        self.times.setVisible(answer.view["spectra"] == "time")
        self._draw_spectra(drawn, colours)

    def _draw_spectra(self, drawn: Drawn, colours: list[Any]) -> None:
        values = drawn.leading("eigenvalues")
        flat = np.concatenate([*values, np.empty(0, complex)])
        of = [own for own, some in zip(colours, values, strict=True) for _ in some]
        self.values.setData(pos=np.stack([flat.real, flat.imag], axis=1), brush=of, pen=None)
        times = drawn.leading("time_constants")
        flat = np.concatenate([*times, np.empty(0)])
        number = np.repeat(drawn.problem, [len(some) for some in times])
        shown = np.flatnonzero(np.abs(flat) < LONGEST)
        hollow = theme.brush("panel")
        self.decays.setData(
            pos=np.stack([number[shown], np.log10(np.abs(flat[shown]))], axis=1),
            brush=[of[place] if flat[place] > 0 else hollow for place in shown],
            pen=[pg.mkPen(of[place]) for place in shown],
        )

    def mark(self, answer: Answer[Course]) -> None:
        """A ring around the selected problem's points."""
        drawn = answer.value.drawn(answer.view["epoch"])
        self.ring.setData(pos=drawn.places[drawn.problem == answer.view.selection.problem])

    def caption(self, answer: Answer[Course]) -> str:
        """How many networks, and points."""
        course = answer.value
        count = sum(len(points) for _, points in course.of(answer.view["epoch"]))
        words = f"{len(course.numbers)} networks of {group_words(course.group)}"
        return f"{words}, {count} point{'' if count == 1 else 's'}"

    def data(self, answer: Answer[Course]) -> Table:
        """One row a point."""
        epoch = answer.view["epoch"]
        notes = answer.view.notes(f"Decision subspace of {group_words(answer.value.group)}")
        return Table(f"Slow points, {epoch}", notes, *answer.value.drawn(epoch).columns)

    # -- the mouse ---------------------------------------------------------------------

    def _near(self, answer: Answer[Course], x: float, y: float) -> tuple[Drawn, int | None]:
        drawn = answer.value.drawn(answer.view["epoch"])
        return drawn, self.pointing.near(x, y, *drawn.places.T)

    def _problem_at(self, answer: Answer[Course], x: float, y: float) -> int | None:
        drawn, index = self._near(answer, x, y)
        return None if index is None else int(drawn.problem[index])

    def _tip(self, answer: Answer[Course], x: float, y: float) -> str | None:
        drawn, index = self._near(answer, x, y)
        if index is None:
            return None
        return f"Problem {drawn.problem[index]}\n{describe(*drawn.source[index])}"


def _colour_map() -> pg.ColorMap:
    """The middle of viridis, whose ends would vanish on dark and on light."""
    return pg.ColorMap(None, pg.colormap.get("viridis").getLookupTable(0.25, 0.93, 64))
