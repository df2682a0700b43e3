"""Studies as a person runs them: branches of Full runs, stopped and resumed, and the tables of them."""

import dataclasses
import shutil

import numpy as np
import pytest
from tiny import TINY, finish

from l2l_engine.commands import study as command
from l2l_engine.config import L2LError, RunConfig, RunType
from l2l_engine.figures import study_table
from l2l_engine.run import Run
from l2l_engine.storage.session import Session
from l2l_engine.studies import STUDIES, Condition, beyond, report, sessions

SMALL = {
    "revisit": (Condition("short", "revisit-and-reverse", 2, {"warm_up": 2, "sets": 2}),),
    "serial-reversal": (Condition("r", "serial-reversal", 2, {"warm_up": 2, "reversals": 2}),),
    "overlap": (Condition("pairs", "similar-pairs", 2, {"warm_up": 2, "steps": 3}),),
    "mixing": tuple(
        Condition(name, name, 2, {"warm_up": 2, "problems": 3, "trials": 6})
        for name in ("blocked", "interleaved")
    ),
    "projection": (Condition("outside", "projection", 1, {"problems": 3, "dimensions": 2}),),
}


@pytest.fixture(scope="module")
def parent(tmp_path_factory):
    """A Full run of four problems, each of at most ten trials."""
    path = tmp_path_factory.mktemp("parents") / "full_seed0.h5"
    return finish(Run.create(path, RunConfig(seed=0, problems=4, **TINY)))


@pytest.fixture
def small(monkeypatch):
    """Every study, with a few problems in each condition."""
    for name, conditions in SMALL.items():
        monkeypatch.setitem(
            STUDIES, name, dataclasses.replace(STUDIES[name], conditions=conditions)
        )


def read(folder, name):
    return study_table.read(folder / f"{name}.csv")


def test_every_study_is_asked_in_one_question_each(capsys):
    assert command.main(["--list"]) == 0
    said = capsys.readouterr().out
    for study in STUDIES.values():
        assert f"{study.name}\n    {study.question}" in said
        assert study.question.endswith("?")


@pytest.mark.parametrize("study", STUDIES.values(), ids=list(STUDIES))
def test_conditions_are_protocols_that_go_on_after_the_parents_problems(study):
    for condition in study.conditions:
        protocol = condition.protocol()
        assert protocol.after == condition.after
        assert protocol.problems > 0


def test_the_issue_asks_for_twenty_sets_after_fifty_and_five_hundred_problems():
    first, second = (condition.protocol() for condition in STUDIES["revisit"].conditions)
    assert (first.after, second.after) == (50, 500)
    assert first.problems == second.problems == 4 * 20


def test_all_studies_are_trained_measured_and_written_up(small, parent, tmp_path, capsys):
    docs = tmp_path / "docs"
    docs.mkdir()
    places = "".join(f"<!-- begin {name} -->\n<!-- end {name} -->\n" for name in report.blocks([]))
    (docs / "beyond.md").write_text(places)
    arguments = [*SMALL, "--parents", str(parent), "-o", str(tmp_path), "--quiet"]
    assert command.main([*arguments, "--docs", str(docs)]) == 0
    found = read(tmp_path, "revisit_problems")
    assert found["stage"].tolist() == ["A", "B", "A again", "A reversed"] * 2
    assert found["problem"].tolist() == list(range(3, 11))
    assert (found["similarity_0"][::4] == 1).all()
    with Session.open(tmp_path / "revisit_short_seed0.h5") as session:
        np.testing.assert_array_equal(session.trials_to_criterion[2:], found.numbers("trials"))
        assert session.parent is not None
    assert read(tmp_path, "revisit_networks")["warm_up"].tolist() == [2]
    assert read(tmp_path, "serial_reversal")["reversal"].tolist() == [0, 1, 2]
    overlap = read(tmp_path, "overlap")
    assert overlap["overlap"].tolist() == [0.0, 0.45, 0.9]
    assert overlap["obtained"] == pytest.approx(overlap["overlap"], abs=1e-6)
    mixing = read(tmp_path, "mixing")
    assert mixing["condition"].tolist() == ["blocked"] * 3 + ["interleaved"] * 3
    projection = read(tmp_path, "projection")
    assert projection["problem"].tolist() == [2, 3, 2, 3]
    with Session.open(parent) as session:
        np.testing.assert_array_equal(
            projection.numbers("trials")[:2], session.trials_to_criterion[1:3]
        )
    page = (docs / "beyond.md").read_text()
    assert "1 networks (seed 0)" in page
    assert page.count(report.ABSENT) == 5  # the study of the Full runs alone was not asked for
    assert (docs / "images" / "beyond" / "studies.png").stat().st_size > 1000
    head = (tmp_path / "mixing.csv").read_text()
    assert "runs: full_seed0 (seed 0)" in head
    assert "made with L2L Explorer" in head
    # everything is there: nothing is trained again
    before = (tmp_path / "mixing_blocked_seed0.h5").stat().st_mtime_ns
    assert command.main([*arguments, "--dry-run"]) == 0
    assert "Would train 0 of 6 branches" in capsys.readouterr().out
    assert (tmp_path / "mixing_blocked_seed0.h5").stat().st_mtime_ns == before


