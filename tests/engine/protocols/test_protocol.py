"""Protocols: references, ranges, and the sentences that name stage and field."""

from __future__ import annotations

import dataclasses
import json

import pytest

from l2l_engine.config import RunConfig, RunType
from l2l_engine.network import WEIGHT_NAMES
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.protocols import TEMPLATES, Protocol, ProtocolError, Stage, notation, template
from l2l_engine.protocols.templates import explain
from l2l_engine.training import plan
from l2l_engine.training.plan import (
    Elastic,
    Interleaved,
    LowRank,
    Orthogonal,
    Own,
    Plan,
    Projected,
    Readout,
    Repeat,
    Replay,
    Reverse,
    Similar,
    Subspace,
    Until,
)

A = Stage(Plan(label="A"))


def made(*stages: Stage) -> Protocol:
    return Protocol("made", (Stage(count=3), A, *stages))


def test_labels_and_numbers_name_the_same_problem():
    again, reversed_ = (Stage(Plan(problem=source)) for source in (Repeat("A"), Reverse(4)))
    plans = made(again, reversed_).plans()
    assert [plan.problem for plan in plans[4:]] == [Repeat(4), Reverse(4)]
    assert len(plans) == made(again, reversed_).problems == 6


def test_a_label_names_the_last_problem_of_its_stage():
    protocol = Protocol("", (Stage(Plan(label="many"), 5), Stage(Plan(problem=Repeat("many")))))
    assert protocol.plans()[-1].problem == Repeat(5)


def test_the_stage_of_a_problem():
    protocol = made(Stage(count=2))
    assert [protocol.stage_of(problem) for problem in range(1, 7)] == [0, 0, 0, 1, 2, 2]
    with pytest.raises(IndexError):
        protocol.stage_of(7)


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(problem=Repeat(5)), "Stage 3: problem = 5 must be a problem learned before, 1 to 4"),
        (Plan(problem=Repeat(0)), "1 to 4"),
        (Plan(problem=Reverse("B")), "Stage 3: problem = 'B' must be the label of an earlier stage"),
        (Plan(problem=Similar("A", 1.01)), "overlap = 1.01 must be from 0 to 1"),
        (Plan(problem=Similar("A", float("nan"))), "overlap = nan"),
        (Plan(problem=Own(((1.0,), (1.0, 2.0)))), "own stimuli"),
        (Plan(problem=Own(((0.0, 0.0), (1.0, 2.0)))), "zeros"),
        (Plan(start=9), "start = 9"),
        (Plan(until=Until(criterion=False)), "until = never"),
        (Plan(until=Until(trials=0)), "trials = 0 must be from 1"),
        (Plan(mixture=Interleaved(())), "mixture = nothing"),
        (Plan(mixture=Interleaved(("A", 7))), "mixture = 7"),
        (Plan(mixture=Replay(1.0)), "replay share = 1.0 must be between 0 and 1"),
        (Plan(plastic=("recurrent", "weights")), "plastic = weights must be some of input"),
        (Plan(plastic=()), "plastic = nothing"),
        (Plan(rule=LowRank(0)), "rank = 0"),
        (Plan(rule=Elastic(-1.0)), "elastic strength = -1.0"),
        (Plan(rule=Orthogonal(0.0)), "orthogonal regularisation"),
        (Plan(rule=Projected(Subspace.PAST)), "rule dimensions = nothing"),
        (Plan(rule=Projected(Subspace.DECISION, dimensions=0)), "rule dimensions = 0"),
        (Plan(readout=Readout(permutation=(0, 0))), "permutation = [1, 1] must be each direction once"),
        (Plan(readout=Readout(dimensions=3, permutation=(1, 0))), "permutation = of 2"),
    ],
)  # fmt: skip
def test_a_bad_stage_is_refused_naming_stage_field_and_range(plan, words):
    with pytest.raises(ProtocolError) as refused:
        made(Stage(plan))
    assert words in str(refused.value)
    assert str(refused.value).startswith("Stage 3")


@pytest.mark.parametrize("count", [0, -1, 10**7])
def test_a_stage_of_no_problems_or_too_many_is_refused(count):
    with pytest.raises(ProtocolError, match="Stage 1: count"):
        Protocol("", (Stage(count=count),))


def test_no_stages_are_refused():
    with pytest.raises(ProtocolError, match="no stages"):
        Protocol("empty", ())


