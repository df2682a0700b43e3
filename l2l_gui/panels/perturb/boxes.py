"""Trials to criterion under several perturbations, repeated."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtWidgets import QProgressBar

from l2l_engine.outlook import duration
from l2l_engine.perturbation import PerturbationKind
from l2l_gui.panels.base import Answer, Column, Number, Several, Table, View
from l2l_gui.panels.perturb.lab.learner_panel import SEED, LearnerPanel, Training, Words
from l2l_gui.panels.perturb.lab.model import Disturbance, Draw
from l2l_gui.panels.perturb.lab.repetitions import FIGURE_3, SHORT, Repetitions
from l2l_gui.panels.perturb.lab.response import Subject
from l2l_gui.plotting.boxes import Boxes
from l2l_gui.plotting.ink import DASHED, Ink, inked
from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import dressed, plot_view
from l2l_gui.workers.relearning import Counts, RepeatTask, Report

HEADROOM = 0.6
"""Decades above everything, for the word on the line of problem 1."""
LOWEST = -0.3
"""Decades; failures are counted below it."""
BOXES = Ink("perturbed", 1)  # black or white: all are perturbed


class PerturbBoxesPanel(LearnerPanel):
    """Boxes of a repeated experiment."""

    name = "perturb_boxes"
    title = "Repeat"
    recipe = "perturb_boxes"
    options = (
        Several(
            "kinds",
            "Conditions",
            {kind.value: words for kind, words in SHORT.items()},
            tuple(kind.value for kind in FIGURE_3),
            {kind.value: kind.description for kind in SHORT},
        ),
        Number("repeats", "Repetitions", 1, 1000, 10),
        SEED,
    )
    task = RepeatTask
    says = Words(
        before="Press Repeat to train copies under each ticked condition.",
        nothing="Stopped before the first repetition.",
        start=("Repeat", "Train copies under each ticked condition"),
        stop=("Cancel", "Stop; finished repetitions stay"),
    )

    def build(self) -> None:
        """Progress and boxes below what to repeat."""
        super().build()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        view = plot_view(axisItems={"left": LogAxis("left")})
        self.plot = dressed(view.getPlotItem(), "Trials to criterion", width=None)
        self.plot.getAxis("left").setLogMode(True)
        self.plot.getAxis("bottom").setGrid(False)
        self.plot.setMouseEnabled(x=False, y=True)
        median = Ink(BOXES.colour, 3)
        self.boxes = Boxes(BOXES, Ink("border", alpha=0.5), median)
        self.points = pg.ScatterPlotItem(size=6)
        inked(self.points, pen=Ink("panel"), brush=Ink("accent"))
        place = {"position": 0.03, "anchors": [(0, 1), (0, 1)]}
        self.first = pg.InfiniteLine(angle=0, label="problem 1", labelOpts=place)
        inked(self.first, pen=Ink("quiet", 1, DASHED))
        inked(self.first.label, colour=Ink("quiet"))
        for item in (self.boxes, self.points, self.first):
            self.plot.addItem(item)
        self.failures = [pg.TextItem(anchor=(0.5, 1)) for _ in SHORT]
        for item in self.failures:
            self.plot.addItem(inked(item, colour=Ink("error")), ignoreBounds=True)
        self.body_layout.addWidget(self.progress)
        self.body_layout.addWidget(view, 1)

    def ready(self, view: View) -> bool:
        """Some condition is ticked."""
        return bool(view["kinds"])

    def task_for(self, subject: Subject, disturbance: Disturbance) -> RepeatTask:
        """The k, subspaces and kind of draw are those chosen in the lab."""
        return RepeatTask(
            config=subject.config,
            weights=subject.weights,
            subspaces=subject.subspaces(disturbance),
            kinds=tuple(map(PerturbationKind, self.option_values["kinds"])),
            set_point=subject.set_point,
            seed=self.option_values["seed"],
            repeats=self.option_values["repeats"],
            frozen_readout=True,
            derangement=disturbance.draw is Draw.DERANGEMENT,
            words=f"Network after problem {subject.problem}, k = {disturbance.k}, "
            f"subspaces of {subject.manifold.words}",
        )

    def draw(self, answer: Answer[Training]) -> None:
        """Boxes, single repetitions, failures, and what problem 1 took."""
        super().draw(answer)
        shown = _repetitions(answer)
        self.progress.setVisible(self.stop_button.isEnabled())
        self.progress.setRange(0, shown.repeats)
        self.progress.setValue(shown.done)
        count = _first(answer)
        self.first.setVisible(math.isfinite(count))
        if math.isfinite(count):
            self.first.setPos(math.log10(count))
            self.first.label.setFormat(f"problem 1: {count:,.0f}")
        names = [(number, SHORT[kind]) for number, kind in enumerate(shown.kinds)]
        self.plot.getAxis("bottom").setTicks([names])
        self.boxes.show_boxes(*shown.boxes, width=0.5)
        self.points.setData(*shown.points)
        for number, item in enumerate(self.failures):
            failed = shown.failed[number] if number < len(shown.failed) else 0
            item.setText(f"{failed} failed" if failed else "")
            item.setPos(number, LOWEST)

    def frame(self, answer: Answer[Training]) -> None:
        """All boxes, and room for words above."""
        shown, first = _repetitions(answer), _first(answer)
        self.plot.setXRange(-0.6, max(len(shown.kinds), 1) - 0.4, padding=0)
        if not shown.columns:
            self.plot.setYRange(0, 4, padding=0)
            return
        heights = [1.0, shown.highest, math.log10(first) if math.isfinite(first) else 0.0]
        self.plot.setYRange(LOWEST, max(heights) + HEADROOM, padding=0)

    def trained(self, value: Counts) -> dict[str, Any]:
        """The repetitions done."""
        return {"done": len(value.counts)}

    def progress_words(self, report: Report, value: Counts) -> str:
        """How many repetitions are done, and how long the rest takes."""
        done = f"{len(value.counts)} of {value.repeats} repetitions"
        if not report.running:
            return f"{done}, stopped." if report.stopped else f"{done}."
        left = f", {duration(value.remaining)} left" if math.isfinite(value.remaining) else ""
        return f"{done}, trial {value.trial:,} of the next{left}."

    def data(self, answer: Answer[Training]) -> Table:
        """One row a repetition."""
        value, notes = answer.value.value, self.notes(answer.value.report)
        columns = [Column("repetition", np.arange(1, _repetitions(answer).done + 1))]
        if value is not None:
            for kind, counts in zip(value.kinds, value.counts.T, strict=True):
                columns.append(Column(f"trials to criterion, {kind.value}", counts))
            columns.append(Column("permutation", value.permutations + 1))
        return Table("Trials to criterion under perturbations", notes, *columns)


def _repetitions(answer: Answer[Training]) -> Repetitions:
    """What is drawn; while nothing is trained, no boxes of the conditions ticked."""
    return Repetitions.of(answer.value.value, map(PerturbationKind, answer.view["kinds"]))


def _first(answer: Answer[Training]) -> float:
    """Trials that problem 1 took in the session; NaN when unknown."""
    return float(answer.view.snapshot.counts[0]) if answer.view.problems else math.nan
