"""Trials to criterion of several sessions as boxes, one for fifty problems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction

from l2l_engine.analysis import learning_curve
from l2l_engine.analysis.learning_curve import Box
from l2l_gui.look.theme import Palette, theme
from l2l_gui.model.sessions import SessionKey
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.compare.compared import CountAxis, counts_of, key_of, too_few
from l2l_gui.panels.legacy import SNAPSHOT, Answer, LegacyPanel
from l2l_gui.plotting.legend_line import LegendLine
from l2l_gui.plotting.problem_axis import ProblemAxis
from l2l_gui.plotting.session_colours import colour
from l2l_gui.workers.jobs import Computation

SIZE = 50
ROOM = 0.8  # of a group's width that its boxes fill


@dataclass(frozen=True, eq=False)
class Boxes:
    """One session's boxes; their places count from problem 1 as 0."""

    session_key: SessionKey
    boxes: list[Box]


def all_boxes(given: tuple[tuple[SessionKey, NDArray[np.float64]], ...], first: int) -> list[Boxes]:
    """Boxes of fifty problems each, the first problem of all left out.

    Parameters
    ----------
    first : number of the problem where the first group begins, 1 or 2
    """
    found = []
    for key, counts in given:
        kept = np.where(np.arange(len(counts)) == 0, np.nan, counts)[first - 1 :]
        starts = range(0, len(kept), SIZE)
        groups = [learning_curve.box(kept[at : at + SIZE], at + first - 1) for at in starts]
        found.append(Boxes(key, [box for box in groups if np.isfinite(box.median)]))
    return found


