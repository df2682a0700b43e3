"""The network and its perturbed copy learning side by side."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QPushButton, QSpinBox

from l2l_engine import task
from l2l_engine.config import L2LError, RunConfig
from l2l_gui.look.theme import Palette, theme
from l2l_gui.output.panel_data import PanelData
from l2l_gui.panels.learn.present_problem import FLOOR, POINTS, envelope
from l2l_gui.panels.perturb.lab.panel import LabPanel
from l2l_gui.panels.perturb.lab.response import Subject, perturbed_copy
from l2l_gui.plotting.key import DASHED, LINE, Key, Sign
from l2l_gui.workers.relearning import Curves, Learn, Report

NAMES = ("unperturbed", "perturbed")
COLOURS = ("accent", "perturbed")
LARGEST_SEED = 2**31 - 1


class PerturbLearningPanel(LabPanel):
    """Loss of both copies, trial by trial."""

    name = "perturb_learning"
    title = "Relearning"
    help = (
        "Both copies are trained live on the same stimuli in the same order under the same noise: "
        "the network as it is, and with its readout perturbed; thin lines are the task loss of "
        "each trial, thick ones its mean over the criterion window, dashed the criterion. "
        "Only the readout perturbation is learned against: pulses, lesions and changes of the "
        "trial are left out; with the readout frozen, as in the paper, only the recurrent network "
        "can change. "
        "Goudar et al. (2023), Fig. 3."
    )

    def build(self) -> None:
        """What to learn above, curves below."""
        self.learn = QPushButton("Learn")
        self.learn.setToolTip("Train both copies until each has learned or failed")
        self.stop = QPushButton("Stop")
        self.stop.setToolTip("Stop after the trial in progress")
        self.stimuli = QComboBox()
        self.stimuli.setAccessibleName("Problem to learn")
        self.stimuli.addItem("New problem", "fresh")
        self.stimuli.addItem("Same problem", "same")
        self.stimuli.setToolTip("Newly drawn stimuli, as in the paper, or those already learned")
        self.seed = QSpinBox()
        self.seed.setRange(0, LARGEST_SEED)
        self.seed.setPrefix("seed ")
        self.seed.setFixedWidth(86)
        self.seed.setAccessibleName("Seed of the problem, the order of stimuli and the noise")
        self.seed.setToolTip(self.seed.accessibleName())
        self.frozen = QCheckBox("Frozen")
        self.frozen.setChecked(True)
        self.frozen.setToolTip(
            "Frozen readout: output weights and bias stay as they are, as in the paper"
        )
        self.result = QLabel()
        self.result.setWordWrap(True)
        self.result.setContentsMargins(6, 0, 6, 0)
        row = QHBoxLayout()
        row.setContentsMargins(6, 2, 6, 0)
        for widget in (self.learn, self.stop, self.stimuli, self.seed, self.frozen):
            row.addWidget(widget)
        row.addStretch()
        self.view = pg.PlotWidget()
        self.plot = plot = self.view.getPlotItem()
        plot.setLabel("bottom", "Trial")
        plot.setLabel("left", "Task loss (nats)")
        plot.setLogMode(y=True)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setLimits(xMin=0, yMin=-6, yMax=2)
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.getAxis("bottom").enableAutoSIPrefix(False)
        self.losses = [plot.plot(skipFiniteCheck=True) for _ in NAMES]
        self.means = [plot.plot(skipFiniteCheck=True) for _ in NAMES]
        self.criterion = pg.InfiniteLine(
            angle=0, label="criterion", labelOpts={"position": 0.06, "anchors": [(0, 1), (0, 1)]}
        )
        plot.addItem(self.criterion)
        self.body_layout.addLayout(row)
        self.body_layout.addWidget(self.result)
        self.body_layout.addWidget(
            Key(
                Sign(LINE, "accent", "unperturbed"),
                Sign(LINE, "perturbed", "perturbed"),
                Sign(DASHED, "decision", "criterion"),
            )
        )
        self.body_layout.addWidget(self.view, 1)
        self.learn.clicked.connect(self.start)
        self.stop.clicked.connect(self.lab.learner.stop)
        self.lab.learner.changed.connect(self._changed)
        self._report: Report | None = None
        self._show_state()

    # -- learning ----------------------------------------------------------------------

    def start(self) -> None:
        """Train copies of the network as it is disturbed now."""
        subject, disturbance = self.lab.subject, self.lab.disturbance
        if subject is None:
            return
        try:
            copy = perturbed_copy(subject, disturbance)
        except L2LError as error:
            self.context.notify(str(error))
            return
        seed, config = self.seed.value(), subject.config
        fresh = self.stimuli.currentData() == "fresh"
        stimuli = (
            task.draw_stimuli(np.random.RandomState(seed), config) if fresh else subject.stimuli
        )
        problem = "a new problem" if fresh else f"problem {subject.problem} again"
        self.lab.learner.start(
            Learn(
                config=config,
                networks=(subject.weights, copy),
                stimuli=stimuli,
                set_point=subject.set_point,
                seed=seed,
                frozen_readout=self.frozen.isChecked(),
                words=f"{disturbance.kind.label}; network after problem {subject.problem} "
                f"learns {problem}",
            )
        )

    def _changed(self, report: Report) -> None:
        if isinstance(report.task, Learn):
            self._report = report
            if self.seen:
                self.context.redraws.add(self._draw_report)
        self._show_state()

    def _show_state(self) -> None:
        running = self.lab.learner.running
        ours = running and self._report is not None and self._report.running
        self.learn.setEnabled(self.lab.subject is not None and not running)
        self.stop.setEnabled(ours)

    def draw_subject(self, subject: Subject) -> None:
        """The criterion, and what was learned before."""
        self._place_criterion(subject.config)
        self._show_state()
        self._draw_report()

    def _place_criterion(self, config: RunConfig) -> None:
        self.criterion.setPos(math.log10(config.criterion_loss))
        self.criterion.label.setFormat(f"criterion {config.criterion_loss:g}")

    def _draw_report(self) -> None:
        report = self._report
        if report is None:
            self.result.setText("Press Learn to train the network and its perturbed copy.")
            self.plot.setRange(xRange=(0, 100), yRange=(-3, 1))
            return
        assert isinstance(report.task, Learn)
        self.shown.emit(report.task.words)
        self.result.setText(self._words(report))
        if not isinstance(report.value, Curves):
            for curve in (*self.losses, *self.means):
                curve.setData([], [])
            self.plot.enableAutoRange()
            return
        self._place_criterion(report.task.config)
        for number, losses in enumerate(report.value.losses):
            clipped = np.maximum(losses, FLOOR)
            self.losses[number].setData(*envelope(clipped, POINTS))
            mean = np.maximum(running_mean(losses, report.task.config.criterion_trials), FLOOR)
            self.means[number].setData(*envelope(mean, POINTS // 2))

    def _words(self, report: Report) -> str:
        if report.error:
            return report.error
        if report.stage:
            return f"{report.stage}…"
        if not isinstance(report.value, Curves):
            return "Stopped before the first trial."
        said = []
        for name, losses, outcome in zip(
            NAMES, report.value.losses, report.value.outcomes, strict=True
        ):
            trials = len(losses)
            if outcome is None:
                word = "stopped" if report.stopped else "learning"
                said.append(f"{name.capitalize()}: {word}, trial {trials:,}")
            elif outcome.diverged:
                said.append(f"{name.capitalize()}: diverged after {trials:,} trials")
            elif math.isnan(outcome.trials_to_criterion):
                said.append(f"{name.capitalize()}: failed in {trials:,} trials")
            else:
                count = int(outcome.trials_to_criterion)
                noun = "trial" if count == 1 else "trials"
                said.append(f"{name.capitalize()}: {count:,} {noun} to criterion")
        return ". ".join(said) + "."

    # -- the panel ---------------------------------------------------------------------

    def restyle(self, palette: Palette) -> None:
        """The perturbed copy in black or white."""
        theme.style_plot(self.plot)
        for losses, mean, colour in zip(self.losses, self.means, COLOURS, strict=True):
            losses.setPen(theme.pen(colour, 1, alpha=0.35))
            mean.setPen(theme.pen(colour, 2))
        self.criterion.setPen(theme.pen("decision", 1, style=Qt.PenStyle.DashLine))
        self.criterion.label.setColor(theme.color("decision"))

    def state(self) -> dict[str, Any]:
        """How to learn."""
        return {
            "stimuli": self.stimuli.currentData(),
            "seed": self.seed.value(),
            "frozen": self.frozen.isChecked(),
        }

    def set_state(self, state: dict[str, Any]) -> None:
        """Learn as before."""
        self.stimuli.setCurrentIndex(max(0, self.stimuli.findData(state.get("stimuli", "fresh"))))
        self.seed.setValue(int(state.get("seed", 0)))
        self.frozen.setChecked(bool(state.get("frozen", True)))

    def data(self) -> PanelData | None:
        """One row a trial; NaN once a copy has learned."""
        report = self._report
        if report is None or not isinstance(report.value, Curves):
            return None
        assert isinstance(report.task, Learn)
        task_ = report.task
        longest = max(map(len, report.value.losses))
        arrays: dict[str, Any] = {"trial": np.arange(1, longest + 1)}
        for name, losses in zip(NAMES, report.value.losses, strict=True):
            padded = np.full((2, longest), np.nan)
            padded[0, : len(losses)] = losses
            padded[1, : len(losses)] = running_mean(losses, task_.config.criterion_trials)
            arrays[f"{name} task loss"], arrays[f"{name} mean over the window"] = padded
        return PanelData(
            arrays,
            {name: "nats" for name in arrays if name != "trial"},
            title="Relearning side by side",
            notes=(task_.words, f"Seed {task_.seed}", self._words(report)),
        )


def running_mean(values: NDArray[np.float32], window: int) -> NDArray[np.float64]:
    """Mean over the last ``window`` values up to each, (n,); over fewer at first."""
    sums = np.cumsum(np.concatenate([[0.0], values]), dtype=np.float64)
    stop = np.arange(1, len(sums))
    start = np.maximum(stop - window, 0)
    return (sums[stop] - sums[start]) / (stop - start)
