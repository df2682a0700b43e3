"""Manifold perturbations, against the authors' published function and against geometry."""

import numpy as np
import pytest

from l2l_engine import perturbation
from l2l_engine.config import RunType
from l2l_engine.manifold import Subspaces, find_subspaces
from l2l_engine.perturbation import PerturbationKind

K = 4


@pytest.fixture(scope="module")
def golden(reference):
    with np.load(reference / "authors_scripts" / "perturbation.npz", allow_pickle=False) as file:
        data = dict(file)
    trials = data[
        "states"
    ].T  # from units x steps x trials: 50 of stimulus 0, then 50 of stimulus 1
    data["by_problem"] = np.stack([trials[:50], trials[50:]], axis=1)
    return data


@pytest.fixture
def subspaces():
    directions = np.linalg.qr(np.random.default_rng(1).normal(size=(20, 2 * K)))[0]
    return Subspaces(directions[:, :K], directions[:, K:])


@pytest.fixture
def readout():
    return np.random.default_rng(2).normal(size=(20, 3))


def numpy_subspaces(by_problem):
    """The directions with the signs of NumPy's own SVD, as the published function has them."""
    states = by_problem.astype(np.float64)
    units = states.shape[-1]
    mean = states.mean(axis=0).reshape(-1, units)
    decision = np.linalg.svd(mean.T, full_matrices=False)[0][:, :K]
    # trial after trial, first those of stimulus 0
    rest = np.swapaxes(states, 0, 1).reshape(-1, units)
    rest = rest - rest @ decision @ decision.T
    return Subspaces(decision, np.linalg.svd(rest.T, full_matrices=False)[0][:, :K])


def with_signs_of(found, wanted):
    return found * np.sign((found * wanted).sum(axis=0))


@pytest.mark.parametrize("run_type", [run for run in RunType if run.perturbs])
def test_readouts_match_the_published_function(golden, run_type):
    found = find_subspaces(golden["by_problem"], K, K)
    signs = numpy_subspaces(golden["by_problem"])
    found = Subspaces(
        with_signs_of(found.decision, signs.decision), with_signs_of(found.stimulus, signs.stimulus)
    )
    readout = perturbation.perturbed_readout(run_type, golden["wout"], found, golden["perm"])
    np.testing.assert_allclose(readout, golden[run_type.name], atol=1e-6)


def test_permutation_is_the_published_draw(golden):
    drawn = perturbation.draw_permutation(np.random.RandomState(0), K)
    np.testing.assert_array_equal(drawn, golden["perm"])


def test_stimulus_permutation_conserves_energy_and_the_decision_loading(subspaces, readout):
    moved = perturbation.perturbed_readout(RunType.SSManifPert, readout, subspaces, [2, 3, 1, 0])
    assert np.linalg.norm(moved) == pytest.approx(np.linalg.norm(readout), rel=1e-12)
    np.testing.assert_allclose(
        subspaces.decision.T @ moved, subspaces.decision.T @ readout, atol=1e-12
    )
    before = subspaces.stimulus.T @ readout
    np.testing.assert_allclose((subspaces.stimulus.T @ moved)[[2, 3, 1, 0]], before, atol=1e-12)


@pytest.mark.parametrize(
    "kind", [PerturbationKind.STIMULUS_TO_STIMULUS, PerturbationKind.WITHIN_MANIFOLD]
)
def test_identity_permutation_within_a_subspace_changes_nothing(kind, subspaces, readout):
    moved = perturbation.perturb(kind, readout, subspaces, range(K))
    np.testing.assert_allclose(moved, readout, atol=1e-12)


def test_decision_to_stimulus_adds_the_whole_decision_loading_to_the_stimulus_loading(
    subspaces, readout
):
    order = [1, 0, 3, 2]
    moved = perturbation.perturbed_readout(RunType.DSManifPert, readout, subspaces, order)
    np.testing.assert_allclose(subspaces.decision.T @ moved, 0, atol=1e-12)
    gained = subspaces.stimulus.T @ (moved - readout)
    np.testing.assert_allclose(gained[order], subspaces.decision.T @ readout, atol=1e-12)


