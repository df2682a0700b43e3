"""What is read from records: how long an analysis takes, and what its columns are."""

import numpy as np
import pytest

from l2l_engine.analysis import cost, registry, shape
from l2l_engine.analysis.record import Takes


@pytest.mark.parametrize("name", registry.BUILT_IN)
def test_every_record_says_what_it_costs_and_has_numbers_to_draw(name):
    record = registry.find(name)
    assert cost.seconds(record, 100) is not None
    assert shape.numbers(record)


@pytest.mark.parametrize(
    ("name", "problems", "seconds"),
    [
        ("moving-mean", 100, 0.0),
        ("vector-field-change", 100, 3.5),
        ("fixed-points", 10, 9.0),
        ("representations", 100, 0.8),
        ("accumulation", 250, 18.0),
        ("subspace-angles", 100, 1.04),
        ("exponential-fit", 100, 0.01),
        ("functional-rank", 10, 0.4),
    ],
)
def test_the_time_follows_the_words(name, problems, seconds):
    assert cost.seconds(registry.find(name), problems) == pytest.approx(seconds)


def test_places_and_numbers_are_told_apart():
    lyapunov = registry.find("lyapunov")
    assert shape.places(lyapunov) == ["problem", "stimulus", "epoch", "order"]
    assert shape.numbers(lyapunov) == ["exponent"]
    assert shape.places(registry.find("speed"))[0] == "time"
    assert shape.pair_of_places(registry.find("forgetting")) == ("problem", "network")
    assert shape.pair_of_places(lyapunov) is None
    over = {name for name in registry.BUILT_IN if shape.is_over_problems(registry.find(name))}
    assert {"forward-transfer", "lyapunov", "weight-path", "moving-mean"} <= over
    assert not {"exponential-fit", "selectivity", "network-map", "revisit"} & over
    assert registry.find("revisit").takes is Takes.RUNS


def test_several_rows_of_a_problem_become_one_number():
    table = {"problem": np.array([3, 2, 3, 4]), "x": np.array([1.0, 5.0, np.nan, np.nan])}
    problems, found = shape.by_problem(table, "x")
    np.testing.assert_array_equal(problems, [2, 3, 4])
    np.testing.assert_array_equal(found, [5.0, 1.0, np.nan])
    table["x"][2] = 3.0
    assert shape.by_problem(table, "x", "largest")[1][1] == 3.0
    assert shape.by_problem(table, "x", "smallest")[1][1] == 1.0
    assert shape.by_problem(table, "x", "mean")[1][1] == 2.0
