"""Protocols as JSON: what a person writes, and what a session keeps.

A stage says only what differs from a new problem learned to criterion::

    {"name": "again and reversed",
     "stages": [{"count": 50, "label": "warm-up"},
                {"label": "A"},
                {"problem": {"repeat": "A"}, "label": "A again"},
                {"problem": {"reverse": "A"}, "until": {"criterion": true, "trials": 2000}}]}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from l2l_engine.network import WEIGHT_NAMES
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.protocols.protocol import Protocol, ProtocolError, Stage
from l2l_engine.training.plan import (
    Adam,
    Elastic,
    Interleaved,
    LowRank,
    Mixture,
    New,
    Orthogonal,
    Own,
    Plan,
    ProblemSource,
    Projected,
    Readout,
    Reference,
    Repeat,
    Replay,
    Reverse,
    Similar,
    Subspace,
    Until,
    UpdateRule,
)

_MOST_CHARACTERS = 10_000_000

PERTURBATIONS = {
    "control": PerturbationKind.CONTROL,
    "ss": PerturbationKind.STIMULUS_TO_STIMULUS,
    "ds": PerturbationKind.DECISION_TO_STIMULUS,
    "within": PerturbationKind.WITHIN_MANIFOLD,
    "outside": PerturbationKind.OUTSIDE_MANIFOLD,
}
"""The short names of perturbations, as protocols and commands write them."""


# -- out -------------------------------------------------------------------------------


def to_json(protocol: Protocol, *, indent: int | None = None) -> str:
    """The protocol as a JSON object that :func:`from_json` reads back equal."""
    value: dict[str, Any] = {"name": protocol.name}
    if protocol.description:
        value["description"] = protocol.description
    if protocol.after:
        value["after"] = protocol.after
    value["stages"] = [_stage_value(stage) for stage in protocol.stages]
    return json.dumps(value, indent=indent, ensure_ascii=False)


def _stage_value(stage: Stage) -> dict[str, Any]:
    plan, usual = stage.plan, Plan()
    value: dict[str, Any] = {}
    if plan.label:
        value["label"] = plan.label
    if stage.count != 1:
        value["count"] = stage.count
    if plan.problem != usual.problem:
        value["problem"] = _problem_value(plan.problem)
    if plan.until != usual.until:
        value["until"] = {"criterion": plan.until.criterion, "trials": plan.until.trials}
    if plan.mixture is not None:
        value["mixture"] = _mixture_value(plan.mixture)
    if plan.start is not None:
        value["start"] = plan.start
    if plan.readout != usual.readout:
        value["readout"] = _readout_value(plan.readout)
    if plan.plastic != usual.plastic:
        value["plastic"] = list(plan.plastic)
    if plan.rule != usual.rule:
        value["rule"] = _rule_value(plan.rule)
    if plan.keep_moments:
        value["optimiser"] = "kept"
    if plan.changes:
        value["changes"] = dict(plan.changes)
    return value


def _problem_value(problem: ProblemSource) -> Any:
    match problem:
        case New():
            return "new"
        case Repeat(of=of):
            return {"repeat": of}
        case Reverse(of=of):
            return {"reverse": of}
        case Similar(of=of, overlap=overlap):
            return {"similar": of, "overlap": overlap}
        case Own(stimuli=stimuli):
            return {"own": [list(row) for row in stimuli]}


def _mixture_value(mixture: Interleaved | Replay) -> dict[str, Any]:
    if isinstance(mixture, Interleaved):
        return {"interleaved": list(mixture.problems)}
    return {"replay": mixture.share} | (
        {"problems": list(mixture.problems)} if mixture.problems else {}
    )


def _readout_value(readout: Readout) -> dict[str, Any]:
    value: dict[str, Any] = {}
    if readout.perturbation is not None:
        names = {kind: name for name, kind in PERTURBATIONS.items()}
        value["perturbation"] = names[readout.perturbation]
    if readout.dimensions is not None:
        value["dimensions"] = readout.dimensions
    if readout.permutation is not None:
        value["permutation"] = [target + 1 for target in readout.permutation]
    if readout.derangement:
        value["derangement"] = True
    if readout.frozen:
        value["frozen"] = True
    return value


def _rule_value(rule: UpdateRule) -> Any:
    match rule:
        case Adam():
            return "adam"
        case Projected(subspace=subspace, inside=inside, dimensions=k):
            value = {"projected": "inside" if inside else "outside", "subspace": subspace.value}
            return value | ({} if k is None else {"dimensions": k})
        case Orthogonal(regularisation=regularisation):
            return {"orthogonal": regularisation}
        case LowRank(rank=rank):
            return {"rank": rank}
        case Elastic(strength=strength):
            return {"elastic": strength}


# -- in --------------------------------------------------------------------------------


def read(path: Path, *, after: int | None = None) -> Protocol:
    """Read a protocol from a file.

    Parameters
    ----------
    path : Path
    after : int, optional
        Problems learned before its first stage, whatever the file says.

    Raises
    ------
    ProtocolError
        When the file cannot be read or holds no protocol; the text names the file.
    """
    try:
        if not path.is_file():
            raise ProtocolError(f"{path} is not a file: name a protocol's JSON file.")
        if path.stat().st_size > _MOST_CHARACTERS:
            raise ProtocolError(f"{path} is too large for a protocol (over 10 MB).")
        return from_json(path.read_text("utf-8"), after=after)
    except (OSError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{path} could not be read ({error}).") from error
    except ProtocolError as error:
        if str(path) in str(error):
            raise
        raise ProtocolError(f"{path}: {error}") from error


def from_json(text: str, *, after: int | None = None) -> Protocol:
    """The protocol that a JSON object describes; see the module's text.

    Parameters
    ----------
    text : str
    after : int, optional
        Problems learned before its first stage, whatever the text says.

    Raises
    ------
    ProtocolError
        When it describes none; the text names the stage, the field and what is allowed.
    """
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"The protocol is not valid JSON ({error}).") from error
    whole = _Fields("The protocol", value)
    name = whole.take("name", str, "protocol")
    description = whole.take("description", str, "")
    before = whole.take("after", int, 0)
    stages = whole.take("stages", list, [])
    whole.end()
    return Protocol(
        name,
        tuple(_stage(number, stage) for number, stage in enumerate(stages, 1)),
        description,
        before if after is None else after,
    )


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number JSON knows")


class _Fields:
    """A JSON object read field by field; what is left over at the end is refused."""

    def __init__(self, where: str, value: object) -> None:
        if not isinstance(value, dict):
            raise ProtocolError(f"{where} must be a JSON object of named fields.")
        self.where = where
        self._left: dict[str, Any] = dict(value)
        self._known: list[str] = []

    def take(self, name: str, kind: type | tuple[type, ...], default: Any) -> Any:
        self._known.append(name)
        if name not in self._left:
            return default
        value = self._left.pop(name)
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            words = " or ".join(_KINDS[allowed] for allowed in kinds)
            raise ProtocolError(f"{self.where}: {name} = {json.dumps(value)} must be {words}.")
        return value

    def end(self) -> None:
        for name in self._left:
            known = ", ".join(self._known)
            raise ProtocolError(f"{self.where}: {name} is not known here; known are {known}.")


_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


def _stage(number: int, value: object) -> Stage:
    fields = _Fields(f"Stage {number}", value)
    plan = Plan(
        label=fields.take("label", str, ""),
        problem=_problem(fields, fields.take("problem", (str, dict), "new")),
        until=_until(fields, fields.take("until", (str, dict), "criterion")),
        mixture=_mixture(fields, fields.take("mixture", (dict, type(None)), None)),
        start=fields.take("start", (int, str, type(None)), None),
        readout=_readout(fields, fields.take("readout", dict, {})),
        plastic=tuple(fields.take("plastic", list, list(WEIGHT_NAMES))),
        rule=_rule(fields, fields.take("rule", (str, dict), "adam")),
        keep_moments=_chosen(
            fields, "optimiser", fields.take("optimiser", str, "reset"), ("reset", "kept")
        )
        == "kept",
        changes=fields.take("changes", dict, {}),
    )
    count = fields.take("count", int, 1)
    fields.end()
    return Stage(plan, count)


def _chosen(fields: _Fields, name: str, value: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ProtocolError(
            f"{fields.where}: {name} = {value!r} must be one of {', '.join(allowed)}."
        )
    return value


def _part(fields: _Fields, name: str, value: Mapping[str, Any]) -> _Fields:
    return _Fields(f"{fields.where}, {name}", value)


def _problem(fields: _Fields, value: str | dict[str, Any]) -> ProblemSource:
    if isinstance(value, str):
        _chosen(fields, "problem", value, ("new",))
        return New()
    part = _part(fields, "problem", value)
    builders: dict[str, Callable[[Any], ProblemSource]] = {
        "repeat": Repeat,
        "reverse": Reverse,
        "similar": lambda of: Similar(of, float(part.take("overlap", (int, float), 0.0))),
        "own": lambda rows: Own(_vectors(part, rows)),
    }
    kind = _kind(part, value, tuple(builders))
    source = builders[kind](part.take(kind, list if kind == "own" else (int, str), None))
    part.end()
    return source


def _kind(part: _Fields, value: Mapping[str, Any], kinds: tuple[str, ...]) -> str:
    found = [kind for kind in kinds if kind in value]
    if len(found) != 1:
        raise ProtocolError(f"{part.where} must be one of {', '.join(kinds)}.")
    return found[0]


def _vectors(part: _Fields, rows: list[Any]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    numbers = len(rows) == 2 and all(
        isinstance(row, list) and all(type(item) in (int, float) for item in row) for row in rows
    )
    if not numbers:
        raise ProtocolError(f"{part.where}: own must be two lists of numbers.")
    first, second = (tuple(float(item) for item in row) for row in rows)
    return first, second


def _until(fields: _Fields, value: str | dict[str, Any]) -> Until:
    if isinstance(value, str):
        _chosen(fields, "until", value, ("criterion",))
        return Until()
    part = _part(fields, "until", value)
    trials = part.take("trials", (int, type(None)), None)
    until = Until(part.take("criterion", bool, False), trials)
    part.end()
    return until


def _mixture(fields: _Fields, value: dict[str, Any] | None) -> Mixture:
    if value is None:
        return None
    part = _part(fields, "mixture", value)
    if _kind(part, value, ("interleaved", "replay")) == "interleaved":
        mixture: Mixture = Interleaved(_references(part, part.take("interleaved", list, [])))
    else:
        share = float(part.take("replay", (int, float), 0.0))
        mixture = Replay(share, _references(part, part.take("problems", list, [])))
    part.end()
    return mixture


def _references(part: _Fields, values: list[Any]) -> tuple[Reference, ...]:
    for value in values:
        if type(value) not in (int, str):
            raise ProtocolError(
                f"{part.where}: {json.dumps(value)} must be a problem's number or a stage's label."
            )
    return tuple(values)


def _readout(fields: _Fields, value: dict[str, Any]) -> Readout:
    part = _part(fields, "readout", value)
    name = part.take("perturbation", (str, type(None)), None)
    if name is not None:
        _chosen(part, "perturbation", name, tuple(PERTURBATIONS))
    permutation = part.take("permutation", (list, type(None)), None)
    if permutation is not None and not all(type(target) is int for target in permutation):
        raise ProtocolError(f"{part.where}: permutation must be a list of directions, from 1.")
    readout = Readout(
        perturbation=None if name is None else PERTURBATIONS[name],
        dimensions=part.take("dimensions", (int, type(None)), None),
        permutation=None if permutation is None else tuple(target - 1 for target in permutation),
        derangement=part.take("derangement", bool, False),
        frozen=part.take("frozen", bool, False),
    )
    part.end()
    return readout


def _rule(fields: _Fields, value: str | dict[str, Any]) -> UpdateRule:
    if isinstance(value, str):
        _chosen(fields, "rule", value, ("adam",))
        return Adam()
    part = _part(fields, "rule", value)
    rule: UpdateRule
    match _kind(part, value, ("projected", "orthogonal", "rank", "elastic")):
        case "projected":
            side = _chosen(
                part, "projected", part.take("projected", str, ""), ("inside", "outside")
            )
            names = tuple(member.value for member in Subspace)
            subspace = _chosen(part, "subspace", part.take("subspace", str, ""), names)
            k = part.take("dimensions", (int, type(None)), None)
            rule = Projected(Subspace(subspace), side == "inside", k)
        case "orthogonal":
            rule = Orthogonal(float(part.take("orthogonal", (int, float), 0.0)))
        case "rank":
            rule = LowRank(part.take("rank", int, 0))
        case _:
            rule = Elastic(float(part.take("elastic", (int, float), -1.0)))
    part.end()
    return rule
