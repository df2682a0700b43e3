"""Which studies there are: each is a question and the protocols that answer it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field

from l2l_engine.protocols.protocol import Protocol
from l2l_engine.protocols.templates import template


@dataclass(frozen=True, slots=True)
class Condition:
    """One protocol of a study, as networks that have learned ``after`` new problems follow it.

    Attributes
    ----------
    name : str
        Short, part of file names.
    template : str
        A protocol whose first stage is the ``after`` new problems: networks that have learned these
        branch off there, in the same state in which the protocol would have left them.
    after : int
    numbers : mapping
        The template's other parameters.
    """

    name: str
    template: str
    after: int
    numbers: Mapping[str, int | float] = field(default_factory=dict)

    def protocol(self) -> Protocol:
        """The protocol from its second stage on."""
        made = template(self.template, **self.numbers)
        if made.stages[0].count != self.after:
            raise ValueError(f"{self.template} does not begin with {self.after} problems")
        return dataclasses.replace(made, stages=made.stages[1:], after=self.after)


@dataclass(frozen=True, slots=True)
class Study:
    """A question, and the conditions that are compared to answer it; without one, Full runs answer it."""

    name: str
    title: str
    question: str
    conditions: tuple[Condition, ...]


def _after_warm_up(name: str, design: str, warm_up: int = 50, **numbers: int | float) -> Condition:
    return Condition(name, design, warm_up, {"warm_up": warm_up, **numbers})


STUDIES: dict[str, Study] = {
    study.name: study
    for study in (
        Study(
            "revisit",
            "Revisit and reverse",
            "Does an old problem that comes back use its old trajectories, and one that turns around not?",
            (
                _after_warm_up("warm-up-50", "revisit-and-reverse"),
                _after_warm_up("warm-up-500", "revisit-and-reverse", 500),
            ),
        ),
        Study(
            "serial-reversal",
            "Serial reversal",
            "Do reversals of one problem get faster?",
            (_after_warm_up("reversals", "serial-reversal"),),
        ),
        Study(
            "overlap",
            "Overlap of stimuli",
            "Does it help or harm that a problem's stimuli resemble those of the problem before it?",
            (_after_warm_up("pairs", "similar-pairs"),),
        ),
        Study(
            "mixing",
            "Blocked against interleaved",
            "Are problems kept better where their trials are mixed?",
            (_after_warm_up("blocked", "blocked"), _after_warm_up("interleaved", "interleaved")),
        ),
        Study(
            "projection",
            "Learning outside the past",
            "Does learning to learn survive where weights change only outside the past's subspace?",
            (Condition("outside", "projection", 1, {"problems": 21}),),
        ),
        Study(
            "beyond",
            "Beyond the paper",
            "Is a first try luck, the shared gradient learned away, a change of few dimensions, the "
            "choice abstract, one network like another?",
            (),
        ),
    )
}
"""The studies by name."""
