"""Vector-field change over problems."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from bench import click, curve
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtWidgets import QCheckBox

from l2l_engine.analysis.vector_field import vector_field_change
from l2l_engine.config import RunConfig, RunType
from l2l_engine.protocols import Protocol, Stage
from l2l_engine.training.plan import Plan
from l2l_gui.panels.dynamics import change_memory, change_rows
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


@pytest.fixture
def computed(monkeypatch):
    """The problems whose rows were computed, in order."""
    numbers: list[int] = []
    compute = change_rows._row

    def counting(session, number):
        numbers.append(number)
        return compute(session, number)

    monkeypatch.setattr(change_rows, "_row", counting)
    return numbers


def test_a_run_that_grows_computes_only_what_is_new(bench, panel, computed):
    bench.grow(8)
    bench.settle()
    assert sorted(computed) == [7, 8]
    assert len(panel.answer.value.numbers) == 7


def test_a_cancelled_computation_goes_on_where_it_was(bench, monkeypatch):
    monkeypatch.setattr(change_rows, "THREADS", 1)
    known: change_rows.Rows = {}

    def stop(fraction: float) -> None:
        raise RuntimeError

    counts = bench.session.snapshot.counts
    with pytest.raises(RuntimeError):
        change_rows.change_table(bench.session, counts, known, stop)
    assert set(known) == {2}
    told: list[float] = []
    table = change_rows.change_table(bench.session, counts, known, told.append)
    np.testing.assert_allclose(told, [1 / 4, 2 / 4, 3 / 4, 1.0])
    assert np.isfinite(table.table).all()


def test_meanwhile_a_coarse_table_says_what_it_lacks(bench, monkeypatch):
    monkeypatch.setattr(change_rows, "FIRST_S", 0.0)
    monkeypatch.setattr(change_rows, "TELL_S", 0.0)
    seen: list[change_rows.ChangeTable] = []
    counts = bench.session.snapshot.counts
    table = change_rows.change_table(bench.session, counts, {}, coarse=seen.append)
    assert [early.left_out for early in seen] == [
        *(f"{ready} of 5 problems so far" for ready in range(1, 5)),
        "",
    ]
    for early in seen:
        known = np.isfinite(early.table).all(axis=1)
        assert known.sum() == early.ready
        np.testing.assert_array_equal(early.table[known], table.table[known])


def test_a_long_run_is_remembered_until_its_networks_change(bench, computed, monkeypatch, tmp_path):
    monkeypatch.setattr(change_memory, "GROUP", 3)
    monkeypatch.setattr(change_rows, "WORTH_KEEPING", 1)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    counts = bench.session.snapshot.counts
    first = change_rows.change_table(bench.session, counts, {})
    assert sorted(computed) == [2, 3, 4, 5, 6]
    assert list(tmp_path.rglob("*.results.h5"))
    assert not (bench.session.path.parent / "results").exists()
    computed.clear()
    again = change_rows.change_table(bench.session, counts, {})
    assert sorted(computed) == [5, 6]  # the last group is not whole
    np.testing.assert_array_equal(first.table, again.table)
    computed.clear()
    digest = change_memory.RunSummary.digest
    monkeypatch.setattr(
        change_memory.RunSummary, "digest", lambda *given: digest(*given)[::-1]
    )  # as another network's
    change_rows.change_table(bench.session, counts, {})
    assert sorted(computed) == [2, 3, 4, 5, 6]


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
    run = SimpleNamespace(config=RunConfig(run_type=RunType.SSManifPert), course=None)
    assert [predecessor(run, number) for number in (2, 50, 51, 101)] == [1, 49, 1, 1]
    run.config = RunConfig()
    assert predecessor(run, 51) == 50


def test_problems_of_a_protocol_are_compared_with_what_they_started_from():
    stages = (Stage(Plan(label="A"), 2), Stage(Plan(start=1)), Stage(Plan(start="A")), Stage())
    run = SimpleNamespace(config=RunConfig(), course=Protocol("", stages).course())
    assert [predecessor(run, number) for number in range(1, 7)] == [0, 1, 1, 2, 4, 5]
