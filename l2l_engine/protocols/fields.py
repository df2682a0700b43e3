"""JSON objects read field by field, every error naming where it is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from l2l_engine.protocols.stage import ProtocolError


class Fields:
    """A JSON object read field by field; what is left over at the end is refused.

    Parameters
    ----------
    where : what it is, for sentences.
    value : the object.
    stage, field : of which stage (from 1) and which of its fields it is a part, for errors.

    Raises
    ------
    ProtocolError
        When it is no object.
    """

    def __init__(
        self, where: str, value: object, stage: int | None = None, field: str = ""
    ) -> None:
        self.where, self._stage, self._field = where, stage, field
        if not isinstance(value, dict):
            raise self.error("", f"{where} must be a JSON object of named fields.")
        self._left: dict[str, Any] = dict(value)
        self._known: list[str] = []

    def take(self, name: str, kind: type | tuple[type, ...], default: Any) -> Any:
        """A field's value; ``default`` where it is left out, ProtocolError where it is of no ``kind``."""
        self._known.append(name)
        if name not in self._left:
            return default
        value = self._left.pop(name)
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            words = " or ".join(_KINDS[allowed] for allowed in kinds if allowed in _KINDS)
            found = "is empty: it" if value == "" else f"= {json.dumps(value)}"
            raise self.error(name, f"{self.where}: {name} {found} must be {words}.")
        return value

    def chosen(self, name: str, value: str, allowed: tuple[str, ...]) -> str:
        """``value``; ProtocolError where it is not one of those allowed."""
        if value not in allowed:
            raise self.error(
                name, f"{self.where}: {name} = {value!r} must be one of {', '.join(allowed)}."
            )
        return value

    def part(self, name: str, value: Mapping[str, Any]) -> Fields:
        """An object in a field, to be read as well."""
        return Fields(f"{self.where}, {name}", value, self._stage, self._field or name)

    def kind(self, value: Mapping[str, Any], kinds: tuple[str, ...]) -> str:
        """Which one of these fields ``value`` has; ProtocolError where it has none or several."""
        found = [kind for kind in kinds if kind in value]
        if len(found) != 1:
            raise self.error("", f"{self.where} must be one of {', '.join(kinds)}.")
        return found[0]

    def end(self) -> None:
        """Raise ProtocolError where a field was not taken."""
        for name in self._left:
            known = ", ".join(self._known)
            raise self.error(name, f"{self.where}: {name} is not known here; known are {known}.")

    def error(self, name: str, sentence: str) -> ProtocolError:
        """What is wrong with a field, in a whole sentence."""
        return ProtocolError(sentence, stage=self._stage, field=self._field or name)


_KINDS: dict[type, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "text",
    list: "a list",
    dict: "an object",
}
