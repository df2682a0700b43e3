"""A protocol in words: which problems will be learned, what each is, and how."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from l2l_engine.config import RunConfig
from l2l_engine.network import WEIGHT_NAMES
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.protocols import references
from l2l_engine.protocols.protocol import Protocol
from l2l_engine.training.plan import (
    Adam,
    Elastic,
    Interleaved,
    LowRank,
    Orthogonal,
    Own,
    Plan,
    Projected,
    Repeat,
    Replay,
    Reverse,
    Similar,
)
from l2l_engine.training.records import Origin, StimuliFrom

READOUTS = {
    PerturbationKind.CONTROL: "control readout",
    PerturbationKind.STIMULUS_TO_STIMULUS: "S→S readout",
    PerturbationKind.DECISION_TO_STIMULUS: "D→S readout",
    PerturbationKind.WITHIN_MANIFOLD: "readout permuted within the manifold",
    PerturbationKind.OUTSIDE_MANIFOLD: "readout moved outside the manifold",
}
_MOST_NAMED = 4
_PARAMETERS = {item.name: item.metadata for item in dataclasses.fields(RunConfig)}


@dataclass(frozen=True, slots=True)
class Line:
    """The problems of one stage.

    Attributes
    ----------
    stage : from 0.
    first, last : their numbers in the run, from 1.
    label : the stage's.
    what : what they are, such as ``problem 3 reversed``.
    how : what else the stage says; empty where that is nothing.
    """

    stage: int
    first: int
    last: int
    label: str
    what: str
    how: str

    @property
    def numbers(self) -> str:
        """``51`` or ``1-50``, with an en dash."""
        return numbers_words(self.first, self.last)


def numbers_words(first: int, last: int) -> str:
    """The numbers of consecutive problems."""
    return f"{first:,}" if first == last else f"{first:,}–{last:,}"


def outline(protocol: Protocol) -> Iterator[Line]:
    """One line for each stage, in their order."""
    first = protocol.after + 1
    resolved = references.resolved(protocol.stages, protocol.after)
    for stage, (plan, count) in enumerate(resolved):
        yield Line(stage, first, first + count - 1, plan.label, what(plan), how(plan))
        first += count


def origin_of(plan: Plan, stage: int | None) -> Origin:
    """How a problem will have come about, of a plan with numbers for references."""
    match plan.problem:
        case Repeat(of=int(of)):
            return Origin(StimuliFrom.REPEATED, of - 1, label=plan.label, stage=stage)
        case Reverse(of=int(of)):
            return Origin(StimuliFrom.REVERSED, of - 1, label=plan.label, stage=stage)
        case Similar(of=int(of)):
            return Origin(StimuliFrom.SIMILAR, of - 1, label=plan.label, stage=stage)
        case Own():
            return Origin(StimuliFrom.OWN, label=plan.label, stage=stage)
    return Origin(label=plan.label, stage=stage)


def origin_words(origin: Origin) -> str:
    """What a problem was, such as ``problem 3 again``; empty where that is not known."""
    number = 0 if origin.from_problem is None else origin.from_problem + 1
    match origin.stimuli_from:
        case StimuliFrom.NEW:
            return "new"
        case StimuliFrom.REPEATED:
            return f"problem {number:,} again"
        case StimuliFrom.REVERSED:
            return f"problem {number:,} reversed"
        case StimuliFrom.SIMILAR:
            overlap = "" if origin.overlaps is None else f", overlap {origin.overlaps.mean():.2g}"
            return f"like problem {number:,}{overlap}"
        case StimuliFrom.OWN:
            return "own stimuli"
    return ""


def what(plan: Plan) -> str:
    """What the problem of a plan is; references have to be numbers."""
    words = origin_words(origin_of(plan, None))
    if isinstance(plan.problem, Similar):
        return f"{words}, overlap {plan.problem.overlap:.3g}"
    return words


def how(plan: Plan) -> str:
    """What a plan says besides which problem; empty where it is learned as published."""
    return ", ".join(
        words
        for words in (
            _until(plan),
            _mixture(plan),
            "" if plan.start is None else f"from the network after problem {plan.start}",
            _readout(plan),
            _plastic(plan),
            _rule(plan),
            "optimiser kept" if plan.keep_moments else "",
            *(_change(name, value) for name, value in plan.changes.items()),
        )
        if words
    )


def _change(name: str, value: object) -> str:
    known = _PARAMETERS.get(name)
    if known is None:
        return f"{name} = {value}"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    words = f"{value:g}" if number else str(value)
    return f"{known['label'].lower()} {words} {known['unit']}".rstrip()


def _until(plan: Plan) -> str:
    trials = plan.until.trials
    if trials is None:
        return ""
    counted = f"{trials:,} trial{'s' * (trials != 1)}"
    return f"at most {counted}" if plan.until.criterion else counted


def _mixture(plan: Plan) -> str:
    match plan.mixture:
        case Interleaved(problems=problems):
            return f"interleaved with {_named(problems)}"
        case Replay(share=share, problems=problems):
            return f"{share:.3g} of trials replay {_named(problems) if problems else 'all earlier problems'}"
    return ""


def _named(problems: tuple[int | str, ...]) -> str:
    shown = ", ".join(map(str, problems[:_MOST_NAMED]))
    rest = ", …" if len(problems) > _MOST_NAMED else ""
    return f"problem{'s' * (len(problems) != 1)} {shown}{rest}"


def _readout(plan: Plan) -> str:
    readout = plan.readout
    parts = []
    if readout.perturbation is not None:
        parts.append(READOUTS[readout.perturbation])
    if readout.frozen:
        parts.append("frozen" if parts else "readout frozen")
    return ", ".join(parts)


def _plastic(plan: Plan) -> str:
    if set(plan.plastic) == set(WEIGHT_NAMES):
        return ""
    names = ", ".join(name.replace("_", " ") for name in WEIGHT_NAMES if name in plan.plastic)
    return f"only {names} plastic"


def _rule(plan: Plan) -> str:
    match plan.rule:
        case Adam():
            return ""
        case Projected(subspace=subspace, inside=inside, dimensions=k):
            size = "" if k is None else f"{k} directions of "
            side = "inside" if inside else "outside"
            return f"updates {side} {size}the {subspace.value} subspace".replace(
                "the both subspace", "both subspaces"
            )
        case Orthogonal(regularisation=alpha):
            return f"orthogonal updates, α = {alpha:g}"
        case LowRank(rank=rank):
            return f"rank {rank} updates"
        case Elastic(strength=strength):
            return f"elastic consolidation, λ = {strength:g}"
