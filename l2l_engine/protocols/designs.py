"""The built-in templates: each reproduces a design from the literature or asks a plain question.

A template is a function of a few numbers; its docstring says what is learned and which question that
asks, and is what a person reads when choosing it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from l2l_engine.config import RunConfig, RunType
from l2l_engine.protocols.protocol import Protocol, ProtocolError, Stage
from l2l_engine.training.plan import (
    Adam,
    Elastic,
    Interleaved,
    Orthogonal,
    Plan,
    Projected,
    Repeat,
    Replay,
    Reverse,
    Similar,
    Subspace,
    Until,
    UpdateRule,
)

Template = Callable[..., Protocol]


def full(problems: int = 1001) -> Protocol:
    """New problems, one after the other.

    The paper's main run (figures 1, 2, 5 to 7).
    """
    return _run_type(RunType.Full, problems)


def control(problems: int = 101) -> Protocol:
    """Fifty problems, then fifty-one that each start from problem 1's network, readout frozen.

    The paper's control (figure 3).
    """
    return _run_type(RunType.ControlManifPert, problems)


def ss(problems: int = 101) -> Protocol:
    """As control, with the readout's loadings permuted among stimulus directions.

    The paper's S→S (figure 3).
    """
    return _run_type(RunType.SSManifPert, problems)


def ds(problems: int = 101) -> Protocol:
    """As control, with the readout's decision loadings moved to stimulus directions.

    The paper's D→S (figure 3).
    """
    return _run_type(RunType.DSManifPert, problems)


def revisit_and_reverse(sets: int = 20, warm_up: int = 50) -> Protocol:
    """After a warm-up, sets of four: A, B, A again, A reversed.

    The design of Tian et al. (2026) in macaques.
    """
    stages = _warm_up(warm_up)
    for number in range(1, sets + 1):
        a = f"A{number}"
        stages += [
            _new(1, a),
            _new(1, f"B{number}"),
            Stage(Plan(Repeat(a), label=f"{a} again")),
            Stage(Plan(Reverse(a), label=f"{a} reversed")),
        ]
    return _made("revisit-and-reverse", stages, revisit_and_reverse)


def serial_reversal(reversals: int = 10, warm_up: int = 50) -> Protocol:
    """One problem whose mapping is reversed again and again.

    Do reversals get faster?
    """
    stages = [*_warm_up(warm_up), _new(1, "A")]
    for number in range(1, reversals + 1):
        turned = number % 2 == 1
        source = Reverse("A") if turned else Repeat("A")
        stages.append(Stage(Plan(source, label=f"reversal {number}")))
    return _made("serial-reversal", stages, serial_reversal)


def blocked(problems: int = 10, warm_up: int = 50, trials: int = 200) -> Protocol:
    """Problems for a fixed number of trials each, one after the other.

    The counterpart of interleaved.
    """
    plan = Plan(until=Until(criterion=False, trials=trials), label="blocked")
    return _made("blocked", [*_warm_up(warm_up), Stage(plan, problems)], blocked)


def interleaved(problems: int = 10, warm_up: int = 50, trials: int = 200) -> Protocol:
    """As many trials as blocked, but each trial draws one of all the problems met so far.

    Does mixing help to retain them?
    """
    stages = _warm_up(warm_up)
    names = [f"I{number}" for number in range(1, problems + 1)]
    until = Until(criterion=False, trials=trials)
    for index, name in enumerate(names):
        mixture = Interleaved(tuple(names[:index])) if index else None
        stages.append(Stage(Plan(until=until, mixture=mixture, label=name)))
    return _made("interleaved", stages, interleaved)


def similar_pairs(steps: int = 10, warm_up: int = 50) -> Protocol:
    """Pairs of problems whose stimuli overlap from 0 to 0.9.

    Does similarity help or hurt?
    """
    stages = _warm_up(warm_up)
    for step in range(steps):
        overlap = 0.9 * step / max(steps - 1, 1)
        stages += [
            _new(1, f"P{step + 1}"),
            Stage(Plan(Similar(f"P{step + 1}", overlap), label=f"overlap {overlap:.2g}")),
        ]
    return _made("similar-pairs", stages, similar_pairs)


def overtraining(trials: int = 1000, warm_up: int = 50, after: int = 10) -> Protocol:
    """One problem trained far beyond its criterion, then new ones.

    Does overtraining help or hurt the next ones?
    """
    stages = [
        *_warm_up(warm_up),
        Stage(Plan(until=Until(criterion=False, trials=trials), label="overtrained")),
        _new(after, "after"),
    ]
    return _made("overtraining", stages, overtraining)


def longer_delay(delay_ms: float = 2000.0, problems: int = 20, warm_up: int = 50) -> Protocol:
    """New problems with a longer delay than before.

    Does the schema transfer to another timing?
    """
    changed = Plan(changes={"delay_ms": delay_ms}, label=f"delay {delay_ms:g} ms")
    return _made("longer-delay", [*_warm_up(warm_up), Stage(changed, problems)], longer_delay)


def replay(share: float = 0.2, problems: int = 100) -> Protocol:
    """New problems with a share of trials drawn from all earlier ones.

    Does replay preserve old problems without slowing new ones?
    """
    stages = [
        _new(1, "first"),
        Stage(Plan(mixture=Replay(share), label="with replay"), problems - 1),
    ]
    return _made("replay", stages, replay)


def projection(dimensions: int = 20, problems: int = 100) -> Protocol:
    """New problems whose weight changes stay outside the leading directions of past activity (Duncker et al. 2020).

    Does learning to learn survive?
    """
    return _with_rule(
        "projection", Projected(Subspace.PAST, False, dimensions), problems, projection
    )


def orthogonal(regularisation: float = 1e-3, problems: int = 100) -> Protocol:
    """New problems under orthogonal weight modification (Zeng et al. 2019).

    Does learning to learn survive?
    """
    return _with_rule("orthogonal", Orthogonal(regularisation), problems, orthogonal)


def elastic(strength: float = 1.0, problems: int = 100) -> Protocol:
    """New problems under elastic weight consolidation (Kirkpatrick et al. 2017).

    Does learning to learn survive?
    """
    return _with_rule("elastic", Elastic(strength), problems, elastic)


BUILT_IN: dict[str, Template] = {
    function.__name__.replace("_", "-"): function
    for function in (
        full, control, ss, ds, revisit_and_reverse, serial_reversal, blocked, interleaved,
        similar_pairs, overtraining, longer_delay, replay, projection, orthogonal, elastic,
    )
}  # fmt: skip
"""The templates that come along, by name."""


def words_of(function: Template) -> str:
    """What a template's docstring says, on one line."""
    return " ".join((inspect.getdoc(function) or "").split())


def _run_type(run_type: RunType, problems: int) -> Protocol:
    if problems < 1:
        raise ProtocolError(f"problems = {problems} must be at least 1.")
    return Protocol.of_run_type(RunConfig(run_type=run_type, problems=problems))


def _new(count: int, label: str) -> Stage:
    return Stage(Plan(label=label), count)


def _warm_up(count: int) -> list[Stage]:
    return [_new(count, "warm-up")] if count else []


def _with_rule(name: str, rule: UpdateRule, problems: int, source: Template) -> Protocol:
    first = Stage(Plan(rule=Adam(), label="first"))
    return _made(name, [first, Stage(Plan(rule=rule, label=name), max(problems - 1, 1))], source)


def _made(name: str, stages: list[Stage], source: Template) -> Protocol:
    return Protocol(name, tuple(stages), words_of(source))
