"""Trajectory speed, driven as a person would."""

from __future__ import annotations

import numpy as np
from bench import curve

from l2l_engine import network
from l2l_gui.panels.dynamics.speed import SpeedPanel
from l2l_gui.plotting.trial_axes import thinned


def test_curves_are_the_length_of_each_step_per_second(bench):
    panel = bench.show(SpeedPanel)
    session = bench.session
    weights = session.network(4).astype(np.float64)[None]
    states = network.simulate(weights, session.stimuli(4)[None], session.config)[0]
    steps, times = thinned(session.config)
    step = np.linalg.norm(np.diff(states, axis=1), axis=2) / (session.config.dt * 1e-3)
    for stimulus, item in enumerate(panel.curves):
        x, y = curve(item)
        np.testing.assert_array_equal(x, times)
        np.testing.assert_allclose(
            y[1:], step[stimulus, steps.start - 1 :: steps.step][: len(y)][1:], rtol=1e-6
        )


def test_selected_stimulus_alone_is_drawn_and_all_is_exported(bench):
    panel = bench.show(SpeedPanel)
    bench.selection.update(stimulus=1)
    bench.settle()
    assert [item.isVisible() for item in panel.curves] == [False, True]
    data = panel.table()
    assert data.heading("stimulus 0 speed") == "stimulus 0 speed (a.u./s)"
    assert len(data.plain()["time"]) == bench.session.config.steps


def test_logarithmic_axis_is_remembered(bench):
    panel = bench.show(SpeedPanel)
    panel.tools()[0].trigger()
    bench.settle()
    assert panel.plot.getAxis("left").logMode
    again = bench.show(SpeedPanel)
    again.set_state(panel.state())
    assert again.tools()[0].isChecked()


def test_cursor_and_reset(bench):
    panel = bench.show(SpeedPanel)
    bench.selection.update(time=812.0)
    assert panel.axes.cursor.value() == 812.0
    panel.plot.setXRange(100, 200, padding=0)
    panel.reset_zoom()
    np.testing.assert_allclose(panel.plot.vb.viewRange()[0], [0, 2000])


def test_says_what_to_do_without_a_session(bench):
    bench.selection.update(sessions=())
    panel = bench.show(SpeedPanel)
    assert "Open a session" in panel._empty.label.text()
    assert panel.table() is None
