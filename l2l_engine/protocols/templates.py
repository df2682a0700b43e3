"""Protocols that a name makes: each reproduces a design from the literature or a plain question.

A template is a function of a few numbers; its docstring says what is learned and which question that
asks, and is what a person reads when choosing it.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from l2l_engine import plugins
from l2l_engine.config import L2LError, RunConfig, RunType
from l2l_engine.plugins import Kind, PlugIn
from l2l_engine.protocols.protocol import MOST_PROBLEMS, Protocol, ProtocolError, Stage
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
    """One problem whose mapping turns around again and again.

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

    Does mixing help to keep them?
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

    Does likeness help or harm?
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

    Does overtraining help or harm the next?
    """
    stages = [
        *_warm_up(warm_up),
        Stage(Plan(until=Until(criterion=False, trials=trials), label="overtrained")),
        _new(after, "after"),
    ]
    return _made("overtraining", stages, overtraining)


def longer_delay(delay_ms: float = 2000.0, problems: int = 20, warm_up: int = 50) -> Protocol:
    """New problems with a longer delay than before.

    Does the schema carry over to another timing?
    """
    changed = Plan(changes={"delay_ms": delay_ms}, label=f"delay {delay_ms:g} ms")
    return _made("longer-delay", [*_warm_up(warm_up), Stage(changed, problems)], longer_delay)


def replay(share: float = 0.2, problems: int = 100) -> Protocol:
    """New problems with a share of trials drawn from all earlier ones.

    Does replay keep the old without slowing the new?
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


class _Templates(Mapping[str, Template]):
    """Built-in templates, then those of plug-ins, which are imported when they are looked up."""

    def __getitem__(self, name: str) -> Template:
        if name in BUILT_IN:
            return BUILT_IN[name]
        plug_in = plug_ins()[name]
        try:
            return plugins.load(plug_in, _checked)
        except L2LError as error:
            raise ProtocolError(str(error)) from error

    def __contains__(self, name: object) -> bool:
        return name in BUILT_IN or name in plug_ins()

    def __iter__(self) -> Iterator[str]:
        yield from BUILT_IN
        yield from plug_ins()

    def __len__(self) -> int:
        return len(BUILT_IN) + len(plug_ins())


TEMPLATES: Mapping[str, Template] = _Templates()
"""Every template by its name."""


def plug_ins() -> dict[str, PlugIn]:
    """The templates of plug-ins by name, without importing one."""
    return plugins.of(Kind.PROTOCOL, BUILT_IN)


def _checked(function: Any) -> Template:
    """What a plug-in gives as a template, if it is one: a function of numbers that have defaults."""
    if not callable(function):
        raise L2LError("it is no function")
    for name, parameter in inspect.signature(function).parameters.items():
        if isinstance(parameter.default, bool) or not isinstance(parameter.default, int | float):
            raise L2LError(f"its parameter {name} needs a number as its default")
    return function


def parameters(name: str) -> dict[str, int | float]:
    """The parameters of a template and their defaults; none where a plug-in cannot be loaded."""
    try:
        known = inspect.signature(TEMPLATES[name]).parameters
    except ProtocolError:
        return {}
    return {key: parameter.default for key, parameter in known.items()}


def template(name: str, **numbers: Any) -> Protocol:
    """The protocol that a template makes.

    Parameters
    ----------
    name
        A key of :data:`TEMPLATES`.
    **numbers
        The template's parameters; those left out take their defaults.

    Raises
    ------
    ProtocolError
        When the name or a parameter is unknown, or a value makes no protocol.
    """
    if name not in TEMPLATES:
        raise ProtocolError(f"{name} is not a protocol: choose one of {', '.join(TEMPLATES)}.")
    known = inspect.signature(TEMPLATES[name]).parameters
    for key, value in numbers.items():
        if key not in known:
            allowed = ", ".join(known)
            raise ProtocolError(f"{name} has no parameter {key}: it has {allowed}.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e9:
            raise ProtocolError(f"{name}: {key} = {value} must be a number below 1000000000.")
        whole_number = isinstance(known[key].default, int)
        if whole_number and value > MOST_PROBLEMS:
            raise ProtocolError(f"{name}: {key} = {value:g} must be at most {MOST_PROBLEMS}.")
        if whole_number and (value != int(value) or value < 0):
            raise ProtocolError(f"{name}: {key} = {value:g} must be a whole number, at least 0.")
    whole = {
        key: int(value) if isinstance(known[key].default, int) else float(value)
        for key, value in numbers.items()
    }
    function, plug_in = TEMPLATES[name], plug_ins().get(name)
    if plug_in is None:
        return function(**whole)
    try:
        with plugins.guarded(plug_in):
            made: Any = function(**whole)
        if not isinstance(made, Protocol):
            raise plugins.left_out(plug_in, "it makes no Protocol")
    except L2LError as error:
        raise error if isinstance(error, ProtocolError) else ProtocolError(str(error)) from error
    return made


def explain(name: str) -> str:
    """What a template does and which question it asks, in two sentences; or why it cannot be used."""
    try:
        return _words(TEMPLATES[name])
    except ProtocolError as error:
        return str(error)


def _words(function: Template) -> str:
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
    return Protocol(name, tuple(stages), _words(source))
