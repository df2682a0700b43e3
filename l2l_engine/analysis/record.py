"""What an analysis declares about itself, and how it is found.

An analysis is one function: arrays in, a frozen dataclass or labelled columns out. The record beside
it says what it takes, what its columns mean, what it costs, whom to cite, and one case whose answer is
known. The registry, panels, ``l2l-analyse``, the documentation and the tests read the record, so that
an analysis is added in one file and never listed twice.
"""

from __future__ import annotations

import enum
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from l2l_engine.config import L2LError

P = ParamSpec("P")
R = TypeVar("R")

Columns = Mapping[str, ArrayLike]
"""Columns of equal length by name: a table with one row for each value."""


class Takes(enum.Enum):
    """What an analysis takes; the values are shown to users."""

    COUNTS = "the trials to criterion of a run"
    """``function(counts, **options)``, counts (K,) from problem 2 on, NaN where a problem failed."""
    NETWORK = "one network and its problem"
    """``function(weights, stimuli, config, **options)``, one network, stimuli (2, C)."""
    PAIRS = "pairs of networks, before and after each problem"
    """``function(before, after, stimuli, config, **options)``, stacks of K, stimuli (K, 2, C)."""
    GROUP = "the networks of a group of problems"
    """``function(weights, stimuli, config, **options)``, a stack of K, stimuli (K, 2, C)."""
    RUNS = "several runs"
    """``function(runs, **options)``, a sequence of :class:`.running.RunData`."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an analysis' table.

    Attributes
    ----------
    unit : str
        As written on an axis: "ms", "a.u. per s"; "" for a pure number or a name.
    meaning : str
        What the column holds, in a few words.
    """

    unit: str
    meaning: str

    @property
    def label(self) -> str:
        """For an axis: meaning, and the unit in brackets."""
        meaning = self.meaning[:1].upper() + self.meaning[1:]
        return f"{meaning} ({self.unit})" if self.unit else meaning


@dataclass(frozen=True, slots=True)
class Parameter:
    """A keyword argument of an analysis that a person may set; its default is the function's.

    Attributes
    ----------
    name : str
        Of the argument.
    label : str
        For people, short.
    low, high : float
        Limits of a number.
    step : float
        What a click changes it by.
    unit : str
    decimals : int
        0 for whole numbers.
    choices : mapping of str to str
        Where it is one of several words: these, and what they are called.
    """

    name: str
    label: str
    low: float = 1
    high: float = 1000
    step: float = 1
    unit: str = ""
    decimals: int = 0
    choices: Mapping[str, str] = field(default_factory=dict)

    def taken(self, value: object) -> Any:
        """``value`` as the analysis takes it.

        Raises
        ------
        L2LError
            When it is out of range or of another kind.
        """
        if self.choices:
            if value not in self.choices:
                raise L2LError(f"{self.name} = {value} must be one of {', '.join(self.choices)}.")
            return value
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not self.low <= value <= self.high
        ):
            unit = f" {self.unit}" if self.unit else ""
            raise L2LError(
                f"{self.name} = {value} must be a number from {self.low:g} to {self.high:g}{unit}."
            )
        if not self.decimals and value != int(value):
            raise L2LError(f"{self.name} = {value} must be a whole number.")
        return float(value) if self.decimals else int(value)


