"""What the parts of the state contribute to the outputs."""

from __future__ import annotations

import numpy as np
from bench import curve
from test_trajectories import expected

from l2l_engine import network
from l2l_gui.panels.representations.output_currents import OutputCurrentsPanel


def test_means_and_errors_are_over_the_group(bench):
    panel = bench.show(OutputCurrentsPanel)
    currents = expected(bench, [2, 3, 4]).currents.residual_decision
    data = panel.table().plain()
    steps = data["time"].astype(int) - 1
    own = currents[:, 1, steps, 0]
    name = "residual decision, stimulus 1, response 0"
    np.testing.assert_allclose(data[f"{name}, mean"], own.mean(axis=0), atol=1e-4)
    np.testing.assert_allclose(
        data[f"{name}, s.e.m."], own.std(axis=0, ddof=1) / np.sqrt(3), atol=1e-4
    )


def test_the_sum_is_the_whole_current_without_its_bias(bench):
    panel = bench.show(OutputCurrentsPanel)
    bench.select(4, group=bench.selection.value.group._replace(start=4, size=1))
    bench.settle()
    reader = bench.session.reader()
    weights = reader.weights([3]).astype(np.float64)
    states = network.simulate(weights, reader.stimuli[[3]], reader.config)[0]
    times, drawn = curve(panel.grid.columns[0][0].curves[-1])
    whole = (states[0] @ weights.output[0])[times.astype(int) - 1, 0]
    np.testing.assert_allclose(drawn, whole, atol=1e-3)
    assert "n = 1" in panel.heard[-1]


def test_a_stimulus_has_the_panel_for_itself(bench):
    panel = bench.show(OutputCurrentsPanel)
    bench.select(4, stimulus=1)
    bench.settle()
    shown = [[part.plot.isVisible() for part in column] for column in panel.grid.columns]
    assert shown == [[True, True], [False, False]]
    first = panel.grid.columns[0][0]
    assert first.plot.titleLabel.text == "stimulus 1"
    assert "Resp. 0" in first.plot.getAxis("left").labelText
    mean, _ = panel.answer.value.curve("stimulus", 1, 0)
    np.testing.assert_allclose(curve(first.curves[2])[1], mean)
    assert not any("stimulus 0" in name for name in panel.table().plain())


def test_the_cursor_moves_in_every_plot(bench):
    panel = bench.show(OutputCurrentsPanel)
    bench.selection.update(time=1234.0)
    bench.settle()
    assert {part.axes.cursor.value() for column in panel.grid.columns for part in column} == {
        1234.0
    }


def test_zoom_comes_back_to_the_whole_trial(bench):
    panel = bench.show(OutputCurrentsPanel)
    panel.grid.columns[0][0].plot.setXRange(500, 600)
    panel.reset_zoom()
    np.testing.assert_allclose(panel.grid.columns[1][1].plot.vb.viewRange()[0], [0, 2000])
