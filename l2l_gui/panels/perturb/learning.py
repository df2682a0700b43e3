"""The network and its perturbed copy learning side by side."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from l2l_engine import task
from l2l_engine.recipes.sampling import running_mean
from l2l_gui.panels.base import Answer, Choice, Column, Table
from l2l_gui.panels.perturb.lab.curve_panel import INKS, SIGNS
from l2l_gui.panels.perturb.lab.learner_panel import SEED, LearnerPanel, Training, Words
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.panels.perturb.lab.response import Subject, perturbed_copy
from l2l_gui.plotting.ink import Ink
from l2l_gui.plotting.legend import DASHED, Legend, Sign
from l2l_gui.plotting.loss_plot import LossPlot
from l2l_gui.workers.relearning import Curves, Learn, Report

FRESH, SAME = "fresh", "same"


class PerturbLearningPanel(LearnerPanel):
    """Loss of both copies, trial by trial."""

    name = "perturb_learning"
    title = "Relearning"
    recipe = "perturb_learning"
    options = (
        Choice("stimuli", "Learn", {FRESH: "New problem", SAME: "Same problem"}, bar="list"),
        Choice("frozen", "Readout", {True: "Frozen", False: "Trained"}, bar="list"),
        SEED,
    )
    task = Learn
    says = Words(
        before="Press Learn to train the network and its perturbed copy.",
        nothing="Stopped before the first trial.",
        start=("Learn", "Train both copies until each has learned or failed"),
        stop=("Stop", "Stop after the trial in progress"),
    )

    def build(self) -> None:
        """Curves below what to learn."""
        super().build()
        inks = [(Ink(ink.colour, 1, alpha=0.35), ink) for ink in INKS.values()]
        self.view = LossPlot(inks, "decision", "Trial", label="criterion")
        self.body_layout.addWidget(Legend(*SIGNS, Sign(DASHED, "decision", "criterion")))
        self.body_layout.addWidget(self.view, 1)

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
        config = (answer.value.subject if report is None else report.task).config
        losses, criterion = _losses(answer.value), config.criterion_loss
        self.view.show_losses(losses, config.criterion_trials, criterion)
        self.view.criterion.label.setFormat(f"criterion {criterion:g}")

    def frame(self, answer: Answer[Training]) -> None:
        """All trials."""
        if _losses(answer.value):
            self.view.plot.enableAutoRange()
        else:
            self.view.plot.setRange(xRange=(0, 100), yRange=(-3, 1), padding=0)

    def progress_words(self, report: Report, value: Curves) -> str:
        """The progress of each copy."""
        copies = zip(INKS, value.losses, value.outcomes, strict=True)
        return " ".join(
            f"{name.capitalize()}: {_outcome(outcome, len(losses), stopped=report.stopped)}."
            for name, losses, outcome in copies
        )

    def trained(self, value: Curves) -> dict[str, Any]:
        """The trials of each copy."""
        return {"trained": tuple(map(len, value.losses))}

    def data(self, answer: Answer[Training]) -> Table:
        """One row a trial; NaN once a copy has learned."""
        report, drawn = answer.value.report, _losses(answer.value)
        window = 1 if report is None else report.task.config.criterion_trials
        longest = max(map(len, drawn), default=0)

        def padded(values: NDArray[Any]) -> NDArray[Any]:
            return np.pad(values.astype(float), (0, longest - len(values)), constant_values=np.nan)

        columns = [Column("trial", np.arange(1, longest + 1))]
        for name, losses in zip(INKS, drawn, strict=False):
            mean = running_mean(losses, window)
            columns.append(Column(f"{name} task loss", padded(losses), "nats"))
            columns.append(Column(f"{name} mean over the window", padded(mean), "nats"))
        return Table("Relearning side by side", self.notes(report), *columns)


def _losses(training: Training) -> tuple[NDArray[np.float32], ...]:
    """Losses of each copy's trials; none before any were trained."""
    return () if training.value is None else training.value.losses


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