@dataclass(frozen=True, slots=True, eq=False)
class KnownAnswer:
    """A case whose answer is known without the analysis: arguments, and columns expected of them.

    Attributes
    ----------
    why : str
        How the answer is known.
    arguments : tuple
    expected : mapping of str to array_like
        Some or all of the columns.
    options : mapping
        Keyword arguments.
    tolerance : float
        Largest absolute difference.
    """

    why: str
    arguments: tuple[Any, ...]
    expected: Columns
    options: Mapping[str, Any] = field(default_factory=dict)
    tolerance: float = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """The record of an analysis.

    Attributes
    ----------
    name : str
        For scripts and command lines, of lower-case words joined by hyphens.
    title : str
        For people.
    takes : Takes
    columns : mapping of str to Column
        Of :meth:`table`, in order.
    cost : str
        At the paper's size on one core.
    source : str
        Whom to cite.
    summary : str
        The first line of the function's docstring.
    function : callable
    tabulate : callable
        The function's result as columns.
    known : callable
        Makes the :class:`KnownAnswer`; called by tests only.
    options : mapping
        Keyword arguments the function needs when none are given.
    parameters : tuple of Parameter
        Keyword arguments that a person may set.
    """

    name: str
    title: str
    takes: Takes
    columns: Mapping[str, Column]
    cost: str
    source: str
    summary: str
    function: Callable[..., Any]
    tabulate: Callable[[Any], Columns]
    known: Callable[[], KnownAnswer]
    options: Mapping[str, Any]
    parameters: tuple[Parameter, ...] = ()

    @property
    def defaults(self) -> dict[str, Any]:
        """What the parameters are where nothing else is said."""
        known = inspect.signature(self.function).parameters
        return {item.name: known[item.name].default for item in self.parameters} | {
            item.name: self.options[item.name]
            for item in self.parameters
            if item.name in self.options
        }

    def settings(self, given: Mapping[str, object]) -> dict[str, Any]:
        """Values that a person gives for parameters, checked.

        Raises
        ------
        L2LError
            When one is unknown or out of range.
        """
        known = {item.name: item for item in self.parameters}
        for name in given:
            if name not in known:
                allowed = f"it has {', '.join(known)}" if known else "it has none"
                raise L2LError(f"{self.name} has no parameter {name}: {allowed}.")
        return {name: known[name].taken(value) for name, value in given.items()}

    def table(self, *arguments: Any, **options: Any) -> dict[str, NDArray[Any]]:
        """Run the analysis and return its columns, checked against the declaration.

        Parameters
        ----------
        *arguments, **options
            Those of the function; ``options`` replace the record's own.

        Raises
        ------
        L2LError
            When the result has other columns than were declared, or columns of unequal length.
        """
        found = self.tabulate(self.function(*arguments, **{**self.options, **options}))
        arrays = {name: np.atleast_1d(np.asarray(column)) for name, column in found.items()}
        if list(arrays) != list(self.columns):
            raise L2LError(
                f"The analysis '{self.name}' gave the columns {', '.join(arrays)}, but declares "
                f"{', '.join(self.columns)}: correct its record."
            )
        lengths = {len(array) for array in arrays.values()}
        if len(lengths) > 1:
            raise L2LError(f"The analysis '{self.name}' gave columns of unequal length.")
        return arrays

    def check(self) -> list[str]:
        """Check the analysis against its known answer.

        Returns
        -------
        list of str
            One sentence for each column that differs; empty when all agree.
        """
        case = self.known()
        found = self.table(*case.arguments, **case.options)
        problems = []
        for name, expected in case.expected.items():
            wanted = np.asarray(expected)
            if wanted.dtype.kind in "US":
                same = np.array_equal(found[name], wanted)
            else:
                same = found[name].shape == np.atleast_1d(wanted).shape and np.allclose(
                    found[name], wanted, rtol=0, atol=case.tolerance, equal_nan=True
                )
            if not same:
                problems.append(
                    f"{self.name}: {name} is {found[name]}, not {wanted}, although {case.why}."
                )
        return problems


_records: dict[Callable[..., Any], Analysis] = {}


def analysis(
    *,
    name: str,
    title: str,
    takes: Takes,
    columns: Mapping[str, Column],
    cost: str,
    source: str,
    known: Callable[[], KnownAnswer],
    tabulate: Callable[[Any], Columns] = lambda found: found,
    options: Mapping[str, Any] | None = None,
    parameters: Sequence[Parameter] = (),
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Declare the decorated function to be an analysis; the function itself is unchanged.

    See :class:`Analysis` for the parameters. Built-in analyses are also named in
    ``registry.BUILT_IN``, those of a plug-in in its entry points ``l2l.analyses``.

    Examples
    --------
    >>> @analysis(
    ...     name="largest-count",
    ...     title="Largest count",
    ...     takes=Takes.COUNTS,
    ...     columns={"largest": Column("trials", "largest trials to criterion")},
    ...     cost="none",
    ...     source="this example",
    ...     known=lambda: KnownAnswer("it is the largest", ([3.0, 5.0],), {"largest": 5.0}),
    ... )
    ... def largest_count(counts):
    ...     return {"largest": np.nanmax(counts)}
    >>> record_of(largest_count).check()
    []
    """

    def declared(function: Callable[P, R]) -> Callable[P, R]:
        summary = (function.__doc__ or title).strip().splitlines()[0]
        _records[function] = Analysis(
            name=name,
            title=title,
            takes=takes,
            columns=columns,
            cost=cost,
            source=source,
            summary=summary,
            function=function,
            tabulate=tabulate,
            known=known,
            options=options or {},
            parameters=tuple(parameters),
        )
        missing = [
            item.name
            for item in parameters
            if item.name not in inspect.signature(function).parameters
        ]
        if missing:
            raise L2LError(f"The analysis '{name}' declares {missing[0]}, which it does not take.")
        return function

    return declared


def record_of(function: Callable[..., Any]) -> Analysis:
    """The record declared beside a function.

    Raises
    ------
    L2LError
        When the function declares none.
    """
    if function not in _records:
        name = getattr(function, "__qualname__", str(function))
        raise L2LError(f"{name} is not declared an analysis: put @analysis(...) above it.")
    return _records[function]
