"""What the lab keeps between one response and the next."""

from __future__ import annotations

import numpy as np
import pytest
from bench import SMALL

from l2l_engine.perturbation import PerturbationKind
from l2l_gui.panels.perturb.lab.model import NOTHING, Draw, Source
from l2l_gui.panels.perturb.lab.response import Responder, find_subject


@pytest.fixture
def subject(bench):
    return find_subject(bench.session, 4, SMALL, Source.NOISE_FREE, lambda _: None)


def test_directions_outside_the_manifold_are_drawn_anew_for_every_seed(subject):
    responder = Responder()
    done = NOTHING.replace(kind=PerturbationKind.OUTSIDE_MANIFOLD, draw=Draw.TYPED)
    first = responder.respond(subject, done).weights.output
    other = responder.respond(subject, done.replace(seed=1)).weights.output
    assert not np.allclose(first, other)
    np.testing.assert_array_equal(responder.respond(subject, done).weights.output, first)


def test_a_pulse_elsewhere_is_simulated_again(subject):
    responder = Responder()
    first = responder.respond(subject, NOTHING.replace(size=5.0))
    later = responder.respond(subject, NOTHING.replace(size=5.0, pulse_ms=1500.0))
    assert np.abs(later.perturbed.states - first.perturbed.states).max() > 0.1
