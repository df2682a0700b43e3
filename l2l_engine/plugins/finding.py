"""Which plug-ins exist, and which of them can be used."""

from __future__ import annotations

from collections.abc import Container

from l2l_engine.plugins import files, packages
from l2l_engine.plugins.declared import Kind, PlugIn, State
from l2l_engine.plugins.standing import left_out, status


def found() -> tuple[PlugIn, ...]:
    """All plug-ins that packages and files declare; nothing of them is imported."""
    return (*packages.declarations().plug_ins, *files.declarations().plug_ins)


def unreadable() -> dict[str, str]:
    """Packages and files whose declarations cannot be read, each with the reason."""
    return packages.declarations().unreadable | files.declarations().unreadable


def of(kind: Kind, taken: Container[str]) -> dict[str, PlugIn]:
    """The plug-ins of a kind that can be tried, by name.

    Parameters
    ----------
    kind : Kind
    taken : container of str
        Names of what is built in: a plug-in that has one of them is left out.
    """
    usable: dict[str, PlugIn] = {}
    for plug_in in found():
        if plug_in.kind is not kind or status(plug_in)[0] is State.OFF:
            continue
        if plug_in.name in taken:
            left_out(plug_in, "its name is taken by one that is built in: rename it")
        elif plug_in.name in usable:
            other = usable[plug_in.name].source
            left_out(plug_in, f"its name is taken by the plug-in {other}: rename it")
        else:
            usable[plug_in.name] = plug_in
    return usable


def not_offered(kind: Kind, taken: Container[str]) -> list[str]:
    """The plug-ins of a kind that :func:`of` leaves out, and what cannot be read: a sentence each."""
    offered = set(of(kind, taken).values())
    said = []
    for plug_in in found():
        if plug_in.kind is kind and plug_in not in offered:
            state, reason = status(plug_in)
            said.append(f"{plug_in.words} is {state.value}: {reason.rstrip('.')}.")
    return said + [
        f"The plug-ins of {source} are left out: {reason.rstrip('.')}."
        for source, reason in unreadable().items()
    ]
