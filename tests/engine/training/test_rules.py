"""Update rules, by what they must leave alone; those that add to the loss by finite differences."""

import numpy as np
import pytest
from tiny import SHORT

from l2l_engine import network, task
from l2l_engine.manifold import SubspaceFinder
from l2l_engine.network import WEIGHT_NAMES, NetworkWeights, initial_weights
from l2l_engine.training.course import Course
from l2l_engine.training.curriculum import Curriculum
from l2l_engine.training.fisher import Fisher, information
from l2l_engine.training.past import Past
from l2l_engine.training.plan import Elastic, LowRank, Orthogonal, Plan, Projected, Subspace, Until
from l2l_engine.training.readout_perturbation import noisy_states
from l2l_engine.training.rules import making
from l2l_engine.training.rules.elastic import ElasticUpdate
from l2l_engine.training.rules.low_rank import LowRankUpdate
from l2l_engine.training.rules.orthogonal import OrthogonalUpdate
from l2l_engine.training.rules.projected import ProjectedUpdate
from l2l_engine.training.trial import Layout, pack, unpack

CONFIG = SHORT.replace(learning_rate=3e-3, penalised_singular_values=3)


def a_change(seed=0, scale=1e-3) -> NetworkWeights:
    random = np.random.default_rng(seed)
    shapes = network.weight_shapes(CONFIG).values()
    return NetworkWeights(*(scale * random.standard_normal(s).astype(np.float32) for s in shapes))


def directions(count, seed=1):
    return np.linalg.qr(np.random.default_rng(seed).standard_normal((CONFIG.units, count)))[0]


@pytest.fixture
def weights():
    return initial_weights(np.random.RandomState(3), CONFIG)


@pytest.mark.parametrize("inside", [True, False])
def test_a_projected_update_has_no_component_outside_its_subspace(weights, inside):
    basis = directions(5)
    change, before = a_change(), a_change()
    ProjectedUpdate(basis, inside=inside).constrain(weights, change)
    within = basis @ basis.T
    forbidden = np.eye(CONFIG.units) - within if inside else within
    for found in (
        forbidden @ change.recurrent,
        change.recurrent @ forbidden,
        change.input @ forbidden,
    ):
        assert np.abs(found).max() < 1e-9
    allowed = np.eye(CONFIG.units) - forbidden
    np.testing.assert_allclose(change.recurrent, allowed @ before.recurrent @ allowed, atol=1e-9)
    np.testing.assert_allclose(change.input, before.input @ allowed, atol=1e-9)
    for name in ("bias", "initial_state", "output", "output_bias"):
        np.testing.assert_array_equal(getattr(change, name), getattr(before, name))


def test_low_rank_keeps_the_nearest_change_of_its_rank(weights):
    start = weights.recurrent.copy()
    rule = LowRankUpdate(start, 2)
    left, right = directions(2, 5), directions(2, 6)
    for step in range(4):
        change = a_change(step)
        rule.constrain(weights, change)
        weights.recurrent[:] -= change.recurrent
        values = np.linalg.svd((weights.recurrent - start).astype(float), compute_uv=False)
        assert values[1] > 1e-4
        assert values[2] < 1e-7
    change = a_change(scale=0.0)
    change.recurrent[:] = -(left @ right.T)  # of rank 2 by itself: nothing is taken away
    kept = LowRankUpdate(weights.recurrent, 2)
    planted = change.recurrent.copy()
    kept.constrain(weights, change)
    np.testing.assert_allclose(change.recurrent, planted, atol=1e-6)


@pytest.mark.parametrize("plastic", [WEIGHT_NAMES, ("recurrent",), ("input", "bias"), ("output",)])
def test_orthogonal_updates_leave_the_currents_of_the_past_alone(weights, plastic):
    random = np.random.default_rng(0)
    met = random.standard_normal((6, CONFIG.inputs + CONFIG.units + 1))
    met[:, -1] = 1.0
    change = a_change()
    for name in set(WEIGHT_NAMES) - set(plastic):
        getattr(change, name)[:] = 0.0
    before = change.copy()
    OrthogonalUpdate(met.T @ met, 1e-6, CONFIG.inputs, plastic).constrain(weights, change)

    def currents(of):
        x, s = met[:, : CONFIG.inputs], met[:, CONFIG.inputs : -1]
        return x @ of.input + s @ of.recurrent + of.bias

    assert np.abs(currents(change)).max() <= 1e-4 * np.abs(currents(before)).max()
    for name in set(WEIGHT_NAMES) - set(plastic):
        assert not getattr(change, name).any()
    for name in ("initial_state", "output", "output_bias"):
        np.testing.assert_array_equal(getattr(change, name), getattr(before, name))


def test_the_correlation_is_of_what_currents_are_sums_of(weights):
    """Currents worked out from z, on the activity the rule is made from, are the simulation's."""
    course = Course((Plan(), Plan(rule=Orthogonal(1e-7))), (0, 1))
    past = Past(CONFIG, course)
    stimuli = task.draw_stimuli(np.random.RandomState(1), CONFIG)
    weights.initial_state[:] = 0.3
    past.add(weights, stimuli)
    rule = making.make(course.plans[1], past, weights, CONFIG)
    change = a_change(scale=0.05)
    rule.constrain(weights, change)
    changed = NetworkWeights(*(getattr(weights, n) - getattr(change, n) for n in WEIGHT_NAMES))
    changed.initial_state[:] = weights.initial_state
    old, new, free = (
        noisy_states(w, stimuli, 0, CONFIG)
        for w in (weights, changed, NetworkWeights(*(getattr(weights, n) - getattr(a_change(scale=0.05), n) for n in WEIGHT_NAMES)))
    )  # fmt: skip
    assert np.abs(new - old).max() < 1e-2 * np.abs(free - old).max()


