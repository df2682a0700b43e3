"""The pretrained session that comes with the program is what this engine makes."""

from pathlib import Path

import numpy as np
import pytest

from l2l_engine import network, task
from l2l_engine.config import RunConfig
from l2l_engine.storage.session import Session
from l2l_engine.training.curriculum import Curriculum

PRETRAINED = Path(__file__).parents[2] / "data" / "pretrained.h5"


@pytest.fixture(scope="module")
def pretrained():
    with Session.open(PRETRAINED) as session:
        yield session


def test_it_is_seed_0_with_the_papers_parameters(pretrained):
    assert pretrained.config == RunConfig(problems=pretrained.config.problems)
    assert pretrained.n_problems == 101
    assert pretrained.available.all()
    assert pretrained.checkpoint() is not None


def test_its_first_trials_are_made_again(pretrained):
    curriculum = Curriculum(RunConfig(seed=0))
    records = [curriculum.step().trial for _ in range(60)]
    curriculum.close()
    stimuli = pretrained.trial_column("stimulus", 0, 60)
    np.testing.assert_array_equal([record.stimulus for record in records], stimuli)
    losses = [record.task_loss for record in records]
    np.testing.assert_allclose(losses, pretrained.trial_column("task_loss", 0, 60), atol=1e-3)


def test_first_problem_takes_as_long_as_published_ones_and_later_ones_less(pretrained):
    counts = pretrained.trials_to_criterion
    assert 2500 < counts[0] < 4500  # the range of the published networks' first problems
    assert np.median(counts[1:11]) > np.median(counts[40:60])


def test_every_network_solves_its_problem_without_noise(pretrained):
    weights = pretrained.weights(slice(None))
    stimuli = pretrained.stimuli
    states = network.simulate(weights, stimuli, pretrained.config)
    outputs = network.outputs(weights, states)
    answers = np.tile([0, 1], (101, 1))
    assert (task.choices(outputs, pretrained.config) == answers).all()
    assert task.cross_entropy(outputs, answers, pretrained.config).mean() < 0.02
