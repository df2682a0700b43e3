"""Decision and stimulus subspaces, trajectories in them and their output currents."""

import numpy as np
import pytest

from l2l_engine.analysis import subspaces as analysis
from l2l_engine.analysis.subspaces import project, representations
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.manifold import find_subspaces
from l2l_engine.network import simulate


@pytest.fixture(scope="module")
def published(reference):
    with np.load(reference / "authors_scripts" / "figure_2_legacy_run.npz") as content:
        return dict(content)


@pytest.fixture(scope="module")
def group(legacy_run):
    """Problems 2-51 of the reference run."""
    weights, stimuli = legacy_run
    return representations(weights[1:51], stimuli[1:51], RunConfig())


@pytest.mark.reference
@pytest.mark.parametrize("name", ["decision_projector", "stimulus_projector"])
def test_projectors_are_the_published_scripts(group, published, name):
    found = getattr(group.subspaces, name)
    assert np.linalg.norm(found - published[name]) < 1e-6 * np.linalg.norm(published[name])


@pytest.mark.reference
def test_output_currents_are_the_published_scripts(group, published):
    expected = published["output_currents"]  # (part, output, 50 of stimulus 0 then 50 of 1, time)
    times = slice(9, None, 10)  # every 10th ms from 10 ms
    currents = group.currents
    np.testing.assert_allclose(
        currents.mean_decision[:, times].transpose(2, 0, 1), expected[0, :, :50], atol=2e-5
    )
    for part, found in ((1, currents.residual_decision), (2, currents.stimulus)):
        by_stimulus = found[:, :, times].transpose(3, 1, 0, 2).reshape(expected[part].shape)
        np.testing.assert_allclose(by_stimulus, expected[part], atol=2e-5)


def test_a_group_too_large_to_hold_gives_the_same_numbers(made_up, short_config, monkeypatch):
    weights, stimuli = made_up
    held = representations(weights, stimuli, short_config)
    monkeypatch.setattr(analysis, "_HELD_BYTES", 0)
    monkeypatch.setattr(analysis, "_BLOCK", 4)
    streamed = representations(weights, stimuli, short_config)
    np.testing.assert_allclose(streamed.coordinates.stimulus, held.coordinates.stimulus, atol=1e-9)
    np.testing.assert_allclose(
        streamed.currents.mean_decision, held.currents.mean_decision, atol=1e-12
    )


def test_parts_add_up_to_the_states_and_their_currents(made_up, short_config):
    weights, stimuli = made_up
    states = np.ascontiguousarray(simulate(weights, stimuli, short_config))
    found = find_subspaces(states, 2, 18)  # the two subspaces fill the state space
    places, currents = project(states, found, weights.output)
    decision = places.mean_decision[:, None] + places.residual_decision
    rebuilt = decision @ found.decision.T + places.stimulus @ found.stimulus.T
    np.testing.assert_allclose(rebuilt, states, atol=1e-11)
    np.testing.assert_allclose(places.residual_decision.sum(axis=1), 0, atol=1e-12)
    whole = currents.mean_decision[:, None] + currents.residual_decision + currents.stimulus
    np.testing.assert_allclose(whole, states @ weights.output[:, None], atol=1e-11)
    alone = places.mean_decision @ found.decision.T @ weights.output
    np.testing.assert_allclose(currents.mean_decision, alone, atol=1e-11)


def test_subspaces_of_known_activity_are_found():
    """Shared activity along axes 0 and 1, private activity (zero on average) along axis 2."""
    phase = np.linspace(0, np.pi, 200)
    states = np.zeros((2, 2, 200, 6))
    states[..., 0] = 3 * np.sin(phase)
    states[:, 0, :, 1], states[:, 1, :, 1] = np.cos(phase), -np.cos(phase)
    states[0, ..., 2], states[1, ..., 2] = 0.5, -0.5
    found = find_subspaces(states, 2, 1)
    np.testing.assert_allclose(found.decision_projector, np.diag([1, 1, 0, 0, 0, 0]), atol=1e-12)
    np.testing.assert_allclose(found.stimulus_projector, np.diag([0, 0, 1, 0, 0, 0]), atol=1e-12)
    assert found.decision_explained[:2].sum() == pytest.approx(1)
    assert found.stimulus_explained[0] == pytest.approx(1)
    power = np.square(states).sum(axis=(0, 1, 2))
    assert found.decision_share == pytest.approx(power[:2].sum() / power.sum())


def test_a_group_can_be_seen_in_the_subspaces_of_another(made_up, short_config):
    weights, stimuli = made_up
    other = representations(weights[:2], stimuli[:2], short_config).subspaces
    found = representations(weights[2:], stimuli[2:], short_config, subspaces=other)
    states = simulate(weights[2:].astype(np.float64), stimuli[2:], short_config)
    expected = (states @ other.decision).mean(axis=1)
    np.testing.assert_allclose(found.coordinates.mean_decision, expected, atol=1e-10)
    assert found.subspaces is other
    narrow = find_subspaces(np.ones((1, 2, 9, 8)))
    with pytest.raises(L2LError, match="8 units"):
        representations(weights, stimuli, short_config, subspaces=narrow)


@pytest.mark.parametrize("dimensions", [(0, 3), (18, 3), (4, 0)])
def test_dimensions_that_do_not_fit_are_refused(made_up, short_config, dimensions):
    with pytest.raises(L2LError, match="dimension"):
        representations(
            *made_up,
            short_config,
            decision_dimensions=dimensions[0],
            stimulus_dimensions=dimensions[1],
        )


def test_an_empty_group_is_refused_with_a_sentence(made_up, short_config):
    weights, stimuli = made_up
    with pytest.raises(L2LError, match="no learned problem"):
        representations(weights[:0], stimuli[:0], short_config)


def test_progress_rises_to_one_and_can_cancel(made_up, short_config):
    seen: list[float] = []
    representations(*made_up, short_config, progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1

    def cancel(fraction: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        representations(*made_up, short_config, progress=cancel)
