"""Rates of one sign and of two, and of a network that is not in the file."""

from __future__ import annotations

import numpy as np
from other_session import UNSAVED, write_gaps

from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.learn.activity import ActivityPanel
from l2l_gui.panels.learn.trial import TrialPanel


def look_at_gaps(bench, tmp_path):
    session = OpenSession.open(write_gaps(tmp_path / "gaps.h5"))
    bench.context.sessions.add(session)
    bench.selection.update(sessions=(session.path,))
    bench.selection.set_limits(session.problems, session.config.steps * session.config.dt)


def test_rates_of_two_signs_have_colours_of_two_signs(bench, tmp_path):
    panel = bench.show(ActivityPanel)
    low, high = panel.bar.levels()
    assert low == 0.0
    one_sign = panel.bar.colorMap()
    look_at_gaps(bench, tmp_path)
    bench.select(5)
    bench.settle()
    rates = panel.answer.value.states
    assert rates.min() < 0 < rates.max()
    low, high = panel.bar.levels()
    assert low == -high
    assert high >= np.abs(rates).max() * 0.99
    colours = panel.bar.colorMap()
    assert colours is not one_sign
    assert sum(colours.map(0.5)[:3]) < 80, "zero is not dark, and the white cursor is lost"


def test_a_network_that_is_not_in_the_file_is_said_to_be_missing(bench, tmp_path, no_errors):
    look_at_gaps(bench, tmp_path)
    for kind in (TrialPanel, ActivityPanel):
        panel = bench.show(kind)
        bench.select(max(UNSAVED) + 1)
        bench.settle()
        assert panel.empty_words.startswith("gaps.h5 holds no network of problem 7")
        bench.select(5)
        bench.settle()
        assert panel.has_content
