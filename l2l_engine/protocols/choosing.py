"""Protocols chosen by a template's name or from a file."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from l2l_engine.protocols import notation
from l2l_engine.protocols.protocol import Protocol, ProtocolError
from l2l_engine.protocols.templates import TEMPLATES, parameters, template

__all__ = ["choose", "file_name", "parameters"]


def choose(
    asked: str | PathLike[str],
    numbers: Mapping[str, Any] | None = None,
    *,
    after: int | None = None,
) -> Protocol:
    """The protocol with this name, or in this file.

    Parameters
    ----------
    asked : str or path
        A template's name, or a protocol's JSON file.
    numbers : mapping, optional
        The template's parameters; those left out take their defaults.
    after : int, optional
        Problems learned before its first stage: those a branch keeps.

    Raises
    ------
    ProtocolError
        When it is neither, a parameter is unknown, or it cannot be run as written.
    """
    if str(asked) in TEMPLATES:
        made = template(str(asked), **(numbers or {}))
        return made if after is None else dataclasses.replace(made, after=after)
    if not Path(asked).exists() and Path(asked).suffix != ".json":
        raise ProtocolError(
            f"{asked} is not a protocol: choose one of {', '.join(TEMPLATES)}, or a JSON file."
        )
    if numbers:
        raise ProtocolError(
            f"{next(iter(numbers))} cannot be set for {asked}: parameters belong to named protocols; "
            "change the file."
        )
    return notation.read(Path(asked), after=after)


def file_name(protocol: Protocol) -> str:
    """The protocol's name as part of a file's name."""
    kept = (letter if letter.isalnum() or letter in "-=." else "-" for letter in protocol.name)
    return "".join(kept).strip("-.")[:60] or "protocol"
