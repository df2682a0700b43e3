"""Any analysis as a panel, on the bench: drawn, linked, exported, first a look and then all."""

import dataclasses

import numpy as np
import pytest
from bench import click, curve
from other_session import write_short
from PyQt6.QtWidgets import QWidget

from l2l_engine.analysis import registry, running
from l2l_engine.analysis.record import Takes
from l2l_gui.look.theme import theme
from l2l_gui.model.selection import Group
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.analyses import computing
from l2l_gui.panels.analyses.choices import MATRIX
from l2l_gui.panels.analyses.computing import Found
from l2l_gui.panels.analyses.curves import SESSION, curves_of
from l2l_gui.panels.analyses.extent import EVERYTHING
from l2l_gui.panels.analyses.from_record import panel_of
from l2l_gui.panels.analyses.matrix import squares_of
from l2l_gui.panels.analyses.source import Source

SINGLE = [name for name in registry.BUILT_IN if registry.find(name).takes is not Takes.RUNS]
LONG = {"accumulation", "signed-suppression", "kernel-alignment", "noise-generalisation"}


def analysed(bench, name, *problems):
    """The analysis of the session without the window."""
    record = registry.find(name)
    numbers = problems or tuple(range(1, 7))
    source = Source(bench.session, bench.session.snapshot.counts, numbers)
    return computing.analyse(record.name, (source,)).tables[0]


@pytest.mark.parametrize("name", [name for name in SINGLE if name not in LONG])
def test_every_analysis_draws_and_exports_its_columns(bench, name):
    record = registry.find(name)
    panel = bench.show(panel_of(record))
    assert panel.has_content, panel.empty_words
    table = panel.table()
    assert list(table.arrays) == list(running.columns_of(record))
    assert any(record.source in note for note in table.notes)
    assert panel.help.count(". ") >= 2


def test_an_analysis_own_parameter_is_set_above_its_plot_undone_and_exported(bench):
    panel = bench.show(panel_of(registry.find("gradient-alignment")))
    box = panel.findChild(QWidget, "set count")
    assert box.value() == 12
    before = panel.table().arrays["alignment"]
    box.setValue(3)
    bench.settle()
    fewer = panel.table()
    expected = running.run(
        registry.find("gradient-alignment"), bench.session.reader().run_data(), range(1, 7), count=3
    )
    np.testing.assert_allclose(fewer.arrays["alignment"], expected["alignment"])
    assert (fewer.arrays["alignment"] != before).all()
    assert "count = 3" in fewer.notes
    panel.option_values.history.undo()
    bench.settle()
    assert box.value() == 12
    np.testing.assert_array_equal(panel.table().arrays["alignment"], before)
    assert not any(note.startswith("count") for note in panel.table().notes)


@pytest.mark.parametrize("name", registry.BUILT_IN)
def test_declared_parameters_begin_at_the_functions_defaults(name):
    record = registry.find(name)
    panel = panel_of(record)
    options = {option.name: option for option in panel.options}
    for item in record.parameters:
        option = options[f"set {item.name}"]
        assert option.taken(option.default) == record.defaults[item.name]
        assert item.taken(option.default) == record.defaults[item.name]


def test_a_line_over_problems_marks_the_selected_one_and_a_click_selects(bench):
    panel = bench.show(panel_of(registry.find("forward-transfer")))
    x, y = curve(panel.items[0])
    np.testing.assert_array_equal(x, [2, 3, 4, 5, 6])
    np.testing.assert_allclose(y, analysed(bench, "forward-transfer", 2, 3, 4, 5, 6)["loss"])
    assert panel.line.isVisible()
    assert panel.line.value() == 4
    click(bench.qtbot, panel.view, panel.plot, 5.0, float(np.mean(y)))
    assert bench.selection.value.problem == 5
    bench.settle()
    assert panel.line.value() == 5


def test_one_network_is_that_of_the_selected_problem_until_problems_are_across(bench):
    panel = bench.show(panel_of(registry.find("speed")))
    assert [sign.words for sign in panel.legend.signs] == ["stimulus 0", "stimulus 1"]
    assert set(panel.table().arrays["problem"]) == {4}
    assert panel.time_cursor.isVisible()
    bench.select(2)
    bench.settle()
    assert set(panel.table().arrays["problem"]) == {2}
    panel.option_values.set("x", "problem")
    bench.settle()
    assert set(panel.table().arrays["problem"]) == set(range(1, 7))
    assert not panel.time_cursor.isVisible()
    x, y = curve(panel.items[0])
    table = analysed(bench, "speed")
    rows = (table["problem"] == 3) & (table["stimulus"] == 0)
    assert y[list(x).index(3)] == pytest.approx(table["speed"][rows].mean())


def test_a_group_is_the_selections(bench):
    panel = bench.show(panel_of(registry.find("weight-path")))
    assert list(panel.table().arrays["problem"]) == [3, 4]
    bench.select(4, Group(1, 6))
    bench.settle()
    assert list(panel.table().arrays["problem"]) == [2, 3, 4, 5, 6]


