"""Options that a panel declares; their controls, menu, storage and undo follow from the declaration.

Without Qt's widgets: the controls are made in :mod:`l2l_gui.panels.option_controls`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from PyQt6.QtCore import QObject, pyqtSignal
from PyQt6.QtGui import QUndoCommand, QUndoStack

UNDOABLE = 50


@dataclass(frozen=True)
class Option:
    """Base of all options: ``name`` for code, ``label`` for the user."""

    name: str
    label: str

    def taken(self, value: object) -> Any:
        """``value`` as the option holds it; raises ValueError if it cannot."""
        raise NotImplementedError


@dataclass(frozen=True)
class Flag(Option):
    """On or off; an entry of the panel's menu."""

    default: bool = False

    def taken(self, value: object) -> bool:
        """On or off."""
        if not isinstance(value, bool):
            raise ValueError(f"{self.label} is on or off, not {value!r}")
        return value


@dataclass(frozen=True)
class Choice(Option):
    """One of several; ``choices`` are the values and their words, the first the default.

    ``bar`` says where it is offered: "list" and "buttons" above the plots, "" in the menu.
    """

    choices: Mapping[Any, str]
    bar: str = ""
    default: Any = None

    def __post_init__(self) -> None:
        if self.default is None:
            object.__setattr__(self, "default", next(iter(self.choices)))

    def taken(self, value: object) -> Any:
        """One of the choices."""
        if value not in tuple(self.choices):
            raise ValueError(f"{self.label} is one of {', '.join(map(str, self.choices))}")
        return value


@dataclass(frozen=True)
class Several(Option):
    """Any of several, as a row of check boxes above the plots."""

    choices: Mapping[str, str]
    default: tuple[str, ...] = ()
    tips: Mapping[str, str] | None = None

    def taken(self, value: object) -> tuple[str, ...]:
        """The values chosen, in the order of the choices."""
        if not isinstance(value, Iterable) or isinstance(value, str):
            raise ValueError(f"{self.label} is a list, not {value!r}")
        chosen = tuple(value)
        return tuple(name for name in self.choices if name in chosen)


@dataclass(frozen=True)
class Number(Option):
    """A number from ``low`` to ``high`` in ``unit``; a box above the plots."""

    low: float
    high: float
    default: float
    step: float = 1.0
    unit: str = ""
    decimals: int = 0

    def taken(self, value: object) -> float:
        """A number within the limits."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"{self.label} is a number, not {value!r}")
        if not self.low <= value <= self.high:
            raise ValueError(f"{self.label} lies between {self.low:g} and {self.high:g}")
        return value if self.decimals else round(value)


class OptionValues(QObject):
    """The values of a panel's options, with undo.

    Signals
    -------
    changed : a value differs; all values are in :attr:`values`.
    """

    changed = pyqtSignal()

    def __init__(self, options: Iterable[Any], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.options = {option.name: option for option in options}
        self.values: Mapping[str, Any] = MappingProxyType(
            {name: option.default for name, option in self.options.items()}
        )
        self.history = QUndoStack(self)
        self.history.setUndoLimit(UNDOABLE)

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def set(self, name: str, value: object) -> None:
        """Change an option, so that it can be undone; raises ValueError, KeyError."""
        option = self.options[name]
        taken, before = option.taken(value), self.values[name]
        if taken != before:
            self.history.push(_Change(option.label, lambda v: self._put({name: v}), before, taken))

    def restore(self, values: Mapping[str, Any]) -> None:
        """Restore stored values, and clear the undo history.

        Unknown names and impossible values are ignored.
        """
        taken = {}
        for name in self.options.keys() & values.keys():
            try:
                taken[name] = self.options[name].taken(values[name])
            except (ValueError, TypeError):
                continue
        self._put(taken)
        self.history.clear()

    def _put(self, values: Mapping[str, Any]) -> None:
        new = {**self.values, **values}
        if new != self.values:
            self.values = MappingProxyType(new)
            self.changed.emit()


class _Change(QUndoCommand):
    """An option set to another value."""

    def __init__(
        self, label: str, put: Callable[[Any], None], before: object, after: object
    ) -> None:
        super().__init__(label)
        self._put, self._before, self._after = put, before, after

    def redo(self) -> None:
        self._put(self._after)

    def undo(self) -> None:
        self._put(self._before)
