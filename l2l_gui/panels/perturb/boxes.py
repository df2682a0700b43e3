"""Trials to criterion under several perturbations, repeated."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtWidgets import QProgressBar

from l2l_engine.outlook import duration
from l2l_engine.perturbation import PerturbationKind
from l2l_gui.panels.base import Answer, Number, PanelData, Several
from l2l_gui.panels.perturb.lab.learner_panel import SEED, LearnerPanel, Training
from l2l_gui.panels.perturb.lab.model import Disturbance, Draw
from l2l_gui.panels.perturb.lab.response import Subject
from l2l_gui.plotting.ink import DASHED, Ink, inked
from l2l_gui.plotting.plots import dressed
from l2l_gui.workers.relearning import Counts, RepeatTask, Report

FIGURE_3 = (
    PerturbationKind.CONTROL,
    PerturbationKind.DECISION_TO_STIMULUS,
    PerturbationKind.STIMULUS_TO_STIMULUS,
)
SHORT = {
    PerturbationKind.CONTROL: "Control",
    PerturbationKind.DECISION_TO_STIMULUS: "D→S",
    PerturbationKind.STIMULUS_TO_STIMULUS: "S→S",
    PerturbationKind.WITHIN_MANIFOLD: "Within",
    PerturbationKind.OUTSIDE_MANIFOLD: "Outside",
}
JITTER = 0.16
HEADROOM = 0.6
"""Decades above everything, for the word on the line of problem 1."""
LOWEST = -0.3
"""Decades; failures are counted below it."""
BOXES = Ink("perturbed", 1)  # black or white: all are perturbed


class PerturbBoxesPanel(LearnerPanel):
    """Boxes of a repeated experiment."""

    name = "perturb_boxes"
    title = "Repeat"
    help = (
        "Each repetition draws a new problem and a new permutation and trains one copy of the "
        "network for each ticked condition with its readout frozen; all conditions of a "
        "repetition share the problem, the permutation and the noise. "
        "Boxes show quartiles and median of trials to criterion, dots single repetitions, the "
        "dashed line what problem 1 took in this session; failed repetitions are counted below. "
        "The conditions are those of Goudar et al. (2023), Fig. 3, where the perturbed network is "
        "that of problem 1: select problem 1 to repeat it."
    )

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
    words_before = "Press Repeat to train copies under each ticked condition."
    words_nothing = "Stopped before the first repetition."
    start_words = ("Repeat", "Train copies under each ticked condition")
    stop_words = ("Cancel", "Stop; finished repetitions stay")

    def build(self) -> None:
        """Progress and boxes below what to repeat."""
        super().build()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        view = pg.PlotWidget()
        self.plot = dressed(view.getPlotItem(), "Trials to criterion", width=None)
        self.plot.getAxis("left").setLogMode(True)
        self.plot.setMouseEnabled(x=False, y=True)
        self.boxes = pg.BoxplotItem()
        self.points = pg.ScatterPlotItem(size=6)
        inked(self.points, pen=Ink("panel"), brush=Ink("accent"))
        place = {"position": 0.03, "anchors": [(0, 1), (0, 1)]}
        self.first = pg.InfiniteLine(angle=0, label="problem 1", labelOpts=place)
        inked(self.first, pen=Ink("quiet", 1, DASHED))
        inked(self.first.label, colour=Ink("quiet"))
        for item in (self.boxes, self.points, self.first):
            self.plot.addItem(item)
        self.failures: list[pg.TextItem] = []
        self.body_layout.addWidget(self.progress)
        self.body_layout.addWidget(view, 1)

    @property
    def kinds(self) -> tuple[PerturbationKind, ...]:
        """The conditions ticked."""
        return tuple(map(PerturbationKind, self.option_values["kinds"]))

    def ready(self) -> bool:
        """Some condition is ticked."""
        return bool(self.kinds)

    def task_for(self, subject: Subject, disturbance: Disturbance) -> RepeatTask:
        """The k, subspaces and kind of draw are those chosen in the lab."""
        return RepeatTask(
            config=subject.config,
            weights=subject.weights,
            subspaces=subject.subspaces(disturbance),
            kinds=self.kinds,
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
        value = _counts(answer.value.report)
        self.progress.setVisible(self.stop_button.isEnabled())
        self.progress.setRange(0, value.repeats if value else 1)
        self.progress.setValue(len(value.counts) if value else 0)
        self._draw_first(answer)
        kinds = value.kinds if value else self.kinds
        axis = self.plot.getAxis("bottom")
        axis.setTicks([[(number, SHORT[kind]) for number, kind in enumerate(kinds)]])
        axis.setGrid(False)
        columns = _logs(value)
        self._draw_boxes([column[np.isfinite(column)] for column in columns])
        self._draw_failures([int(np.isnan(column).sum()) for column in columns])

    def _draw_first(self, answer: Answer[Training]) -> None:
        snapshot = answer.view.snapshot
        count = snapshot.counts[0] if snapshot is not None and snapshot.problems else math.nan
        self.first.setVisible(math.isfinite(count))
        if math.isfinite(count):
            self.first.setPos(math.log10(count))
            self.first.label.setFormat(f"problem 1: {count:,.0f}")

    def _draw_boxes(self, columns: list[NDArray[np.float64]]) -> None:
        enough = [number for number, column in enumerate(columns) if len(column) >= 2]
        self.boxes.setData(
            loc=enough,
            data=[columns[number] for number in enough] or None,
            pen=BOXES.pen,
            medianPen=Ink(BOXES.colour, 3).pen,
            brush=Ink("border", alpha=0.5).brush,
            outlier=False,
            width=0.5,
        )
        self.boxes.setVisible(bool(enough))
        spread = [
            number + (np.linspace(-JITTER, JITTER, len(column)) if len(column) > 1 else 0.0)
            for number, column in enumerate(columns)
        ]
        x = [np.broadcast_to(at, column.shape) for at, column in zip(spread, columns, strict=True)]
        self.points.setData(np.concatenate([[], *x]), np.concatenate([[], *columns]))

    def _draw_failures(self, failed: list[int]) -> None:
        for item in self.failures:
            self.plot.removeItem(item)
        self.failures = []
        for number, count in enumerate(failed):
            if count:
                item = inked(pg.TextItem(f"{count} failed", anchor=(0.5, 1)), colour=Ink("error"))
                item.setPos(number, LOWEST)
                self.plot.addItem(item, ignoreBounds=True)
                self.failures.append(item)

    def frame(self, answer: Answer[Training]) -> None:
        """All boxes, and room for words above."""
        value = _counts(answer.value.report)
        columns = _logs(value)
        kinds = value.kinds if value else self.kinds
        self.plot.setXRange(-0.6, max(len(kinds), 1) - 0.4, padding=0)
        if value is None:
            self.plot.setYRange(0, 4, padding=0)
            return
        shown = np.concatenate([[], *columns])
        highest = float(np.nanmax(shown)) if np.isfinite(shown).any() else 3.0
        first = self.first.value() if self.first.isVisible() else 0.0
        self.plot.setYRange(LOWEST, max(highest, first, 1.0) + HEADROOM, padding=0)

    def progress_words(self, report: Report, value: Counts) -> str:
        """How many repetitions are done, and how long the rest takes."""
        done = f"{len(value.counts)} of {value.repeats} repetitions"
        if not report.running:
            return f"{done}, stopped." if report.stopped else f"{done}."
        left = f", {duration(value.remaining)} left" if math.isfinite(value.remaining) else ""
        return f"{done}, trial {value.trial:,} of the next{left}."

    def data(self, answer: Answer[Training]) -> PanelData:
        """One row a repetition."""
        report = answer.value.report
        value = _counts(report)
        arrays: dict[str, Any] = {"repetition": np.zeros(0)}
        if value is not None:
            arrays = {"repetition": np.arange(1, len(value.counts) + 1)}
            for number, kind in enumerate(value.kinds):
                arrays[f"trials to criterion, {kind.value}"] = value.counts[:, number]
            arrays["permutation"] = value.permutations + 1
        return PanelData(
            arrays,
            title="Trials to criterion under perturbations",
            notes=self.notes(report) if report is not None else (),
        )


def _counts(report: Report | None) -> Counts | None:
    """Counts of the repetitions done, if there are any."""
    value = report.value if report is not None else None
    return value if isinstance(value, Counts) else None


def _logs(value: Counts | None) -> list[NDArray[np.float64]]:
    """Decimal logarithms of each condition's counts; NaN: failed."""
    return [] if value is None else list(np.log10(np.maximum(value.counts, 1.0)).T)
