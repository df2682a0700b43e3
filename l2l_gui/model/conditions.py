"""Which sessions are repetitions: they differ in nothing but their seed and length."""

from __future__ import annotations

import enum
from collections.abc import Hashable, Sequence
from dataclasses import fields
from typing import Any

from l2l_engine.config import RunConfig
from l2l_gui.model.sessions import REPEATED, OpenSession

_FIELDS = [field for field in fields(RunConfig) if field.name not in REPEATED]


def conditions(sessions: Sequence[OpenSession]) -> dict[str, list[int]]:
    """The places of the sessions of each condition, by its name, in the order of their first.

    The name is the run type, then the protocol and the parameters in which the conditions differ.
    """
    members: dict[Hashable, list[int]] = {}
    for place, session in enumerate(sessions):
        members.setdefault(session.condition, []).append(place)
    first = [sessions[places[0]] for places in members.values()]
    found: dict[str, list[int]] = {}
    for session, places in zip(first, members.values(), strict=True):
        name = _name(session, first)
        if name in found:  # protocols of one name
            name = f"{name} ({len(found) + 1})"
        found[name] = places
    return found


def _name(session: OpenSession, others: Sequence[OpenSession]) -> str:
    words = [session.config.run_type.value.removesuffix("ManifPert")]
    if session.protocol is not None:
        words.append(session.protocol.name)
    for field in _FIELDS:
        values = {getattr(other.config, field.name) for other in others}
        if len(values) > 1 and field.name != "run_type":
            words.append(f"{field.metadata['label']} {_plain(getattr(session.config, field.name))}")
    return ", ".join(words)


def _plain(value: Any) -> str:
    if isinstance(value, enum.Enum):
        return str(value.value)
    return f"{value:g}" if isinstance(value, float) else str(value)
