"""The disturbance of the network's copy, as plain values; no Qt."""

from __future__ import annotations

import dataclasses
import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from l2l_engine import perturbation
from l2l_engine.config import L2LError, RunConfig
from l2l_engine.perturbation import Permutation, PerturbationError, PerturbationKind

LARGEST_NOISE = 0.5
"""The most recurrent noise, sigma, that can be chosen."""


class Source(enum.Enum):
    """Whose states the subspaces are found from (they differ a little)."""

    NOISE_FREE = "noise_free"
    TRAINING = "training"

    @property
    def label(self) -> str:
        """For menus."""
        return _SOURCE_LABELS[self]


_SOURCE_LABELS = {
    Source.NOISE_FREE: "Selected group, noise-free",
    Source.TRAINING: "First problems, noisy (as training)",
}


class Draw(enum.Enum):
    """Where the permutation comes from."""

    RANDOM = "random"
    DERANGEMENT = "derangement"
    TYPED = "typed"

    @property
    def label(self) -> str:
        """For menus."""
        return _DRAW_LABELS[self]


_DRAW_LABELS = {
    Draw.RANDOM: "Random (as published)",
    Draw.DERANGEMENT: "Random derangement",
    Draw.TYPED: "Typed",
}


class Direction(enum.Enum):
    """Along what the state is pushed."""

    DECISION = "decision"
    RESIDUAL = "residual"
    STIMULUS = "stimulus"
    RANDOM = "random"

    @property
    def label(self) -> str:
        """For menus."""
        return _DIRECTION_LABELS[self]


_DIRECTION_LABELS = {
    Direction.DECISION: "Decision",
    Direction.RESIDUAL: "Residual decision",
    Direction.STIMULUS: "Stimulus",
    Direction.RANDOM: "Random",
}