def test_elastic_slope_is_the_finite_difference_of_its_cost(weights):
    random = np.random.default_rng(0)
    size = Layout(CONFIG).size
    anchors, found = random.standard_normal((3, size)), random.random((3, size))
    rule = ElasticUpdate(
        found.sum(axis=0), (found * anchors).sum(axis=0), (found * anchors**2).sum(), strength=2.5
    )
    at = pack(weights)

    def cost(parameters):
        return 1.25 * (found * (parameters.astype(float) - anchors) ** 2).sum()

    gradient = np.zeros(size, np.float32)
    assert rule.penalise(at, gradient) == pytest.approx(cost(at), rel=1e-6)
    for index in (0, 50, size // 2, size - 1):
        step = np.zeros(size)
        step[index] = 1e-4
        slope = (cost(at + step) - cost(at - step)) / 2e-4
        assert gradient[index] == pytest.approx(slope, rel=1e-3)


def test_elastic_is_at_rest_where_the_only_earlier_problem_left_it(weights):
    fisher = Fisher(CONFIG, Layout(CONFIG).size)
    fisher.add(0, weights, task.draw_stimuli(np.random.RandomState(1), CONFIG))
    rule = ElasticUpdate(fisher.information, fisher.weighted, fisher.offset, 100.0)
    gradient = np.zeros(Layout(CONFIG).size, np.float32)
    assert rule.penalise(pack(weights), gradient) == pytest.approx(0.0, abs=1e-6)
    assert np.abs(gradient).max() < 1e-6
    restored = Fisher(CONFIG, Layout(CONFIG).size)
    restored.set_state(fisher.state())
    np.testing.assert_array_equal(restored.information, fisher.information)


def test_fisher_information_of_the_output_bias_is_that_of_a_softmax(weights):
    """There F = mean over scored steps of p (1 - p)."""
    stimuli = task.draw_stimuli(np.random.RandomState(1), CONFIG)
    found = information(weights, stimuli, CONFIG, np.random.default_rng(0), samples=2000)
    bias = unpack(found.astype(np.float32), CONFIG).output_bias
    exact = weights.astype(np.float64)
    outputs = network.outputs(exact[None], network.simulate(exact[None], stimuli[None], CONFIG))[0]
    scored = task.loss_mask(CONFIG) > 0
    expected = (outputs * (1 - outputs))[:, scored].mean(axis=(0, 1))
    np.testing.assert_allclose(bias, expected, rtol=0.06)


def test_leading_directions_are_those_of_all_states():
    basis = directions(3)
    states = np.random.default_rng(2).standard_normal((4, 2, 30, 3)) * [9.0, 3.0, 1.0] @ basis.T
    finder = SubspaceFinder()
    finder.add(states)
    found = finder.leading(3)
    np.testing.assert_allclose(found @ found.T, basis @ basis.T, atol=1e-9)


# -- in a run ----------------------------------------------------------------------------


@pytest.mark.parametrize("subspace", list(Subspace))
@pytest.mark.parametrize("inside", [True, False])
def test_a_whole_problem_stays_where_its_rule_keeps_it(subspace, inside):
    rule = Projected(subspace, inside, 3)
    first, second = changes(Plan(rule=rule))
    course = Course((Plan(), Plan(rule=rule)), (0, 1))
    past = Past(CONFIG, course)
    past.add(first.weights, first.stimuli)
    basis = {
        Subspace.DECISION: lambda: past.activity.subspaces(3).decision,
        Subspace.STIMULUS: lambda: past.activity.subspaces(3).stimulus,
        Subspace.BOTH: lambda: past.activity.subspaces(3).both,
        Subspace.PAST: lambda: past.activity.leading(3),
    }[subspace]()
    moved = second.weights.recurrent.astype(float) - first.weights.recurrent
    within = basis @ basis.T
    forbidden = np.eye(CONFIG.units) - within if inside else within
    assert np.abs(forbidden @ moved).max() < 1e-6 < np.abs(moved).max() / 100
    assert np.abs(moved @ forbidden).max() < 1e-6
    moved = second.weights.input.astype(float) - first.weights.input
    assert np.abs(moved @ forbidden).max() < 1e-6 < np.abs(moved).max() / 100


def test_a_whole_problem_of_low_rank():
    first, second = changes(Plan(rule=LowRank(1)))
    moved = second.weights.recurrent.astype(float) - first.weights.recurrent
    values = np.linalg.svd(moved, compute_uv=False)
    assert values[1] < 1e-5 < values[0] / 100


def test_a_strong_spring_holds_what_mattered():
    plain = changes(Plan())
    held = changes(Plan(rule=Elastic(1e7)))
    fisher = Fisher(CONFIG, Layout(CONFIG).size)
    fisher.add(0, plain[0].weights, plain[0].stimuli)
    moved = [
        fisher.information @ np.square(pack(second.weights) - pack(first.weights))
        for first, second in (plain, held)
    ]
    assert moved[1] < 0.2 * moved[0]


def changes(plan):
    """Two problems of 15 trials, the second as planned."""
    until = Until(criterion=False, trials=15)
    plans = (Plan(until=until), Plan(until=until, rule=plan.rule))
    curriculum = Curriculum(CONFIG.replace(problems=2), Course(plans, (0, 1)))
    try:
        steps = [curriculum.step() for _ in range(30)]
    finally:
        curriculum.close()
    return [step.problem for step in steps if step.problem]
