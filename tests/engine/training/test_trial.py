"""The compiled trial: its gradients, and the published code's numbers trial by trial."""

import json

import numpy as np
import pytest

from l2l_engine import network, task
from l2l_engine.config import Activation, RunConfig
from l2l_engine.network import NetworkWeights
from l2l_engine.training import trial
from l2l_engine.training.curriculum import Curriculum
from l2l_engine.training.noise import silence
from l2l_engine.training.recurrence import readout_columns
from l2l_engine.training.trainer import Trainer

PUBLISHED_NAMES = {
    "input": "RNNin_weights",
    "recurrent": "leakyRNN_weights",
    "bias": "leakyRNN_biases",
    "initial_state": "leakyRNN_init_state",
    "output": "out_RNN_weights",
    "output_bias": "out_RNN_biases",
}


# Source: the authors' public train.py with seed 0 and the noise set to 0, all else as published;
# measured before each trial's update. Written here so that every checkout holds them.
GOLDEN_STIMULI = [0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 1]
GOLDEN_LOSSES = [
    *(1.0986127853, 1.0911701918, 1.0842278004, 1.0769653320, 1.0695581436, 1.0619115829),
    *(1.0566114187, 1.0469861031, 1.0390807390, 1.0308535099, 1.0224167109, 1.0137881041),
    *(1.0049606562, 1.0064858198, 0.9878710508, 0.9787291884, 0.9810547233, 0.9607222676),
    *(0.9625118971, 0.9518864751),
]
GOLDEN_PENALTIES = [
    *(1.5164741e-3, 1.5087563e-3, 1.4792751e-3, 1.5319337e-3, 1.5485204e-3, 1.5673122e-3),
    *(1.5424218e-3, 1.6099412e-3, 1.6347379e-3, 1.6620846e-3, 1.6921944e-3, 1.7253722e-3),
    *(1.7619802e-3, 1.7325662e-3, 1.8421649e-3, 1.8905780e-3, 1.8589708e-3, 2.0004439e-3),
    *(1.9665580e-3, 2.0277547e-3),
]
# the first ten units' initial state; trial 1 leaves negative entries, which trial 2 reads as
# they are, sets to 0, and only then updates
GOLDEN_INITIAL_STATE = {
    1: [
        *(-3.775437e-5, -1.628593e-5, -3.488423e-5, -1.980498e-5, -4.204332e-5),
        *(-2.756626e-5, 6.817666e-6, -3.541149e-5, 1.760780e-5, -3.283763e-5),
    ],
    2: [
        *(9.219006e-5, 8.990369e-5, 9.133419e-5, 9.110681e-5, 9.607853e-5),
        *(9.365145e-5, 5.357045e-5, 9.363519e-5, 9.636105e-5, 9.485170e-5),
    ],
    20: [
        *(2.9320456e-3, 2.8664370e-3, 2.8706854e-3, 2.9772541e-3, 2.9455668e-3),
        *(2.9411453e-3, 2.0137988e-3, 2.9914766e-3, 2.7448491e-3, 3.0034245e-3),
    ],
}
GOLDEN_OUTPUT_BIAS = {
    1: [-9.9998564e-5, -9.9999474e-5, 9.9999619e-5],
    2: [-2.00008071e-4, -2.00269715e-4, 2.00200375e-4],
    20: [-1.7777265e-3, -1.6845567e-3, 1.8689368e-3],
}


@pytest.fixture(scope="module")
def noise_off_run():
    """Records, networks, outputs and gradient norms of seed 0's first 200 trials without noise."""
    curriculum = Curriculum(RunConfig(sigma_rec=0.0))
    records, networks, outputs, norms = [], {0: curriculum.weights}, {}, []
    for number in range(1, 201):
        records.append(curriculum.step().trial)
        norms.append(curriculum.gradient_norm)
        if number in (1, 2, 5, 10, 20, 50, 200):
            networks[number] = curriculum.weights
            outputs[number] = curriculum.view().outputs[0]
    curriculum.close()
    return records, networks, outputs, norms


def test_first_twenty_trials_are_the_published_ones(noise_off_run):
    records, networks, _, norms = noise_off_run
    records = records[:20]
    assert [int(record.stimulus[0]) for record in records] == GOLDEN_STIMULI
    losses = [record.task_loss for record in records]
    np.testing.assert_allclose(losses, GOLDEN_LOSSES, atol=2e-6)
    penalties = [record.regularisation_cost for record in records]
    np.testing.assert_allclose(penalties, GOLDEN_PENALTIES, rtol=1e-4)
    for number, golden in GOLDEN_INITIAL_STATE.items():
        ours = networks[number].initial_state[0, :10]
        np.testing.assert_allclose(ours, golden, atol=2e-7, err_msg=f"after trial {number}")
    # every gradient was clipped, without which the biases would have moved otherwise
    assert min(norms[:20]) > 5.0
    for number, golden in GOLDEN_OUTPUT_BIAS.items():
        ours = networks[number].output_bias
        np.testing.assert_allclose(ours, golden, atol=1e-7, err_msg=f"after trial {number}")


