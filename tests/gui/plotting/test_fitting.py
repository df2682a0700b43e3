"""Labels, titles and ticks keep to the room there is."""

from __future__ import annotations

import numpy as np
import pytest
from PyQt6.QtGui import QFontMetricsF

from l2l_gui.plotting.log_axis import LogAxis
from l2l_gui.plotting.plots import dressed, plot_view, titled


@pytest.fixture
def shown(qtbot):
    kept = []

    def show(width: int, height: int, log: str = "", left: str = "Task loss of the problem (nats)"):
        axes = {"left": LogAxis("left")} if log else {}
        view = plot_view(axisItems=axes)
        kept.append(view)
        qtbot.addWidget(view)
        plot = dressed(view.getPlotItem(), left, "Time in the trial (ms)", log=log)
        titled(plot, "stimulus 0 → 0 (right)<br>0.0004 nats")
        view.resize(width, height)
        view.show()
        qtbot.wait(20)
        return plot

    return show


def inside(item, plot) -> bool:
    scene = plot.getViewWidget().sceneRect()
    return scene.adjusted(-6, -6, 6, 6).contains(item.sceneBoundingRect())


def test_a_label_says_less_where_there_is_less_room_and_all_in_its_tip(shown):
    plot = shown(500, 400)
    label = plot.getAxis("left").label
    assert (label.toPlainText(), label.scale()) == ("Task loss of the problem (nats)", 1.0)
    assert label.toolTip() == ""
    view = plot.getViewWidget()
    for height, says in ((210, "Task loss of the problem"), (140, "Task l")):
        view.resize(500, height)
        view.grab()
        assert label.toPlainText().startswith(says)
        assert label.toolTip() == "Task loss of the problem (nats)"
        assert inside(label, plot)
    view.resize(500, 400)
    view.grab()
    assert (label.toPlainText(), label.scale()) == ("Task loss of the problem (nats)", 1.0)


def test_a_label_that_is_changed_fits_too(shown):
    plot = shown(500, 160)
    plot.setLabel("left", "Another quantity with a long name")
    label = plot.getAxis("left").label
    assert label.toPlainText().startswith("Another")
    assert label.toolTip() == "Another quantity with a long name"
    assert inside(label, plot)


def test_times_and_titles_say_less_in_narrow_plots(shown):
    plot = shown(140, 220)
    assert plot.getAxis("bottom").label.toPlainText() == "Time (ms)"
    assert plot.titleLabel.item.toPlainText() == "0 → 0 (right)\n0.0004 nats"
    assert plot.titleLabel.item.toolTip() == "stimulus 0 → 0 (right)\n0.0004 nats"
    assert inside(plot.titleLabel.item, plot)


@pytest.mark.parametrize("height", [90, 120, 180, 400])
@pytest.mark.parametrize(
    ("log", "span"),
    [
        ("", (0.0, 1.0)),
        ("", (0.001, 0.03)),
        ("", (0.0, 100.0)),
        ("y", (-4.0, 2.0)),
        ("y", (-0.1, 1.1)),
    ],
)
def test_numbers_of_a_vertical_axis_stay_apart(shown, height, log, span):
    plot = shown(300, height, log)
    plot.setYRange(*span, padding=0)
    axis = plot.getAxis("left")
    room = plot.vb.height()
    values, spacing = next(
        (values, spacing) for spacing, values in axis.tickValues(*span, room) if len(values)
    )
    numbers = [text for text in axis.tickStrings(values, 1.0, spacing) if text]
    places = np.sort(values) * room / (span[1] - span[0])
    assert len(numbers) < 2 or np.diff(places).min() >= QFontMetricsF(axis.font()).ascent() - 2


@pytest.mark.parametrize(("label", "whole"), [("Problem", True), ("Time (ms)", False)])
def test_nothing_is_numbered_between_two_problems(shown, label, whole):
    plot = shown(400, 300)
    plot.setLabel("bottom", label)
    plot.setXRange(1, 2, padding=0)
    axis = plot.getAxis("bottom")
    ticks = [value for _, values in axis.tickValues(1.0, 2.0, plot.vb.width()) for value in values]
    assert all(value == round(value) for value in ticks) is whole


def test_room_below_a_plot_does_not_depend_on_what_was_shown(shown):
    plot = shown(300, 300)
    before = plot.getAxis("bottom").height()
    plot.setLabel("bottom", "‖ΔW_rec‖<sup>2</sup> (a.u.)")
    plot.setXRange(0, 1e9)
    plot.getViewWidget().grab()
    plot.setLabel("bottom", "Problem")
    plot.setXRange(0, 1)
    plot.getViewWidget().grab()
    assert plot.getAxis("bottom").height() == before
