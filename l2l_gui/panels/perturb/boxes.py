"""Trials to criterion under several perturbations, repeated."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
)

from l2l_engine.config import L2LError
from l2l_engine.outlook import duration
from l2l_engine.perturbation import PerturbationKind
from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.perturb.lab.model import Draw
from l2l_gui.panels.perturb.lab.panel import LabPanel
from l2l_gui.panels.perturb.lab.response import Subject
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


class PerturbBoxesPanel(LabPanel):
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

    def build(self) -> None:
        """Choices and progress above, boxes below."""
        self.repeats = QSpinBox()
        self.repeats.setRange(1, 1000)
        self.repeats.setValue(10)
        self.repeats.valueChanged.connect(self._count)
        self._count(self.repeats.value())
        self.repeats.setAccessibleName("Repetitions")
        self.seed = QSpinBox()
        self.seed.setRange(0, 2**31 - 1)
        self.seed.setPrefix("seed ")
        self.seed.setFixedWidth(96)
        self.seed.setAccessibleName("Seed of problems, permutations and noise")
        self.seed.setToolTip(self.seed.accessibleName())
        self.start_button = QPushButton("Repeat")
        self.start_button.setToolTip("Train copies under each ticked condition")
        self.cancel = QPushButton("Cancel")
        self.cancel.setToolTip("Stop; finished repetitions stay")
        self.kinds = {kind: QCheckBox(SHORT[kind]) for kind in SHORT}
        for kind, box in self.kinds.items():
            box.setChecked(kind in FIGURE_3)
            box.setToolTip(kind.description)
            box.toggled.connect(self._show_state)
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedHeight(6)
        self.words = QLabel()
        self.words.setContentsMargins(6, 0, 6, 0)
        self.words.setWordWrap(True)
        first, second = QHBoxLayout(), QHBoxLayout()
        for row in (first, second):
            row.setContentsMargins(6, 2, 6, 0)
        for widget in (self.start_button, self.repeats, self.seed, self.cancel):
            first.addWidget(widget)
        first.addStretch()
        for box in self.kinds.values():
            second.addWidget(box)
        second.addStretch()
        self.view = pg.PlotWidget()
        self.plot = plot = self.view.getPlotItem()
        plot.setLabel("left", "Trials to criterion")
        plot.getAxis("left").setLogMode(True)
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.setMouseEnabled(x=False, y=True)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        self.boxes = pg.BoxplotItem()
        self.points = pg.ScatterPlotItem(size=6)
        self.failures: list[pg.TextItem] = []
        self.first = pg.InfiniteLine(
            angle=0, label="problem 1", labelOpts={"position": 0.03, "anchors": [(0, 1), (0, 1)]}
        )
        for item in (self.boxes, self.points, self.first):
            plot.addItem(item)
        self.body_layout.addLayout(first)
        self.body_layout.addLayout(second)
        self.body_layout.addWidget(self.progress)
        self.body_layout.addWidget(self.words)
        self.body_layout.addWidget(self.view, 1)
        self.start_button.clicked.connect(self.start)
        self.cancel.clicked.connect(self.lab.learner.stop)
        self.lab.learner.changed.connect(self._changed)
        self._report: Report | None = None
        self._show_state()

    def _count(self, repeats: int) -> None:
        self.repeats.setSuffix(" time" if repeats == 1 else " times")

    # -- repeating ---------------------------------------------------------------------

    def start(self) -> None:
        """Repeat with the k, subspaces and kind of draw chosen in the lab."""
        subject, disturbance = self.lab.subject, self.lab.disturbance
        chosen = tuple(kind for kind, box in self.kinds.items() if box.isChecked())
        if subject is None or not chosen:
            return
        try:
            subspaces = subject.subspaces(disturbance)
        except L2LError as error:
            self.context.notify(str(error))
            return
        source = subject.manifold.words
        self.lab.learner.start(
            RepeatTask(
                config=subject.config,
                weights=subject.weights,
                subspaces=subspaces,
                kinds=chosen,
                set_point=subject.set_point,
                seed=self.seed.value(),
                repeats=self.repeats.value(),
                frozen_readout=True,
                derangement=disturbance.draw is Draw.DERANGEMENT,
                words=f"Network after problem {subject.problem}, k = {disturbance.k}, "
                f"subspaces of {source}",
            )
        )

    def _changed(self, report: Report) -> None:
        if isinstance(report.task, RepeatTask):
            self._report = report
            if self.seen:
                self.context.redraws.add(self._draw_report)
        self._show_state()

    def _show_state(self) -> None:
        running = self.lab.learner.running
        ours = running and self._report is not None and self._report.running
        chosen = any(box.isChecked() for box in self.kinds.values())
        self.start_button.setEnabled(self.lab.subject is not None and not running and chosen)
        self.cancel.setEnabled(ours)
        self.progress.setVisible(ours)

    def draw_subject(self, subject: Subject) -> None:
        """What problem 1 took in this session."""
        session = self.context.session
        count = session.snapshot.counts[0] if session and session.problems else math.nan
        known = math.isfinite(count)
        self.first.setVisible(known)
        if known:
            self.first.setPos(math.log10(count))
            self.first.label.setFormat(f"problem 1: {count:,.0f}")
        self._show_state()
        self._draw_report()

    # -- drawing -----------------------------------------------------------------------

    def _draw_report(self) -> None:
        report = self._report
        if report is None:
            self.words.setText("Press Repeat to train copies under each ticked condition.")
            self._label(tuple(kind for kind, box in self.kinds.items() if box.isChecked()))
            self.plot.setYRange(0, 4)
            return
        assert isinstance(report.task, RepeatTask)
        self.words.setText(self._words(report))
        self.shown.emit(report.task.words)
        if isinstance(report.value, Counts):
            self._draw_counts(report.value)
            done = len(report.value.counts)
            self.progress.setRange(0, report.value.repeats)
            self.progress.setValue(done)

    def _words(self, report: Report) -> str:
        if report.error:
            return report.error
        if report.stage:
            return f"{report.stage}…"
        if not isinstance(report.value, Counts):
            return "Stopped before the first repetition."
        value = report.value
        done = f"{len(value.counts)} of {value.repeats} repetitions"
        if not report.running:
            return f"{done}, stopped." if report.stopped else f"{done}."
        left = f", {duration(value.remaining)} left" if math.isfinite(value.remaining) else ""
        return f"{done}, trial {value.trial:,} of the next{left}."

    def _label(self, kinds: tuple[PerturbationKind, ...]) -> None:
        ticks = [(number, SHORT[kind]) for number, kind in enumerate(kinds)]
        self.plot.getAxis("bottom").setTicks([ticks])
        self.plot.setXRange(-0.6, max(len(kinds), 1) - 0.4, padding=0)

    def _draw_counts(self, value: Counts) -> None:
        self._label(value.kinds)
        logs = np.log10(np.maximum(value.counts, 1.0))  # NaN stays NaN
        columns = [column[np.isfinite(column)] for column in logs.T]
        enough = [number for number, column in enumerate(columns) if len(column) >= 2]
        self.boxes.setData(loc=enough, data=[columns[number] for number in enough] or None)
        self.boxes.setVisible(bool(enough))
        x, y = [], []
        for number, column in enumerate(columns):
            spread = np.linspace(-JITTER, JITTER, len(column)) if len(column) > 1 else [0.0]
            x.append(number + np.asarray(spread)[: len(column)])
            y.append(column)
        self.points.setData(np.concatenate(x), np.concatenate(y))
        shown = np.concatenate(y)
        top = max(float(shown.max()) if len(shown) else 3.0, self.first.value(), 1.0)
        self.plot.setYRange(-0.3, top + HEADROOM, padding=0)
        self._draw_failures(np.isnan(logs).sum(axis=0))

    def _draw_failures(self, failed: Any) -> None:
        for item in self.failures:
            self.plot.removeItem(item)
        self.failures = []
        for number, count in enumerate(failed):
            if count:
                item = pg.TextItem(f"{count} failed", anchor=(0.5, 1), color=theme.color("error"))
                item.setPos(number, -0.3)
                self.plot.addItem(item, ignoreBounds=True)
                self.failures.append(item)

    # -- the panel ---------------------------------------------------------------------

    def reset_zoom(self) -> None:
        """All boxes."""
        self._draw_report()

    def restyle(self, palette: Palette) -> None:
        """Black or white boxes: all are perturbed."""
        theme.style_plot(self.plot)
        self.plot.getAxis("bottom").setGrid(False)
        self.boxes.setData(
            pen=theme.pen("perturbed", 1),
            medianPen=theme.pen("perturbed", 3),
            brush=theme.brush("border", 0.5),
            outlier=False,
            width=0.5,
        )
        self.points.setPen(theme.pen("panel", 1))
        self.points.setBrush(theme.brush("accent"))
        self.first.setPen(theme.pen("quiet", 1, style=pg.QtCore.Qt.PenStyle.DashLine))
        self.first.label.setColor(theme.color("quiet"))

    def state(self) -> dict[str, Any]:
        """How often and what."""
        return {
            "repeats": self.repeats.value(),
            "seed": self.seed.value(),
            "kinds": [kind.value for kind, box in self.kinds.items() if box.isChecked()],
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """As before."""
        self.repeats.setValue(int(state.get("repeats", 10)))
        self.seed.setValue(int(state.get("seed", 0)))
        chosen = state.get("kinds")
        if isinstance(chosen, list):
            for kind, box in self.kinds.items():
                box.setChecked(kind.value in chosen)

    def data(self) -> PanelData | None:
        """One row a repetition."""
        report = self._report
        if report is None or not isinstance(report.value, Counts) or not len(report.value.counts):
            return None
        assert isinstance(report.task, RepeatTask)
        value = report.value
        arrays: dict[str, Any] = {"repetition": np.arange(1, len(value.counts) + 1)}
        for number, kind in enumerate(value.kinds):
            arrays[f"trials to criterion, {kind.value}"] = value.counts[:, number]
        arrays["permutation"] = value.permutations + 1
        return PanelData(
            arrays,
            title="Trials to criterion under perturbations",
            notes=(report.task.words, f"Seed {report.task.seed}", self._words(report)),
        )
