"""Named protocols with a few parameters: built-in ones and those of plug-ins."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Mapping
from typing import Any

from l2l_engine import plugins
from l2l_engine.config import L2LError
from l2l_engine.plugins import Kind, PlugIn
from l2l_engine.protocols.designs import BUILT_IN, Template, words_of
from l2l_engine.protocols.protocol import MOST_PROBLEMS, Protocol, ProtocolError


class _Templates(Mapping[str, Template]):
    """Built-in templates, then those of plug-ins, which are imported when they are looked up."""

    def __getitem__(self, name: str) -> Template:
        if name in BUILT_IN:
            return BUILT_IN[name]
        plug_in = plug_ins()[name]
        try:
            return plugins.load(plug_in, _checked)
        except L2LError as error:
            raise ProtocolError(str(error)) from error

    def __contains__(self, name: object) -> bool:
        return name in BUILT_IN or name in plug_ins()

    def __iter__(self) -> Iterator[str]:
        yield from BUILT_IN
        yield from plug_ins()

    def __len__(self) -> int:
        return len(BUILT_IN) + len(plug_ins())


TEMPLATES: Mapping[str, Template] = _Templates()
"""Every template by its name."""


def plug_ins() -> dict[str, PlugIn]:
    """The templates of plug-ins by name, without importing one."""
    return plugins.of(Kind.PROTOCOL, BUILT_IN)


def _checked(function: Any) -> Template:
    """What a plug-in gives as a template, if it is one: a function of numbers that have defaults."""
    if not callable(function):
        raise L2LError("it is no function")
    for name, parameter in inspect.signature(function).parameters.items():
        if isinstance(parameter.default, bool) or not isinstance(parameter.default, int | float):
            raise L2LError(f"its parameter {name} needs a number as its default")
    return function


def parameters(name: str) -> dict[str, int | float]:
    """The parameters of a template and their defaults; none where a plug-in cannot be loaded."""
    try:
        known = inspect.signature(TEMPLATES[name]).parameters
    except ProtocolError:
        return {}
    return {key: parameter.default for key, parameter in known.items()}


def template(name: str, **numbers: Any) -> Protocol:
    """The protocol that a template makes.

    Parameters
    ----------
    name
        A key of :data:`TEMPLATES`.
    **numbers
        The template's parameters; those left out take their defaults.

    Raises
    ------
    ProtocolError
        When the name or a parameter is unknown, or a value makes no protocol.
    """
    if name not in TEMPLATES:
        raise ProtocolError(f"{name} is not a protocol: choose one of {', '.join(TEMPLATES)}.")
    known = inspect.signature(TEMPLATES[name]).parameters
    for key, value in numbers.items():
        if key not in known:
            allowed = ", ".join(known)
            raise ProtocolError(f"{name} has no parameter {key}: it has {allowed}.")
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < 1e9:
            raise ProtocolError(f"{name}: {key} = {value} must be a number below 1000000000.")
        whole_number = isinstance(known[key].default, int)
        if whole_number and value > MOST_PROBLEMS:
            raise ProtocolError(f"{name}: {key} = {value:g} must be at most {MOST_PROBLEMS}.")
        if whole_number and (value != int(value) or value < 0):
            raise ProtocolError(f"{name}: {key} = {value:g} must be a whole number, at least 0.")
    whole = {
        key: int(value) if isinstance(known[key].default, int) else float(value)
        for key, value in numbers.items()
    }
    function, plug_in = TEMPLATES[name], plug_ins().get(name)
    if plug_in is None:
        return function(**whole)
    try:
        with plugins.guarded(plug_in):
            made: Any = function(**whole)
        if not isinstance(made, Protocol):
            raise plugins.left_out(plug_in, "it makes no Protocol")
    except L2LError as error:
        raise error if isinstance(error, ProtocolError) else ProtocolError(str(error)) from error
    return made


def explain(name: str) -> str:
    """What a template does and which question it asks, in two sentences; or why it cannot be used."""
    try:
        return words_of(TEMPLATES[name])
    except ProtocolError as error:
        return str(error)
