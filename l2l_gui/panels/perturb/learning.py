"""The network and its perturbed copy learning side by side."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray

from l2l_engine import task
from l2l_gui.panels.base import Answer, Choice, PanelData
from l2l_gui.panels.learn.present_problem import FLOOR, POINTS, envelope
from l2l_gui.panels.perturb.lab.curve_panel import INKS, SIGNS
from l2l_gui.panels.perturb.lab.learner_panel import SEED, LearnerPanel, Training
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.panels.perturb.lab.response import Subject, perturbed_copy
from l2l_gui.plotting.ink import DASHED, Ink, inked
from l2l_gui.plotting.key import DASHED as DASHES
from l2l_gui.plotting.key import Key, Sign
from l2l_gui.plotting.plots import dressed
from l2l_gui.workers.relearning import Curves, Learn, Report

FRESH, SAME = "fresh", "same"


class PerturbLearningPanel(LearnerPanel):
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

    options = (
        Choice("stimuli", "Learn", {FRESH: "New problem", SAME: "Same problem"}, bar="list"),
        Choice("frozen", "Readout", {True: "Frozen", False: "Trained"}, bar="list"),
        SEED,
    )
    task = Learn
    words_before = "Press Learn to train the network and its perturbed copy."
    words_nothing = "Stopped before the first trial."
    start_words = ("Learn", "Train both copies until each has learned or failed")
    stop_words = ("Stop", "Stop after the trial in progress")

    def build(self) -> None:
        """Curves below what to learn."""
        super().build()
        view = pg.PlotWidget()
        self.plot = dressed(view.getPlotItem(), "Task loss (nats)", "Trial", log="y")
        self.plot.setLimits(xMin=0, yMin=-6, yMax=2)
        self.losses, self.means = [
            [inked(self.plot.plot(skipFiniteCheck=True), pen=ink) for ink in inks]
            for inks in ([Ink(ink.colour, 1, alpha=0.35) for ink in INKS.values()], INKS.values())
        ]
        place = {"position": 0.06, "anchors": [(0, 1), (0, 1)]}
        self.criterion = pg.InfiniteLine(angle=0, label="criterion", labelOpts=place)
        inked(self.criterion, pen=Ink("decision", 1, DASHED))
        inked(self.criterion.label, colour=Ink("decision"))
        self.plot.addItem(self.criterion)
        self.body_layout.addWidget(Key(*SIGNS, Sign(DASHES, "decision", "criterion")))
        self.body_layout.addWidget(view, 1)

    def task_for(self, subject: Subject, disturbance: Disturbance) -> Learn:
        """Both copies, on one problem."""
        options, config = self.option_values, subject.config
        fresh = options["stimuli"] == FRESH
        drawn = task.draw_stimuli(np.random.RandomState(options["seed"]), config)
        problem = "a new problem" if fresh else f"problem {subject.problem} again"
        return Learn(
            config=config,
            networks=(subject.weights, perturbed_copy(subject, disturbance)),
            stimuli=drawn if fresh else subject.stimuli,
            set_point=subject.set_point,
            seed=options["seed"],
            frozen_readout=options["frozen"],
            words=f"{disturbance.kind.label}; network after problem {subject.problem} "
            f"learns {problem}",
        )

    def draw(self, answer: Answer[Training]) -> None:
        """Losses and their means, and the criterion they were trained to."""
        super().draw(answer)
        report = answer.value.report
        config = (report.task if report is not None else answer.value.subject).config
        self.criterion.setPos(math.log10(config.criterion_loss))
        self.criterion.label.setFormat(f"criterion {config.criterion_loss:g}")
        drawn = _losses(report)
        for number, (curve, mean) in enumerate(zip(self.losses, self.means, strict=True)):
            if drawn is None:
                curve.setData([], [])
                mean.setData([], [])
                continue
            losses = drawn[number]
            smooth = running_mean(losses, config.criterion_trials)
            curve.setData(*envelope(np.maximum(losses, FLOOR), POINTS))
            mean.setData(*envelope(np.maximum(smooth, FLOOR), POINTS // 2))

    def frame(self, answer: Answer[Training]) -> None:
        """All trials."""
        if _losses(answer.value.report) is None:
            self.plot.setRange(xRange=(0, 100), yRange=(-3, 1), padding=0)
        else:
            self.plot.enableAutoRange()

    def progress_words(self, report: Report, value: Curves) -> str:
        """How each copy does."""
        copies = zip(INKS, value.losses, value.outcomes, strict=True)
        return (
            ". ".join(
                f"{name.capitalize()}: {_outcome(outcome, len(losses), stopped=report.stopped)}"
                for name, losses, outcome in copies
            )
            + "."
        )

    def data(self, answer: Answer[Training]) -> PanelData:
        """One row a trial; NaN once a copy has learned."""
        report = answer.value.report
        drawn = _losses(report) or ()
        longest = max(map(len, drawn), default=0)
        arrays: dict[str, Any] = {"trial": np.arange(1, longest + 1)}
        for name, losses in zip(INKS, drawn, strict=False):
            padded = np.full((2, longest), np.nan)
            padded[0, : len(losses)] = losses
            window = report.task.config.criterion_trials if report is not None else 1
            padded[1, : len(losses)] = running_mean(losses, window)
            arrays[f"{name} task loss"], arrays[f"{name} mean over the window"] = padded
        return PanelData(
            arrays,
            {name: "nats" for name in arrays if name != "trial"},
            title="Relearning side by side",
            notes=self.notes(report) if report is not None else (),
        )


def _losses(report: Report | None) -> tuple[NDArray[np.float32], ...] | None:
    """Losses of each copy's trials, if any were trained."""
    value = report.value if report is not None else None
    return value.losses if isinstance(value, Curves) else None


def _outcome(outcome: Any, trials: int, *, stopped: bool) -> str:
    """How a copy's learning stands or ended, in words."""
    if outcome is None:
        return f"{'stopped' if stopped else 'learning'}, trial {trials:,}"
    if outcome.diverged:
        return f"diverged after {trials:,} trials"
    if math.isnan(outcome.trials_to_criterion):
        return f"failed in {trials:,} trials"
    count = int(outcome.trials_to_criterion)
    return f"{count:,} {'trial' if count == 1 else 'trials'} to criterion"


def running_mean(values: NDArray[np.float32], window: int) -> NDArray[np.float64]:
    """Mean over the last ``window`` values up to each, (n,); over fewer at first."""
    sums = np.cumsum(np.concatenate([[0.0], values]), dtype=np.float64)
    stop = np.arange(1, len(sums))
    start = np.maximum(stop - window, 0)
    return (sums[stop] - sums[start]) / (stop - start)