@pytest.mark.reference
def test_noise_off_losses_match_published_code(noise_off_run, reference):
    records, *_ = noise_off_run
    golden = json.loads((reference / "noise_off_seed0" / "trials.json").read_text())
    assert [int(record.stimulus[0]) for record in records] == golden["stimulus"]
    loss = np.array([record.task_loss for record in records])
    np.testing.assert_allclose(loss[:20], golden["task_loss"][:20], atol=2e-6)
    np.testing.assert_allclose(loss, golden["task_loss"], atol=5e-4)
    for name, key in [
        ("regularisation_cost", "regularisation_cost"),
        ("mean_square_rate", "hNorm"),
        ("largest_rate", "largest_rate"),
    ]:
        ours = np.array([getattr(record, name) for record in records])
        np.testing.assert_allclose(ours[:20], golden[key][:20], rtol=1e-4)
        np.testing.assert_allclose(ours, golden[key], rtol=1e-2)


@pytest.mark.reference
def test_noise_off_weights_match_published_code(noise_off_run, reference):
    _, networks, outputs, _ = noise_off_run
    golden = np.load(reference / "noise_off_seed0" / "weights.npz")
    for number, weights in networks.items():
        prefix = f"t{number}" if number else "init"
        for name, published in PUBLISHED_NAMES.items():
            if f"{prefix}_{published}" in golden:
                np.testing.assert_allclose(
                    getattr(weights, name),
                    golden[f"{prefix}_{published}"],
                    atol=1e-3 if number else 1e-6,
                    err_msg=f"{name} after trial {number}",
                )
    for number in (1, 200):
        np.testing.assert_allclose(outputs[number], golden[f"t{number}_yhat"], atol=5e-3)


# -- gradients against finite differences ----------------------------------------------


def small_config(activation: Activation, **changes: object) -> RunConfig:
    values = {
        "units": 7,
        "stimulus_channels": 3,
        "activation": activation,
        "sample_ms": 40,
        "delay_ms": 40,
        "response_ms": 60,
        "mask_ms": 20,
        "dt": 2.0,
        "tau": 20.0,
        "batch_size": 3,
        "penalised_singular_values": 3,
        "manifold_dimensions": 2,
        "l2_rate": 0.05,
        "l2_recurrent": 0.1,
        "l2_input": 0.2,
        "l2_output": 0.3,
        "sigma_rec": 0.1,
    }
    return RunConfig(**{**values, **changes})


def random_network(config: RunConfig, random: np.random.Generator) -> NetworkWeights:
    shapes = network.weight_shapes(config)
    weights = {name: 0.5 * random.standard_normal(shape) for name, shape in shapes.items()}
    weights["initial_state"] = np.abs(weights["initial_state"]) + 0.1
    return NetworkWeights.from_arrays(weights).astype(np.float32)


def some_noise(config: RunConfig, random: np.random.Generator) -> np.ndarray:
    """Noise of a trial, with silent padding."""
    noise = silence(config)
    real = noise[..., : config.units]
    real[:] = 0.1 * random.standard_normal(real.shape)
    return noise


def loss_in_float64(weights, config, stimuli, responses, noise, set_point) -> float:
    """The regularised loss written out independently, one network and B rows."""
    states = network.simulate(weights[None], stimuli[None].astype(float), config, noise=noise[None])
    outputs = network.outputs(weights[None], states)[0]
    values = np.linalg.svd(weights.recurrent, compute_uv=False)
    k = config.penalised_singular_values
    return (
        task.cross_entropy(outputs, responses, config).mean()
        + config.l2_input * (weights.input**2).mean()
        + config.l2_output * (weights.output**2).mean()
        + config.l2_recurrent * (values[:k] ** 2).mean()
        + config.l2_rate * abs((states**2).mean() - set_point)
    )


@pytest.mark.parametrize(
    ("activation", "changes"),
    [
        (Activation.SOFTPLUS, {}),
        (
            Activation.SOFTPLUS,
            {"batch_size": 1, "units": 8},
        ),  # as padded as it gets, and not at all
        (Activation.SOFTPLUS, {"delay_ms": 0, "dt": 1.0, "units": 9}),
        (Activation.RELU, {}),
        (Activation.TANH, {}),
        (Activation.TANH, {"batch_size": 1}),
        (Activation.SQUARED_RELU, {}),
    ],
)
def test_gradient_matches_finite_differences(activation, changes):
    config = small_config(activation, **changes)
    random = np.random.default_rng(1)
    weights = random_network(config, random)
    responses = np.array([0, 1, 1])[: config.batch_size]
    stimuli = random.standard_normal((config.batch_size, config.stimulus_channels))
    stimuli = stimuli.astype(np.float32)
    noise = some_noise(config, random)
    set_point = 0.2
    trainer = Trainer(config, weights)
    gradient, summary, _ = trainer.gradient(stimuli, responses, noise, set_point)
    gradients = trial.unpack(gradient, config)

    exact = weights.astype(np.float64)
    added = noise[..., : config.units].swapaxes(0, 1).astype(float)

    def loss(changed: NetworkWeights) -> float:
        return loss_in_float64(changed, config, stimuli, responses, added, set_point)

    assert summary.task_loss + summary.regularisation_cost == pytest.approx(loss(exact), rel=1e-5)
    assert summary.gradient_norm == pytest.approx(np.linalg.norm(gradient), rel=1e-6)
    for name, array in exact.arrays().items():
        numeric = np.empty_like(array)
        for index in np.ndindex(array.shape):
            sides = []
            for sign in (1, -1):
                moved = array.copy()
                moved[index] += sign * 1e-5
                sides.append(loss(NetworkWeights.from_arrays(exact.arrays() | {name: moved})))
            numeric[index] = (sides[0] - sides[1]) / 2e-5
        scale = np.abs(numeric).max()
        np.testing.assert_allclose(
            getattr(gradients, name), numeric, atol=2e-3 * scale, err_msg=name
        )


