"""Plots that share ranges, keep their width, and label their ticks apart."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt

from l2l_engine.config import RunConfig
from l2l_gui.plotting.plots import share_range
from l2l_gui.plotting.trial_grid import Row, TrialGrid

LEAST = Qt.SizeHint.MinimumSize


def test_plots_share_a_range_wherever_they_are(qtbot):
    views = [pg.PlotWidget() for _ in range(3)]
    for width, view in enumerate(views, start=1):
        qtbot.addWidget(view)
        view.resize(200 * width, 200)
        view.show()
    share_range([view.getPlotItem() for view in views], "xy")
    views[1].getPlotItem().setRange(xRange=(2, 7), yRange=(-1, 1), padding=0)
    for view in views:
        np.testing.assert_allclose(view.getPlotItem().vb.viewRange(), [[2, 7], [-1, 1]])


def test_a_long_title_does_not_widen_a_column_and_narrow_plots_have_few_ticks(qtbot):
    grid = TrialGrid(Row("Output"), tick_width=46)
    qtbot.addWidget(grid)
    grid.resize(320, 200)
    grid.show()
    columns = grid.show_trial(RunConfig(), (0, 1), ["long words " * 9, "short"])
    qtbot.wait(50)
    (first,), (second,) = columns
    assert first.plot.width() < 170
    assert second.plot.geometry().right() <= 320
    axis = first.plot.getAxis("bottom")
    assert [size for size, _ in axis.tickSpacing(0, 2000, 100)] == [1000, 500]
    grid.resize(1200, 200)
    qtbot.waitUntil(lambda: first.plot.width() > 500)
    assert [size for size, _ in axis.tickSpacing(0, 2000, 500)] != [1000, 500]
