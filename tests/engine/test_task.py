"""The task: inputs, targets, mask, loss and choices."""

import numpy as np
import pytest

from l2l_engine import task
from l2l_engine.config import RunConfig

CONFIG = RunConfig(dt=10.0, tau_noise=10.0)


def test_stimuli_are_an_orthonormal_float32_pair():
    stimuli = task.draw_stimuli(np.random.RandomState(5), CONFIG)
    assert stimuli.dtype == np.float32
    np.testing.assert_allclose(stimuli @ stimuli.T, np.eye(2), atol=1e-6)


@pytest.mark.parametrize("overlap", [0.0, 0.3, 0.9])
def test_similar_stimuli_overlap_with_their_counterparts_as_asked(overlap):
    random = np.random.RandomState(5)
    stimuli = task.draw_stimuli(random, CONFIG)
    pair, found = task.similar_stimuli(random, stimuli, overlap)
    np.testing.assert_allclose(pair @ pair.T, np.eye(2), atol=1e-6)
    np.testing.assert_allclose(pair @ stimuli.T, overlap * np.eye(2), atol=1e-6)
    np.testing.assert_allclose(found, overlap, atol=1e-6)


def test_inputs_follow_the_epochs():
    stimulus = np.arange(10.0)
    shown = task.inputs(stimulus, CONFIG)
    assert shown.shape == (200, 11)
    np.testing.assert_array_equal(shown[:50, :10], np.tile(stimulus, (50, 1)))
    assert not shown[50:, :10].any()
    np.testing.assert_allclose(shown[:150, 10], 10**-0.5)
    assert not shown[150:].any()


def test_targets_and_mask():
    target = task.targets(np.array([0, 1]), CONFIG)
    assert target.shape == (2, 200, 3)
    assert (target[:, :150].argmax(-1) == task.FIXATION).all()
    assert (target[0, 150:].argmax(-1) == 0).all()
    assert (target[1, 150:].argmax(-1) == 1).all()
    mask = task.loss_mask(CONFIG)
    assert mask.sum() == 190
    assert not mask[150:160].any()


def test_loss_of_uniform_outputs_is_log_three_whatever_the_mask_hides():
    outputs = np.full((200, 3), 1 / 3)
    outputs[150:160] = [0.98, 0.01, 0.01]
    assert task.cross_entropy(outputs, np.array(1), CONFIG) == pytest.approx(np.log(3))


def test_choice_is_the_larger_response_after_the_mask():
    outputs = np.zeros((2, 200, 3))
    # 1 until the mask ends, which does not count though it is more than 0 has afterwards
    outputs[0, :160, 1] = 1.0
    outputs[0, 160:, 0] = 0.2
    outputs[1, 160:, 1] = 0.3
    assert task.choices(outputs, CONFIG).tolist() == [0, 1]


def test_same_problems_depend_on_seed_and_number_alone():
    config = CONFIG.replace(same_problems=True)
    random, other = np.random.RandomState(0), np.random.RandomState(9)
    first = task.problem_stimuli(random, config, 4)
    np.testing.assert_array_equal(first, task.problem_stimuli(other, config, 4))
    assert not np.array_equal(first, task.problem_stimuli(random, config, 5))
    assert random.randint(10**6) == np.random.RandomState(0).randint(10**6)


def test_epochs_in_milliseconds():
    assert [(e.name, e.start, e.stop) for e in task.epochs(RunConfig())] == [
        ("sample", 0, 500),
        ("delay", 500, 1500),
        ("response", 1500, 2000),
    ]


def test_times_are_those_of_each_steps_state():
    times = task.times(CONFIG)
    assert (times[0], times[-1], len(times)) == (10.0, 2000.0, 200)


def test_loss_of_every_trial_of_a_stack_is_its_own():
    outputs = np.full((4, 2, 200, 3), 0.25)
    outputs[:, 1] = 0.5
    loss = task.cross_entropy(outputs, np.tile([0, 1], (4, 1)), CONFIG)
    np.testing.assert_allclose(loss, np.tile(-np.log([0.25, 0.5]), (4, 1)))


def test_inputs_of_a_stack_keep_its_shape():
    assert task.inputs(np.zeros((4, 2, 10)), CONFIG).shape == (4, 2, 200, 11)