@pytest.mark.parametrize(
    "plan",
    [
        Plan(readout=Readout(PerturbationKind.DECISION_TO_STIMULUS)),
        Plan(rule=Elastic(1.0)),
        Plan(rule=Projected(Subspace.DECISION)),
        Plan(mixture=Replay(0.5)),
    ],
)
def test_what_needs_a_past_cannot_come_first(plan):
    with pytest.raises(ProtocolError, match="Stage 1"):
        Protocol("", (Stage(plan),))
    Protocol("", (Stage(), Stage(plan)))


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(changes={"units": 50}), "changes = units must be one of"),
        (Plan(changes={"noise": 1}), "changes = noise must be one of"),
        (Plan(changes={"sigma_rec": -1.0}), "sigma_rec = -1"),
        (Plan(problem=Own(((1.0, 0.0), (0.0, 1.0)))), "stimulus_channels = 10"),
        (Plan(rule=LowRank(101)), "at most units = 100"),
        (
            Plan(readout=Readout(PerturbationKind.CONTROL, dimensions=5)),
            "at most manifold_dimensions = 4",
        ),
        (Plan(readout=Readout(PerturbationKind.CONTROL, 1, derangement=True)), "at least 2"),
        (Plan(rule=Projected(Subspace.DECISION, dimensions=51)), "at most units / 2 = 50"),
        (Plan(rule=Projected(Subspace.PAST, dimensions=100)), "below units = 100"),
    ],
)
def test_what_does_not_fit_the_configuration_is_refused(plan, words):
    with pytest.raises(ProtocolError) as refused:
        made(Stage(plan)).check(RunConfig())
    assert words in str(refused.value)
    assert str(refused.value).startswith("Stage 3")


def test_a_branchs_protocol_numbers_problems_with_those_it_keeps():
    stages = (Stage(Plan(label="new")), Stage(Plan(problem=Repeat(7)), 2), Stage(Plan(start="new")))
    with pytest.raises(ProtocolError, match="Stage 2: problem = 7"):
        Protocol("", stages)
    protocol = Protocol("later", stages, after=10)
    assert (protocol.problems, protocol.total) == (4, 14)
    assert [protocol.stage_of(problem) for problem in range(11, 15)] == [0, 1, 1, 2]
    assert protocol.plans()[-1].start == 11
    course = protocol.course()
    assert course.plan(3) == course.plan(14) == Plan()
    assert (course.stage(9), course.stage(12), course.stage(14)) == (None, 1, None)
    assert course.first_of_stage(12) == 11
    assert notation.from_json(notation.to_json(protocol)) == protocol
    assert notation.from_json(notation.to_json(protocol), after=12).plans()[-1].start == 13
    for outside in (10, 15):
        with pytest.raises(IndexError):
            protocol.stage_of(outside)
    with pytest.raises(ProtocolError, match="after = -1 must be from 0"):
        Protocol("", stages, after=-1)


@pytest.mark.parametrize("label", ["x" * 129, "ä" * 65, "a\0b"])
def test_a_label_the_session_has_no_room_for_is_refused(label):
    with pytest.raises(ProtocolError, match="Stage 1: the label must have at most 128 bytes"):
        Protocol("", (Stage(Plan(label=label)),))


def test_changes_make_the_configuration_of_their_problems():
    protocol = made(Stage(Plan(changes={"delay_ms": 1500.0})))
    protocol.check(RunConfig())
    plans = protocol.plans()
    assert protocol.config_of(plans[0], RunConfig()) == RunConfig()
    assert protocol.config_of(plans[-1], RunConfig()) == RunConfig(delay_ms=1500.0)


@pytest.mark.parametrize("run_type", RunType)
def test_a_run_type_is_a_protocol(run_type):
    config = RunConfig(run_type=run_type)
    plans = Protocol.of_run_type(config).plans()
    assert len(plans) == config.problems
    assert plans[:50] == (Plan(),) * 50
    starts = {plan.start for plan in plans[50:]}
    assert starts == ({1} if run_type.perturbs else {None})
    assert all(plan.readout.frozen == run_type.perturbs for plan in plans[50:])


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_makes_a_protocol_that_fits_the_paper_and_survives_json(name):
    protocol = template(name)
    protocol.check(RunConfig())
    assert notation.from_json(notation.to_json(protocol)) == protocol
    assert explain(name).count(".") + explain(name).count("?") >= 2


def test_revisit_and_reverse_is_a_b_a_again_a_reversed():
    plans = template("revisit-and-reverse", sets=2, warm_up=5).plans()
    assert len(plans) == 5 + 2 * 4
    assert [plan.label for plan in plans[5:9]] == ["A1", "B1", "A1 again", "A1 reversed"]
    assert [plan.problem for plan in plans[7:9]] == [Repeat(6), Reverse(6)]
    assert [plan.problem for plan in plans[11:]] == [Repeat(10), Reverse(10)]


