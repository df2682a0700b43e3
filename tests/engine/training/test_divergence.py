"""Settings under which networks learn, and what is said when the loss stops being a number."""

from __future__ import annotations

import numpy as np
import pytest

from l2l_engine.config import Activation, RunConfig
from l2l_engine.training.curriculum import Curriculum
from l2l_engine.training.divergence import LEARNING_SETTINGS, TrainingFailedError

SHORT = {
    "dt": 20.0,
    "tau_noise": 20.0,
    "sample_ms": 200.0,
    "delay_ms": 40.0,
    "response_ms": 200.0,
    "mask_ms": 40.0,
    "max_trials": 4000,
    "criterion_loss": 0.15,
    "criterion_trials": 25,
}
"""A fifth of the paper's trial in 22 steps. Who guesses has a loss of 0.28 at best: ln 2 in the eight
steps that count of the response, and none in the twelve before it.
"""


# softplus, the default, learns whole runs in test_published_perturbation.py
@pytest.mark.parametrize("activation", ["relu", "tanh", "squared_relu"])
def test_networks_of_every_activation_learn_a_problem_with_its_settings(activation):
    settings = LEARNING_SETTINGS[Activation(activation)]
    curriculum = Curriculum(RunConfig(activation=activation, **settings, **SHORT))
    while curriculum.problem == 0:
        step = curriculum.step()
    curriculum.close()
    assert step.problem is not None
    assert np.isfinite(step.problem.trials_to_criterion)


def test_settings_are_known_for_every_activation():
    assert set(LEARNING_SETTINGS) == set(Activation)


def test_the_advice_names_settings_under_which_such_networks_learn():
    said = str(TrainingFailedError(RunConfig(activation=Activation.TANH)))
    assert "Networks whose activation is tanh learn with learning_rate = 0.001" in said


def test_names_of_choices_are_advised_as_they_are_typed():
    said = str(TrainingFailedError(RunConfig(activation=Activation.SQUARED_RELU)))
    assert "recurrent_init = identity, tau = 500, learning_rate = 0.001, l2_rate = 0.5: " in said


def test_where_these_are_set_the_advice_is_a_lower_learning_rate():
    said = str(TrainingFailedError(RunConfig(learning_rate=0.5)))
    assert "with a learning_rate below 0.5" in said
