"""What is remembered between launches."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QByteArray, QSettings

ORGANISATION, APPLICATION = "L2L Explorer", "L2L Explorer"
MOST_RECENT = 10


class Settings:
    """Named values; one that is damaged or of the wrong kind counts as missing."""

    def __init__(self) -> None:
        self._store: QSettings | None = None

    @property
    def store(self) -> QSettings:
        """Qt's settings, opened when first needed."""
        if self._store is None:
            self._store = QSettings(
                QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANISATION, APPLICATION
            )
        return self._store

    def use_file(self, path: Path) -> None:
        """Keep the settings in this file, as tests and tours do."""
        self._store = QSettings(str(path), QSettings.Format.IniFormat)

    def text(self, name: str) -> str:
        """A text, empty when missing."""
        value = self.store.value(name)
        return value if isinstance(value, str) else ""

    def flag(self, name: str, default: bool = False) -> bool:
        """A yes or no."""
        return {"true": True, "false": False}.get(str(self.store.value(name)).lower(), default)

    def bytes(self, name: str) -> QByteArray | None:
        """A state that Qt saved."""
        value = self.store.value(name)
        return value if isinstance(value, QByteArray) and not value.isEmpty() else None

    def plain(self, name: str) -> dict[str, Any]:
        """Plain values by name."""
        try:
            value = json.loads(self.text(name) or "{}")
        except (ValueError, RecursionError):
            return {}
        return value if isinstance(value, dict) else {}

    def put(self, name: str, value: str | bool | QByteArray | dict[str, Any]) -> None:
        """Remember a value."""
        self.store.setValue(name, json.dumps(value) if isinstance(value, dict) else value)

    def remove(self, name: str) -> None:
        """Forget a value, and all below it."""
        self.store.remove(name)

    # -- files -------------------------------------------------------------------------

    @property
    def recent(self) -> list[Path]:
        """Sessions opened lately that still exist, newest first."""
        try:
            names = json.loads(self.text("recent") or "[]")
        except (ValueError, RecursionError):
            return []
        if not isinstance(names, list):
            return []
        paths = [Path(name) for name in names if isinstance(name, str)]
        return [path for path in paths if _is_file(path)]

    def add_recent(self, path: Path) -> None:
        """Make a session the most recent one."""
        path = path.resolve()
        paths = [path, *(other for other in self.recent if other != path)]
        self.put("recent", json.dumps([str(recent) for recent in paths[:MOST_RECENT]]))


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name no file can have
        return False


settings = Settings()
