"""Problem after problem: criterion, set point, perturbed problems, and taking a run up again."""

import itertools
import math

import numpy as np
import pytest
from tiny import TINY

from l2l_engine.config import RunConfig, RunType
from l2l_engine.run import Run
from l2l_engine.storage.session import Session
from l2l_engine.training.curriculum import Curriculum
from l2l_engine.training.divergence import TrainingFailedError
from l2l_engine.training.problem import ProblemProgress
from l2l_engine.training.readout_perturbation import noisy_states
from l2l_engine.training.trial import Summary

# a run small enough to learn a problem in a second
QUICK = RunConfig(
    units=24,
    sample_ms=60,
    delay_ms=60,
    response_ms=120,
    mask_ms=20,
    dt=2.0,
    tau=20.0,
    learning_rate=3e-3,
    criterion_loss=0.3,
    criterion_trials=20,
    max_trials=1500,
    problems=5,
    seed=3,
)


def train(config: RunConfig) -> list:
    curriculum = Curriculum(config)
    steps = []
    while not curriculum.finished:
        steps.append(curriculum.step())
    curriculum.close()
    return steps


def test_problems_are_learned_at_the_criterion():
    steps = train(QUICK)
    problems = [step.problem for step in steps if step.problem]
    losses = np.array([step.trial.task_loss for step in steps])
    assert [record.index for record in problems] == [0, 1, 2, 3, 4]
    for record, following in itertools.pairwise(problems):
        stop = following.first_trial
        window = losses[record.first_trial : stop]
        assert record.trials_to_criterion == len(window) - QUICK.criterion_trials
        assert window[-20:].mean() < QUICK.criterion_loss
        # not one trial earlier
        assert len(window) == 21 or window[-21:-1].mean() >= QUICK.criterion_loss
    assert all(record.trials_to_criterion >= 1 for record in problems)


def test_set_point_is_the_first_problems_mean_square_rate_and_stays():
    curriculum = Curriculum(QUICK)
    learned = []
    while len(learned) < 2:
        assert (curriculum.set_point == 0.0) == (not learned)
        step = curriculum.step()
        learned += [step.problem] if step.problem else []
    curriculum.close()
    assert curriculum.set_point == pytest.approx(learned[0].mean_square_rate)


def test_a_problem_that_takes_too_long_fails_and_the_next_begins():
    steps = train(QUICK.replace(max_trials=30, criterion_loss=1e-6, problems=2))
    problems = [step.problem for step in steps if step.problem]
    assert [math.isnan(record.trials_to_criterion) for record in problems] == [True, True]
    assert len(steps) == 62  # a problem fails past max_trials
    assert all(record.weights.is_finite() for record in problems)


def test_failed_first_problem_leaves_the_set_point_to_the_next():
    curriculum = Curriculum(QUICK.replace(max_trials=5, criterion_loss=1e-6))
    for _ in range(6):
        curriculum.step()
    curriculum.close()
    assert curriculum.problem == 1
    assert curriculum.set_point == 0.0


def test_not_a_number_stops_the_run_and_keeps_the_network():
    curriculum = Curriculum(QUICK.replace(learning_rate=1.0, activation="squared_relu"))
    trials = iter(lambda: curriculum.step().trial.task_loss, 0.0)
    with pytest.raises(TrainingFailedError, match="no longer a number"):
        max(itertools.islice(trials, 500))
    before = curriculum.checkpoint()
    assert curriculum.weights.is_finite()
    with pytest.raises(TrainingFailedError):
        curriculum.step()
    after = curriculum.checkpoint()
    curriculum.close()
    assert all(np.array_equal(before[name], after[name], equal_nan=True) for name in before)


@pytest.mark.parametrize("run_type", [RunType.SSManifPert, RunType.DSManifPert])
def test_perturbed_problems_start_from_problem_one_with_a_frozen_perturbed_readout(run_type):
    config = QUICK.replace(run_type=run_type, baseline_problems=2, problems=4, max_trials=100)
    curriculum = Curriculum(config)
    learned = []
    starts = {}
    while not curriculum.finished:
        starts.setdefault(curriculum.problem, curriculum.weights)
        step = curriculum.step()
        learned += [step.problem] if step.problem else []
    curriculum.close()
    first = learned[0].weights
    for index in (2, 3):
        np.testing.assert_array_equal(starts[index].recurrent, first.recurrent)
        assert learned[index].permutation is not None
        assert learned[index].applied
        np.testing.assert_array_equal(learned[index].weights.output, starts[index].output)
        assert not np.array_equal(starts[index].output_bias, np.zeros(3))
    assert not np.allclose(starts[3].output, first.output)
    assert learned[1].permutation is None


