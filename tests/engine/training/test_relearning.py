"""Copies of a network that learn one problem side by side."""

import numpy as np
import pytest

from l2l_engine import network, task
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.manifold import find_subspaces
from l2l_engine.network import NetworkWeights
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.training.curriculum import Curriculum
from l2l_engine.training.relearning import Relearning, draw_repeat, with_readout

# a network small enough to learn a problem in a second
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
    seed=3,
)
KINDS = (PerturbationKind.CONTROL, PerturbationKind.DECISION_TO_STIMULUS)


@pytest.fixture(scope="module")
def learned():
    """A network that has learned a problem, its stimuli and its set point."""
    curriculum = Curriculum(QUICK)
    record = None
    while record is None:
        record = curriculum.step().problem
    curriculum.close()
    return record.weights, record.stimuli, curriculum.set_point


@pytest.fixture(scope="module")
def subspaces(learned):
    weights, stimuli, _ = learned
    return find_subspaces(network.simulate(weights[None], stimuli[None], QUICK), 3, 3)


def run(relearning: Relearning) -> np.ndarray:
    losses = []
    while not relearning.finished:
        losses.append([np.nan if loss is None else loss for loss in relearning.step()])
    relearning.close()
    return np.array(losses)


def test_equal_copies_learn_alike_and_repeatably(learned):
    weights, _, set_point = learned
    fresh = task.draw_stimuli(np.random.RandomState(9), QUICK)
    first = Relearning(QUICK, [weights, weights], fresh, set_point=set_point, seed=4)
    losses = run(first)
    np.testing.assert_array_equal(losses[:, 0], losses[:, 1])
    again = Relearning(QUICK, [weights], fresh, set_point=set_point, seed=4)
    np.testing.assert_array_equal(run(again)[:, 0], losses[:, 0])
    other = Relearning(QUICK, [weights], fresh, set_point=set_point, seed=5)
    assert not np.array_equal(other.step()[0], losses[0, 0])
    other.close()


def test_a_copy_stops_at_the_criterion_while_the_other_goes_on(learned, subspaces):
    weights, stimuli, set_point = learned
    spoiled = with_readout(weights, -weights.output)
    relearning = Relearning(
        QUICK, [weights, spoiled], stimuli, set_point=set_point, seed=0, frozen_readout=False
    )
    losses = run(relearning)
    own, disturbed = relearning.outcomes
    assert own.trials < disturbed.trials == len(losses)
    assert np.isnan(losses[own.trials :, 0]).all()
    assert np.isfinite(losses[: own.trials, 0]).all()
    assert own.trials_to_criterion == own.trials - QUICK.criterion_trials
    window = losses[own.trials - QUICK.criterion_trials : own.trials, 0]
    assert window.mean() < QUICK.criterion_loss


def test_a_frozen_readout_stays_and_the_given_networks_are_not_changed(learned):
    weights, stimuli, set_point = learned
    before = weights.copy()
    for frozen in (True, False):
        relearning = Relearning(
            QUICK, [weights], stimuli, set_point=set_point, seed=0, frozen_readout=frozen
        )
        relearning.step()
        (after,) = relearning.weights
        relearning.close()
        assert np.array_equal(after.output, weights.output) == frozen
        assert not np.array_equal(after.recurrent, weights.recurrent)
    for name, array in before.arrays().items():
        np.testing.assert_array_equal(array, getattr(weights, name))


def test_a_copy_that_cannot_learn_fails_and_one_that_diverges_says_so(learned):
    weights, stimuli, set_point = learned
    hopeless = QUICK.replace(max_trials=25, criterion_loss=1e-9)
    relearning = Relearning(hopeless, [weights], stimuli, set_point=set_point, seed=0)
    assert len(run(relearning)) == 26
    assert np.isnan(relearning.outcomes[0].trials_to_criterion)
    assert not relearning.outcomes[0].diverged

    broken = NetworkWeights.from_arrays(
        weights.arrays() | {"bias": np.full_like(weights.bias, np.inf)}
    )
    relearning = Relearning(hopeless, [broken, weights], stimuli, set_point=set_point, seed=0)
    run(relearning)
    assert [outcome.diverged for outcome in relearning.outcomes] == [True, False]
    assert relearning.outcomes[1].trials == 26


def test_without_a_network_it_says_so(learned):
    with pytest.raises(L2LError, match="at least one condition"):
        Relearning(QUICK, [], learned[1], set_point=0.0, seed=0)


def test_a_repeat_is_drawn_by_seed_and_number(learned, subspaces):
    weights = learned[0]

    def draw(seed, number):
        return draw_repeat(weights, QUICK, subspaces, KINDS, seed=seed, number=number)

    drawn, same, other = draw(1, 0), draw(1, 0), draw(1, 1)
    np.testing.assert_array_equal(drawn.stimuli, same.stimuli)
    np.testing.assert_array_equal(drawn.permutation, same.permutation)
    assert not np.array_equal(drawn.stimuli, other.stimuli)
    assert drawn.seed == same.seed != other.seed
    np.testing.assert_allclose(drawn.stimuli @ drawn.stimuli.T, np.eye(2), atol=1e-6)
    control, moved = (drawn.networks[kind] for kind in KINDS)
    np.testing.assert_array_equal(control.output, weights.output)
    # the decision no longer reaches the outputs
    np.testing.assert_allclose(subspaces.decision.T @ moved.output, 0.0, atol=1e-6)
    np.testing.assert_array_equal(moved.recurrent, weights.recurrent)
