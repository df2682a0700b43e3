"""Panels that train copies of the network: what to train above, the results below."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from PyQt6.QtWidgets import QHBoxLayout, QPushButton

from l2l_engine.config import L2LError
from l2l_gui.panels.base import Answer, Number, Ready, View, Wanted
from l2l_gui.panels.perturb.lab.model import Disturbance
from l2l_gui.panels.perturb.lab.panel import LabPanel
from l2l_gui.panels.perturb.lab.response import Subject
from l2l_gui.widgets.elided_label import ElidedLabel
from l2l_gui.workers.relearning import Learn, RepeatTask, Report

SEED = Number("seed", "Seed", 0, 2**31 - 1, 0)
"""Of problems, permutations, the order of stimuli and noise."""


@dataclass(frozen=True, eq=False)
class Training:
    """The network whose copies can be trained, and how far the last training of them is."""

    subject: Subject
    report: Report | None
    """None before the first."""
    busy: bool
    """Whether copies are trained now, in this panel or another."""

    @property
    def value(self) -> Any:
        """What the training has come to; None before its first result."""
        return None if self.report is None else self.report.value


@dataclass(frozen=True)
class Words:
    """What a panel that trains copies says."""

    before: str
    """Before anything was trained."""
    nothing: str
    """When training was stopped too early."""
    start: tuple[str, str]
    """On the button that starts, and its tip."""
    stop: tuple[str, str]
    """On the button that stops, and its tip."""


class LearnerPanel(LabPanel[Training]):
    """Trains copies with the lab's learner and draws its reports."""

    task: ClassVar[type]
    """The kind of task this panel starts and draws."""
    says: ClassVar[Words]

    def build(self) -> None:
        """Two buttons and a sentence."""
        self.start_button, self.stop_button = map(_button, (self.says.start, self.says.stop))
        self.words = ElidedLabel()
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 6, 0)
        row.addWidget(self.start_button)
        row.addWidget(self.stop_button)
        row.addWidget(self.words, 1)
        self.body_layout.addLayout(row)
        self.start_button.clicked.connect(self.start)
        self.stop_button.clicked.connect(self.lab.learner.stop)
        self.lab.learner.changed.connect(self._changed)

    # -- what a panel gives --------------------------------------------------------------

    def task_for(self, subject: Subject, disturbance: Disturbance) -> Learn | RepeatTask:
        """What to train as the options stand; raises L2LError."""
        raise NotImplementedError

    def ready(self, _view: View) -> bool:
        """Whether the options say what to train."""
        return True

    def progress_words(self, report: Report, value: Any) -> str:
        """How far training is, in words."""
        raise NotImplementedError

    # -- what they share -----------------------------------------------------------------

    def ask_about(self, subject: Subject) -> Wanted:
        """The newest report."""
        learner = self.lab.learner
        return Ready(Training(subject, self.lab.reports.get(self.task), learner.running))

    def start(self) -> None:
        """Train copies of the network as it is disturbed now."""
        subject = self.lab.subject
        if subject is None:
            return
        try:
            task = self.task_for(subject, self.lab.disturbance)
        except L2LError as error:
            self.context.notify(str(error))
            return
        given = {
            "session": subject.session,
            "problem": subject.problem,
            "group": tuple(self.present_view().group),
            "disturbance": self.lab.disturbance.to_values(),
            **self.option_values.values,
        }
        self.lab.learner.start(replace(task, given=given))

    def draw(self, answer: Answer[Training]) -> None:
        """What can be done, and how far it is."""
        training = answer.value
        ours = training.busy and training.report is not None and training.report.running
        self.start_button.setEnabled(not training.busy and self.ready(answer.view))
        self.stop_button.setEnabled(ours)
        self.words.setText(self.report_words(training.report))

    def caption(self, answer: Answer[Training]) -> str:
        """What was trained."""
        report = answer.value.report
        return report.task.words if report is not None else ""

    def report_words(self, report: Report | None) -> str:
        """A report as a sentence."""
        if report is None:
            return self.says.before
        if report.error:
            return report.error
        if report.stage:
            return f"{report.stage}…"
        return (
            self.says.nothing if report.value is None else self.progress_words(report, report.value)
        )

    def recipe_settings(self, answer: Answer[Training]) -> dict[str, Any]:
        """What the copies were trained on; raises L2LError where that was of another session."""
        report = answer.value.report
        if report is None or report.value is None:
            raise L2LError(f"{self.title} has trained nothing yet.")
        if report.task.given.get("session") != answer.view.session.name:
            raise L2LError(f"{self.title} shows copies of another session: train them again.")
        return {**report.task.given, **self.trained(report.value)}

    def trained(self, value: Any) -> dict[str, Any]:
        """How far the copies were trained, for the script."""
        raise NotImplementedError

    def notes(self, report: Report | None) -> tuple[str, ...]:
        """The first lines of an exported file."""
        if report is None:
            return ()
        return (report.task.words, f"Seed {report.task.seed}", self.report_words(report))

    def responded(self, _response: object) -> None:
        """Nothing: copies are trained on undisturbed trials."""

    def _changed(self, report: Report) -> None:
        if self.lab.learner.running:
            self.start_button.setEnabled(False)
        drawn = self.answer.value if self.answer is not None else None
        switched = drawn is not None and drawn.busy != self.lab.learner.running
        if isinstance(report.task, self.task) or switched:
            self.invalidate()


def _button(words: tuple[str, str]) -> QPushButton:
    button = QPushButton(words[0])
    button.setToolTip(words[1])
    return button
