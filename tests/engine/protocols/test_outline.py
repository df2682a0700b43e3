"""Protocols in words."""

import dataclasses

import numpy as np
import pytest

from l2l_engine.perturbation import PerturbationKind
from l2l_engine.protocols import TEMPLATES, Protocol, Stage, template
from l2l_engine.protocols.outline import origin_words, outline
from l2l_engine.training.plan import (
    Elastic,
    Interleaved,
    LowRank,
    Orthogonal,
    Own,
    Plan,
    Projected,
    Readout,
    Repeat,
    Replay,
    Similar,
    Subspace,
    Until,
)
from l2l_engine.training.records import Origin, StimuliFrom


def said(protocol):
    return [(line.numbers, line.label, line.what, line.how) for line in outline(protocol)]


def test_what_is_learned_is_said_problem_by_problem():
    assert said(template("revisit-and-reverse", sets=1, warm_up=2)) == [
        ("1–2", "warm-up", "new", ""),
        ("3", "A1", "new", ""),
        ("4", "B1", "new", ""),
        ("5", "A1 again", "problem 3 again", ""),
        ("6", "A1 reversed", "problem 3 reversed", ""),
    ]


def test_a_branch_counts_on():
    protocol = dataclasses.replace(template("serial-reversal", reversals=1, warm_up=0), after=50)
    assert [line[0] for line in said(protocol)] == ["51", "52"]
    assert said(protocol)[1][2] == "problem 51 reversed"


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (Plan(until=Until(False, 1)), "1 trial"),
        (Plan(until=Until(True, 2000)), "at most 2,000 trials"),
        (Plan(mixture=Interleaved((1, 2))), "interleaved with problems 1, 2"),
        (Plan(mixture=Replay(0.2)), "0.2 of trials replay all earlier problems"),
        (Plan(mixture=Replay(0.2, (2,))), "0.2 of trials replay problem 2"),
        (Plan(start=1), "from the network after problem 1"),
        (
            Plan(readout=Readout(PerturbationKind.DECISION_TO_STIMULUS, frozen=True)),
            "D→S readout, frozen",
        ),
        (Plan(readout=Readout(frozen=True)), "readout frozen"),
        (Plan(plastic=("recurrent", "initial_state")), "only recurrent, initial state plastic"),
        (
            Plan(rule=Projected(Subspace.PAST, False, 20)),
            "updates outside 20 directions of the past subspace",
        ),
        (Plan(rule=Projected(Subspace.BOTH, True)), "updates inside both subspaces"),
        (Plan(rule=Orthogonal(0.1)), "orthogonal updates, α = 0.1"),
        (Plan(rule=LowRank(2)), "rank 2 updates"),
        (Plan(rule=Elastic(1.0)), "elastic consolidation, λ = 1"),
        (Plan(keep_moments=True), "optimiser kept"),
        (Plan(changes={"delay_ms": 2000.0}), "delay epoch 2000 ms"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_how_a_stage_is_learned(plan, words):
    assert said(Protocol("", (Stage(count=3), Stage(plan))))[1][3] == words


def test_what_problems_are():
    own = Own(((1.0, 0.0), (0.0, 1.0)))
    stages = (Stage(count=2), Stage(Plan(Repeat(2))), Stage(Plan(Similar(1, 0.5))), Stage(Plan(own)))  # fmt: skip
    assert [line[2] for line in said(Protocol("", stages))] == [
        "new",
        "problem 2 again",
        "like problem 1, overlap 0.5",
        "own stimuli",
    ]
    obtained = Origin(StimuliFrom.SIMILAR, 1, np.array([0.5, 0.5]))
    assert origin_words(obtained) == "like problem 2, overlap 0.5"
    assert origin_words(Origin(StimuliFrom.UNKNOWN)) == ""


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_has_an_outline(name):
    protocol = template(name)
    lines = list(outline(protocol))
    assert lines[-1].last == protocol.problems
    assert all(line.what for line in lines)
