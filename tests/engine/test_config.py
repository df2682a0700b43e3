"""The configuration: defaults, ranges, and errors that name field, value and range."""

import math

import pytest

from l2l_engine.config import Activation, ConfigError, RunConfig, RunType, field_names


def test_defaults_are_the_papers():
    config = RunConfig()
    assert (config.units, config.steps, config.inputs) == (100, 2000, 11)
    assert (config.sample_steps, config.go_step, config.mask_steps) == (500, 1500, 100)
    assert (config.alpha, config.alpha_noise) == (0.01, 0.5)
    assert config.problems == 1001
    assert RunConfig(run_type=RunType.DSManifPert).problems == 101


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (
            "learning_rate",
            -1.0,
            "learning_rate = -1 is out of range: it must be above 0 and at most 1.",
        ),
        ("seed", 1.5, "seed = 1.5 must be a whole number from 0 to"),
        ("units", 1, "units = 1 is out of range: it must be from 2 to 4096."),
        ("units", "many", "units = 'many' must be a whole number"),
        ("sigma_rec", math.nan, "sigma_rec = nan must be a number from 0 to 100."),
        ("sigma_rec", True, "sigma_rec = True must be a number"),
        ("tau", 0, "tau = 0 ms is out of range: it must be above 0 and at most 1000000."),
        ("activation", "sine", "must be one of softplus, relu, tanh, squared_relu"),
        ("run_type", "Half", "must be one of Full, ControlManifPert"),
        ("derangement", 1, "derangement = 1 must be true or false."),
        ("mask_ms", 500, "mask_ms = 500 ms is out of range: it must be below response_ms."),
        ("sample_ms", 0.5, "not a whole number of time steps"),
        ("penalised_singular_values", 101, "at most units = 100"),
        ("dt", 10.0, "at most 2 tau_noise"),
        ("dt", 1e-320, "more than 100000 steps long: it must be at least 0.02 ms."),
        (
            "batch_size",
            4096,
            "units x steps x batch_size = 100 x 2000 x 4096 = 819200000 is out of",
        ),
        ("tau", 1e308, "tau = 1e+308 ms is out of range: it must be above 0 and at most 1000000."),
        ("problems", 10**400, "problems = a number of 401 digits must be a whole number"),
        ("units", {"a": 1}, "units = dict must be a whole number"),
        ("run_type", [1], "run_type = list is unknown"),
        ("activation", "x" * 1000, "x… is unknown: it must be one of softplus"),
    ],
)
def test_bad_values_are_named_with_field_value_and_range(field, value, said):
    with pytest.raises(ConfigError) as refused:
        RunConfig(**{field: value})
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_two_subspaces_must_fit_into_a_perturbation_run():
    assert RunConfig(manifold_dimensions=51).manifold_dimensions == 51
    with pytest.raises(ConfigError, match="at most half of units = 100"):
        RunConfig(run_type=RunType.SSManifPert, manifold_dimensions=51)
    with pytest.raises(ConfigError, match="at most half of units = 100"):
        RunConfig(manifold_dimensions=51).replace(run_type=RunType.ControlManifPert)


@pytest.mark.parametrize(
    "text",
    ['{"units": ' + "1" * 5000 + "}", "[" * 100_000, '{"units": 1e999}', '{"units": NaN}', "", "x" * 2_000_000],
    ids=["digits", "depth", "infinite", "nan", "empty", "length"],
)  # fmt: skip
def test_json_beyond_limits_is_refused_in_a_sentence(text):
    with pytest.raises(ConfigError) as refused:
        RunConfig.from_json(text)
    assert len(str(refused.value)) < 300


def test_time_step_and_time_constants_set_the_leaks():
    config = RunConfig(dt=2.0, tau=50.0, tau_noise=4.0)
    assert config.alpha == pytest.approx(0.04)
    assert config.alpha_noise == pytest.approx(0.5)
    assert config.steps == 1000


def test_rectifying_activations_start_with_a_bias():
    biases = {kind: RunConfig(activation=kind).initial_bias for kind in Activation}
    assert biases == {
        Activation.SOFTPLUS: 0.0,
        Activation.RELU: 0.5,
        Activation.TANH: 0.0,
        Activation.SQUARED_RELU: 0.5,
    }


def test_json_round_trip_and_unknown_fields():
    config = RunConfig(seed=7, run_type=RunType.SSManifPert, sigma_rec=0.1, derangement=True)
    assert RunConfig.from_json(config.to_json()) == config
    with pytest.raises(ConfigError, match="sigma is not a parameter"):
        RunConfig.from_values({"sigma": 1})
    with pytest.raises(ConfigError, match="not valid JSON"):
        RunConfig.from_json("{")
    with pytest.raises(ConfigError, match="not a JSON object"):
        RunConfig.from_json("[1]")


def test_every_field_has_a_label():
    import dataclasses

    assert field_names() == {item.name for item in dataclasses.fields(RunConfig)}
    for item in dataclasses.fields(RunConfig):
        assert item.metadata["label"]
