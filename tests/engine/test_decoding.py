"""Decoders over time on states whose answer is known."""

import numpy as np
import pytest

import l2l_engine as l2l

LABELS = np.repeat([0, 1, 2], 30)


def activity(separation_from=50, steps=100, units=20):
    random = np.random.default_rng(0)
    states = random.normal(size=(len(LABELS), steps, units)).astype(np.float32)
    states[:, separation_from:, :3] += 6 * np.eye(3)[LABELS][:, None]
    return l2l.Activity(states, states[..., :3], np.arange(1, steps + 1) * 1.0)


def test_labels_are_told_from_when_the_states_differ():
    times, accuracy = l2l.decode(activity(), LABELS, every_ms=5)
    assert times.tolist() == list(range(1, 100, 5))
    assert accuracy[times > 50].min() > 0.95
    assert abs(accuracy[times <= 50].mean() - 1 / 3) < 0.06  # chance: the decoder never saw them


def test_states_all_alike_are_at_chance():
    alike = activity()
    alike.states[:] = 1.0
    _, accuracy = l2l.decode(alike, LABELS, every_ms=50)
    np.testing.assert_allclose(accuracy, 1 / 3)


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (LABELS[:-1], "do not fit states"),
        (np.zeros(len(LABELS)), "two labels or more"),
        (np.arange(len(LABELS)), "the rarest has 1"),
    ],
)
def test_labels_that_cannot_be_decoded_are_one_sentence(labels, said):
    with pytest.raises(l2l.L2LError, match=said):
        l2l.decode(activity(), labels)


def test_stimulus_can_be_decoded_from_the_example():
    with l2l.load_example() as session:
        problem = session[20]
    labels = np.repeat([0, 1], 10)
    noisy = l2l.simulate(problem.network, problem.stimuli[labels], noise=1)
    times, accuracy = l2l.decode(noisy, labels, every_ms=250)
    assert accuracy[times > 1500].min() == 1.0
