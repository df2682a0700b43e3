"""Names of session files."""

from __future__ import annotations

from pathlib import PurePath

SESSION_SUFFIX = ".l2l.h5"
"""The ending that the window gives new sessions; any file of the format is read, whatever its name."""


def session_name(path: PurePath) -> str:
    """A session file's name without its ending, ``.l2l.h5`` or a plain one."""
    name = path.name
    if name.lower().endswith(SESSION_SUFFIX) and len(name) > len(SESSION_SUFFIX):
        return name[: -len(SESSION_SUFFIX)]
    return path.stem
