"""Which earlier problems the stages of a protocol mean, and whether these were learned by then."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from l2l_engine.perturbation import PerturbationKind
from l2l_engine.protocols import ranges
from l2l_engine.protocols.stage import Place, Stage
from l2l_engine.training.plan import (
    Elastic,
    Orthogonal,
    Plan,
    Projected,
    Reference,
    Repeat,
    Replay,
    Reverse,
    Similar,
)


def resolved(stages: Sequence[Stage], after: int) -> Iterator[tuple[Plan, int]]:
    """The plan of each stage with numbers for references, and how many problems it is for.

    Parameters
    ----------
    stages
        In their order.
    after
        Problems learned before the first.

    Raises
    ------
    ProtocolError
        Where a stage needs what was not learned before it, or has a value out of range.
    """
    labels: dict[str, int] = {}
    learned = after
    for number, stage in enumerate(stages, 1):
        place = Place(number, stage)
        if learned == 0:
            _check_first(place)
        plan = _numbered(place, labels, learned)
        ranges.check(place)
        yield plan, stage.count
        learned += stage.count
        if stage.plan.label:
            labels[stage.plan.label] = learned  # the last of the stage's problems


def _check_first(place: Place) -> None:
    plan = place.stage.plan
    if plan.readout.perturbation not in (None, PerturbationKind.CONTROL):
        raise place.error(
            "readout",
            "the readout cannot be perturbed before a problem is learned, since its subspaces come "
            "from earlier problems.",
        )
    needs_past = isinstance(plan.rule, Elastic | Orthogonal | Projected)
    if needs_past or isinstance(plan.mixture, Replay):
        raise place.error(
            "rule" if needs_past else "mixture",
            "this rule or mixture needs earlier problems: put a stage of new problems before it.",
        )


def _numbered(place: Place, labels: Mapping[str, int], learned: int) -> Plan:
    plan = place.stage.plan

    def refer(field: str, reference: Reference) -> int:
        if isinstance(reference, str):
            if reference not in labels:
                raise place.refused(field, repr(reference), "the label of an earlier stage")
            return labels[reference]
        if not 1 <= reference <= learned:
            allowed = f"a problem learned before, 1 to {learned}" if learned else "left out here"
            raise place.refused(field, reference, allowed)
        return reference

    changes: dict[str, Any] = {}
    problem, mixture = plan.problem, plan.mixture
    if isinstance(problem, Repeat | Reverse | Similar):
        changes["problem"] = dataclasses.replace(problem, of=refer("problem", problem.of))
    if plan.start is not None:
        changes["start"] = refer("start", plan.start)
    if mixture is not None:
        named = tuple(refer("mixture", reference) for reference in mixture.problems)
        changes["mixture"] = dataclasses.replace(mixture, problems=named)
    return dataclasses.replace(plan, **changes) if changes else plan