def test_outside_manifold_leaves_the_stimulus_loading_and_is_seeded(subspaces, readout):
    def moved(seed):
        random = np.random.RandomState(seed)
        return perturbation.perturb(
            PerturbationKind.OUTSIDE_MANIFOLD, readout, subspaces, range(K), random
        )

    np.testing.assert_allclose(subspaces.decision.T @ moved(0), 0, atol=1e-12)
    np.testing.assert_allclose(
        subspaces.stimulus.T @ moved(0), subspaces.stimulus.T @ readout, atol=1e-12
    )
    np.testing.assert_array_equal(moved(0), moved(0))
    assert np.abs(moved(0) - moved(1)).max() > 1e-3


@pytest.mark.parametrize("run_type", [RunType.Full, RunType.ControlManifPert])
def test_control_returns_an_equal_copy(run_type, subspaces, readout):
    kept = perturbation.perturbed_readout(run_type, readout, subspaces, [2, 3, 1, 0])
    np.testing.assert_array_equal(kept, readout)
    assert kept is not readout


def test_readout_keeps_its_dtype(subspaces, readout):
    single = readout.astype(np.float32)
    for kind in PerturbationKind:
        random = np.random.RandomState(0)
        moved = perturbation.perturb(kind, single, subspaces, [3, 0, 1, 2], random)
        assert moved.dtype == np.float32


def test_derangements_move_every_direction():
    random = np.random.RandomState(0)
    for _ in range(50):
        drawn = perturbation.draw_permutation(random, K, derangement=True)
        assert sorted(drawn) == list(range(K))
        assert (drawn != np.arange(K)).all()


def test_permutations_in_words():
    describe = perturbation.describe_permutation
    assert describe([0, 1, 2]) == "1→1, 2→2, 3→3: the identity, every direction stays in place"
    assert describe([2, 3, 1, 0]).endswith("a derangement, no direction stays in place")
    assert describe([0, 2, 1]).endswith("direction 1 stays in place")
    assert describe([0, 2, 1, 3, 4]).endswith("directions 1, 4 and 5 stay in place")


def test_typed_permutations_count_from_one():
    np.testing.assert_array_equal(perturbation.parse_permutation("3, 4 2,1", 4), [2, 3, 1, 0])


@pytest.mark.parametrize("text", ["", "1 2 3", "0 1 2 3", "1 1 2 3", "a b c d", "1 2 3 4 5"])
def test_a_wrongly_typed_permutation_is_refused_in_one_sentence(text):
    with pytest.raises(perturbation.PerturbationError, match="each direction 1 to 4 once"):
        perturbation.parse_permutation(text, 4)


def test_impossible_requests_are_refused(subspaces, readout):
    with pytest.raises(perturbation.PerturbationError, match="each direction 0 to 3 once"):
        perturbation.perturbed_readout(RunType.SSManifPert, readout, subspaces, [0, 0, 1, 2])
    with pytest.raises(perturbation.PerturbationError, match="do not fit"):
        perturbation.perturbed_readout(RunType.SSManifPert, readout[:-1], subspaces, range(K))


def test_only_the_control_leaves_the_permutation_unused():
    unused = [kind for kind in PerturbationKind if not kind.permutes]
    assert unused == [PerturbationKind.CONTROL]


def test_too_many_dimensions_say_how_many_there_can_be():
    directions = np.linalg.qr(np.random.default_rng(1).normal(size=(11, 8)))[0]
    crowded = Subspaces(directions[:, :4], directions[:, 4:])
    with pytest.raises(perturbation.PerturbationError, match="choose at most 3"):
        perturbation.random_directions(np.random.RandomState(0), crowded)
    with pytest.raises(perturbation.PerturbationError, match="for example '4 3 2 1'"):
        perturbation.parse_permutation("1 2 3", 4)


def test_random_directions_fill_what_is_left_of_the_units():
    """3 k units are just enough for k directions outside both subspaces."""
    directions = np.linalg.qr(np.random.default_rng(1).normal(size=(12, 8)))[0]
    full = Subspaces(directions[:, :4], directions[:, 4:])
    drawn = perturbation.random_directions(np.random.RandomState(0), full)
    every = np.hstack([directions, drawn])
    np.testing.assert_allclose(every.T @ every, np.eye(12), atol=1e-12)


def test_two_directions_have_one_derangement_and_one_has_none():
    for seed in range(4):
        drawn = perturbation.draw_permutation(np.random.RandomState(seed), 2, derangement=True)
        assert drawn.tolist() == [1, 0]
    with pytest.raises(perturbation.PerturbationError, match="at least 2 dimensions"):
        perturbation.draw_permutation(np.random.RandomState(0), 1, derangement=True)
    assert perturbation.draw_permutation(np.random.RandomState(0), 1).tolist() == [0]