@pytest.mark.parametrize("activation", list(Activation))
def test_padded_units_cannot_be_seen(activation):
    config = small_config(activation)
    random = np.random.default_rng(4)
    weights = random_network(config, random).map(lambda array: 0.3 * array)
    stimuli = random.standard_normal((3, config.stimulus_channels)).astype(np.float32)
    quiet = some_noise(config, random)
    loud = quiet.copy()
    spare = readout_columns(config.units).stop
    loud[..., spare:] = random.standard_normal(loud[..., spare:].shape)
    assert loud.shape[-1] > spare
    found = []
    for noise in (quiet, loud):
        trainer = Trainer(config, weights)
        summary = trainer.step(stimuli, np.array([0, 1, 0], np.int32), noise, 0.2)
        found.append((summary, trainer.state()["parameters"], trainer.last.states))
    (summary, parameters, states), (again, same, _) = found
    assert summary == again
    np.testing.assert_array_equal(parameters, same)
    assert states.shape[-1] == config.units
    np.testing.assert_allclose(
        states.swapaxes(0, 1),
        network.simulate(
            weights[None],
            stimuli[None],
            config,
            noise=quiet[None, ..., : config.units].swapaxes(1, 2),
        )[0],
        rtol=1e-4,
        atol=1e-5,
    )


@pytest.mark.parametrize("current", [-200.0, -20.0, 0.0, 20.0, 200.0, 1e4])
def test_softplus_and_its_slope_are_right_for_any_current(current):
    import tensorflow as tf

    from l2l_engine.training.recurrence import activation

    rate, slope = tf.function(activation(Activation.SOFTPLUS), jit_compile=True)(
        tf.constant([np.float32(current)])
    )
    assert float(rate[0]) == pytest.approx(np.logaddexp(0.0, current), abs=1e-7, rel=1e-6)
    assert float(slope[0]) == pytest.approx(np.exp(-np.logaddexp(0.0, -current)), rel=1e-5)


def test_correct_is_scored_after_the_mask_alone():
    config = small_config(Activation.RELU, batch_size=1).replace(
        l2_rate=0.0, sigma_rec=0.0, tau=4.0, delay_ms=20, response_ms=40, mask_ms=16
    )
    # unit 0 is on while the inputs are, unit 1 is always on: before the go signal and just after
    # it response 0 leads, in the scored time response 1
    shapes = network.weight_shapes(config)
    weights = NetworkWeights.from_arrays({n: np.zeros(s, np.float32) for n, s in shapes.items()})
    weights.input[-1, 0] = 30.0
    weights.bias[1] = 1.0
    weights.output[0, 0], weights.output[1, 1] = 5.0, 1.0
    stimuli = np.zeros((1, config.stimulus_channels), np.float32)
    for response in (0, 1):
        trainer = Trainer(config, weights)
        _, summary, result = trainer.gradient(
            stimuli, np.array([response], np.int32), silence(config), 0.0
        )
        for start in (0, config.go_step):  # over more than the scored time the other response leads
            whole = result.outputs[start:, 0, :2].mean(axis=0)
            assert whole[0] > whole[1]
        assert summary.correct == response


def test_every_regulariser_may_be_zero():
    config = small_config(Activation.SOFTPLUS).replace(
        l2_rate=0.0, l2_recurrent=0.0, l2_input=0.0, l2_output=0.0
    )
    curriculum = Curriculum(config)
    record = curriculum.step().trial
    curriculum.close()
    assert record.regularisation_cost == 0.0
    assert curriculum.weights.is_finite()


def test_frozen_readout_does_not_move():
    config = small_config(Activation.SOFTPLUS)
    random = np.random.default_rng(2)
    weights = random_network(config, random)
    trainer = Trainer(config, weights, frozen_readout=True)
    stimuli = random.standard_normal((3, config.stimulus_channels)).astype(np.float32)
    trainer.step(stimuli, np.array([0, 1, 0], np.int32), some_noise(config, random), 0.0)
    after = trainer.weights
    np.testing.assert_array_equal(after.output, weights.output)
    np.testing.assert_array_equal(after.output_bias, weights.output_bias)
    assert not np.array_equal(after.recurrent, weights.recurrent)
