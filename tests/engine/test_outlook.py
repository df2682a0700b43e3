"""How many trials are still to come."""

import pytest

from l2l_engine.config import RunConfig, RunType
from l2l_engine.outlook import trials_left
from l2l_engine.protocols import Protocol, Stage, template
from l2l_engine.training.plan import Interleaved, Plan, Repeat, Replay, Until

FIXED = Stage(Plan(until=Until(False, 200)), 10)


def left(protocol, finished=(), present=0, **changes):
    config = protocol.configure(changes)
    return trials_left(config, list(finished), present, protocol.course())


def test_fixed_numbers_of_trials_are_known():
    protocol = Protocol("fixed", (FIXED,))
    assert left(protocol) == 2000
    assert left(protocol, [200.0] * 4, 50) == 6 * 200 - 50
    assert left(protocol, [200.0] * 10) == 0


def test_fixed_numbers_say_nothing_of_problems_learned_to_criterion():
    protocol = Protocol("mixed", (Stage(count=7), FIXED, Stage(count=10)))
    finished = [3000.0, *[80.0] * 6]
    assert left(protocol, finished) == 10 * 200 + 10 * 80
    assert left(protocol, [*finished, *[200.0] * 10]) == 10 * 80


def test_a_problem_that_comes_back_is_another_kind():
    stages = tuple(Stage(Plan(source), 6) for source in (Repeat(1), Plan().problem))
    protocol = Protocol("again", (Stage(count=6), *stages))
    finished = [3000.0, *[100.0] * 5, *[60.0] * 6]
    assert left(protocol, finished) == 6 * 100
    assert left(protocol, [*finished[:-1]]) == 60 + 6 * 100


def test_the_most_trials_bound_what_is_expected():
    most = Plan(until=Until(True, 30))
    assert left(Protocol("most", (Stage(most, 10),))) == 300
    assert left(Protocol("new", (Stage(count=10),)), max_trials=20) == 200


@pytest.mark.parametrize("mixture", [Replay(0.5), Interleaved((1,))])
def test_a_mixture_takes_more_trials(mixture):
    plain, mixed = (
        left(Protocol("", (Stage(), Stage(Plan(mixture=given), 10)))) - left(Protocol("", (Stage(),)))
        for given in (None, mixture)
    )  # fmt: skip
    assert mixed == pytest.approx(2 * plain)


@pytest.mark.parametrize("run_type", list(RunType))
def test_run_types_as_protocols_take_as_many(run_type):
    config = RunConfig(run_type=run_type, problems=101)
    protocol = Protocol.of_run_type(config)
    for finished in ([], [3000.0, *[70.0] * 20], [3000.0, *[70.0] * 49, *[600.0] * 6]):
        assert trials_left(config, finished, 3) == pytest.approx(
            trials_left(config, finished, 3, protocol.course())
        )


def test_named_protocols_have_an_outlook():
    assert left(template("overtraining")) > 1000
    assert left(template("blocked"), [3000.0, *[70.0] * 49]) == 2000
