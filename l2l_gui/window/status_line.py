"""The status bar: the run's state and rate, and whether it is saved."""

from __future__ import annotations

import math

from PyQt6.QtWidgets import QLabel, QStatusBar

from l2l_gui.model.snapshot import RunState, Snapshot
from l2l_gui.window.job_status import JobStatus
from l2l_gui.workers.jobs import Jobs
from l2l_gui.workers.runner import Runner, note_of


class StatusLine:
    """Fills a status bar and keeps it up to date."""

    def __init__(self, bar: QStatusBar, jobs: Jobs) -> None:
        self.state, self.rate, self.kept = QLabel(), QLabel(), QLabel()
        self.state.setAccessibleName("State")
        self.rate.setMinimumWidth(bar.fontMetrics().horizontalAdvance("000 trials/s "))
        for label in (self.state, self.rate, self.kept):
            label.setContentsMargins(8, 0, 8, 0)
        bar.addWidget(self.state, 1)
        bar.addPermanentWidget(JobStatus(jobs))
        bar.addPermanentWidget(self.rate)
        bar.addPermanentWidget(self.kept)

    def show_progress(self, now: Snapshot) -> None:
        """Say where the run is, as often as the panels draw it."""
        if now.state is RunState.TRAINING:
            self.state.setText(state_words(now))

    def update(self, runner: Runner) -> None:
        """Show the runner's state."""
        session = runner.session
        words, rate, kept = "", "", ""
        if session is not None:
            now = session.snapshot
            words = state_words(now)
            rate = "" if math.isnan(now.rate) else f"{now.rate:.0f} trials/s"
            kept = "Saves itself" if runner.training else note_of(session)
        if runner.stage:
            resting = words and not runner.training
            words = f"{words}  ·  {runner.stage}…" if resting else f"{runner.stage}…"
        for label, text in ((self.state, words), (self.rate, rate), (self.kept, kept)):
            if label.text() != text:
                label.setText(text)


def state_words(now: Snapshot) -> str:
    """A run's state in a sentence."""
    if now.state is RunState.TRAINING:
        words = f"Training problem {now.present}, trial {len(now.losses):,}"
        return f"{words}, until {now.goal}" if now.goal else words
    if now.state is RunState.FINISHED:
        return (
            "Its one problem is done"
            if now.problems == 1
            else f"All {now.problems:,} problems are done"
        )
    if now.trials == 0 and now.state is RunState.STOPPED:
        return "Not started"
    trials = f", trial {len(now.losses):,}" if len(now.losses) else ""
    return f"{now.state.value.capitalize()} at problem {now.present}{trials}"
