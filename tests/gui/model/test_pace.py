"""How often a live run is drawn."""

from pathlib import Path

import pytest

from l2l_engine.config import RunConfig
from l2l_gui.model import pace
from l2l_gui.model.pace import RefreshPace
from l2l_gui.model.snapshot import RunState, Snapshot
from l2l_gui.plotting.extent import Extent, free_curve, rounded_out, stretched

TRAINING = Snapshot(Path("a.h5"), RunConfig(), state=RunState.TRAINING)
STOPPED = Snapshot(Path("a.h5"), RunConfig(), state=RunState.STOPPED)


@pytest.fixture
def clock(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(pace.time, "perf_counter", lambda: now[0])
    return now


def test_lets_only_so_many_through_while_training(clock):
    ten, passed = RefreshPace(10.0), 0
    for _ in range(30):  # a second of snapshots
        passed += ten.due(TRAINING)
        clock[0] += 1 / 30
    assert 9 <= passed <= 11


def test_always_shows_what_ends_training(clock):
    ten = RefreshPace(10.0)
    assert ten.due(TRAINING)
    assert not ten.due(TRAINING)
    assert ten.due(STOPPED)


def test_a_growing_count_changes_the_range_rarely_and_always_fits():
    ends = [stretched(count) for count in range(1, 5001)]
    assert all(end >= count - 1e-6 for count, end in enumerate(ends, start=1))
    assert all(end <= max(10.0, 1.21 * count) for count, end in enumerate(ends, start=1))
    assert len(set(ends)) < 40


def test_ranges_are_rounded_outwards():
    assert rounded_out(-2.31, 0.4, 0.25) == (-2.5, 0.5)


def test_an_extent_gives_the_plot_its_range(qtbot):
    import pyqtgraph as pg

    widget = pg.PlotWidget()
    qtbot.addWidget(widget)
    plot, extent = widget.getPlotItem(), Extent()
    free_curve(plot, x=[0, 1000], y=[0, 1000])
    plot.addItem(extent)
    extent.show_range(1, 20, -2, 1)
    plot.vb.updateAutoRange()
    (left, right), (low, high) = plot.viewRange()
    assert left < 1 < 20 < right < 25
    assert low < -2 < 1 < high < 2
