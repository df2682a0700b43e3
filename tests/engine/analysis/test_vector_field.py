"""Vector-field change: the published scripts' numbers, and the definitions written out."""

import numpy as np
import pytest
from scipy.io import loadmat

from l2l_engine import task
from l2l_engine.analysis.change_table import COLUMNS, learning_correlations
from l2l_engine.analysis.statistics import group_means
from l2l_engine.analysis.vector_field import (
    decompose,
    lengths,
    vector_field_change,
)
from l2l_engine.config import Activation, L2LError, RunConfig
from l2l_engine.network import NetworkWeights, activate


@pytest.fixture(scope="module")
def published(reference):
    with np.load(reference / "authors_scripts" / "figures_5_6_legacy_run.npz") as content:
        return dict(content)


@pytest.fixture(scope="module")
def group(legacy_run):
    """Problems 2-51 of the reference run."""
    weights, stimuli = legacy_run
    return vector_field_change(weights[:50], weights[1:51], stimuli[1:51], RunConfig())


@pytest.mark.reference
def test_table_and_group_means_are_the_published_scripts(group, published):
    sign = np.where(np.array(COLUMNS) == "weight_perpendicular", -1, 1)
    np.testing.assert_allclose(group.table() * sign, published["VFC"], rtol=1e-6)
    np.testing.assert_allclose(group_means(group.table()) * sign, published["VFC_sum"], rtol=1e-6)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("found", "suffix"), [("problem_dimensionality", "Prob"), ("group_dimensionality", "Ep")]
)
def test_dimensionalities_are_the_published_scripts(group, published, found, suffix):
    dimensions, expected = getattr(group, found), published[f"dims_Sing{suffix}"]
    for source, name in enumerate(("weight", "state")):
        for part, place in (("parallel", 0), ("perpendicular", 1)):
            np.testing.assert_allclose(
                getattr(dimensions, f"{name}_{part}"), expected[:, source, place], rtol=1e-6
            )
    np.testing.assert_allclose(dimensions.total, published[f"dimsT_Sing{suffix}"][:, 0], rtol=1e-6)


@pytest.mark.reference
def test_correlations_with_learning_are_the_published_scripts(group, published):
    found = learning_correlations(group.table(), published["C"][:, 0])
    expected = published["corrs"][0]
    assert (found.weight_driven, found.state_driven, found.recurrent) == pytest.approx(expected)
    assert found.explained == pytest.approx(expected[2] ** 2)


@pytest.mark.reference
@pytest.mark.parametrize("seed", range(5))
def test_correlations_and_group_means_of_published_tables_are_the_published_ones(reference, seed):
    content = loadmat(reference / "published" / f"f5And6_seed_{seed}.mat")
    expected = loadmat(reference / "published" / "f5And6_All.mat")["corrs"][seed]
    found = learning_correlations(content["VFC"], content["C"][:, 0])
    assert (found.weight_driven, found.state_driven, found.recurrent) == pytest.approx(expected)
    assert 0.62 <= round(found.explained, 2) <= 0.80  # the range of the paper's ten networks
    np.testing.assert_allclose(group_means(content["VFC"]), content["VFC_sum"], rtol=1e-10)


def written_out(before, after, stimuli, config):
    """W, S and the current change at each step (M, T, N), step by step from their definitions."""

    def field(weights, shown, state):
        current = shown @ weights.input + state @ weights.recurrent + weights.bias
        return activate(current, config.activation), current

    alpha, shown = config.alpha, task.inputs(stimuli, config)
    state = np.repeat(after.initial_state, len(stimuli), axis=0)
    state0, weight_driven, state_driven, currents = state, [], [], []
    for step in range(config.steps):
        x = shown[:, step]
        (f1, c1), (f0, c0) = field(after, x, state), field(before, x, state)
        f00 = field(before, x, state0)[0]
        weight_driven.append(alpha * (f1 - f0))
        state_driven.append(alpha * (state0 - state + f0 - f00))
        currents.append(c1 - c0)
        state = (1 - alpha) * state + alpha * f1
        state0 = (1 - alpha) * state0 + alpha * f00
    return [np.stack(part, axis=1) for part in (weight_driven, state_driven, currents)]


