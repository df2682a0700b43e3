from pathlib import Path

from l2l_gui.model.selection import FIRST_GROUP, Group, Selection, SharedSelection


def test_following_live_keeps_the_newest_problem_selected():
    shared = SharedSelection()
    for problems in (0, 1, 60):
        shared.set_limits(problems, 2000.0)
        assert shared.value.problem == (problems or None)


def test_choosing_a_problem_ends_following_and_stays_while_more_are_learned():
    shared = SharedSelection()
    shared.set_limits(60, 2000.0)
    shared.select_problem(7)
    shared.set_limits(61, 2000.0)
    assert (shared.value.problem, shared.value.follow_live) == (7, False)


def test_without_a_learned_problem_the_trial_in_training_is_shown():
    shared = SharedSelection()
    shared.set_limits(60, 2000.0)
    shared.select_problem(7)
    shared.set_limits(0, 2000.0)  # another session
    assert (shared.value.problem, shared.value.follow_live) == (None, True)
    shared.update(follow_live=False)
    assert shared.value.follow_live


def test_values_out_of_reach_become_the_nearest_within():
    shared = SharedSelection()
    shared.set_limits(60, 2000.0)
    shared.update(problem=1000, time=-5.0, group=Group(59, 50))
    assert shared.value.problem == 60
    assert shared.value.time == 0.0
    assert list(shared.value.group.problems) == [59, 60]


def test_the_first_group_grows_with_the_run_until_it_is_changed():
    shared = SharedSelection()
    shared.set_limits(20, 2000.0)
    assert shared.value.group == Group(2, 19)
    shared.set_limits(80, 2000.0)
    assert shared.value.group == FIRST_GROUP
    shared.update(group=Group(10, 5))
    shared.set_limits(90, 2000.0)
    assert shared.value.group == Group(10, 5)


def test_listeners_hear_only_of_fields_that_differ():
    shared, heard = SharedSelection(), []
    shared.set_limits(60, 2000.0)
    shared.changed.connect(lambda _value, fields: heard.append(fields))
    shared.update(time=100.0, stimulus=None)
    shared.update(time=100.0)
    assert heard == [{"time"}]


def test_the_first_session_is_the_one_to_train():
    selection = Selection(sessions=(Path("a.h5"), Path("b.h5")))
    assert selection.primary == Path("a.h5")
    assert Selection().primary is None


def test_a_group_can_begin_at_any_problem_and_holds_at_least_one():
    assert Group(1, 5).within(60) == Group(1, 5)
    assert Group(-3, 0).within(60) == Group(1, 1)
    assert Group(80, 5).within(60) == Group(60, 1)
    assert Group(7, 5).within(0) == FIRST_GROUP
