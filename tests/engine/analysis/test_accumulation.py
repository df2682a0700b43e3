"""Accumulation of vector-field changes over problems against its definition written out."""

import numpy as np
import pytest

from l2l_engine import task
from l2l_engine.analysis.accumulation import PARALLEL, PERPENDICULAR, accumulation
from l2l_engine.config import Activation, L2LError, RunConfig
from l2l_engine.network import activate, simulate


def written_out(weights, stimuli, config, p, q):
    """Magnitudes (2, 8) of the change from q to p, and the suppression (2, 8) it exerts."""
    alpha, shown = config.alpha, task.inputs(stimuli[p], config)
    start = np.repeat(weights.initial_state[p], 2, axis=0)

    def run(k):
        return simulate(weights[[k]], stimuli[[p]], config, initial_state=start[None])[0]

    def before(states):
        return np.concatenate([start[:, None], states[:, :-1]], axis=1)

    def field(k, states):
        current = shown @ weights.input[k] + states @ weights.recurrent[k] + weights.bias[k]
        return activate(current, config.activation)

    s, s0 = run(p), run(p - 1)
    driven = alpha * (field(p, before(s)) - field(p - 1, before(s)))
    state_driven = alpha * (
        before(s0) - before(s) + field(p - 1, before(s)) - field(p - 1, before(s0))
    )
    total = driven + state_driven
    total /= np.linalg.norm(total, axis=-1, keepdims=True)
    parallel = (driven * total).sum(-1, keepdims=True) * total
    cumulative = alpha * (field(p, s) - field(q, s))
    own = alpha * (field(p, s) - field(p - 1, s))
    magnitude, suppression = np.empty((2, 8)), np.empty((2, 8))
    length = config.steps // 8
    for interval in range(8):
        steps = slice(interval * length, (interval + 1) * length)
        for part, vectors in ((PARALLEL, parallel), (PERPENDICULAR, driven - parallel)):
            mode = np.linalg.svd(vectors[:, steps].reshape(-1, weights.units))[2][0]
            course, own_course = cumulative[:, steps] @ mode, own[:, steps] @ mode
            magnitude[part, interval] = np.abs(course).mean()
            course *= np.sign(course.mean(axis=1, keepdims=True))
            own_course *= np.sign(own_course.mean(axis=1, keepdims=True))
            suppression[part, interval] = (course - own_course).mean()
    return magnitude, suppression


def check(weights, stimuli, config, **options):
    found = accumulation(weights, stimuli, config, **options)
    problems = found.magnitude.shape[2]
    for place in range(problems):
        p = found.first + place
        for q in range(p):
            magnitude, suppression = written_out(weights, stimuli, config, p, q)
            np.testing.assert_allclose(found.magnitude[:, :, place, q], magnitude, rtol=1e-6)
            if q == 0:
                np.testing.assert_allclose(
                    found.suppression[:, :, place], suppression, rtol=1e-6, atol=1e-10
                )
    return found


@pytest.mark.parametrize("activation", Activation)
@pytest.mark.parametrize("nodes", [None, 28])
def test_accumulation_follows_its_definition(made_up, short_config, activation, nodes):
    weights, stimuli = made_up
    config = short_config.replace(activation=activation)
    check(weights[:3], stimuli[:3], config, nodes=nodes)


@pytest.mark.reference
def test_interpolation_in_time_is_exact_on_real_networks(legacy_run):
    weights, stimuli = legacy_run
    options = {"first": 20, "count": 2}
    quick = accumulation(weights, stimuli, RunConfig(), **options)
    every_step = accumulation(weights, stimuli, RunConfig(), nodes=None, **options)
    np.testing.assert_allclose(quick.magnitude, every_step.magnitude, rtol=1e-6)
    np.testing.assert_allclose(quick.suppression, every_step.suppression, rtol=1e-6, atol=1e-8)


def test_too_few_nodes_to_follow_the_field_evaluate_every_step(made_up, short_config):
    weights, stimuli = made_up
    coarse = accumulation(weights[:3], stimuli[:3], short_config, nodes=3)
    every_step = accumulation(weights[:3], stimuli[:3], short_config, nodes=None)
    np.testing.assert_allclose(coarse.magnitude, every_step.magnitude, rtol=1e-8)


def test_a_subset_gives_the_same_numbers_as_all(made_up, short_config):
    whole = accumulation(*made_up, short_config)
    part = accumulation(*made_up, short_config, first=3, count=2)
    assert part.first == 3
    assert part.magnitude.shape == (2, 8, 2, 4)
    np.testing.assert_allclose(part.magnitude, whole.magnitude[:, :, 2:4, :4], rtol=1e-9)
    np.testing.assert_allclose(part.suppression, whole.suppression[:, :, 2:4], atol=1e-14)


def test_only_earlier_problems_have_numbers_and_the_second_suppresses_nothing(
    made_up, short_config
):
    found = accumulation(*made_up, short_config)
    assert found.magnitude.shape == (2, 8, 5, 5)
    expected = np.arange(5)[None] <= np.arange(5)[:, None]
    assert (np.isfinite(found.magnitude) == expected).all()
    np.testing.assert_allclose(found.suppression[:, :, 0], 0, atol=1e-15)


def test_summaries_average_over_intervals_problems_and_groups(made_up, short_config):
    found = accumulation(*made_up, short_config)
    grouped = found.grouped_suppression(3)
    assert grouped.shape == (2, 2)
    assert grouped[PARALLEL, 1] == pytest.approx(found.suppression[PARALLEL, :, 3:].mean())


@pytest.mark.parametrize("changes", [{"interval_ms": 300.0}, {"interval_ms": 5000.0}])
def test_intervals_need_not_fit_the_trial_or_its_epochs(made_up, short_config, changes):
    weights, stimuli = made_up
    quick = accumulation(weights[:3], stimuli[:3], short_config, **changes)
    every_step = accumulation(weights[:3], stimuli[:3], short_config, nodes=None, **changes)
    assert quick.suppression.shape[1] == -(-2000 // changes["interval_ms"])
    np.testing.assert_allclose(quick.magnitude, every_step.magnitude, rtol=1e-4)


@pytest.mark.parametrize(("first", "count"), [(0, 2), (3, 10), (6, None), (2, 0)])
def test_problems_outside_the_run_are_refused(made_up, short_config, first, count):
    with pytest.raises(L2LError, match="choose from 2 to 6"):
        accumulation(*made_up, short_config, first=first, count=count)


def test_progress_rises_to_one_and_can_cancel(made_up, short_config):
    seen: list[float] = []
    accumulation(*made_up, short_config, progress=seen.append)
    assert seen == sorted(seen)
    assert len(seen) == 5
    assert seen[-1] == 1

    def cancel(fraction: float) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        accumulation(*made_up, short_config, progress=cancel)
