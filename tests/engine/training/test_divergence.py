"""Settings under which networks learn, and what is said when the loss stops being a number."""

from __future__ import annotations

import numpy as np
import pytest

from l2l_engine.config import Activation, RunConfig
from l2l_engine.training.curriculum import Curriculum
from l2l_engine.training.divergence import LEARNING_SETTINGS, TrainingFailedError

SHORT = {
    "dt": 10.0,
    "tau_noise": 20.0,
    "sample_ms": 200.0,
    "delay_ms": 200.0,
    "response_ms": 200.0,
    "mask_ms": 50.0,
    "max_trials": 4000,
    "criterion_loss": 0.05,
}
"""A third of the paper's trial in a tenth of its steps, and a criterion never met by chance."""


@pytest.mark.parametrize("activation", sorted(LEARNING_SETTINGS, key=lambda each: each.value))
def test_networks_of_every_documented_activation_learn_a_problem(activation):
    curriculum = Curriculum(
        RunConfig(activation=activation, **LEARNING_SETTINGS[activation], **SHORT)
    )
    while curriculum.problem == 0:
        step = curriculum.step()
    curriculum.close()
    assert step.problem is not None
    assert np.isfinite(step.problem.trials_to_criterion)


def test_the_advice_names_settings_under_which_such_networks_learn():
    said = str(TrainingFailedError(RunConfig(activation=Activation.TANH)))
    assert "Networks whose activation is tanh learn with learning_rate = 0.001" in said


def test_where_no_settings_are_known_another_activation_is_advised():
    said = str(TrainingFailedError(RunConfig(activation=Activation.SQUARED_RELU)))
    assert "such as relu" in said


def test_where_these_are_set_the_advice_is_a_lower_learning_rate():
    said = str(TrainingFailedError(RunConfig(learning_rate=0.5)))
    assert "with a learning_rate below 0.5" in said
