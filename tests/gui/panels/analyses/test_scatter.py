"""Any number over problems against any other."""

import numpy as np
import pytest
from bench import click, curve
from other_session import write_short

from l2l_engine.analysis import statistics
from l2l_gui.model.sessions import OpenSession
from l2l_gui.panels.analyses import catalogue as reading
from l2l_gui.panels.analyses import computing
from l2l_gui.panels.analyses.extent import EVERYTHING
from l2l_gui.panels.analyses.scatter import scatter_of


@pytest.fixture(scope="module")
def catalogue():
    return reading.read()


@pytest.fixture
def scatter(bench, catalogue):
    return bench.show(scatter_of(catalogue))


def choose(bench, panel, **options):
    for name, value in options.items():
        panel.option_values.set(name, value)
    bench.settle()


def test_every_built_in_analysis_has_a_topic(catalogue):
    assert not [each.name for each in catalogue.offers if each.topic == reading.PLUG_INS]
    assert not catalogue.failed
    assert len(catalogue.quantities) > 40


def test_two_stored_numbers_are_related(bench, scatter):
    choose(bench, scatter, x="recurrent_norm", y="trials")
    reader = bench.session.reader(6)
    x = reader.problem_column("recurrent_norm")[:6]
    y = bench.session.snapshot.counts
    arrays = scatter.table().arrays
    np.testing.assert_array_equal(arrays["problem"], range(1, 7))
    np.testing.assert_allclose(arrays["recurrent_norm"], x)
    np.testing.assert_allclose(arrays["trials"], y)
    found = statistics.spearman(x, y)
    assert scatter.legend.signs[0].words == (
        f"Spearman ρ = {found.rho:.2f}, p = {found.p:.1g}, n = 6"
    )
    fit = statistics.linear_fit(x, y)
    line_x, line_y = curve(scatter.items[1])
    np.testing.assert_allclose(line_y, fit.intercept + fit.slope * np.asarray(line_x))


def test_the_selected_problem_is_ringed_and_a_point_selects(bench, scatter):
    choose(bench, scatter, x="problem", y="trials")
    counts = bench.session.snapshot.counts
    x, y = curve(scatter.ring)
    assert (list(x), list(y)) == ([4.0], [counts[3]])
    click(bench.qtbot, scatter.view, scatter.plot, 2.0, float(counts[1]))
    assert bench.selection.value.problem == 2
    bench.settle()
    assert list(curve(scatter.ring)[0]) == [2.0]
    choose(bench, scatter, log_x=True, log_y=True)
    click(bench.qtbot, scatter.view, scatter.plot, np.log10(3.0), float(np.log10(counts[2])))
    assert bench.selection.value.problem == 3


def test_analyses_are_related_on_the_problems_that_have_both(bench, scatter):
    choose(bench, scatter, x="speed:speed", y="forward-transfer:loss", reduce="largest")
    arrays = scatter.table().arrays
    np.testing.assert_array_equal(arrays["problem"], [2, 3, 4, 5, 6])
    source = computing.Source(bench.session, bench.session.snapshot.counts, (4,))
    speeds = computing.analyse("speed", (source,)).tables[0]["speed"]
    assert arrays["speed:speed"][2] == pytest.approx(speeds.max())
    choose(bench, scatter, reduce="mean")
    assert scatter.table().arrays["speed:speed"][2] == pytest.approx(speeds.mean())


def test_several_sessions_have_a_colour_and_a_correlation_each_and_one_together(
    bench, scatter, tmp_path
):
    other = OpenSession.open(write_short(tmp_path / "short.h5"))
    bench.context.sessions.add(other)
    bench.selection.update(sessions=(bench.session.path, other.path))
    choose(bench, scatter, x="problem", y="output_norm")
    words = [sign.words for sign in scatter.legend.signs]
    assert [each.split(":")[0] for each in words] == ["learned", "short", "all"]
    assert words[-1].endswith("n = 13")
    assert list(scatter.table().arrays["session"]).count("short") == 7


def test_a_first_look_says_what_all_would_take_and_all_follows(bench, catalogue, monkeypatch):
    monkeypatch.setattr(computing, "LEAST", 2)
    monkeypatch.setattr(computing, "FIRST_LOOK", 1.0)
    panel = bench.show(scatter_of(catalogue))
    choose(bench, panel, x="gradient-alignment:alignment", y="trials")
    assert list(panel.table().arrays["problem"]) == [1, 3, 5]
    assert panel.legend.signs[-1].words == "every 2nd of problems 1–5; all take about 2 s"
    choose(bench, panel, extent=EVERYTHING)
    bench.qtbot.waitUntil(lambda: panel.answer.more is not None, timeout=60_000)
    assert len(panel.table().arrays["problem"]) == 6


def test_too_few_problems_are_asked_for(bench, scatter):
    bench.grow(2)
    bench.settle()
    assert "Train until 3 problems are learned" in scatter.empty_words
