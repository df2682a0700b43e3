"""The learning curve's marks."""

from __future__ import annotations

import dataclasses

import numpy as np
from bench import curve

from l2l_gui.panels.learn.learning_curve import LearningCurvePanel


def losses(bench, trials: int) -> None:
    """Let the run be in its next problem, after so many trials."""
    session = bench.session
    session.snapshot = dataclasses.replace(session.snapshot, losses=np.ones(trials, np.float32))
    bench.selection.update(follow_live=True)
    bench.context.sessions.advanced.emit(session)
    bench.settle()


def test_the_problem_in_training_stands_at_its_count_without_the_criterion_window(bench):
    panel = bench.show(LearningCurvePanel)
    losses(bench, 173)
    x, y = curve(panel.present)
    assert (x.tolist(), y.tolist()) == ([7], [173 - bench.session.config.criterion_trials])
    assert not panel.line.isVisible()
    losses(bench, 20)  # less than a window: no count below one trial
    assert curve(panel.present)[1].tolist() == [1]


def test_a_selected_problem_has_the_ring_and_the_line(bench):
    panel = bench.show(LearningCurvePanel)
    losses(bench, 173)
    bench.select(3)
    bench.settle()
    assert curve(panel.present)[0] is None or not len(curve(panel.present)[0])
    x, y = curve(panel.selected)
    assert (x.tolist(), y.tolist()) == ([3], [bench.session.snapshot.counts[2]])
    assert panel.line.isVisible()
    assert panel.line.value() == 3
    assert panel.heard[-1].startswith("problem 3: ")
