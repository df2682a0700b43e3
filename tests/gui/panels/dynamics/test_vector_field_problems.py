"""Vector-field change over problems."""

from __future__ import annotations

import numpy as np
import pytest
from bench import click, curve
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QCheckBox

from l2l_engine.analysis.vector_field import vector_field_change
from l2l_engine.config import RunConfig, RunType
from l2l_gui.panels.dynamics import change_rows
from l2l_gui.panels.dynamics.vector_field_problems import VectorFieldProblemsPanel
from l2l_gui.panels.learned import predecessor


@pytest.fixture
def panel(bench):
    return bench.show(VectorFieldProblemsPanel)


def test_rows_are_those_of_one_pass_over_all_problems(bench, panel):
    session = bench.session
    expected = vector_field_change(
        session.networks(range(1, 6)),
        session.networks(range(2, 7)),
        session.reader().stimuli[1:6],
        session.config,
    )
    np.testing.assert_allclose(panel.answer.value.table, expected.table(), rtol=1e-9)
    np.testing.assert_array_equal(panel.table().plain()["problem"], np.arange(2, 7))
    x, y = curve(panel.dots["weight_driven"])
    np.testing.assert_array_equal(x, np.arange(2, 7))
    np.testing.assert_allclose(y, expected.lengths.weight_driven)


def test_a_run_that_grows_computes_only_what_is_new(bench, panel, monkeypatch):
    blocks = []
    compute = change_rows._rows
    monkeypatch.setattr(
        change_rows, "_rows", lambda session, block: blocks.append(block) or compute(session, block)
    )
    bench.grow(8)
    bench.settle()
    assert blocks == [range(7, 9)]
    assert len(panel.answer.value.numbers) == 7


def test_a_cancelled_computation_goes_on_where_it_was(bench, monkeypatch):
    monkeypatch.setattr(change_rows, "BLOCK", 2)
    known: change_rows.Rows = {}

    def stop(fraction: float) -> None:
        raise RuntimeError

    counts = bench.session.snapshot.counts
    with pytest.raises(RuntimeError):
        change_rows.change_table(bench.session, counts, known, stop)
    assert set(known) == {2, 3}
    told: list[float] = []
    table = change_rows.change_table(bench.session, counts, known, told.append)
    np.testing.assert_allclose(told, [2 / 3, 1.0])
    assert np.isfinite(table.table).all()


def test_check_boxes_choose_the_quantities(bench, panel):
    box = panel.findChild(QCheckBox, "current")
    assert not panel.lines["current"].isVisible()
    bench.qtbot.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(10, box.height() // 2))
    bench.settle()
    assert panel.lines["current"].isVisible()
    assert len(curve(panel.lines["current"])[0]) == 5
    assert "current" in panel.plot.getAxis("left").labelText
    assert "current" in panel.state()["quantities"]


def test_clicking_a_problem_selects_it(bench, panel):
    (_, _), (low, high) = panel.plot.vb.viewRange()
    click(bench.qtbot, panel.view, panel.plot, 5.1, (low + high) / 2)
    assert bench.selection.value.problem == 5
    assert panel.line.value() == 5


def test_clicking_a_point_of_the_scatter_selects_its_problem(bench, panel):
    x, y = (values[0] for values in panel.points.getData())
    click(bench.qtbot, panel.scatter_view, panel.scatter, x, y)
    assert bench.selection.value.problem == 2
    assert "Problem 2" in panel.pointing_scatter.tip(x, y)


def test_groups_of_fifty_and_linear_axis(bench, panel):
    panel.option_values.set("groups", True)
    bench.settle()
    x, y = curve(panel.lines["total"])
    assert x.tolist() == [4.0]
    np.testing.assert_allclose(y, panel.answer.value.column("total").mean())
    panel.option_values.set("log", False)
    bench.settle()
    assert not panel.plot.getAxis("left").logMode
    again = bench.show(VectorFieldProblemsPanel)
    again.set_state(panel.state())
    assert again.state() == panel.state()


def test_one_problem_is_too_few(bench):
    bench.grow(1)
    panel = bench.show(VectorFieldProblemsPanel)
    assert not panel.has_content
    assert "2 problems are learned" in panel._empty.label.text()


def test_perturbed_problems_are_compared_with_the_first():
    config = RunConfig(run_type=RunType.SSManifPert)
    assert [predecessor(config, number) for number in (2, 50, 51, 101)] == [1, 49, 1, 1]
    assert predecessor(RunConfig(), 51) == 50
