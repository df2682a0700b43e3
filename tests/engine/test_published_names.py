"""The parameters under the published code's names."""

import enum

import pytest

from l2l_engine.config import Activation, ConfigError, RecurrentInit, RunConfig, RunType
from l2l_engine.published_names import from_published_names


def test_the_published_defaults_are_ours():
    published = {
        "rnn_type": "LeakyRNN",
        "activation": "softplus",
        "tau": 100,
        "tau_noise": 2,
        "dt": 1,
        "sigma_rec": 0.05,
        "w_rec_init": "randortho",
        "l2_h": 0.0005,
        "l2_wR": 0.001,
        "l2_wI": 0.0001,
        "l2_wO": 0.1,
        "seed": 0,
        "init_lr_full": 0.0001,
        "batch_size": 1,
        "training_iters": 10_000_000,
        "SAVE_PARAMS": True,
        "svBnd": 10.0,
        "runType": "Full",
        "num_rnn": 100,
        "max_tasks": 1001,
    }
    settings = from_published_names(published)
    assert RunConfig.from_values(settings.fields) == RunConfig()
    assert settings.total_trials == 10_000_000


@pytest.mark.parametrize(
    ("name", "value", "field", "expected"),
    [
        ("activation", "suplin", "activation", Activation.SQUARED_RELU),
        ("w_rec_init", "diag", "recurrent_init", RecurrentInit.IDENTITY),
        ("w_rec_init", "randgauss", "recurrent_init", RecurrentInit.GAUSSIAN),
        ("rType", "SSManifPert", "run_type", RunType.SSManifPert),
        ("rType", "runType.DSManifPert", "run_type", RunType.DSManifPert),
        ("rType", enum.Enum("runType", ["Full", "DSManifPert"]).DSManifPert, "run_type", RunType.DSManifPert),
        ("batchSize", 4, "batch_size", 4),
        ("svBnd", 5.0, "penalised_singular_values", 5),
        ("delay_ms", 500, "delay_ms", 500),
    ],
)  # fmt: skip
def test_a_published_value_becomes_ours(name, value, field, expected):
    config = RunConfig.from_values(from_published_names({name: value}).fields)
    assert getattr(config, field) == expected


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"svBnd": 10.5}, "svBnd = 10.5 must be a whole number"),
        ({"l2": 0.1, "l2_h": 0.2}, "l2 and l2_h are names of one parameter, l2_rate, and disagree"),
        ({"alpha": 0.5}, "alpha cannot be set: it follows from dt and tau."),
        ({"rnn_type": "GRU"}, "rnn_type = 'GRU' is unknown: it must be LeakyRNN."),
        ({"training_iters": 0.5}, "training_iters = 0.5 must be a whole number"),
        ({"l2_wX": 1}, "l2_wX is not a parameter of a run: the parameters are activation,"),
    ],
)
def test_what_cannot_be_said_here_gets_a_sentence(values, said):
    with pytest.raises(ConfigError) as refused:
        from_published_names(values)
    assert said in str(refused.value)


@pytest.mark.parametrize(("name", "value"), [("rType", "Half"), ("activation", "elu")])
def test_an_unknown_choice_is_refused_by_the_configuration(name, value):
    with pytest.raises(ConfigError, match="is unknown: it must be one of"):
        RunConfig.from_values(from_published_names({name: value}).fields)