@dataclass(frozen=True, slots=True)
class Disturbance:
    """All that is done to the copy at once; the default does nothing."""

    # the readout
    kind: PerturbationKind = PerturbationKind.CONTROL
    source: Source = Source.NOISE_FREE
    k: int = 4
    draw: Draw = Draw.RANDOM
    seed: int = 0
    """Of the permutation and of the directions outside the manifold."""
    typed: str = "2 3 4 1"
    # the state
    direction: Direction = Direction.DECISION
    axis: int = 1
    """Which direction of its kind, from 1; of random ones, which draw."""
    size: float = 0.0
    """Length of the push, rate units."""
    pulse_ms: float = 1000.0
    # the trial
    sigma_rec: float = 0.0
    noise_seed: int = 0
    lesioned: tuple[int, ...] = ()
    morph: float = 0.0
    """How far each stimulus is moved towards the other, 0 to 1."""
    go_ms: float | None = None
    """When fixation goes off; None: as trained."""

    def replace(self, **changes: Any) -> Self:
        """A copy with some fields changed."""
        return dataclasses.replace(self, **changes)

    @property
    def permutation(self) -> Permutation:
        """The permutation (k,), drawn or typed; PerturbationError when it is none."""
        if self.draw is Draw.TYPED:
            return perturbation.parse_permutation(self.typed, self.k)
        random = np.random.RandomState(self.seed)
        return perturbation.draw_permutation(
            random, self.k, derangement=self.draw is Draw.DERANGEMENT
        )

    @property
    def order_words(self) -> str:
        """The permutation as numbers from 1; "" when it is none."""
        try:
            return " ".join(str(number + 1) for number in self.permutation)
        except L2LError:
            return ""

    @property
    def readout(self) -> Self:
        """The perturbation of the readout alone, what does not bear on it at its default."""
        if not self.kind.permutes:
            return type(self)(kind=self.kind)
        fields = {"kind", "source", "k", "draw", "seed"}
        if self.draw is Draw.TYPED:
            fields.add("typed")
        return type(self)(**{name: getattr(self, name) for name in fields})

    @property
    def identity(self) -> bool:
        """Whether the permutation leaves every direction where it is."""
        return bool((self.permutation == np.arange(self.k)).all())

    def within(self, config: RunConfig) -> Self:
        """The nearest disturbance that fits a network and its trials."""
        duration = config.steps * config.dt
        k = max(1, min(self.k, config.units // 3))
        draw = Draw.RANDOM if k < 2 and self.draw is Draw.DERANGEMENT else self.draw
        axis = self.axis if self.direction is Direction.RANDOM else min(self.axis, k)
        go_ms = None if self.go_ms is None else min(max(self.go_ms, 0.0), duration)
        return self.replace(
            k=k,
            draw=draw,
            axis=axis,
            pulse_ms=min(max(self.pulse_ms, 0.0), duration),
            lesioned=tuple(unit for unit in self.lesioned if 0 <= unit < config.units),
            go_ms=None if go_ms == go_time(config) else go_ms,
        )

    # -- in words ----------------------------------------------------------------------

    def describe(self, config: RunConfig) -> tuple[str, ...]:
        """What is done, a sentence each; empty when nothing is."""
        said = []
        if self.kind is not PerturbationKind.CONTROL:
            said.append(f"{self.kind.description.rstrip('.')} ({self._permutation_words()}).")
        if self.size:
            said.append(
                f"At {self.pulse_ms:g} ms the state is pushed by {self.size:g} "
                f"along {self._direction_words()}."
            )
        if self.sigma_rec:
            said.append(
                f"Recurrent noise of {self.sigma_rec:g} is on (training's is {config.sigma_rec:g})."
            )
        if self.lesioned:
            count = len(self.lesioned)
            units = "Unit" if count == 1 else f"{count} units:"
            verb = "is" if count == 1 else "are"
            said.append(f"{units} {format_units(self.lesioned)} {verb} silenced.")
        if self.morph:
            said.append(f"Each stimulus is moved {self.morph:.0%} of the way to the other.")
        if self.go_ms is not None:
            said.append(self._go_words(config))
        return tuple(said)

    def _permutation_words(self) -> str:
        try:
            return f"k = {self.k}; {perturbation.describe_permutation(self.permutation)}"
        except PerturbationError:
            return f"k = {self.k}; no valid permutation is typed"

    def _direction_words(self) -> str:
        match self.direction:
            case Direction.RANDOM:
                return f"random direction {self.axis}"
            case direction:
                return f"{direction.label.lower()} direction {self.axis}"

    def _go_words(self, config: RunConfig) -> str:
        assert self.go_ms is not None
        if self.go_ms >= config.steps * config.dt:
            return "The go signal never comes: fixation stays on."
        shift = self.go_ms - go_time(config)
        return (
            f"The go signal comes at {self.go_ms:g} ms, {abs(shift):g} ms "
            f"{'late' if shift > 0 else 'early'}."
        )

    # -- to and from plain values ------------------------------------------------------

    def to_values(self) -> dict[str, Any]:
        """As plain values, to remember."""
        return {
            item.name: value.value if isinstance(value, enum.Enum) else value
            for item in dataclasses.fields(self)
            for value in [getattr(self, item.name)]
        }

    @classmethod
    def from_values(cls, values: Mapping[str, Any]) -> Self:
        """What :meth:`to_values` gave; what is unknown or wrong takes its default."""
        known: dict[str, Any] = {}
        for item in dataclasses.fields(cls):
            default = item.default
            try:
                value = values[item.name]
                if isinstance(default, enum.Enum):
                    known[item.name] = type(default)(value)
                elif item.name == "lesioned":
                    known[item.name] = tuple(int(unit) for unit in value)
                elif item.name == "go_ms":
                    known[item.name] = None if value is None else float(value)
                else:
                    known[item.name] = type(default)(value)
            except (KeyError, TypeError, ValueError):
                continue
        return cls(**known)


NOTHING = Disturbance()


def go_time(config: RunConfig) -> float:
    """When the go signal comes as trained, ms."""
    return config.go_step * config.dt


# -- units in words --------------------------------------------------------------------


def parse_units(text: str, units: int) -> tuple[int, ...]:
    """Units typed by a person, counted from 0: ``3, 7, 12-15``.

    Raises
    ------
    L2LError
        When a word is no unit of a network of so many units.
    """
    found: set[int] = set()
    for word in text.replace(",", " ").replace("–", "-").split():
        first, dash, last = word.partition("-")
        try:
            low, high = int(first), int(last if dash else first)
        except ValueError:
            low, high = -1, -1
        if not 0 <= low <= high < units:
            raise L2LError(
                f"'{word}' names no units: write numbers from 0 to {units - 1}, "
                "for example 3, 7, 12-15."
            )
        found.update(range(low, high + 1))
    return tuple(sorted(found))


def format_units(units: Iterable[int]) -> str:
    """Units as :func:`parse_units` reads them, runs shortened."""
    runs: list[list[int]] = []
    for unit in sorted(units):
        if runs and unit == runs[-1][1] + 1:
            runs[-1][1] = unit
        else:
            runs.append([unit, unit])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)


# -- undo ------------------------------------------------------------------------------


class History:
    """The present disturbance and those before and after it.

    Edits of one gesture (a slider being dragged, a number being typed) undo as one.
    """

    LONGEST = 200

    def __init__(self, start: Disturbance = NOTHING) -> None:
        self._states = [start]
        self._at = 0
        self._gesture: str | None = None

    @property
    def value(self) -> Disturbance:
        """The present disturbance."""
        return self._states[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is something before."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether something was undone."""
        return self._at < len(self._states) - 1

    def edit(self, value: Disturbance, gesture: str | None = None) -> bool:
        """Make this the present one; whether anything changed."""
        if value == self.value:
            return False
        if gesture is not None and gesture == self._gesture and not self.can_redo:
            self._states[self._at] = value
        else:
            self._states[self._at + 1 :] = [value]
            self._states = self._states[-self.LONGEST :]
            self._at = len(self._states) - 1
        self._gesture = gesture
        return True

    def fit(self, config: RunConfig) -> bool:
        """Fit every state to a network, which is no edit; whether the present one changed."""
        before = self.value
        self._states = [state.within(config) for state in self._states]
        return self.value != before

    def settle(self) -> None:
        """End the gesture: the next edit is undone separately."""
        self._gesture = None

    def undo(self) -> None:
        """Go back one edit, if there is one."""
        self.settle()
        self._at = max(0, self._at - 1)

    def redo(self) -> None:
        """Redo one edit, if one was undone."""
        self.settle()
        self._at = min(len(self._states) - 1, self._at + 1)
