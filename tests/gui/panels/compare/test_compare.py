"""Several sessions over and beside each other."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pyqtgraph as pg
import pytest
from bench import click, curve

from l2l_engine.analysis import learning_curve
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.compare.boxes import CompareBoxesPanel
from l2l_gui.panels.compare.compared import LOOKS
from l2l_gui.panels.compare.curves import CompareCurvesPanel
from l2l_gui.panels.compare.curves_of import curve as session_curve
from l2l_gui.panels.compare.session_grid import columns_for
from l2l_gui.panels.compare.trajectories import CompareTrajectoriesPanel
from l2l_gui.panels.learn.learning_curve_of import mean_of
from l2l_gui.plotting.session_colours import Look

PANELS = (CompareCurvesPanel, CompareBoxesPanel, CompareTrajectoriesPanel)


@pytest.fixture
def of_other_seeds(bench, learned, tmp_path):
    """Two more networks of the condition, and one of another: counts of their own."""
    made = []
    changes = [{"seed": 1}, {"seed": 2, "problems": 80}, {"seed": 3, "tau": 50.0}]
    for place, change in enumerate(changes):
        path = shutil.copyfile(learned, tmp_path / f"other{place}.h5")
        session = OpenSession.open(path)
        session.config = session.config.replace(**change)
        now = session.snapshot.after(60)
        session.snapshot = replace(now, counts=now.counts + 10.0 * (place + 1))
        bench.context.sessions.add(session)
        made.append(session)
    chosen = bench.selection.value.sessions
    bench.grow(60)
    bench.selection.update(sessions=(*chosen, *(session.path for session in made)))
    return made


@pytest.fixture
def second(bench, learned):
    """A second session, of all sixty problems."""
    path = learned.with_name("second.h5")
    shutil.copyfile(learned, path)
    session = OpenSession.open(path)
    bench.context.sessions.add(session)
    chosen = bench.selection.value.sessions
    bench.selection.update(sessions=(*chosen, path))
    return session


@pytest.mark.parametrize("kind", PANELS)
def test_one_session_is_not_enough(bench, kind):
    panel = bench.show(kind)
    assert panel.empty_words == "Open a second session to compare: drop its file here."
    assert panel.table() is None


@pytest.mark.parametrize("kind", PANELS)
def test_a_session_that_is_closed_leaves_the_comparison(bench, second, kind):
    panel = bench.show(kind)
    assert panel.has_content
    bench.selection.update(sessions=bench.selection.value.sessions[:1])
    bench.settle()
    assert not panel.has_content


def test_curves_and_fits_are_named_and_coloured_by_session(bench, second):
    panel = bench.show(CompareCurvesPanel)
    counts = second.snapshot.counts
    fit = learning_curve.fit_exponential(counts[1:])
    words = [sign.words for sign in panel.legend.signs]
    assert words[0] == "learned: " + session_curve(counts[:6], False).words
    assert words[1].startswith(f"second: τ {fit.time_constant:.1f} problems")
    assert f"asymptote {fit.asymptote:.1f} trials" in words[1]
    own = Look.of(bench.context.sessions, second).colour
    assert panel.legend.signs[1].colour == own
    means = [item for item in panel.items if item.opts["pen"].color().name() == own]
    np.testing.assert_allclose(curve(means[0])[1], mean_of(counts))
    data = panel.table().plain()
    assert np.isnan(data["learned mean of 30"][6:]).all()
    assert len(data["second fit"]) == len(counts)


def test_single_problems_can_be_shown_and_clicked(bench, second, qtbot):
    panel = bench.show(CompareCurvesPanel)
    before = len(panel.items)  # six problems have no mean and are shown singly anyway
    panel.option_values.set("each", True)
    bench.settle()
    assert len(panel.items) == before + 1
    click(qtbot, panel.view, panel.plot, 3.0, 2.0)
    assert bench.selection.value.problem == 3


def test_a_perturbation_run_is_not_fitted():
    made = session_curve(np.arange(60, 0, -1.0), True)
    assert made.fit is None
    assert np.isnan(made.fitted).all()
    assert session_curve(np.array([5.0, 4.0]), False).words == "too few problems for a fit"


def test_no_line_at_the_selected_problem_cuts_through_boxes(bench, second):
    assert bench.show(CompareCurvesPanel).problem_lines
    assert not bench.show(CompareBoxesPanel).problem_lines


def test_boxes_are_the_papers_without_the_first_problem(bench, second):
    panel = bench.show(CompareBoxesPanel)
    expected = learning_curve.box(second.snapshot.counts[1:51], 1)
    data = panel.table().plain()
    row = list(data["session"]).index("second")
    assert (data["first problem"][row], data["last problem"][row]) == (2, 51)
    assert data["median"][row] == expected.median
    assert data["upper quartile"][row] == expected.quartiles[1]
    assert data["outliers"][row] == len(expected.outliers)
    drawn = panel.items[2].opts["data"][0]
    np.testing.assert_allclose(drawn[2], np.log10(expected.median))
    panel.option_values.set("linear", True)
    bench.settle()
    assert panel.items[2].opts["data"][0][2] == expected.median


def test_trajectories_share_scale_and_rotation(bench, second):
    panel = bench.show(CompareTrajectoriesPanel, (900, 500))
    first, other = panel.grid.shown
    assert "learned" in first.heading.text()
    assert "second" in other.heading.text()
    assert first.plot.camera is other.plot.camera
    assert first.plot.bounds()[1] == other.plot.bounds()[1]
    # the same file through two sessions
    np.testing.assert_array_equal(
        panel.answer.value[0].coordinates.stimulus, panel.answer.value[1].coordinates.stimulus
    )
    panel.option_values.set("part", "stimulus")
    bench.settle()
    assert first.plot.bounds()[1] == other.plot.bounds()[1]
    assert other.drawing.problem(0, 0) == 2
    bench.selection.update(time=500.0)
    bench.settle()
    assert other.plot._cursor == panel.answer.value[1].step(500.0)


def test_a_session_keeps_its_colour_while_open(bench, second, learned):
    sessions = bench.context.sessions
    own = Look.of(sessions, second)
    assert own != Look.of(sessions, bench.session)
    path = learned.with_name("third.h5")
    shutil.copyfile(learned, path)
    third = OpenSession.open(path)
    sessions.add(third)
    assert Look.of(sessions, third) not in (own, Look.of(sessions, bench.session))
    sessions.remove(bench.session.path)
    assert Look.of(sessions, second) == own


def test_plots_are_arranged_to_be_large(bench, second):
    assert [columns_for(3, *size) for size in ((900, 300), (300, 900), (500, 500))] == [3, 1, 2]
    panel = bench.show(CompareTrajectoriesPanel, (900, 400))
    first, other = panel.grid.shown
    assert first.y() == other.y()
    panel.resize(300, 800)
    bench.settle()
    assert first.x() == other.x()
    assert other.y() > first.y()


def test_sessions_that_differ_only_in_their_seed_are_one_condition(bench, of_other_seeds):
    panel = bench.show(CompareCurvesPanel)
    assert len(panel.legend.signs) == 4 + 1
    panel.option_values.set("grouped", True)
    bench.settle()
    words = [sign.words for sign in panel.legend.signs]
    assert len(words) == 2
    assert words[0].startswith("Full, Unit time constant 100 (n = 3): τ ")
    assert "± " in words[0]
    assert words[1].startswith("Full, Unit time constant 50 (n = 1): τ ")
    data = panel.table().plain()
    own = mean_of(bench.session.snapshot.counts)
    name = "Full, Unit time constant 100 (n = 3)"
    np.testing.assert_allclose(data[f"{name} mean of 30"], own + 10.0)  # + 0, + 10, + 20
    np.testing.assert_allclose(data[f"{name} s.e.m."][1:], 10.0 / np.sqrt(3))
    (band,) = [item for item in panel.items if isinstance(item, pg.FillBetweenItem)]
    edges = [curve(edge)[1] for edge in band.curves]
    np.testing.assert_allclose(edges[1] - edges[0], 2 * 10.0 / np.sqrt(3))
    panel.option_values.history.undo()
    bench.settle()
    assert len(panel.legend.signs) == 4 + 1


def test_a_conditions_boxes_pool_its_networks(bench, of_other_seeds):
    panel = bench.show(CompareBoxesPanel)
    panel.option_values.set("grouped", True)
    bench.settle()
    data = panel.table().plain()
    rows = [row for row, name in enumerate(data["condition"]) if "n = 3" in name]
    counts = bench.session.snapshot.counts[1:51]
    expected = learning_curve.box(np.concatenate([counts, counts + 10.0, counts + 20.0]))
    assert data["median"][rows[0]] == expected.median
    assert (data["first problem"][rows[0]], data["last problem"][rows[0]]) == (2, 51)
    assert data["not learned"][rows[0]] == 0
    assert data["last problem"][rows[1]] == 60
    assert panel.caption(panel.answer) == "4 sessions in 2 conditions"


def test_more_sessions_than_can_be_told_apart_are_drawn_as_conditions(bench, learned, tmp_path):
    paths = [shutil.copyfile(learned, tmp_path / f"{place}.h5") for place in range(LOOKS)]
    for path in paths:
        bench.context.sessions.add(OpenSession.at_a_glance(path))
    chosen = bench.selection.value.sessions
    bench.selection.update(sessions=(*chosen, *paths[:-1]))
    panel = bench.show(CompareBoxesPanel)
    assert panel.caption(panel.answer) == f"{LOOKS} sessions"
    bench.selection.update(sessions=(*chosen, *paths))
    bench.settle()
    assert panel.caption(panel.answer) == f"{LOOKS + 1} sessions in 1 condition"
    assert len(panel.legend.signs) == 1
