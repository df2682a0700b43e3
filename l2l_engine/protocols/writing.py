"""A stage as JSON: only what differs from a new problem learned to criterion."""

from __future__ import annotations

from typing import Any

from l2l_engine.protocols.reading import PERTURBATIONS
from l2l_engine.protocols.stage import Stage
from l2l_engine.training.plan import (
    Adam,
    Elastic,
    Interleaved,
    LowRank,
    New,
    Orthogonal,
    Own,
    Plan,
    ProblemSource,
    Projected,
    Readout,
    Repeat,
    Replay,
    Reverse,
    Similar,
    UpdateRule,
)


def value_of(stage: Stage) -> dict[str, Any]:
    """What :func:`l2l_engine.protocols.reading.stage` reads back equal."""
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
