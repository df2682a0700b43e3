"""The fields of a stage as the form shows them, as in the table of docs/protocols.md."""

from __future__ import annotations

from l2l_engine.network import WEIGHT_NAMES
from l2l_engine.perturbation import PerturbationKind
from l2l_engine.protocols.reading import PERTURBATIONS
from l2l_gui.dialogs.protocol.changes import Changes
from l2l_gui.dialogs.protocol.inputs import (
    Choice,
    Flag,
    Input,
    Number,
    Numbers,
    Text,
)
from l2l_gui.dialogs.protocol.part import Case, Cases, Part, Single
from l2l_gui.dialogs.protocol.plastic import Plastic
from l2l_gui.dialogs.protocol.references import Reference, References
from l2l_gui.dialogs.protocol.vectors import Vectors

READOUTS = {
    PerturbationKind.CONTROL: "Control: not changed",
    PerturbationKind.STIMULUS_TO_STIMULUS: "S→S: stimulus directions permuted",
    PerturbationKind.DECISION_TO_STIMULUS: "D→S: decision to stimulus",
    PerturbationKind.WITHIN_MANIFOLD: "Permuted within the manifold",
    PerturbationKind.OUTSIDE_MANIFOLD: "Moved outside the manifold",
}
SUBSPACES = {
    "decision": "the decision subspace",
    "stimulus": "the stimulus subspace",
    "both": "both subspaces together",
    "past": "past activity",
}


def parts() -> list[Part]:
    """New widgets for all fields, in the order of the form."""
    return [
        Single(Text("label", "Label"), "Label", "Free text, shown wherever its problems are named"),
        Single(
            Number("count", "Problems", 1, "in a row", whole=True),
            "How many",
            "From 1 to 1,000,000 problems, each learned as this stage says",
            left_out=1,
        ),
        _problem(),
        _until(),
        Cases(
            "start",
            "Starts from",
            "The network that each problem of the stage starts from",
            Case("The network as it is"),
            Case("The network after problem…", [Reference("start", "Problem")], bare=True),
        ),
        _mixture(),
        _readout(),
        Plastic("plastic", "Plastic", WEIGHT_NAMES),
        _rule(),
        Cases(
            "optimiser",
            "Optimiser",
            "Whether Adam's moments and step count carry over from the previous problem",
            Case("Reset for each problem"),
            Case("Moments and step count kept", bare="kept"),
        ),
        Changes("changes", "Changes"),
    ]


def _problem() -> Part:
    def which(name: str) -> Input:
        return Reference(name, "Problem")

    return Cases(
        "problem",
        "Problem",
        "Which problem is learned",
        Case("New"),
        Case("An earlier one again", [which("repeat")], ("repeat",)),
        Case("An earlier one reversed", [which("reverse")], ("reverse",)),
        Case(
            "Similar to an earlier one",
            [
                which("similar"),
                Number("overlap", "Overlap", 0.5, "cosine, 0 to 1"),
            ],
            ("similar", "overlap"),
        ),
        Case("Own stimuli", [Vectors("own", "Stimuli")], ("own",)),
    )  # fmt: skip


def _until() -> Part:
    def trials() -> Input:
        return Number("trials", "Trials", 500, "1 to 10,000,000", whole=True)

    return Cases(
        "until",
        "Until",
        "When a problem ends",
        Case("The criterion is met"),
        Case("A fixed number of trials", [trials()], ("trials",), {"criterion": False}),
        Case("The criterion, or this many trials", [trials()], ("trials",), {"criterion": True}),
    )


def _mixture() -> Part:
    return Cases(
        "mixture",
        "Trials",
        "Which problems the trials are drawn from",
        Case("The current problem only"),
        Case(
            "Interleaved with earlier problems",
            [References("interleaved", "Problems", hint="labels or numbers")],
            ("interleaved",),
        ),
        Case(
            "Replay of earlier problems",
            [
                Number("replay", "Share", 0.2, "of trials, 0 to 1"),
                References("problems", "Problems", hint="empty: all"),
            ],
            ("replay",),
        ),
    )


def _readout() -> Part:
    def perturbed(name: str, kind: PerturbationKind) -> Case:
        inputs = [
            Number("dimensions", "Directions", hint="empty: the run's k", whole=True, optional=True),
            Numbers("permutation", "Permutation", hint="3, 4, 2, 1; empty: drawn"),
            Flag("derangement", "No direction stays where it is"),
            Flag("frozen", "Readout frozen while learning"),
        ]  # fmt: skip
        return Case(READOUTS[kind], inputs, constant={"perturbation": name})

    return Cases(
        "readout",
        "Readout",
        "The readout that each problem of the stage starts with",
        Case("As it is", [Flag("frozen", "Readout frozen while learning")]),
        *(perturbed(name, kind) for name, kind in PERTURBATIONS.items()),
    )


def _rule() -> Part:
    return Cases(
        "rule",
        "Update rule",
        "How the weights change",
        Case("Adam, as published"),
        Case(
            "Projected",
            [
                Choice("projected", "Updates stay", {"outside": "outside", "inside": "inside"}),
                Choice("subspace", "of", SUBSPACES),
                Number("dimensions", "Directions", hint="empty: the run's k", whole=True, optional=True),
            ],
            ("projected", "subspace"),
        ),
        Case(
            "Orthogonal weight modification",
            [Number("orthogonal", "α", 0.001, "above 0; the smaller, the stricter")],
            ("orthogonal",),
        ),
        Case("Low rank", [Number("rank", "Rank", 2, "at least 1", whole=True)], ("rank",)),
        Case(
            "Elastic weight consolidation",
            [Number("elastic", "λ", 1, "strength, at least 0")],
            ("elastic",),
        ),
    )  # fmt: skip
