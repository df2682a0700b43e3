"""A stage of a protocol, and the error that names one."""

from __future__ import annotations

from dataclasses import dataclass, field

from l2l_engine.config import L2LError
from l2l_engine.training.plan import Plan

MOST_PROBLEMS = 1_000_000
_LONGEST = 400  # characters of a sentence


class ProtocolError(L2LError, ValueError):
    """A protocol cannot be run as written; the text names the stage, the field and what is allowed.

    Attributes
    ----------
    stage : int or None
        Number of the stage, from 1; None where it is not about one.
    field : str
        The stage's field as in JSON, such as ``until``; empty where it is not about one.
    """

    def __init__(self, sentence: str, *, stage: int | None = None, field: str = "") -> None:
        # names and labels may be anybody's
        shown = "".join(c if c.isprintable() else repr(c)[1:-1] for c in sentence[:_LONGEST])
        super().__init__(shown if len(sentence) <= _LONGEST else f"{shown}… (shortened).")
        self.stage, self.field = stage, field


@dataclass(frozen=True, slots=True)
class Stage:
    """``count`` problems in a row, each learned as ``plan`` says."""

    plan: Plan = field(default_factory=Plan)
    count: int = 1


@dataclass(frozen=True, slots=True)
class Place:
    """A stage by its number (from 1) in a protocol: where something is wrong."""

    number: int
    stage: Stage

    def __str__(self) -> str:
        label = f" ({self.stage.plan.label})" if self.stage.plan.label else ""
        return f"Stage {self.number}{label}"

    def error(self, field: str, sentence: str) -> ProtocolError:
        """What is wrong with a field, in a sentence after the stage's name."""
        return ProtocolError(f"{self}: {sentence}", stage=self.number, field=field)

    def refused(self, field: str, value: object, allowed: str, name: str = "") -> ProtocolError:
        """A value that a field cannot have; ``name`` is the part of the field it belongs to."""
        return self.error(field, f"{name or field} = {value} must be {allowed}.")
