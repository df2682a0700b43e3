"""Trials whose parameters a stage of a protocol changed are drawn with these."""

import dataclasses

import numpy as np
from bench import curve

from l2l_engine import task
from l2l_engine.training.curriculum import TrialView
from l2l_gui.panels.learn.activity import ActivityPanel
from l2l_gui.panels.learn.trial import TrialPanel


def test_a_live_trial_with_a_longer_delay_fills_its_own_time(bench):
    session = bench.session
    longer = session.config.replace(delay_ms=2000.0)
    steps = longer.steps
    view = TrialView(
        problem=6,
        trial=1,
        stimulus=np.zeros(1, np.int8),
        inputs=task.inputs(session.stimuli(1)[:1], longer).astype(np.float32),
        states=np.ones((1, steps, longer.units), np.float32),
        outputs=np.full((1, steps, 3), 1 / 3, np.float32),
        config=longer,
    )
    session.snapshot = dataclasses.replace(session.snapshot, view=view)
    bench.selection.update(follow_live=True)
    panel, activity = bench.show(TrialPanel), bench.show(ActivityPanel)
    times, _ = curve(panel.grid.columns[0][1].curves[0])
    assert times[-1] > 2900
    assert len(activity.table().arrays["time"]) == steps


def test_a_learned_problem_is_shown_with_the_parameters_it_was_learned_with(bench, monkeypatch):
    longer = bench.session.config.replace(delay_ms=2000.0)
    monkeypatch.setattr(type(bench.session), "config_of", lambda session, number: longer)
    panel = bench.show(TrialPanel)
    times, _ = curve(panel.grid.columns[0][1].curves[0])
    assert times[-1] > 2900