@pytest.mark.parametrize(
    ("name", "numbers", "words"),
    [
        ("fulll", {}, "choose one of full"),
        ("full", {"trials": 3}, "it has problems"),
        ("full", {"problems": 2.5}, "whole number"),
        ("full", {"problems": 0}, "at least 1"),
        ("replay", {"share": 2.0}, "replay share"),
    ],
)
def test_a_bad_template_is_refused(name, numbers, words):
    with pytest.raises(ProtocolError, match=words):
        template(name, **numbers)


FULL_PLAN = Plan(
    problem=Similar("A", 0.5),
    until=Until(criterion=True, trials=300),
    mixture=Replay(0.25, (1, "A")),
    start="A",
    readout=Readout(PerturbationKind.DECISION_TO_STIMULUS, 3, (2, 0, 1), False, True),
    plastic=("recurrent", "bias"),
    rule=Projected(Subspace.PAST, True, 7),
    keep_moments=True,
    changes={"sigma_rec": 0.1},
    label="all of it",
)


def test_everything_a_stage_can_say_survives_json():
    plans = [
        FULL_PLAN,
        Plan(problem=Own(((1.0, 0.0), (0.5, 2.0)))),
        dataclasses.replace(FULL_PLAN, rule=LowRank(2), mixture=Interleaved(("A",)), label=""),
        Plan(rule=Elastic(3.0)),
        Plan(rule=Orthogonal(0.1), readout=Readout(derangement=True)),
    ]
    protocol = made(*map(Stage, plans))
    assert notation.from_json(notation.to_json(protocol, indent=1)) == protocol


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "not valid JSON"),
        ("[]", "must be a JSON object"),
        ('{"stages": [{"count": NaN}]}', "NaN"),
        ('{"stages": [3]}', "Stage 1 must be a JSON object"),
        ('{"stages": [{"counts": 3}]}', "Stage 1: counts is not known here"),
        ('{"stages": [{"count": true}]}', "Stage 1: count = true must be a whole number"),
        ('{"stages": [{"count": 1.5}]}', "count = 1.5 must be a whole number"),
        ('{"stages": [{"problem": "old"}]}', "problem = 'old' must be one of new"),
        ('{"stages": [{}, {"problem": {"repeat": 1, "reverse": 1}}]}', "Stage 2, problem must be one of"),
        ('{"stages": [{"problem": {"own": [1, 2]}}]}', "two lists of numbers"),
        ('{"stages": [{"until": {"trials": "ten"}}]}', "Stage 1, until: trials"),
        ('{"stages": [{"rule": {"projected": "sideways"}}]}', "one of inside, outside"),
        ('{"stages": [{"readout": {"perturbation": "sd"}}]}', "one of control, ss, ds"),
        ('{"stages": [{"optimiser": "new"}]}', "one of reset, kept"),
        ('{"stages": [{}, {"mixture": {"interleaved": [[1]]}}]}', "a problem's number or a stage's label"),
        ("[" * 100_000, "not valid JSON"),
    ],
)  # fmt: skip
def test_bad_json_is_refused_in_a_sentence(text, words):
    with pytest.raises(ProtocolError) as refused:
        notation.from_json(text)
    assert words in str(refused.value)


def test_a_file_that_holds_no_protocol_is_named(tmp_path):
    with pytest.raises(ProtocolError, match=r"missing\.json is not a file"):
        notation.read(tmp_path / "missing.json")
    path = tmp_path / "bad.json"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ProtocolError, match=r"bad\.json could not be read"):
        notation.read(path)
    path.write_text('{"stages": []}')
    with pytest.raises(ProtocolError, match=r"bad\.json: The protocol protocol has no stages"):
        notation.read(path)
    path.write_text(notation.to_json(template("full")))
    assert notation.read(path) == template("full")


def test_a_plan_that_says_nothing_is_the_published_training():
    said = plan.Plan()
    assert said.problem == plan.New()
    assert said.until == plan.Until(criterion=True, trials=None)
    assert said.mixture is None
    assert said.start is None
    assert said.readout == plan.Readout(None, None, None, derangement=False, frozen=False)
    assert said.plastic == WEIGHT_NAMES
    assert said.rule == plan.Adam()
    assert not said.keep_moments
    assert said.changes == {}


@pytest.mark.parametrize("name", ["na\x7fe", "\x1b[31mred", "two\nlines", "x" * 100_000])
def test_names_from_anywhere_are_told_in_one_printable_sentence(name):
    text = json.dumps({"name": "any", "stages": [{name: 1}]})
    with pytest.raises(ProtocolError) as refused:
        notation.from_json(text)
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 2000
