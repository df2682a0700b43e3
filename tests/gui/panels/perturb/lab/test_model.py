"""The disturbance as a value: its words, its limits, its undo."""

from __future__ import annotations

import json

import numpy as np
import pytest

from l2l_engine.config import L2LError, RunConfig
from l2l_engine.perturbation import PerturbationError, PerturbationKind
from l2l_gui.panels.perturb.lab.model import (
    NOTHING,
    Direction,
    Disturbance,
    Draw,
    History,
    format_units,
    parse_units,
)

CONFIG = RunConfig()
SMALL = RunConfig(units=12, penalised_singular_values=3)


def test_doing_nothing_needs_no_words():
    assert NOTHING.describe(CONFIG) == ()


def test_everything_done_is_said():
    disturbance = Disturbance(
        kind=PerturbationKind.DECISION_TO_STIMULUS,
        draw=Draw.TYPED,
        typed="2 1 4 3",
        size=-3.5,
        direction=Direction.RESIDUAL,
        axis=2,
        pulse_ms=700,
        sigma_rec=0.1,
        lesioned=(3, 7, 12, 13, 14),
        morph=0.25,
        go_ms=1300.0,
    )
    said = " ".join(disturbance.describe(CONFIG))
    for words in (
        "no longer reaches the outputs",
        "k = 4; 1→2, 2→1, 3→4, 4→3: a derangement",
        "At 700 ms the state is pushed by -3.5 along residual decision direction 2.",
        "noise of 0.1 is on (training's is 0.05)",
        "5 units: 3, 7, 12-14 are silenced",
        "25% of the way",
        "at 1300 ms, 200 ms early",
    ):
        assert words in said
    held = NOTHING.replace(go_ms=2000.0).describe(CONFIG)
    assert held == ("The go signal never comes: fixation stays on.",)


def test_permutations_are_seeded_deranged_or_typed():
    drawn = [Disturbance(seed=seed).permutation.tolist() for seed in range(40)]
    assert drawn == [Disturbance(seed=seed).permutation.tolist() for seed in range(40)]
    assert len({tuple(order) for order in drawn}) > 10
    assert any(Disturbance(seed=seed).identity for seed in range(100))
    for seed in range(40):
        order = Disturbance(draw=Draw.DERANGEMENT, seed=seed).permutation
        assert (order != np.arange(4)).all()
    assert Disturbance(draw=Draw.TYPED, typed="4,3,2,1").permutation.tolist() == [3, 2, 1, 0]
    with pytest.raises(PerturbationError, match="each direction 1 to 4 once"):
        _ = Disturbance(draw=Draw.TYPED, typed="1 1 2 3").permutation


def test_it_is_fitted_to_a_smaller_network():
    wide = Disturbance(
        k=30, axis=30, lesioned=(3, 90), pulse_ms=5000, go_ms=1500.0, draw=Draw.DERANGEMENT
    )
    fitted = wide.within(SMALL)
    assert (fitted.k, fitted.axis, fitted.lesioned) == (4, 4, (3,))
    assert fitted.pulse_ms == 2000
    assert fitted.go_ms is None  # that is where it comes anyway
    assert Disturbance(k=1, draw=Draw.DERANGEMENT).within(CONFIG).permutation.tolist() == [0]


def test_it_survives_being_remembered_and_damage():
    disturbance = Disturbance(
        kind=PerturbationKind.OUTSIDE_MANIFOLD, lesioned=(1, 2), go_ms=1200.0, draw=Draw.TYPED
    )
    values = json.loads(json.dumps(disturbance.to_values()))
    assert Disturbance.from_values(values) == disturbance
    damaged = Disturbance.from_values(values | {"kind": "nonsense", "k": None, "unknown": 1})
    assert damaged == disturbance.replace(kind=PerturbationKind.CONTROL)


@pytest.mark.parametrize(
    ("text", "units"),
    [("", ()), ("3, 7 12-14", (3, 7, 12, 13, 14)), ("0-1,1-2", (0, 1, 2)), ("99", (99,))],
)
def test_units_are_read_and_written(text, units):
    assert parse_units(text, 100) == units
    assert parse_units(format_units(units), 100) == units


@pytest.mark.parametrize("text", ["100", "-1", "5-3", "three", "1-"])
def test_units_that_are_none_are_refused(text):
    with pytest.raises(L2LError, match="from 0 to 99"):
        parse_units(text, 100)


def test_a_gesture_undoes_as_one_edit():
    history = History()
    for size in (1.0, 2.0, 3.0):
        history.edit(NOTHING.replace(size=size), "size")
    history.settle()
    history.edit(NOTHING.replace(size=4.0), "size")
    assert not history.edit(history.value)
    history.undo()
    assert history.value.size == 3.0
    history.undo()
    assert history.value == NOTHING
    assert not history.can_undo
    history.redo()
    assert history.value.size == 3.0
    history.redo()
    history.redo()  # there is no more
    assert history.value.size == 4.0
    assert not history.can_redo
    history.undo()
    history.edit(NOTHING.replace(morph=0.5), "morph")
    assert not history.can_redo
    history.undo()
    history.edit(NOTHING.replace(size=9.0), "size")
    history.undo()
    assert history.value.size == 3.0