@pytest.mark.parametrize("activation", [Activation.SOFTPLUS, Activation.RELU, Activation.TANH])
def test_norms_over_time_follow_the_definitions_for_any_pair(made_up, short_config, activation):
    config = short_config.replace(activation=activation)
    weights, stimuli = made_up
    change = decompose(weights[[0, 4]], weights[[3, 5]], stimuli[[3, 5]], config)
    found = lengths(change)
    norm = np.linalg.norm
    for pair, (old, new) in enumerate([(0, 3), (4, 5)]):
        weight, state, current = written_out(weights[old], weights[new], stimuli[new], config)
        total = weight + state
        unit = total / norm(total, axis=-1, keepdims=True)
        parallel = (weight * unit).sum(-1, keepdims=True) * unit
        state_parallel = (state * unit).sum(-1, keepdims=True) * unit
        for name, vectors in {
            "current": current,
            "weight_driven": weight,
            "state_driven": state,
            "total": total,
            "weight_parallel": parallel,
            "weight_perpendicular": weight - parallel,
            "state_parallel": state_parallel,
            "state_perpendicular": state - state_parallel,
        }.items():
            np.testing.assert_allclose(
                getattr(found, name)[pair], norm(vectors, axis=-1), rtol=1e-8, atol=1e-13
            )
        np.testing.assert_allclose(change.direction[pair], unit, atol=1e-9)


def test_single_precision_weights_are_analysed_in_double(made_up, short_config):
    weights, stimuli = (made_up[0].astype(np.float32), made_up[1].astype(np.float32))
    single = vector_field_change(weights[:1], weights[1:2], stimuli[1:2], short_config)
    exact = weights.astype(np.float64)
    double = vector_field_change(exact[:1], exact[1:2], np.float64(stimuli[1:2]), short_config)
    assert (single.table() == double.table()).all()


def test_streaming_in_blocks_changes_nothing(made_up, short_config, monkeypatch):
    weights, stimuli = made_up
    arguments = (weights[:-1], weights[1:], stimuli[1:], short_config)
    blocked = vector_field_change(*arguments, group_size=2)
    monkeypatch.setattr("l2l_engine.analysis.vector_field._BLOCK", 5)
    whole = vector_field_change(*arguments, group_size=2)
    np.testing.assert_allclose(blocked.table(), whole.table(), rtol=1e-9)
    means = group_means(blocked.table(), 2)
    assert means.shape == (3, 9)
    np.testing.assert_allclose(means[2], blocked.table()[4])
    np.testing.assert_allclose(
        blocked.group_dimensionality.total[2], blocked.problem_dimensionality.total[4]
    )


def test_a_network_that_did_not_change_has_no_change(made_up, short_config):
    weights, stimuli = made_up
    found = vector_field_change(weights[:2], weights[:2], stimuli[:2], short_config)
    assert not found.table().any()
    assert np.isnan(found.problem_dimensionality.total).all()
    assert np.isnan(learning_correlations(found.table(), [3.0, 5.0]).recurrent)


def test_failed_problems_are_left_out_of_correlations(made_up, short_config):
    weights, stimuli = made_up
    found = vector_field_change(weights[:-1], weights[1:], stimuli[1:], short_config)
    counts = 100 * found.recurrent
    counts[2] = np.nan
    assert learning_correlations(found.table(), counts).explained == pytest.approx(1)


def test_unlike_stacks_and_empty_groups_are_refused(made_up, short_config):
    weights, stimuli = made_up
    with pytest.raises(L2LError, match="5 networks before, 6 after and 6 problems"):
        vector_field_change(weights[1:], weights, stimuli, short_config)
    empty: NetworkWeights = weights[:0]
    with pytest.raises(L2LError, match="needs two learned problems"):
        vector_field_change(empty, empty, stimuli[:0], short_config)


def test_progress_rises_to_one_and_can_cancel(made_up, short_config):
    weights, stimuli = made_up
    seen: list[float] = []
    vector_field_change(weights[:-1], weights[1:], stimuli[1:], short_config, progress=seen.append)
    assert seen == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])

    def cancel(fraction: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        vector_field_change(weights[:-1], weights[1:], stimuli[1:], short_config, progress=cancel)


def test_the_explained_variance_rests_on_the_first_500_pairs():
    random = np.random.RandomState(0)
    counts, table = random.uniform(10, 99, 503), random.normal(size=(503, len(COLUMNS)))
    recurrent = table[:, COLUMNS.index("recurrent")]
    recurrent[499], counts[499] = 9.0, 700.0  # the last that counts
    recurrent[500], counts[500] = -9.0, 900.0  # the first that does not
    found = learning_correlations(table, counts)
    assert found.first == 500
    assert found.explained == pytest.approx(np.corrcoef(recurrent[:500], counts[:500])[0, 1] ** 2)
