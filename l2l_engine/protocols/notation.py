"""Protocols as JSON, as written by users and kept in sessions.

A stage says only what differs from a new problem learned to criterion::

    {"name": "again and reversed",
     "stages": [{"count": 50, "label": "warm-up"},
                {"label": "A"},
                {"problem": {"repeat": "A"}, "label": "A again"},
                {"problem": {"reverse": "A"}, "until": {"criterion": true, "trials": 2000}}]}
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from l2l_engine.protocols import reading, writing
from l2l_engine.protocols.fields import Fields
from l2l_engine.protocols.protocol import Protocol, ProtocolError

_MOST_CHARACTERS = 10_000_000


def to_json(protocol: Protocol, *, indent: int | None = None) -> str:
    """The protocol as a JSON object that :func:`from_json` reads back equal."""
    value: dict[str, Any] = {"name": protocol.name}
    if protocol.description:
        value["description"] = protocol.description
    if protocol.after:
        value["after"] = protocol.after
    value["stages"] = [writing.value_of(stage) for stage in protocol.stages]
    return json.dumps(value, indent=indent, ensure_ascii=False)


def read(path: Path, *, after: int | None = None) -> Protocol:
    """Read a protocol from a file.

    Parameters
    ----------
    path : Path
    after : int, optional
        Problems learned before its first stage, whatever the file says.

    Raises
    ------
    ProtocolError
        When the file cannot be read or holds no protocol; the text names the file.
    """
    try:
        if not path.is_file():
            raise ProtocolError(f"{path} is not a file: name a protocol's JSON file.")
        if path.stat().st_size > _MOST_CHARACTERS:
            raise ProtocolError(f"{path} is too large for a protocol (over 10 MB).")
        return from_json(path.read_text("utf-8"), after=after)
    except (OSError, UnicodeDecodeError) as error:
        raise ProtocolError(f"{path} could not be read ({error}).") from error
    except ProtocolError as error:
        if str(path) in str(error):
            raise
        raise ProtocolError(f"{path}: {error}") from error


def from_json(text: str, *, after: int | None = None) -> Protocol:
    """The protocol that a JSON object describes; see the module's text.

    Parameters
    ----------
    text : str
    after : int, optional
        Problems learned before its first stage, whatever the text says.

    Raises
    ------
    ProtocolError
        When it describes none; the text names the stage, the field and what is allowed.
    """
    try:
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"The protocol is not valid JSON ({error}).") from error
    whole = Fields("The protocol", value)
    name = whole.take("name", str, "protocol")
    description = whole.take("description", str, "")
    before = whole.take("after", int, 0)
    stages = whole.take("stages", list, [])
    whole.end()
    return Protocol(
        name,
        tuple(reading.stage(number, stage) for number, stage in enumerate(stages, 1)),
        description,
        before if after is None else after,
    )


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number JSON knows")