def test_pairs_are_a_matrix_whose_rows_select(bench):
    panel = bench.show(panel_of(registry.find("forgetting")))
    assert panel.option_values["x"] == MATRIX
    table = analysed(bench, "forgetting", 2, 3, 4)
    squares = squares_of(table, ("problem", "network"), "loss")
    np.testing.assert_allclose(panel.matrix.image.image.image, squares.matrix)
    assert squares.rows == squares.columns == (2, 3, 4)
    click(bench.qtbot, panel.matrix.view, panel.matrix.plot, 4.0, 3.0)
    assert bench.selection.value.problem == 3
    panel.option_values.set("x", "network")
    bench.settle()
    assert not panel.matrix.view.isVisible()
    assert panel.items


def test_sessions_are_compared_in_their_colours(bench, tmp_path):
    other = OpenSession.open(write_short(tmp_path / "short.h5"))
    bench.context.sessions.add(other)
    bench.selection.update(sessions=(bench.session.path, other.path))
    panel = bench.show(panel_of(registry.find("recurrent-change")))
    assert [sign.words for sign in panel.legend.signs] == ["learned", "short"]
    assert len({sign.colour for sign in panel.legend.signs}) == 2
    arrays = panel.table().arrays
    assert list(arrays)[:2] == ["session", "problem"]
    assert list(arrays["session"]).count("short") == 6
    fit = bench.show(panel_of(registry.find("recurrent-change"), 2))
    assert fit.title.endswith("(2)")
    runs = bench.show(panel_of(registry.find("network-map")))
    assert runs.empty_words.startswith("The runs have trials of different length")


def test_one_number_a_run_is_shown_by_session(bench):
    panel = bench.show(panel_of(registry.find("exponential-fit")))
    assert panel.option_values["x"] == SESSION
    value = panel.table().arrays["amplitude"][0]
    assert panel.legend.signs[0].words == f"learned: {value:.4g} trials"


def test_what_takes_long_says_so_and_is_refined(bench, monkeypatch):
    record = dataclasses.replace(registry.find("gradient-alignment"), cost="1 s a problem")
    monkeypatch.setattr(computing, "LEAST", 2)
    panel = bench.show(panel_of(record))
    assert list(panel.table().arrays["problem"]) == [1, 3, 5]
    assert panel.legend.signs[-1].words == "every 2nd of problems 1–5; all 6 take about 6 s"
    panel.option_values.set("extent", EVERYTHING)
    bench.settle()
    bench.qtbot.waitUntil(lambda: panel.answer.more is not None, timeout=60_000)
    assert list(panel.table().arrays["problem"]) == [1, 2, 3, 4, 5, 6]
    assert "take" not in "".join(sign.words for sign in panel.legend.signs)


def test_a_growing_run_computes_only_what_is_new(bench, monkeypatch):
    done = []
    whole = computing._of_one
    monkeypatch.setattr(
        computing, "_of_one", lambda *given: done.append(given[1].numbers[0]) or whole(*given)
    )
    bench.grow(4)
    panel = bench.show(panel_of(registry.find("recurrent-change")))
    assert done == [2, 3, 4]
    bench.grow(6)
    bench.settle()
    assert done == [2, 3, 4, 5, 6]
    assert list(panel.table().arrays["problem"]) == [2, 3, 4, 5, 6]


def test_a_growing_run_leaves_what_is_of_a_group_as_it_is(bench, monkeypatch):
    asked = []
    whole = computing.analyse
    monkeypatch.setattr(
        computing, "analyse", lambda *given, **more: asked.append(1) or whole(*given, **more)
    )
    bench.grow(5)
    panel = bench.show(panel_of(registry.find("representation-similarity")))
    bench.grow(6)
    bench.settle()
    assert panel.has_content
    assert asked == [1]


def test_cancelling_is_said_and_leaves_the_panel_usable(bench):
    panel = bench.show(panel_of(registry.find("speed")))
    panel.option_values.set("x", "problem")
    bench.qtbot.waitUntil(lambda: bool(bench.context.jobs.running), timeout=5000)
    for job in bench.context.jobs.running:
        bench.context.jobs.cancel(job)
    assert panel.empty_words.startswith("Cancelled.")
    bench.select(3)
    bench.settle()
    assert panel.has_content


def test_after_any_history_it_draws_what_a_new_one_draws(bench):
    used = bench.show(panel_of(registry.find("lyapunov")))
    used.option_values.set("log", True)
    used.option_values.set("x", "problem")
    bench.select(2)
    bench.settle()
    theme.set_mode("dark")
    bench.select(5)
    bench.settle()
    theme.set_mode("light")
    used.set_state({option.name: option.default for option in used.options})
    bench.settle()
    fresh = bench.show(panel_of(registry.find("lyapunov")))
    assert used.grab().toImage() == fresh.grab().toImage()


def test_places_with_many_values_are_averaged_and_words_are_categories():
    rows = {"epoch": [], "order": [], "value": []}
    for epoch in ("a", "b"):
        for order in range(10):
            rows["epoch"].append(epoch)
            rows["order"].append(order)
            rows["value"].append(float(order))
    table = {name: np.array(column) for name, column in rows.items()}
    found = Found(("run",), (table,), ((1,),))
    across = curves_of(found, ["epoch", "order"], "epoch", "value", None)
    assert across.categories == ("a", "b")
    (only,) = across.curves
    np.testing.assert_allclose(only.y, [4.5, 4.5])
    lines = curves_of(found, ["epoch", "order"], "order", "value", None).curves
    assert [line.words for line in lines] == ["a", "b"]
    cloud = curves_of(found, ["epoch", "order"], "value", "value", None).curves
    assert sum(len(line.x) for line in cloud) == 20
