"""Slow motion: the learning of one problem replayed trial by trial."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QHBoxLayout, QPushButton

from l2l_gui.panels.base import Answer, Choice, Column, Computation, Needs, Panel, Table, View
from l2l_gui.panels.learn.slow_motion_of import Frame, Learning, learning_of
from l2l_gui.panels.learn.slow_motion_view import LearningView
from l2l_gui.widgets.click_slider import ClickSlider
from l2l_gui.widgets.elided_label import ElidedLabel
from l2l_gui.widgets.small import tool_button
from l2l_gui.workers.replaying import Replayed, Replayer

TICK_MS = 33
SPEEDS = {"5": "5 trials/s", "20": "20 trials/s", "100": "100 trials/s", "500": "500 trials/s"}


class SlowMotionPanel(Panel[Learning]):
    """Trajectories bending, outputs, loss and weight change at one trial of the learning."""

    name = "slow_motion"
    title = "Slow motion"
    recipe = "slow_motion"
    depends = frozenset({"problem"})
    needs = Needs("see it learned", problems=1, selected=True)
    options = (Choice("speed", "Speed", SPEEDS, default="20", bar="list"),)

    def build(self) -> None:
        """Trajectories beside outputs, losses below, and what moves through them."""
        self.replayer = Replayer(self)
        self.replayer.changed.connect(self._replayed)
        self.at = 0
        """The trial shown, 0 before the first."""
        self._carry = 0.0
        self.timer = QTimer(self)
        self.timer.setInterval(TICK_MS)
        self.timer.timeout.connect(self._advance)
        self._build_controls()
        self.view = LearningView()
        self.body_layout.addWidget(self.view, 1)
        self.context.jobs.closed.connect(self.replayer.close)

    def _build_controls(self) -> None:
        self.replay_button = QPushButton("Replay")
        self.replay_button.setToolTip("Learn this problem again, to see the network of every trial")
        self.replay_button.clicked.connect(self.replay)
        self.play_button = tool_button("play", "Play or pause", checkable=True)
        self.play_button.toggled.connect(self.set_playing)
        self.slider = ClickSlider()
        self.slider.setAccessibleName("Trial shown; arrow keys step")
        self.slider.valueChanged.connect(self.show_trial)
        self.words = ElidedLabel()
        row = QHBoxLayout()
        row.setContentsMargins(6, 0, 6, 0)
        row.addWidget(self.replay_button)
        row.addWidget(self.play_button)
        row.addWidget(self.slider, 2)
        row.addWidget(self.words, 3)
        self.body_layout.addLayout(row)

    # -- what is drawn -----------------------------------------------------------------

    def ask(self, view: View) -> Computation:
        """What the file holds of the problem."""
        key = ("slow motion", view.session.key, view.problem)
        return Computation(learning_of, (view.session, view.problem), key, "Simulating")

    def draw(self, answer: Answer[Learning]) -> None:
        """The losses and the beginning; what is replayed of another problem is dropped."""
        learning = answer.value
        if getattr(self, "_of", None) is not learning:
            self._of = learning
            self.set_playing(False)
            self.replayer.drop()
            self.at = 0
        self.view.show_learning(learning)
        self.slider.setRange(0, max(learning.trials, 1))
        self.replay_button.setEnabled(not learning.replayable)
        self._show(answer)

    def frame(self, answer: Answer[Learning]) -> None:
        """All trials; outputs from 0 to 1."""
        self.view.fit(answer.value)

    def frame_at(self, learning: Learning, trial: int) -> Frame | None:
        """The network after a trial; None while it is not replayed yet."""
        report = self.replayer.report
        if trial == 0:
            return learning.before
        if trial >= learning.trials:
            return learning.after
        there = report.count if report is not None else 0
        return report.frames[trial - 1] if report is not None and trial <= there else None

    def _show(self, answer: Answer[Learning]) -> None:
        """Everything at the present trial."""
        learning, at = answer.value, self.at
        shown = self.frame_at(learning, at)
        self.view.show_at(learning, at, shown, self.changes(learning))
        if self.slider.value() != at:
            self.slider.blockSignals(True)
            self.slider.setValue(at)
            self.slider.blockSignals(False)
        self.words.setText(self._words(learning, at, shown))

    def changes(self, learning: Learning) -> NDArray[np.float64]:
        """Weight change after each trial, (trials + 1,) from the beginning; NaN where not known."""
        found = np.full(learning.trials + 1, np.nan)
        found[[0, -1]] = 0.0, learning.after.change
        report = self.replayer.report
        if report is not None:
            some = [frame.change for frame in report.frames[: report.count]][: learning.trials]
            found[1 : len(some) + 1] = some
        return found

    def _words(self, learning: Learning, at: int, shown: Frame | None) -> str:
        report = self.replayer.report
        if learning.replayable:
            return learning.replayable
        if report is not None and report.error:
            return report.error
        said = [f"trial {at:,} of {learning.trials:,}"]
        if at:
            said.append(f"loss {learning.losses[at - 1]:.3g} nats")
        if shown is None:
            said.append("press Replay to see its network" if report is None else "not replayed yet")
        if report is not None and report.running:
            percent = f"{100 * report.count // max(1, learning.trials)} % replayed"
            said.append(f"{report.stage}…" if report.stage else percent)
        if report is not None and report.exact is not None:
            same = "the file’s network, to the bit" if report.exact else "not the file’s network"
            said.append(f"ends with {same}")
        return "; ".join(said)

    # -- what moves --------------------------------------------------------------------

    def show_trial(self, trial: int) -> None:
        """Show the network after a trial; 0: before the first."""
        self.at = trial
        if self.answer is not None:
            self._show(self.answer)

    def replay(self) -> None:
        """Learn the problem again and play it; pressed while that runs, stop."""
        if self.replayer.running:
            self.replayer.stop()
        elif self.answer is not None:
            learning, session = self.answer.value, self.answer.view.session
            reader = lambda: session.reader(learning.problem)  # noqa: E731
            self.replayer.start(reader, learning.problem, learning.lens.frame)
            self.at = 0
            self.set_playing(True)

    def set_playing(self, on: bool) -> None:
        """Move through the trials, or stop; from the end it begins again."""
        if on and self.answer is not None and self.at >= self.answer.value.trials:
            self.at = 0
        self.play_button.setChecked(on)
        if on:
            self.timer.start()
        else:
            self.timer.stop()

    def _advance(self) -> None:
        if self.answer is None or not self.seen:
            self.set_playing(False)
            return
        learning, report = self.answer.value, self.replayer.report
        there = learning.trials if report is None or not report.running else report.count
        self._carry += int(self.option_values["speed"]) * TICK_MS / 1e3
        whole, self._carry = int(self._carry), self._carry % 1.0
        if whole:
            self.show_trial(min(self.at + whole, there))
        if self.at >= learning.trials:
            self.set_playing(False)

    def _replayed(self, report: Replayed) -> None:
        self.replay_button.setText("Stop" if report.running else "Replay")
        if self.answer is not None:
            self._show(self.answer)

    def caption(self, answer: Answer[Learning]) -> str:
        """Which problem, and how many trials."""
        return f"problem {answer.value.problem}, {answer.value.trials:,} trials, noise off"

    def recipe_settings(self, answer: Answer[Learning]) -> dict[str, Any]:
        """How many trials were replayed."""
        report = self.replayer.report
        return {"replayed": 0 if report is None else report.count}

    def data(self, answer: Answer[Learning]) -> Table:
        """One row a trial."""
        learning = answer.value
        return Table(
            "Slow motion",
            answer.view.notes(f"Problem {learning.problem}", "nan: not replayed"),
            Column("trial", np.arange(1, learning.trials + 1)),
            Column("task loss", learning.losses, "nats"),
            Column("recurrent change", self.changes(learning)[1:], "a.u."),
        )
