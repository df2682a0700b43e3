"""Which problems belong to which stage."""

from l2l_engine.protocols import template
from l2l_engine.protocols.outline import origin_of
from l2l_engine.training.records import Origin, StimuliFrom
from l2l_gui.model.stages import Span, kinds, named, spans, words


def origins(protocol):
    course = protocol.course()
    return [origin_of(plan, course.stages[k]) for k, plan in enumerate(course.plans)]


def test_stages_alike_are_of_one_kind():
    found = spans(origins(template("revisit-and-reverse", sets=2, warm_up=3)))
    assert found[:3] == (
        Span(1, 3, "warm-up", "warm-up"),
        Span(4, 4, "A1", "A"),
        Span(5, 5, "B1", "B"),
    )
    assert kinds(found) == ["warm-up", "A", "B", "A again", "A reversed"]
    assert found[0].words == "Problems 1–3: warm-up"
    assert found[-1].words == "Problem 11: A2 reversed"


def test_without_a_protocol_or_with_one_stage_there_is_nothing_to_show():
    assert spans([Origin()] * 5) == ()
    assert spans(origins(template("full", problems=5))) == ()


def test_a_branch_has_stages_only_where_it_follows_a_protocol():
    kept, followed = [Origin()] * 3, origins(template("serial-reversal", reversals=1, warm_up=0))
    assert [(span.first, span.label) for span in spans([*kept, *followed])] == [
        (4, "A"),
        (5, "reversal 1"),
    ]


def test_stages_without_a_label_are_named_by_what_they_are():
    found = spans(
        [Origin(stage=0), Origin(StimuliFrom.REPEATED, 0, stage=1), Origin(StimuliFrom.REVERSED, 0, stage=2)]
    )  # fmt: skip
    assert [span.kind for span in found] == ["new", "again", "reversed"]


def test_a_problem_is_named_with_its_label():
    known = [Origin(label="A"), Origin(), Origin(label="A again")]
    assert named("problem 3: 12 trials", known) == "problem 3 (A again): 12 trials"
    assert named("problem 2 against problem 1", known) == "problem 2 against problem 1 (A)"
    assert named("live: problem 4, trial 1", known) == "live: problem 4, trial 1"
    assert named("problems 1–3", known) == "problems 1–3"


def test_what_a_problem_was():
    assert words(Origin(StimuliFrom.REPEATED, 50, label="A again")) == "A again: problem 51 again"
    assert words(Origin(label="A")) == "A"
    assert words(Origin(StimuliFrom.REVERSED, 2)) == "problem 3 reversed"
    assert words(Origin(StimuliFrom.UNKNOWN)) == ""
