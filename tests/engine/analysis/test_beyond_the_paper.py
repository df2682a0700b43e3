"""Analyses beyond the paper, where a known answer says more than the record's one case."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from l2l_engine import network, task
from l2l_engine.analysis import (
    abstraction,
    dynamics_similarity,
    functional_rank,
    gradients,
    known,
    lyapunov,
    selectivity,
    similarity,
    transfer,
    weight_path,
)
from l2l_engine.analysis.running import RunData
from l2l_engine.config import Activation, L2LError, RunConfig
from l2l_engine.network import WEIGHT_NAMES, NetworkWeights

CONFIG = RunConfig(
    units=5,
    penalised_singular_values=2,
    manifold_dimensions=2,
    sample_ms=6,
    delay_ms=8,
    response_ms=8,
    mask_ms=2,
    tau=10,
)


@pytest.fixture
def random_network():
    random = np.random.RandomState(4)
    made = network.initial_weights(random, CONFIG).astype(np.float64)
    made.output[:] = random.randn(5, 3)
    made.initial_state[:] = random.rand(1, 5)
    made.bias[:] = 0.3 * random.randn(5)
    return made


@pytest.mark.parametrize("activation", Activation)
def test_gradients_are_finite_differences(random_network, activation):
    config = CONFIG.replace(activation=activation)
    stimuli = task.draw_stimuli(np.random.RandomState(0), config).astype(np.float64)
    responses = np.arange(2)
    trials = gradients.run(random_network, stimuli, config)
    found = gradients.weight_gradients(trials, gradients.loss_at_logits(trials, responses))

    def loss(weights):
        outputs = gradients.run(weights, stimuli, config).outputs
        # the likelihood at double precision, unlike the loss of training
        mask = task.loss_mask(config)
        likelihood = (outputs * task.targets(responses, config)).sum(axis=-1)
        return -(np.log(likelihood) * mask).sum(axis=-1) / mask.sum()

    for name in WEIGHT_NAMES:
        shape = getattr(random_network, name).shape
        for place in [tuple(0 for _ in shape), tuple(n - 1 for n in shape)]:
            low, high = random_network.copy(), random_network.copy()
            getattr(low, name)[place] -= 1e-5
            getattr(high, name)[place] += 1e-5
            expected = (loss(high) - loss(low)) / 2e-5
            np.testing.assert_allclose(found[name][(slice(None), *place)], expected, atol=1e-8)


def test_gradients_of_opposite_problems_oppose_where_nothing_else_is_learned(random_network):
    pair = task.draw_stimuli(np.random.RandomState(1), CONFIG).astype(np.float64)
    turned = np.stack([pair, pair[::-1]])
    table = gradients.gradient_alignment(random_network, pair, CONFIG, problems=turned)
    assert table["alignment"][0] < 1.0
    with pytest.raises(L2LError, match="at least 2"):
        gradients.gradient_alignment(random_network, pair, CONFIG, count=1)


def test_the_kernel_changes_where_more_than_the_readout_learns(random_network):
    after = random_network.copy()
    after.output[:] = np.random.RandomState(2).randn(5, 3)
    after.recurrent[:] *= -3.0
    stimuli = np.eye(10)[None, :2]
    (changed,) = gradients.kernel_alignment(random_network[None], after[None], stimuli, CONFIG)[
        "alignment"
    ]
    assert changed < 0.999


def test_first_try_uses_the_network_before():
    good = known.bistable()
    bad = dataclasses.replace(good, output=good.output[:, [1, 0, 2]])
    table = transfer.forward_transfer(
        good[None], bad[None], known.STIMULI[None], known.CONFIG, progress=(seen := []).append
    )
    assert table["correct"].tolist() == [2]
    assert seen == [1.0]


def test_a_rank_that_never_suffices_is_nan():
    network_ = known.bistable()
    swapped = dataclasses.replace(network_, output=network_.output[:, [1, 0, 2]])
    table = functional_rank.functional_rank(
        network_[None], swapped[None], known.STIMULI[None], known.CONFIG
    )
    assert np.isnan(table["rank"]).all()
    learned = functional_rank.functional_rank(
        network_[None], network_[None], known.STIMULI[None], known.CONFIG, criterion=0.1
    )
    assert learned["rank"].tolist() == [0]


def test_random_states_have_no_parallelism_and_generalise_at_chance():
    states = np.random.default_rng(0).normal(size=(40, 2, 3, 200))
    assert np.abs(abstraction.parallelism(states)).max() < 0.02
    assert abstraction.generalisation(states) == pytest.approx(0.5, abs=0.2)


def test_a_cube_of_context_and_choice_is_parallel_and_generalises():
    context, choice = np.meshgrid(np.arange(6.0), [-1.0, 1.0], indexing="ij")
    states = np.stack([context, choice, 0 * choice], axis=-1)[:, :, None]
    assert abstraction.parallelism(states) == pytest.approx(1.0)
    assert abstraction.generalisation(states) == pytest.approx(1.0)
    entangled = states * np.array([1.0, 1.0, 1.0])
    entangled[::2, :, :, 1] *= -1  # every second problem writes the choice the other way round
    assert abstraction.parallelism(entangled)[0] < 0
    assert abstraction.generalisation(entangled)[0] <= 0.5


def test_the_line_between_two_memories_starts_and_ends_at_their_losses():
    pairs = np.stack([np.eye(10)[:2], np.eye(10)[2:4]])
    stack = NetworkWeights.stack([known.bistable(pair) for pair in pairs])
    own, _ = transfer.performance(stack, pairs, known.CONFIG)
    crossed, _ = transfer.performance(stack, pairs[::-1].copy(), known.CONFIG)
    table = weight_path.straight_path(stack, pairs, known.CONFIG, fractions=(0.0, 1.0))
    np.testing.assert_allclose(table["loss_old"], [own[0], crossed[1]], rtol=1e-9)
    np.testing.assert_allclose(table["loss_new"], [crossed[0], own[1]], rtol=1e-9)
    with pytest.raises(L2LError, match="at least 2"):
        weight_path.straight_path(stack[:1], pairs[:1], known.CONFIG)


def test_similarity_ignores_rotation_and_notices_change():
    generator = np.random.default_rng(0)
    points = generator.normal(size=(60, 6))
    rotation = np.linalg.qr(generator.normal(size=(6, 6)))[0]
    assert similarity.procrustes_angle(points, points @ rotation + 3) == pytest.approx(0, abs=1e-6)
    assert similarity.linear_cka(points, 2 * points @ rotation) == pytest.approx(1)
    other = generator.normal(size=(60, 6))
    assert similarity.procrustes_angle(points, other) > 0.5
    assert similarity.linear_cka(points, other) < 0.5


def runs_of(*starts):
    stimuli = np.stack([known.STIMULI] * 2)
    counts = np.array([5.0, 3.0])
    stacks = [NetworkWeights.stack([known.bistable(start=start)] * 2) for start in starts]
    return [
        RunData(f"run {index}", known.CONFIG, counts + index, weights, stimuli)
        for index, weights in enumerate(stacks)
    ]


def test_networks_that_differ_lie_apart_on_the_map_at_their_distance():
    runs = runs_of(0.05, 0.4)
    table = similarity.network_similarity(runs)
    places = similarity.network_map(runs)
    apart = np.hypot(np.diff(places["x"]), np.diff(places["y"]))
    np.testing.assert_allclose(apart, table["procrustes"], atol=1e-9)
    assert table["procrustes"][0] > 0.01
    assert table["counts"][0] > 0
    with pytest.raises(L2LError, match="at least 2"):
        similarity.network_similarity(runs[:1])


@pytest.mark.parametrize("by", similarity.DISTANCES)
def test_copies_lie_at_one_place_and_others_at_their_distance_whatever_it_is(by):
    one, other = runs_of(0.05, 0.4)
    config = known.CONFIG.replace(units=6, penalised_singular_values=6)
    random = np.random.RandomState(8)
    made = []
    for run in (one, other):
        weights = network.initial_weights(random, config).astype(np.float64)
        weights.initial_state[:] = random.rand(1, 6)
        weights.recurrent[:] = (1 + len(made)) * weights.recurrent
        stack = NetworkWeights.stack([weights] * 2)
        counts = run.trials_to_criterion * (1 + len(made))
        made.append(RunData(run.name, config, counts, stack, np.stack([known.STIMULI] * 2)))
    copy = dataclasses.replace(made[0], name="copy")
    found = similarity.network_map([made[0], copy, made[1]], by=by)
    places = np.column_stack([found["x"], found["y"]])
    np.testing.assert_allclose(places[0], places[1], atol=0.03)
    assert np.linalg.norm(places[0] - places[2]) > 0.05


def test_an_unknown_distance_and_a_single_run_are_refused():
    with pytest.raises(L2LError, match="no distance 'age': choose one of procrustes"):
        similarity.network_map(runs_of(0.05, 0.4), by="age")
    with pytest.raises(L2LError, match="at least 2"):
        dynamics_similarity.network_dynamics(runs_of(0.05, 0.4)[:1])


def test_trials_too_short_for_the_delays_are_refused():
    with pytest.raises(L2LError, match="needs at least 4 times of each trial: there are 3"):
        dynamics_similarity.linear_model(np.ones((2, 3, 5)))


def test_dynamics_of_networks_are_compared_at_one_problem_or_the_last_before_it():
    config = CONFIG.replace(units=6, penalised_singular_values=2)
    random = np.random.RandomState(8)
    networks = [network.initial_weights(random, config).astype(np.float64) for _ in range(3)]
    for each in networks:
        each.initial_state[:] = random.rand(1, 6)
    whole = RunData(
        "whole", config, np.ones(3), NetworkWeights.stack(networks), np.stack([known.STIMULI] * 3)
    )
    short = dataclasses.replace(
        whole, name="short", weights=whole.weights[:1], stimuli=whole.stimuli[:1]
    )
    alike = dynamics_similarity.network_dynamics([whole, short], problem=1, every=1.0, rank=4)
    other = dynamics_similarity.network_dynamics([whole, short], problem=3, every=1.0, rank=4)
    assert alike["distance"][0] < 0.02 < other["distance"][0]


def test_a_rotated_linear_system_is_no_distance_away_and_another_is():
    generator = np.random.default_rng(5)
    system = 0.95 * np.linalg.qr(generator.normal(size=(4, 4)))[0]
    rotation = np.linalg.qr(generator.normal(size=(4, 4)))[0]
    same = dynamics_similarity.dynamical_distance(system, rotation @ system @ rotation.T)
    assert same < 0.02
    other = 0.95 * np.linalg.qr(generator.normal(size=(4, 4)))[0]
    assert dynamics_similarity.dynamical_distance(system, other) > 0.1


def test_a_linear_model_recovers_the_system_it_came_from():
    generator = np.random.default_rng(1)
    system = np.array([[0.95, 0.2], [-0.2, 0.95]])
    paths = np.empty((8, 60, 2))
    paths[:, 0] = generator.normal(size=(8, 2))
    for step in range(1, 60):
        paths[:, step] = paths[:, step - 1] @ system.T
    model = dynamics_similarity.linear_model(paths - 0, delays=1, rank=2)
    found = np.sort_complex(np.linalg.eigvals(model))
    np.testing.assert_allclose(found, np.sort_complex(np.linalg.eigvals(system)), atol=0.02)


def test_exponents_are_per_epoch_and_never_more_than_units():
    table = lyapunov.lyapunov(known.bistable(), known.STIMULI, known.CONFIG, count=9)
    assert table["order"].max() == 2
    assert table["epoch"][:6].tolist() == [
        "sample",
        "sample",
        "delay",
        "delay",
        "response",
        "response",
    ]
    with pytest.raises(L2LError, match="count = 0"):
        lyapunov.lyapunov(known.bistable(), known.STIMULI, known.CONFIG, count=0)


def test_planted_marginals_are_recovered():
    generator = np.random.default_rng(2)
    time, response, problem = (
        generator.normal(size=(1, 1, 30, 1)),
        generator.normal(size=(1, 2, 1, 1)),
        generator.normal(size=(12, 1, 1, 1)),
    )
    for part in (time, response, problem):
        part -= part.mean()
    found = selectivity.marginal_variances(2 * time + response + 3 * problem)
    for name, part in (
        ("by_time", 2 * time),
        ("by_response", response),
        ("by_problem", 3 * problem),
    ):
        assert found[name][0] == pytest.approx(np.square(part).mean())
    assert found["by_stimulus"][0] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("every", [2.0, 20.0])
def test_perturbed_trajectories_are_sampled_from_the_first_interval_to_the_end(every):
    weights, config = known.bistable(start=0.05), known.CONFIG.replace(dt=2.0)
    fine = dynamics_similarity.perturbed_trajectories(weights, known.STIMULI, config, every=2.0)
    paths = dynamics_similarity.perturbed_trajectories(weights, known.STIMULI, config, every=every)
    step = round(every / 2.0)
    assert paths.shape[1] == config.steps // step
    np.testing.assert_array_equal(paths, fine[:, np.arange(step, config.steps + 1, step) - 1])
    assert fine.shape[1] == config.steps


@pytest.mark.parametrize("blocks", [1, 2])
def test_a_problem_that_no_rank_solves_has_none_also_where_ranks_fill_whole_blocks(blocks):
    units = blocks * functional_rank.BLOCK - 1  # ranks 0 ... units
    before = known.unconnected(np.zeros(units))
    after = before.copy()
    after.recurrent[:] = 0.01 * np.random.default_rng(0).normal(size=(units, units))
    found = functional_rank.functional_rank(
        before[None],
        after[None],
        known.STIMULI[None],
        known.CONFIG.replace(units=units),
        criterion=0.0,
    )
    assert np.isnan(found["rank"]).all()
    assert np.isfinite(found["loss_without"]).all()


def test_similarity_does_not_depend_on_the_scale_of_the_rates():
    random = np.random.default_rng(1)
    first, second = random.normal(size=(2, 30, 5))
    for compare in (similarity.procrustes_angle, similarity.linear_cka):
        expected = compare(first, second)
        assert np.isfinite(expected)
        assert compare(1e-3 * first, 50.0 * second) == pytest.approx(expected, rel=1e-9)
        assert np.isnan(compare(np.ones((30, 5)), second))  # points that do not differ
