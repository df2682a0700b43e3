"""What a trial costs, as counts that no other work on the machine changes."""

import tracemalloc

import numpy as np
import pytest

from l2l_engine.config import RunConfig
from l2l_engine.run import Run
from l2l_engine.storage.appending import AppendableFile
from l2l_engine.training import crossing, singular
from l2l_engine.training.curriculum import Curriculum
from l2l_engine.training.helper import Helper
from l2l_engine.training.noise import silence

TRIALS = 6


@pytest.fixture
def warm():
    """A run of the paper's size that has compiled and run a few trials, without a second thread."""
    curriculum = Curriculum(RunConfig())
    for _ in range(3):
        curriculum.step()
    yield curriculum
    curriculum.close()


def counted(monkeypatch, owner, name):
    """The calls of ``owner.name``, as a list that grows."""
    original, calls = getattr(owner, name), []

    def call(*arguments, **named):
        calls.append(arguments)
        return original(*arguments, **named)

    monkeypatch.setattr(owner, name, call)
    return calls


def test_a_trial_is_one_compiled_call_one_noise_and_one_set_of_singular_vectors(warm, monkeypatch):
    compiled = counted(monkeypatch, warm._trainer._trial, "_call")
    drawn = counted(monkeypatch, warm._noise, "_draw")
    found = counted(monkeypatch, singular, "leading")
    tasks = counted(monkeypatch, Helper, "submit")
    for _ in range(TRIALS):
        warm.step()
    assert [len(calls) for calls in (compiled, drawn, found, tasks)] == [
        *(TRIALS, TRIALS, TRIALS),
        2 * TRIALS,  # its noise and its singular vectors
    ]


def test_nothing_is_copied_on_its_way_to_tensorflow_and_back(warm, monkeypatch):
    import tensorflow as tf

    def copies(*_):
        raise AssertionError("tf.constant copies what it is given")

    monkeypatch.setattr(tf, "constant", copies)
    lent = counted(monkeypatch, crossing, "lend")
    borrowed = counted(monkeypatch, crossing, "borrow")
    for _ in range(TRIALS):
        warm.step()
    assert len(lent) == 2 * TRIALS  # weights and all else that is small; noise
    assert len(borrowed) == 4 * TRIALS  # numbers, states, gradients, outputs
    monkeypatch.undo()
    noise = silence(RunConfig())
    there_and_back = crossing.borrow(crossing.lend(noise))
    assert np.shares_memory(noise, there_and_back)


def test_what_does_not_begin_at_a_cache_line_is_copied_to_one():
    numbers = crossing.aligned((9,))[1:]
    numbers[:] = np.arange(8)
    copied = crossing.borrow(crossing.lend(numbers))
    assert not np.shares_memory(numbers, copied)
    np.testing.assert_array_equal(copied, np.arange(8))


def test_no_array_of_a_trials_length_is_made_in_numpy(warm, monkeypatch):
    monkeypatch.setattr(
        warm._helper, "_alone", True
    )  # all of it in one thread, one after the other
    warm.step()
    size_of_states = 4 * RunConfig().steps * RunConfig().units
    tracemalloc.start()
    try:
        for _ in range(TRIALS):
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            warm.step()
            _, most = tracemalloc.get_traced_memory()
            assert most - before < size_of_states
    finally:
        tracemalloc.stop()


def test_trials_are_written_when_a_problem_ends(tmp_path, monkeypatch):
    config = RunConfig(
        units=10, sample_ms=20, delay_ms=20, response_ms=40, mask_ms=20, dt=2.0, tau=20.0,
        penalised_singular_values=3, manifold_dimensions=2, criterion_trials=5, max_trials=30,
        problems=1,
    )  # fmt: skip
    with Run.create(tmp_path / "run.h5", config) as run:
        writes = [
            counted(monkeypatch, AppendableFile, name)
            for name in ("write_trials", "write_problems", "write_checkpoint")
        ]
        for _ in range(30):
            assert run.step().problem is None
            assert writes == [[], [], []]
        assert run.step().problem is not None
        assert [len(calls) for calls in writes] == [1, 1, 1]
