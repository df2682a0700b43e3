"""A protocol being edited, valid or not: each state is a value that undo can return to.

Stages are kept as JSON, so that invalid input can be represented too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from l2l_engine.config import RunConfig
from l2l_engine.protocols import fitting, ranges, reading, writing
from l2l_engine.protocols.protocol import Protocol
from l2l_engine.protocols.stage import Place, ProtocolError, Stage

StageValue = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trouble:
    """What is wrong with a stage (from 0) and one of its fields; None: with the whole."""

    stage: int | None
    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Document:
    """Name, description and stages; ``after`` problems come before them."""

    name: str = "protocol"
    description: str = ""
    stages: tuple[StageValue, ...] = ()
    after: int = 0

    @classmethod
    def of(cls, protocol: Protocol) -> Document:
        """What is edited to change a protocol."""
        stages = tuple(writing.value_of(stage) for stage in protocol.stages)
        return cls(protocol.name, protocol.description, stages, protocol.after)

    # -- edits -------------------------------------------------------------------------

    def added(self, row: int, *stages: StageValue) -> Document:
        """With stages put in before ``row``."""
        return replace(self, stages=(*self.stages[:row], *stages, *self.stages[row:]))

    def removed(self, row: int) -> Document:
        """Without a stage."""
        return replace(self, stages=(*self.stages[:row], *self.stages[row + 1 :]))

    def duplicated(self, row: int) -> Document:
        """With a copy after a stage, its label told apart: that of another stage means another problem."""
        copy = dict(self.stages[row])
        label = copy.get("label")
        if isinstance(label, str) and label:
            copy["label"] = self._free_label(label)
        return self.added(row + 1, copy)

    def moved(self, row: int, to: int) -> Document:
        """With a stage at another place; ``to`` counts without it."""
        return self.removed(row).added(to, self.stages[row])

    def changed(self, row: int, field: str, value: Any) -> Document:
        """With a field of a stage changed; None leaves it out."""
        kept = {name: old for name, old in self.stages[row].items() if name != field}
        stage = kept if value is None else {**kept, field: value}
        return replace(self, stages=(*self.stages[:row], stage, *self.stages[row + 1 :]))

    def relabelled(self, row: int, label: str | None) -> Document:
        """With another label, which the stages that refer to it follow; None takes it away."""
        new, old = self.changed(row, "label", label), self.stages[row].get("label")
        if not (label and isinstance(old, str) and old):
            return new
        stages = list(new.stages)
        for place in range(row + 1, len(stages)):
            stages[place] = _referring(stages[place], old, label)
            if stages[place].get("label") == old:  # from here on it means this one
                break
        return replace(new, stages=tuple(stages))

    def _free_label(self, label: str) -> str:
        taken = {stage.get("label") for stage in self.stages}
        stem, _, number = label.rpartition(" ")
        stem = stem if stem and number.isdecimal() else label
        return next(
            name
            for name in (f"{stem} {count}" for count in range(2, len(taken) + 3))
            if name not in taken
        )

    # -- what it is --------------------------------------------------------------------

    def protocol(self) -> Protocol:
        """The protocol; raises ProtocolError while it cannot be run as written."""
        return self._made([reading.stage(n, dict(value)) for n, value in enumerate(self.stages, 1)])

    def _made(self, stages: list[Stage]) -> Protocol:
        return Protocol(self.name, tuple(stages), self.description, self.after)

    def numbers(self) -> list[tuple[int, int] | None]:
        """First and last problem of each stage, also while something is wrong; None where not known."""
        found: list[tuple[int, int] | None] = []
        first: int | None = self.after + 1
        for stage in self.stages:
            count = stage.get("count", 1)
            known = first is not None and type(count) is int and count > 0
            found.append((first, first + count - 1) if known and first is not None else None)
            first = first + count if known and first is not None else None
        return found

    def labels(self, row: int) -> list[str]:
        """Labels that stage ``row`` may refer to, the nearest first."""
        before = (stage.get("label") for stage in reversed(self.stages[:row]))
        return list(dict.fromkeys(label for label in before if isinstance(label, str) and label))

    def checked(self, config: RunConfig | None = None) -> tuple[list[Trouble], Protocol | None]:
        """What is wrong, of each stage by itself or else of how they follow one another; or the protocol.

        Parameters
        ----------
        config : what it has to fit, if that is known.
        """
        found, stages = [], []
        for number, value in enumerate(self.stages, 1):
            try:
                stages.append(reading.stage(number, dict(value)))
                place = Place(number, stages[-1])
                ranges.check_size(place)
                ranges.check(place)
                if config is not None:
                    fitting.check(place, config)
            except ProtocolError as error:
                found.append(_trouble(error))
        if found:
            return found, None
        try:
            return [], self._made(stages)
        except ProtocolError as error:
            return [_trouble(error)], None


NEW_STAGE: StageValue = writing.value_of(Stage())
"""One new problem, learned to criterion."""


def _referring(stage: StageValue, old: str, new: str) -> StageValue:
    """A stage with another label wherever it refers to one."""

    def renamed(value: Any) -> Any:
        if isinstance(value, list):
            return [renamed(item) for item in value]
        return new if value == old else value

    changed = dict(stage)
    for field in ("problem", "mixture"):
        value = stage.get(field)
        if isinstance(value, Mapping):
            changed[field] = {name: renamed(item) for name, item in value.items()}
    if "start" in stage:
        changed["start"] = renamed(stage["start"])
    return changed if changed != stage else stage


def _trouble(error: ProtocolError) -> Trouble:
    return Trouble(None if error.stage is None else error.stage - 1, error.field, str(error))
