"""A stage from JSON, each field of the kind it must be."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from l2l_engine.network import WEIGHT_NAMES
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.protocols.fields import Fields
from l2l_engine.protocols.stage import Stage
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

PERTURBATIONS = {
    "control": PerturbationKind.CONTROL,
    "ss": PerturbationKind.STIMULUS_TO_STIMULUS,
    "ds": PerturbationKind.DECISION_TO_STIMULUS,
    "within": PerturbationKind.WITHIN_MANIFOLD,
    "outside": PerturbationKind.OUTSIDE_MANIFOLD,
}
"""The short names of perturbations, as protocols and commands write them."""


def stage(number: int, value: object) -> Stage:
    """The stage that a JSON object describes; ``number`` is its own, from 1, for errors."""
    fields = Fields(f"Stage {number}", value, number)
    plan = Plan(
        label=fields.take("label", str, ""),
        problem=_problem(fields, fields.take("problem", (str, dict), "new")),
        until=_until(fields, fields.take("until", (str, dict), "criterion")),
        mixture=_mixture(fields, fields.take("mixture", (dict, type(None)), None)),
        start=fields.take("start", (int, str, type(None)), None),
        readout=_readout(fields, fields.take("readout", dict, {})),
        plastic=tuple(fields.take("plastic", list, list(WEIGHT_NAMES))),
        rule=_rule(fields, fields.take("rule", (str, dict), "adam")),
        keep_moments=fields.chosen(
            "optimiser", fields.take("optimiser", str, "reset"), ("reset", "kept")
        )
        == "kept",
        changes=fields.take("changes", dict, {}),
    )
    count = fields.take("count", int, 1)
    fields.end()
    return Stage(plan, count)


def _problem(fields: Fields, value: str | dict[str, Any]) -> ProblemSource:
    if isinstance(value, str):
        fields.chosen("problem", value, ("new",))
        return New()
    part = fields.part("problem", value)
    builders: dict[str, Callable[[Any], ProblemSource]] = {
        "repeat": Repeat,
        "reverse": Reverse,
        "similar": lambda of: Similar(of, float(part.take("overlap", (int, float), 0.0))),
        "own": lambda rows: Own(_vectors(part, rows)),
    }
    kind = part.kind(value, tuple(builders))
    source = builders[kind](part.take(kind, list if kind == "own" else (int, str), None))
    part.end()
    return source


def _vectors(part: Fields, rows: list[Any]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    numbers = len(rows) == 2 and all(
        isinstance(row, list) and all(type(item) in (int, float) for item in row) for row in rows
    )
    if not numbers:
        raise part.error("", f"{part.where}: own must be two lists of numbers.")
    first, second = (tuple(float(item) for item in row) for row in rows)
    return first, second


def _until(fields: Fields, value: str | dict[str, Any]) -> Until:
    if isinstance(value, str):
        fields.chosen("until", value, ("criterion",))
        return Until()
    part = fields.part("until", value)
    trials = part.take("trials", (int, type(None)), None)
    until = Until(part.take("criterion", bool, False), trials)
    part.end()
    return until


def _mixture(fields: Fields, value: dict[str, Any] | None) -> Mixture:
    if value is None:
        return None
    part = fields.part("mixture", value)
    if part.kind(value, ("interleaved", "replay")) == "interleaved":
        mixture: Mixture = Interleaved(_references(part, part.take("interleaved", list, [])))
    else:
        share = float(part.take("replay", (int, float), 0.0))
        mixture = Replay(share, _references(part, part.take("problems", list, [])))
    part.end()
    return mixture


def _references(part: Fields, values: list[Any]) -> tuple[Reference, ...]:
    for value in values:
        if type(value) not in (int, str):
            raise part.error(
                "",
                f"{part.where}: {json.dumps(value)} must be a problem's number or a stage's label.",
            )
    return tuple(values)


def _readout(fields: Fields, value: dict[str, Any]) -> Readout:
    part = fields.part("readout", value)
    name = part.take("perturbation", (str, type(None)), None)
    if name is not None:
        part.chosen("perturbation", name, tuple(PERTURBATIONS))
    permutation = part.take("permutation", (list, type(None)), None)
    if permutation is not None and not all(type(target) is int for target in permutation):
        raise part.error("", f"{part.where}: permutation must be a list of directions, from 1.")
    readout = Readout(
        perturbation=None if name is None else PERTURBATIONS[name],
        dimensions=part.take("dimensions", (int, type(None)), None),
        permutation=None if permutation is None else tuple(target - 1 for target in permutation),
        derangement=part.take("derangement", bool, False),
        frozen=part.take("frozen", bool, False),
    )
    part.end()
    return readout


def _rule(fields: Fields, value: str | dict[str, Any]) -> UpdateRule:
    if isinstance(value, str):
        fields.chosen("rule", value, ("adam",))
        return Adam()
    part = fields.part("rule", value)
    rule: UpdateRule
    match part.kind(value, ("projected", "orthogonal", "rank", "elastic")):
        case "projected":
            side = part.chosen("projected", part.take("projected", str, ""), ("inside", "outside"))
            names = tuple(member.value for member in Subspace)
            subspace = part.chosen("subspace", part.take("subspace", str, ""), names)
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
