"""Trials to criterion of several sessions or conditions as boxes, one for fifty problems."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from l2l_engine.analysis import learning_curve
from l2l_engine.analysis.learning_curve import Box
from l2l_gui.panels.base import Answer, Column, Flag, Table, View
from l2l_gui.panels.compare.compared import (
    GROUPED,
    CountsPanel,
    Learned,
    Shown,
    counted,
    is_grouped,
    shown,
)
from l2l_gui.plotting.boxes import FIVE, Boxes, decades
from l2l_gui.plotting.ink import Ink
from l2l_gui.plotting.legend import Sign
from l2l_gui.plotting.plots import differs

SIZE = 50
ROOM = 0.8  # of a group's width that its boxes fill


def all_boxes(given: tuple[Learned, ...]) -> list[list[Box]]:
    """Each session's boxes of fifty problems, the very first left out; a condition's pool its networks.

    Groups begin at problem 2, or at problem 1 as soon as a session perturbs. A box's places
    count from problem 1 as 0.
    """
    skipped = 0 if any(learned.perturbs for learned in given) else 1
    return [learning_curve.pooled_boxes(learned.counts, SIZE, skipped=skipped) for learned in given]


class CompareBoxesPanel(CountsPanel[list[Box]]):
    """Groups of boxes, a colour a session or condition."""

    name = "compare_boxes"
    title = "Trials to criterion, by 50"
    recipe = "compare_boxes"
    options = (GROUPED, Flag("linear", "Linear axis"))
    across = f"Problem, in groups of {SIZE}"
    compute = all_boxes
    has_line = False

    def draw(self, answer: Answer[list[list[Box]]]) -> None:
        """The boxes, on the axis chosen."""
        linear = answer.view["linear"]
        if differs(self.plot, linear=linear):
            self.plot.setLimits(yMin=0 if linear else -0.5, yMax=1e6 if linear else 6)
            self.plot.setLogMode(y=not linear)
            self.plot.enableAutoRange()
        super().draw(answer)

    def add(
        self, answer: Answer[list[list[Box]]], drawn: Shown, value: list[Box], place: int
    ) -> Sign:
        """The boxes, beside those of the others, and the counts beyond them."""
        scaled = np.asarray if answer.view["linear"] else decades
        count, colour = len(answer.value), drawn.look.colour
        width = ROOM * SIZE / count
        shift = (place - (count - 1) / 2) * width
        centres = [box.first + (SIZE + 1) / 2 + shift for box in value]
        if value:
            boxes = Boxes(Ink(colour), Ink(colour, alpha=0.35))
            boxes.show_boxes(centres, [scaled(_five(box)) for box in value], 0.85 * width)
            beyond_x = [x for x, box in zip(centres, value, strict=True) for _ in box.outliers]
            beyond = scaled([trials for box in value for trials in box.outliers])
            brush = Ink(colour, alpha=0.8).brush
            self.put(boxes)
            self.put(pg.ScatterPlotItem(beyond_x, beyond, size=4, pen=None, brush=brush))
        return drawn.sign

    def caption(self, answer: Answer[list[list[Box]]]) -> str:
        """How many sessions."""
        return counted(answer.view)

    def data(self, answer: Answer[list[list[Box]]]) -> Table:
        """One row a box."""
        named = [
            (drawn.name, some) for drawn, some in zip(shown(answer.view), answer.value, strict=True)
        ]
        boxes = [box for _, some in named for box in some]
        five = np.array([_five(box) for box in boxes]).reshape(-1, len(FIVE)).T
        return Table(
            "Trials to criterion by groups of problems",
            ["The first problem is left out"],
            Column(_kind(answer.view), [name for name, some in named for _ in some]),
            Column("first problem", [box.first + 1 for box in boxes]),
            Column("last problem", [box.last + 1 for box in boxes]),
            *(Column(name, values, "trials") for name, values in zip(FIVE, five, strict=True)),
            Column("mean", [box.mean for box in boxes], "trials"),
            Column("outliers", [len(box.outliers) for box in boxes]),
            Column("not learned", [box.failed for box in boxes]),
        )


def _kind(view: View) -> str:
    return "condition" if is_grouped(view) else "session"


def _five(box: Box) -> tuple[float, ...]:
    """The numbers of a box in the order of ``FIVE``: the quartiles drawn are the paper's."""
    return box.whiskers[0], box.quartiles[0], box.median, box.quartiles[1], box.whiskers[1]
