"""The forgetting matrix of networks that cannot but forget, and of the published ones."""

import numpy as np
import pytest

from l2l_engine.analysis import forgetting
from l2l_engine.analysis.known import CONFIG, bistable
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.network import NetworkWeights

A, B, C = np.eye(10)[:3]
PROBLEMS = np.array([[A, B], [B, A], [A, C]])
# network 2 leans to response 1 and knows nothing of B
WEIGHTS = NetworkWeights.stack([bistable(stimuli, start=0.01) for stimuli in PROBLEMS])
# rows: problem; a stimulus never seen is answered with response 1
ACCURACY = [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.5, 1.0]]


def test_accuracy_of_networks_that_know_one_problem_each():
    found = forgetting.forgetting(WEIGHTS, PROBLEMS, CONFIG)
    np.testing.assert_array_equal(found.accuracy, ACCURACY)
    assert (found.loss[0] > found.loss[0, 0])[1]
    np.testing.assert_array_equal(found.backward_transfer[1:], [-1.0, (0 + -1.0) / 2])
    assert np.isnan(found.backward_transfer[0])


def test_loss_of_a_network_without_readout_is_that_of_guessing():
    silent = WEIGHTS.map(np.copy)
    silent.output[:], silent.output_bias[:] = 0.0, 0.0
    found = forgetting.forgetting(silent, PROBLEMS, CONFIG)
    np.testing.assert_allclose(found.loss, np.log(3), rtol=1e-12)


def test_blocks_chosen_rows_and_columns_agree_with_the_whole(monkeypatch):
    whole = forgetting.forgetting(WEIGHTS, PROBLEMS, CONFIG)
    monkeypatch.setattr(forgetting, "BLOCK_TRIALS", 4)
    part = forgetting.forgetting(WEIGHTS, PROBLEMS, CONFIG, problems=[2, 1, 0], networks=[2])
    np.testing.assert_allclose(part.loss, whole.loss[::-1, 2:], rtol=1e-12)
    strided = forgetting.forgetting(WEIGHTS, PROBLEMS, CONFIG, stride=2)
    np.testing.assert_array_equal(strided.problems, [0, 2])
    np.testing.assert_array_equal(strided.networks, [0, 2])
    np.testing.assert_allclose(strided.loss, whole.loss[::2, ::2], rtol=1e-12)


def test_progress_reaches_one_and_can_cancel():
    told: list[float] = []
    forgetting.forgetting(WEIGHTS, PROBLEMS, CONFIG, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0

    class CancelledError(Exception):
        pass

    def cancel(fraction):
        raise CancelledError

    with pytest.raises(CancelledError):
        forgetting.forgetting(WEIGHTS, PROBLEMS, CONFIG, progress=cancel)


def test_published_networks_know_the_problem_they_just_learned(legacy_run):
    weights, stimuli = legacy_run
    found = forgetting.forgetting(weights, stimuli, RunConfig(), stride=20)
    np.testing.assert_array_equal(np.diag(found.accuracy), 1.0)
    assert (np.diag(found.loss) < 0.01).all()  # the criterion is 0.005 on noisy trials
    assert (found.loss[~np.eye(3, dtype=bool)] > 0.01).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"problems": [3]}, "no problem 3"),
        ({"networks": [-1]}, "no network -1"),
        ({"stride": 0}, "stride = 0"),
    ],
)
def test_what_is_not_there_is_refused(options, message):
    with pytest.raises(L2LError, match=message):
        forgetting.forgetting(WEIGHTS, PROBLEMS, CONFIG, **options)