def test_control_freezes_but_does_not_perturb_and_draws_the_same_stimuli():
    control = QUICK.replace(
        run_type=RunType.ControlManifPert, baseline_problems=1, problems=2, max_trials=400
    )
    ours = [step.problem for step in train(control) if step.problem]
    other = [
        step.problem
        for step in train(control.replace(run_type="SSManifPert", problems=2))
        if step.problem
    ]
    assert not ours[1].applied
    np.testing.assert_array_equal(ours[1].weights.output, ours[0].weights.output)
    np.testing.assert_array_equal(ours[1].permutation, other[1].permutation)
    np.testing.assert_array_equal(ours[1].stimuli, other[1].stimuli)


@pytest.mark.parametrize("batch_size", [1, 4])
@pytest.mark.parametrize("run_type", list(RunType))
def test_resuming_anywhere_gives_the_same_numbers(tmp_path, run_type, batch_size):
    config = QUICK.replace(
        run_type=run_type, problems=4, baseline_problems=2, max_trials=25, batch_size=batch_size
    )
    whole, parts = tmp_path / "whole.h5", tmp_path / "parts.h5"
    with Run.create(whole, config) as run:
        while not run.finished:
            run.step()
            run.view()  # looking changes nothing
            run.weights.recurrent[:] = 0.0
    stops = {1, 7, 26, 27, 52, 53, 60, 78}
    run = Run.create(parts, config)
    while not run.finished:
        run.step()
        if run.n_trials in stops:
            run.close()
            run = Run.resume(parts)
    run.close()
    with Session.open(whole) as a, Session.open(parts) as b:
        assert a.n_trials == b.n_trials
        assert a.n_problems == b.n_problems == 4
        np.testing.assert_array_equal(a.trial_column("task_loss"), b.trial_column("task_loss"))
        for name, array in a.weights(slice(None)).arrays().items():
            np.testing.assert_array_equal(array, b.weights(slice(None)).arrays()[name])
        np.testing.assert_array_equal(a.stimuli, b.stimuli)


def test_a_finished_run_can_be_given_more_problems(tmp_path):
    path = tmp_path / "run.h5"
    with Run.create(path, QUICK.replace(problems=1)) as run:
        while not run.finished:
            run.step()
    with Run.resume(path, problems=2) as run:
        assert not run.finished
        while not run.finished:
            run.step()
    whole = [step.problem for step in train(QUICK.replace(problems=2)) if step.problem]
    with Session.open(path) as session:
        assert session.n_problems == 2
        np.testing.assert_array_equal(session.weights(1).recurrent, whole[1].weights.recurrent)


def test_noisy_states_can_be_had_again():
    curriculum = Curriculum(QUICK)
    weights, stimuli = curriculum.weights, curriculum.stimuli
    curriculum.close()
    first = noisy_states(weights, stimuli, 7, QUICK)
    np.testing.assert_array_equal(first, noisy_states(weights, stimuli, 7, QUICK))
    assert not np.array_equal(first, noisy_states(weights, stimuli, 8, QUICK))


def test_criterion_needs_more_trials_than_the_window():
    config = QUICK
    progress = ProblemProgress(config)
    good = Summary(*([0.0] * len(Summary._fields)))
    for _ in range(config.criterion_trials):
        progress.add(good, 1.0)
        assert not progress.learned
    progress.add(good, 1.0)
    assert progress.learned
    assert progress.trials_to_criterion == 1


def test_a_trial_that_fails_leaves_the_random_stream_as_it_was(monkeypatch):
    config = RunConfig(**TINY, problems=2, manifold_dimensions=2)
    whole, broken = Curriculum(config), Curriculum(config)
    expected = [whole.step().trial.stimulus for _ in range(14)]  # past the end of a problem
    found = []
    for number in range(14):
        if number in (0, 3, 12):
            before = broken.checkpoint()
            with monkeypatch.context() as patched:
                patched.setattr(broken._trainer, "step", _interrupted)
                with pytest.raises(KeyboardInterrupt):
                    broken.step()
            after = broken.checkpoint()
            for name, array in before.items():
                np.testing.assert_array_equal(after[name], array, err_msg=name)
        found.append(broken.step().trial.stimulus)
    whole.close()
    broken.close()
    np.testing.assert_array_equal(found, expected)


def _interrupted(*_):
    raise KeyboardInterrupt
