"""Every plot says what is under the pointer; the time is chosen in every plot over the trial."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from bench import Bench, click, point
from other_session import write_short
from PyQt6.QtCore import QEvent, QPointF, Qt
from PyQt6.QtGui import QGuiApplication, QMouseEvent
from PyQt6.QtWidgets import QApplication

from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels import PANELS
from l2l_gui.panels.header import PanelHeader
from l2l_gui.panels.learn.activity import ActivityPanel
from l2l_gui.panels.learn.present_problem import PresentProblemPanel
from l2l_gui.panels.learn.trial import TrialPanel
from l2l_gui.panels.perturb import noise_curve, psychometric
from l2l_gui.plotting.reading import number, read

TRAINED = {"PerturbLearningPanel", "PerturbBoxesPanel"}
"""Nothing to read before copies are trained."""
VIEWS = {
    entry.panel: entry
    for entry in PANELS
    if entry.workspace != "figures" and entry.panel not in TRAINED
}


@pytest.fixture(autouse=True)
def two_repeats(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (noise_curve, psychometric):
        monkeypatch.setattr(module, "REPEATS", 2)


def hover(panel, reader, x: float, y: float) -> str:
    """What is read at a place of a plot, once the pointer is there."""
    plot = reader._plot
    where = plot.vb.mapViewToScene(QPointF(x, y))
    reader._moved((where,))
    return reader.words


@pytest.mark.parametrize("name", list(VIEWS))
def test_every_plot_says_what_is_under_the_pointer(bench: Bench, tmp_path, name: str):
    if VIEWS[name].workspace == "compare":
        other = OpenSession.open(write_short(tmp_path / "short.h5"))
        bench.context.sessions.add(other)
        bench.selection.update(sessions=(bench.session.path, other.path))
    panel = bench.show(VIEWS[name].load(), (640, 420))
    bench.qtbot.waitUntil(lambda: panel.settled and panel.has_content, timeout=60_000)
    bench.settle()
    panel.grab()
    for reader in panel.readers:
        plot = reader._plot
        if not plot.isVisible():
            continue
        (left, right), (low, high) = plot.vb.viewRange()
        across, up = np.linspace(left, right, 42)[1:-1], np.linspace(low, high, 42)[1:-1]
        words = (hover(panel, reader, x, y) for x in across for y in up)
        found = next(filter(None, words), "")
        assert found, f"{name}: {plot.getAxis('left').labelText} says nothing anywhere"
        assert any(character.isdigit() for character in found)


def test_a_curve_is_read_by_its_name_with_time_value_and_unit(bench: Bench):
    panel = bench.show(TrialPanel)
    _, outputs = (part.plot for part in panel.grid.columns[0])
    reader = next(reader for reader in panel.readers if reader._plot is outputs)
    xs, ys = panel.grid.columns[0][1].curves[3].getData()
    words = hover(panel, reader, float(xs[-20]), float(ys[-20]))
    assert words.splitlines()[0] == "response 0"
    assert words.splitlines()[1] == f"Time in the trial: {number(float(xs[-20]))} ms"
    assert words.splitlines()[2] == f"Output: {number(float(ys[-20]))}"
    assert all(line.isVisible() for line in reader.lines)
    assert panel.canvas is not None
    assert not any(line.isVisible() for line in reader.lines), "the crosshair is in the picture"


def test_a_logarithmic_axis_is_read_in_its_own_numbers(bench: Bench):
    panel = bench.show(PresentProblemPanel)
    plot = panel.plots()[0]
    item = next(
        i for i in plot.items if isinstance(i, pg.PlotDataItem) and i.getData()[0] is not None
    )
    xs, ys = item.getData()
    found = read(plot, float(xs[0]), float(ys[0]))
    assert f"Task loss: {number(10 ** float(ys[0]))} nats" in found.words


def test_a_unit_is_read_by_its_number_however_units_are_sorted(bench: Bench):
    panel = bench.show(ActivityPanel)
    panel.option_values.set("sorted", True)
    bench.settle()
    plot = panel.grid.columns[0][0].plot
    reader = next(reader for reader in panel.readers if reader._plot is plot)
    unit, time, rate = hover(panel, reader, 999.5, 3.0).splitlines()
    states = panel.answer.value.states[0]
    shown = int(unit.removeprefix("Unit ")) - 1
    assert time == "1,000 ms"
    assert rate == f"{states[999, shown]:.3g} a.u."


def test_what_was_read_is_copied_from_the_menu(bench: Bench):
    panel = bench.show(TrialPanel)
    header = PanelHeader(panel)
    bench.qtbot.addWidget(header)
    plot = panel.grid.columns[0][1].plot
    reader = next(reader for reader in panel.readers if reader._plot is plot)
    words = hover(panel, reader, 1000.0, 1.0)
    menu = header.menu()
    copy = next(action for action in menu.actions() if action.text().startswith("Copy “"))
    copy.trigger()
    assert QGuiApplication.clipboard().text() == words
    menu.close()


@pytest.mark.parametrize(
    "name",
    ["TrialPanel", "ActivityPanel", "OutputCurrentsPanel", "SpeedPanel", "VectorFieldTrialPanel"],
)
def test_a_click_sets_the_time_and_the_cursor_is_dragged(bench: Bench, name: str, qtbot):
    panel = bench.show(VIEWS[name].load())
    plot = next(plot for plot in panel.plots() if hasattr(plot, "trial_axes"))
    view, cursor = plot.getViewWidget(), plot.trial_axes.cursor
    middle = plot.vb.viewRect().center().y()
    click(qtbot, view, plot, 600.0, middle)
    assert bench.selection.value.time == pytest.approx(600.0, abs=20.0)
    assert cursor.value() == bench.selection.value.time
    start = point(view, plot, cursor.value(), middle)
    end = point(view, plot, 1400.0, middle)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    qtbot.mouseMove(view.viewport(), start)
    qtbot.wait(60)
    qtbot.mousePress(view.viewport(), left, none, start)
    drag(view, start, end)
    qtbot.mouseRelease(view.viewport(), left, none, end)
    assert bench.selection.value.time == pytest.approx(1400.0, abs=30.0)
    (low, high), _ = plot.vb.viewRange()
    assert (low, high) == (0.0, 2000.0), "the plot was moved instead"


def drag(view, start, end) -> None:
    """Move with the button held, which qtbot cannot."""
    left = Qt.MouseButton.LeftButton
    for share in (0.3, 0.6, 1.0):
        place = start + (end - start) * share
        event = QMouseEvent(
            QEvent.Type.MouseMove,
            QPointF(place),
            QPointF(view.viewport().mapToGlobal(place)),
            left,
            left,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(view.viewport(), event)
