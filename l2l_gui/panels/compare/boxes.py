"""Trials to criterion of several sessions as boxes, one for fifty problems."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import Qt

from l2l_engine.analysis import learning_curve
from l2l_engine.analysis.learning_curve import Box
from l2l_gui.panels.base import Answer, Flag, PanelData
from l2l_gui.panels.compare.compared import CountsPanel, Learned, Look, able, names
from l2l_gui.plotting.ink import PLAIN, Ink
from l2l_gui.plotting.legend_line import Key
from l2l_gui.plotting.plots import differs

SIZE = 50
ROOM = 0.8  # of a group's width that its boxes fill
LOWEST = 1e-3

Boxes = list[Box]


def all_boxes(given: tuple[Learned, ...]) -> list[Boxes]:
    """Each session's boxes of fifty problems, the very first problem left out.

    Groups begin at problem 2, or at problem 1 as soon as a session perturbs. A box's places
    count from problem 1 as 0.
    """
    skipped = 0 if any(learned.perturbs for learned in given) else 1
    found = []
    for learned in given:
        counts = learned.counts
        kept = np.where(np.arange(len(counts)) == 0, np.nan, counts)[skipped:]
        starts = range(0, len(kept), SIZE)
        groups = [learning_curve.box(kept[at : at + SIZE], at + skipped) for at in starts]
        found.append([box for box in groups if np.isfinite(box.median)])
    return found


class CompareBoxesPanel(CountsPanel[Boxes]):
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
    options = (Flag("linear", "Linear axis"),)
    across = f"Problem, in groups of {SIZE}"
    compute = all_boxes

    def draw(self, answer: Answer[list[Boxes]]) -> None:
        """The boxes, on the axis chosen."""
        linear = answer.view["linear"]
        if differs(self.plot, linear=linear):
            self.plot.setLimits(yMin=0 if linear else -0.5, yMax=1e6 if linear else 6)
            self.plot.setLogMode(y=not linear)
            self.plot.enableAutoRange()
        super().draw(answer)

    def add(self, answer: Answer[list[Boxes]], value: Boxes, look: Look, place: int) -> Key:
        """A session's boxes, beside those of the others, and the counts beyond them."""
        if not value:
            return look.key()
        count, linear = len(answer.value), answer.view["linear"]
        width = ROOM * SIZE / count
        shift = (place - (count - 1) / 2) * width
        centre = [box.first + (SIZE + 1) / 2 + shift for box in value]
        outline = Ink(look.colour).pen
        outline.setCapStyle(Qt.PenCapStyle.FlatCap)  # a whisker of no length stays unseen
        boxes = pg.BoxplotItem(
            loc=centre,
            data=[_scaled(_five(box), linear) for box in value],
            width=0.85 * width,
            pen=outline,
            brush=Ink(look.colour, alpha=0.35).brush,
            medianPen=PLAIN.pen,
            outlier=False,
        )
        boxes.setWhiskerFunc(_ends)
        beyond_x = [x for x, box in zip(centre, value, strict=True) for _ in box.outliers]
        beyond = _scaled([trials for box in value for trials in box.outliers], linear)
        brush = Ink(look.colour, alpha=0.8).brush
        self.put(boxes)
        self.put(pg.ScatterPlotItem(beyond_x, beyond, size=4, pen=None, brush=brush))
        return look.key()

    def caption(self, answer: Answer[list[Boxes]]) -> str:
        """How many sessions."""
        return f"{len(answer.view.sessions)} sessions"

    def data(self, answer: Answer[list[Boxes]]) -> PanelData:
        """One row a box."""
        named = zip(names(able(answer.view)), answer.value, strict=True)
        rows = [(name, box) for name, boxes in named for box in boxes]
        statistics = (
            "lower whisker",
            "lower quartile",
            "median",
            "upper quartile",
            "upper whisker",
        )
        five = np.array([_five(box) for _, box in rows]).reshape(-1, len(statistics))
        columns: dict[str, Any] = {
            "session": [name for name, _ in rows],
            "first problem": [box.first + 1 for _, box in rows],
            "last problem": [box.last + 1 for _, box in rows],
            **dict(zip(statistics, five.T, strict=True)),
            "mean": [box.mean for _, box in rows],
            "outliers": [len(box.outliers) for _, box in rows],
            "not learned": [box.failed - (box.first == 0) for _, box in rows],
        }
        return PanelData(
            columns,
            dict.fromkeys((*statistics, "mean"), "trials"),
            title="Trials to criterion by groups of problems",
            notes=("The first problem is left out",),
        )


def _five(box: Box) -> list[float]:
    """Five numbers whose percentiles are themselves: the quartiles drawn are the paper's."""
    low, high = box.whiskers
    return [low, box.quartiles[0], box.median, box.quartiles[1], high]


def _scaled(counts: Any, linear: bool) -> NDArray[np.float64]:
    values = np.asarray(counts, np.float64)
    return values if linear else np.log10(np.maximum(values, LOWEST))


def _ends(five: Any) -> tuple[float, float]:
    """Whiskers of BoxplotItem: the first and last of the five numbers."""
    return float(np.min(five)), float(np.max(five))