def test_a_branch_that_was_stopped_goes_on_and_is_the_same(small, parent, tmp_path):
    given = sessions.parents([parent])
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    (one,) = sessions.members(STUDIES["serial-reversal"], given, whole)
    (two,) = sessions.members(STUDIES["serial-reversal"], given, parts)
    finish(one.begin())
    with two.begin() as run:
        for _ in range(7):
            run.step()
    assert not two.finished
    finish(two.begin())
    assert one.finished
    assert two.finished
    with Session.open(one.path) as a, Session.open(two.path) as b:
        np.testing.assert_array_equal(a.trial_column("task_loss"), b.trial_column("task_loss"))


def test_the_full_runs_alone_answer_the_study_beyond(parent, tmp_path, monkeypatch):
    monkeypatch.setattr(beyond, "GROUPS", ((2, 3), (3, 4)))
    monkeypatch.setattr(beyond, "STAGES", (1, 4, 1001))
    monkeypatch.setattr(beyond, "_WITHIN", (3, 4))
    monkeypatch.setattr(beyond, "_TIMES_MS", 10.0)
    other = tmp_path / "other.h5"
    finish(Run.create(other, RunConfig(seed=1, problems=4, **TINY)))
    arguments = ["beyond", "--parents", str(parent), str(other), "-o", str(tmp_path), "--quiet"]
    assert command.main(arguments) == 0
    tries = read(tmp_path, "beyond_first_try")
    assert tries["seed"].tolist() == [0] * 3 + [1] * 3
    assert tries["problem"].tolist() == [2, 3, 4] * 2
    with Session.open(parent) as session:
        loss = session.analyse("forward-transfer")["loss"]
    assert tries.numbers("loss")[:3] == pytest.approx(loss, rel=1e-5)
    assert read(tmp_path, "beyond_gradients")["problem"].tolist() == [1, 4] * 2
    assert read(tmp_path, "beyond_ranks")["problem"].tolist() == [2, 3, 4] * 2
    assert set(read(tmp_path, "beyond_abstraction")["first"]) == {2, 3}
    likeness = read(tmp_path, "beyond_likeness")
    assert likeness["pair"].tolist() == ["networks", "itself", "itself"]


def test_what_cannot_be_a_parent_is_refused_with_its_name(parent, tmp_path, capsys):
    where = ["-o", str(tmp_path)]
    assert command.main(["revisit", "--parents", str(parent), *where]) == 2
    said = capsys.readouterr().err
    assert "full_seed0.h5 has learned 4 problems, and the study revisit branches after 50" in said
    twin = shutil.copy(parent, tmp_path / "twin.h5")
    assert command.main(["overlap", "--parents", str(parent), str(twin), *where]) == 2
    assert "have one seed" in capsys.readouterr().err
    perturbed = tmp_path / "ds.h5"
    config = RunConfig(run_type=RunType.DSManifPert, problems=1, **TINY)
    finish(Run.create(perturbed, config))
    with pytest.raises(L2LError, match=r"ds\.h5 is no Full run"):
        sessions.parents([perturbed])
    assert command.main(["revisit"]) == 2
    assert "--parents" in capsys.readouterr().err


def test_a_page_without_tables_says_so_in_every_part():
    assert set(report.blocks([]).values()) == {report.ABSENT}
    with pytest.raises(ValueError, match="does not begin with 3 problems"):
        Condition("x", "serial-reversal", 3, {"warm_up": 2}).protocol()
