"""Stages of a protocol in the window: bands over curves, tips, the problem table, time left."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path

import pytest
from driving import PATIENCE, TINY, settle

from l2l_engine.protocols import Protocol, Stage, template
from l2l_engine.run import Run
from l2l_engine.training.plan import Plan, Reverse, Until
from l2l_gui.model.goals import Goal
from l2l_gui.model.stages import Span
from l2l_gui.panels.learn.learning_curve import LearningCurvePanel
from l2l_gui.plotting.stage_band import COLOURS, MOST_WORDS, StageBand, signs
from l2l_gui.window.problem_table import STATE, WHAT

SETS = template("revisit-and-reverse", sets=1, warm_up=3)


def values(**changes):
    names = {item.name for item in dataclasses.fields(TINY)} - {"problems", "run_type"}
    return {name: getattr(TINY, name) for name in names} | changes


@pytest.fixture(scope="module")
def planned(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("stages") / "sets.h5"
    with Run.create(path, SETS.configure(values()), protocol=SETS) as run:
        while not run.finished:
            run.step()
    return path


@pytest.fixture
def shown(window, planned, tmp_path, qtbot):
    window.runner.open(Path(shutil.copyfile(planned, tmp_path / "sets.h5")))
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    return window


def bands(window) -> list[StageBand]:
    return [
        band
        for panel in window.workspaces.current.panels
        if panel.isVisible() and panel.has_content
        for band in panel.stage_bands
    ]


def cells(window, column) -> list[str]:
    model = window.run_dock.problems.problems
    return [model.data(model.index(row, column)) for row in range(model.rowCount())]


def test_every_curve_over_problems_shows_its_stages(shown, qtbot, no_errors):
    for workspace, least in (("learn", 1), ("representations", 2), ("dynamics", 1)):
        shown.workspaces.go(workspace)
        settle(shown, qtbot)
        found = bands(shown)
        assert len(found) >= least
        for band in found:
            assert [span.label for span in band.spans] == [
                "warm-up", "A1", "B1", "A1 again", "A1 reversed",
            ]  # fmt: skip
            assert band.isVisible()


def test_an_analysis_over_problems_shows_them_and_over_something_else_not(shown, qtbot):
    shown.workspaces.go("analyses")
    settle(shown, qtbot)
    panel = next(p for p in shown.workspaces.current.panels if p.stage_bands and p.has_content)
    (band,) = panel.stage_bands
    assert panel.option_values.values["x"] == "problem"
    assert [span.label for span in band.spans][:2] == ["warm-up", "A1"]
    other = next(name for name in panel.record.columns if name != "problem")
    panel.option_values.set("x", other)
    settle(shown, qtbot)
    assert not band.isVisible()


def test_more_kinds_than_colours_are_others():
    spans = tuple(Span(k, k, f"{k}", "abcdefghijkl"[k]) for k in range(1, 12))
    found = signs(spans)
    assert [sign.words for sign in found] == [*"bcdefgh", "others"]
    assert len({sign.colour for sign in found}) == len(COLOURS)


def test_a_problem_that_was_not_learned_stands_at_the_trials_it_had(window, tmp_path, qtbot):
    protocol = Protocol("few", (Stage(Plan(until=Until(False, 12)), 2),))
    config = protocol.configure(values(criterion_loss=1e-4))
    with Run.create(tmp_path / "few.h5", config, protocol=protocol) as run:
        while not run.finished:
            run.step()
    window.runner.open(tmp_path / "few.h5")
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    (panel,) = (p for p in window.workspaces.current.panels if isinstance(p, LearningCurvePanel))
    assert panel.failed.getOriginalDataset()[1].tolist() == [12, 12]


def test_turned_back_a_run_knows_its_first_problems_alone(shown):
    whole = shown.runner.session.snapshot
    part = whole.after(4)
    assert len(part.counts) == len(part.ran) == len(part.accuracy) == 4
    assert [span.label for span in part.stages] == ["warm-up", "A1", "B1"]
    assert cells(shown, WHAT)[:5] == ["warm-up"] * 3 + [o.label for o in part.origins[3:]]


def test_without_a_protocol_there_is_no_band(small, qtbot):
    for workspace in ("learn", "representations", "dynamics"):
        small.workspaces.go(workspace)
        settle(small, qtbot)
        for band in bands(small):
            assert not band.isVisible()
    assert small.run_dock.problems.isColumnHidden(WHAT)
    assert not small.run_dock.problems.isColumnHidden(STATE)


def test_tips_and_table_say_what_each_problem_was(shown, qtbot):
    (panel,) = (p for p in shown.workspaces.current.panels if isinstance(p, LearningCurvePanel))
    low = panel.plot.vb.viewRange()[1][0]
    top = panel.plot.vb.viewRange()[1][1]
    assert panel.pointing.tip(6.0, low).endswith("\nA1 again: problem 4 again")
    assert panel.pointing.tip(2.0, top).endswith("\nwarm-up")
    assert panel.pointing.tip(0.2, top) is None
    assert not shown.run_dock.problems.isColumnHidden(WHAT)
    assert shown.run_dock.problems.isColumnHidden(STATE)
    assert cells(shown, WHAT) == [
        *["warm-up"] * 3,
        "A1",
        "B1",
        "A1 again: problem 4 again",
        "A1 reversed: problem 4 reversed",
    ]
    table = shown.run_dock.problems
    assert sum(map(table.columnWidth, range(WHAT + 1))) <= table.viewport().width()
    assert shown.run_dock.fact("Run type") == "revisit-and-reverse"


def test_headers_name_a_problem_with_its_label(shown, qtbot):
    said = {}
    for panel in shown.workspaces.current.panels:
        panel.shown.connect(lambda words, name=panel.name: said.update({name: words}))
    shown.selection.select_problem(6)
    settle(shown, qtbot)
    assert said["learning_curve"].startswith("problem 6 (A1 again): ")
    assert said["trial"] == "network after problem 6 (A1 again), noise off"


def test_many_stages_are_told_apart_by_a_legend(window, tmp_path, qtbot):
    many = template("serial-reversal", reversals=MOST_WORDS, warm_up=1)
    with Run.create(
        tmp_path / "many.h5", many.configure(values(max_trials=12)), protocol=many
    ) as run:
        while not run.finished:
            run.step()
    window.runner.open(tmp_path / "many.h5")
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    (panel,) = (p for p in window.workspaces.current.panels if isinstance(p, LearningCurvePanel))
    assert panel.stage_legend.isVisible()
    assert [sign.words for sign in panel.stage_legend.signs] == ["warm-up", "A", "reversal"]


def test_stages_appear_as_they_are_learned_and_the_time_left_knows_fixed_numbers(
    window, tmp_path, qtbot, no_errors
):
    stages = (
        Stage(Plan(label="A", until=Until(False, 15))),
        Stage(Plan(Reverse("A"), Until(False, 15), label="turned")),
        Stage(Plan(label="long", until=Until(False, 100_000))),
    )
    protocol = Protocol("fixed", stages)
    window.runner.create(tmp_path / "fixed.h5", protocol.configure(values()), protocol)
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    settle(window, qtbot)
    window.runner.train(Goal(trials=20))
    qtbot.waitUntil(lambda: window.runner.session.snapshot.trials == 20, timeout=PATIENCE)
    settle(window, qtbot)
    assert cells(window, WHAT) == ["A", "turned: problem 1 reversed"]
    snapshot = window.runner.session.snapshot
    assert [span.label for span in snapshot.stages] == ["A", "turned"]
    assert snapshot.ran.tolist() == [15]
    half = dataclasses.replace(snapshot, rate=100.0)
    assert window.run_dock._time_left(half) == "about 17 min"  # 100010 trials at 100 a second


def test_what_is_simulated_with_other_parameters_says_so(window, tmp_path, qtbot, no_errors):
    stages = (Stage(count=2), Stage(Plan(changes={"delay_ms": 200.0}, label="longer")))
    protocol = Protocol("longer", stages)
    with Run.create(tmp_path / "longer.h5", protocol.configure(values()), protocol=protocol) as run:
        while not run.finished:
            run.step()
    window.runner.open(tmp_path / "longer.h5")
    qtbot.waitUntil(lambda: window.runner.session is not None, timeout=PATIENCE)
    assert window.selection.duration == 500  # the cursor reaches the end of the longer trial
    window.selection.update(time=500.0)
    said = {}
    for workspace in ("learn", "representations", "dynamics", "perturb"):
        window.workspaces.go(workspace)
        for panel in window.workspaces.current.panels:
            panel.shown.connect(lambda words, name=panel.name: said.update({name: words}))
        for number in (3, 2):
            window.selection.select_problem(number)
            settle(window, qtbot)
            for panel in window.workspaces.current.panels:
                if not panel.isVisible() or not panel.has_content or not panel.run_parameters:
                    continue
                note = "simulated with the run’s delay_ms"
                assert (note in said[panel.name]) is (number == 3), panel.name
                assert (note.capitalize() in panel.table().notes) is (number == 3)
    assert {"trajectories", "flow_field"} <= said.keys()