class CompareBoxesPanel(LegacyPanel):
    """Groups of boxes, a colour a session."""

    name = "compare_boxes"
    title = "Trials to criterion, by 50"
    help = (
        "Each box is fifty problems of one session: median, quartiles, whiskers to the farthest "
        "count within one and a half box heights, and the counts beyond as points; the very first "
        "problem, which takes thousands of trials, is left out. "
        "Groups start at problem 2 as in the paper; as soon as a perturbation run is compared they "
        "are 2–50, 51–100, …, so that no box mixes ordinary with perturbed problems. "
        "Goudar et al. (2023), Fig. 1 (boxes of 50) and Fig. 3 (problems 51–100 of the perturbed runs)."
    )
    depends = frozenset({"sessions", "problem", SNAPSHOT})

    def build(self) -> None:
        """A plot under its legend."""
        self.legend = LegendLine()
        self.body_layout.addWidget(self.legend)
        self.view = pg.PlotWidget(axisItems={"left": CountAxis("left")})
        self.body_layout.addWidget(self.view, 1)
        self.plot = self.view.getPlotItem()
        self.plot.setLabel("left", "Trials to criterion")
        self.axis = ProblemAxis(self.plot, self.context.selection, self._numbers)
        self.plot.setLabel("bottom", f"Problem, in groups of {SIZE}")
        self.items: list[pg.GraphicsObject] = []
        self._value: list[Boxes] | None = None
        self._counts: Any = None
        self.linear = QAction("Linear axis", self)
        self.linear.setCheckable(True)
        self.linear.toggled.connect(self._rescale)
        self._rescale(False)

    def tools(self) -> list[QAction]:
        """The axis."""
        return [self.linear]

    def state(self) -> dict[str, Any]:
        """The axis."""
        return {"linear": self.linear.isChecked()}

    def set_state(self, state: dict[str, Any]) -> None:
        """The axis."""
        self.linear.setChecked(bool(state.get("linear", False)))

    def _numbers(self) -> range:
        session = self.context.session
        return range(1, session.problems + 1) if session is not None else range(0)

    def follows(self) -> bool:
        """A problem has ended somewhere."""
        return not self._waiting and counts_of(self.context) != self._counts

    def ask(self) -> Answer:
        """Boxes of what the snapshots hold."""
        nothing = too_few(self.context)
        if nothing is not None:
            return nothing
        self._counts = counts_of(self.context)
        compared = [session for session in self.context.compared if session.problems]
        first = 1 if any(one.config.run_type.perturbs for one in compared) else 2
        given = tuple((one.key, np.asarray(one.snapshot.counts, np.float64)) for one in compared)
        key = ("compare boxes", self._counts, first)
        return Computation(all_boxes, (given, first), key=key, label="Sorting")

    def draw(self, value: list[Boxes]) -> None:
        """All boxes when they changed; the selected problem always."""
        if value is not self._value:
            self._value = value
            self._redraw()
        self.axis.mark(self.context.selected)
        self.shown.emit(f"{len(self.context.compared)} sessions")

    def _rescale(self, linear: bool) -> None:
        self.plot.setLimits(xMin=0, yMin=0 if linear else -0.5)
        self.plot.setLogMode(y=not linear)
        self._redraw()

    def _redraw(self) -> None:
        for item in self.items:
            self.plot.removeItem(item)
        self.items = []
        if self._value is None:
            return
        by_key = {session.key: session for session in self.context.compared}
        shown = [boxes for boxes in self._value if boxes.session_key in by_key]
        width = ROOM * SIZE / max(1, len(shown))
        keys = []
        for place, one in enumerate(shown):
            session = by_key[one.session_key]
            own = colour(self.context.sessions, session)
            shift = (place - (len(shown) - 1) / 2) * width
            self._add_boxes(one.boxes, own, shift, width)
            keys.append(key_of(self.context, session))
        self.legend.set_keys(keys)
        self.plot.enableAutoRange()

    def _add_boxes(self, boxes: list[Box], own: str, shift: float, width: float) -> None:
        if not boxes:
            return
        # five numbers whose percentiles are themselves: the quartiles stay the paper's
        five = [
            self._scaled([box.whiskers[0], box.quartiles[0], box.median, *_upper(box)])
            for box in boxes
        ]
        centre = [box.first + (SIZE + 1) / 2 + shift for box in boxes]
        outline = theme.pen(own, 1)
        outline.setCapStyle(Qt.PenCapStyle.FlatCap)  # a whisker of no length stays unseen
        item = pg.BoxplotItem(
            loc=centre,
            data=five,
            width=0.85 * width,
            pen=outline,
            brush=theme.brush(own, 0.35),
            medianPen=theme.pen("text", 2),
            outlier=False,
        )
        item.setWhiskerFunc(_ends)
        far_x = [x for x, box in zip(centre, boxes, strict=True) for _ in box.outliers]
        far_y = [count for box in boxes for count in box.outliers]
        far = pg.ScatterPlotItem(
            far_x, self._scaled(far_y), size=4, pen=None, brush=theme.brush(own, 0.8)
        )
        for new in (item, far):
            self.plot.addItem(new)
            self.items.append(new)

    def _scaled(self, counts: Any) -> NDArray[np.float64]:
        values = np.asarray(counts, np.float64)
        return values if self.linear.isChecked() else np.log10(np.maximum(values, 1e-3))

    def restyle(self, palette: Palette) -> None:
        """Sessions keep their colours; medians take the text's."""
        theme.style_plot(self.plot)
        self.axis.restyle()
        self._redraw()

    def data(self) -> PanelData | None:
        """One row a box."""
        value = self._value
        if value is None or not self.has_content:
            return None
        names = {session.key: session.name for session in self.context.compared}
        rows = [(names.get(one.session_key, "?"), box) for one in value for box in one.boxes]
        columns: dict[str, Any] = {
            "session": [name for name, _ in rows],
            "first problem": [box.first + 1 for _, box in rows],
            "last problem": [box.last + 1 for _, box in rows],
            "lower whisker": [box.whiskers[0] for _, box in rows],
            "lower quartile": [box.quartiles[0] for _, box in rows],
            "median": [box.median for _, box in rows],
            "upper quartile": [box.quartiles[1] for _, box in rows],
            "upper whisker": [box.whiskers[1] for _, box in rows],
            "mean": [box.mean for _, box in rows],
            "outliers": [len(box.outliers) for _, box in rows],
            "not learned": [box.failed - (box.first == 0) for _, box in rows],
        }
        trials = [*list(columns)[3:9]]
        return PanelData(
            columns,
            dict.fromkeys(trials, "trials"),
            title="Trials to criterion by groups of problems",
            notes=("The first problem is left out",),
        )


def _upper(box: Box) -> tuple[float, float]:
    return box.quartiles[1], box.whiskers[1]


def _ends(five: Any) -> tuple[float, float]:
    """Whiskers of BoxplotItem: the first and last of the five numbers."""
    return float(np.min(five)), float(np.max(five))
