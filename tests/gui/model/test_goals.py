from types import SimpleNamespace

import pytest

from l2l_engine.config import L2LError
from l2l_gui.model.goals import Goal


def run(**values):
    start = {"n_trials": 100, "n_problems": 3, "mean_loss": 0.5, "trial_in_problem": 20}
    return SimpleNamespace(**(start | values))


@pytest.mark.parametrize(
    ("goal", "not_yet", "then"),
    [
        (Goal(trials=5), {"n_trials": 104}, {"n_trials": 105}),
        (Goal(problems=2), {"n_problems": 4}, {"n_problems": 5}),
        (Goal(number=4), {"n_problems": 3}, {"n_problems": 4}),
        (
            Goal(loss_below=0.1),
            {"mean_loss": 0.05, "trial_in_problem": 49},
            {"mean_loss": 0.05, "trial_in_problem": 50},
        ),
    ],
)
def test_training_stops_where_the_goal_says(goal, not_yet, then):
    target = goal.target(run(), window=50)
    assert not target.reached(run(**not_yet))
    assert target.reached(run(**then))


def test_no_goal_never_stops():
    assert not Goal().target(run(), 50).reached(run(n_trials=10**9, n_problems=10**6))


def test_a_problem_that_is_learned_already_is_refused():
    with pytest.raises(L2LError, match="Problem 3 is learned already: choose 4"):
        Goal(number=3).target(run(), 50)


def test_the_status_bar_says_every_part_of_a_goal():
    goal = Goal(trials=1000, problems=2, loss_below=0.05)
    words = goal.target(run(), 50).words
    assert words == "trial 1,100 or the end of problem 5 or a mean loss below 0.05"
    assert Goal().target(run(), 50).words == ""
